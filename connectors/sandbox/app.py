"""What every sandbox is: an ASGI application with a clock, a fault script, a log, webhooks, a page, control routes."""

import hmac
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import httpx

from .clock import Clock
from .control import Control, is_control
from .faults import Rule, Script
from .log import Entry, Log
from .webhooks import Webhooks
from .wire import Answer, Request, Scope, TooLarge, read_request, send_answer

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class LineClosed(httpx.RemoteProtocolError):
    """
    The line is closed before an answer. In a process the server closes it; inside a test, where there is no line, this
    is raised to the client, which takes it for what it stands for.
    """


class Sandbox(ABC):
    """
    One vendor's system in memory.

    A subclass answers requests of the vendor's protocol (`answer`) and of its plain page (`page`). Nothing waits
    inside, so one request is one transaction. TOKEN opens the control routes and is made at start.
    """

    system: ClassVar[str]

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        token: str | None = None,
        script: Script | None = None,
        secret: Callable[[], str] = lambda: secrets.token_hex(16),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.secret = secret
        self.token = token or secret()
        self.script = script or Script()
        self.log = Log()
        self.webhooks = Webhooks(lambda: self.script, transport=transport, sleep=self.clock.sleep)
        self.control = Control(self)

    # --- what a vendor is ---------------------------------------------------------------------------------------------

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Answer a request of the vendor's protocol."""

    @abstractmethod
    def page(self, request: Request) -> Answer | None:
        """Answer a request of a person's browser; None where the path is not one of the page's."""

    @abstractmethod
    def shown_path(self, request: Request) -> str:
        """Return the path as rules and the log know it: without secrets."""

    @abstractmethod
    def reset(self) -> None:
        """Forget every record; accounts and settings stay."""

    @abstractmethod
    def seed(self, count: int, *, cyrillic: bool = True, chance: int = 1) -> None:
        """Add *count* records with all that hangs on them; the same arguments add the same records."""

    @abstractmethod
    def about(self, base: str) -> dict[str, Any]:
        """Return what whoever starts this process has to know: addresses and keys."""

    @abstractmethod
    def counts(self) -> Mapping[str, int]:
        """Return how many records of each kind there are."""

    def shown_query(self, request: Request) -> str:
        """Return the query as the log keeps it."""
        return request.query

    def calls(self, request: Request, answer: Answer) -> int:
        """Return how many calls of methods a request carried."""
        return 1

    # --- ASGI ---------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            request = await read_request(scope, receive)
        except TooLarge:
            await send_answer(send, Answer(413))
            return
        ours = self._ours(request)
        if ours is not None:
            await send_answer(send, ours)
            return
        await self._serve(request, scope, send)

    def _ours(self, request: Request) -> Answer | None:
        """Answer what is not the vendor's: control routes and the page, both for this machine's own name only."""
        if is_control(request):
            return self.control.answer(request) if self._is_local(request) else Answer(403)
        answer = self.page(request)
        if answer is None:
            return None
        return answer if self._is_local(request) else Answer(403)

    def _is_local(self, request: Request) -> bool:
        """Other names for this address are how a foreign page would reach it (DNS rebinding)."""
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        return request.client in ("127.0.0.1", "::1") and name in LOCAL_NAMES

    async def _serve(self, request: Request, scope: Scope, send: Any) -> None:
        rule = self.script.for_request(request.method, self.shown_path(request))
        if rule is not None and rule.delay:
            await self.clock.sleep(rule.delay)
        answer = self._made(request, rule)
        closed = rule is not None and rule.close
        self._note(request, Answer(0) if closed else answer, rule)
        if closed or not await send_answer(send, answer, cut=rule.cut if rule else None):
            hang_up = (scope.get("extensions") or {}).get("sandbox.hang_up")
            if hang_up is None:
                raise LineClosed("the sandbox closed the line, as its fault script says")
            hang_up()

    def _made(self, request: Request, rule: Rule | None) -> Answer:
        if rule is None or (rule.status is None and not rule.close):
            return self.answer(request)
        if rule.applied:
            self.answer(request)
        answer = Answer(rule.status or 500, rule.text.encode(), (("content-type", "text/html; charset=utf-8"),))
        if rule.retry_after is not None:
            answer = answer.with_header("retry-after", f"{rule.retry_after:g}")
        return answer

    def _note(self, request: Request, answer: Answer, rule: Rule | None) -> None:
        self.log.add(
            Entry(
                number=self.log.total + 1,
                at=self.clock.now(),
                method=request.method,
                path=self.shown_path(request),
                query=self.shown_query(request),
                status=answer.status,
                calls=self.calls(request, answer),
                fault=rule.name if rule else "",
            )
        )

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.webhooks.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    # --- what subclasses share ----------------------------------------------------------------------------------------

    def is_ours(self, token: str) -> bool:
        """Whether *token* is the control token."""
        return hmac.compare_digest(token.encode(), self.token.encode())
