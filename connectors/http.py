"""The one way to the network: time-outs, repeats, redaction, size cap, counters, and errors of our own."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
from tenacity import AsyncRetrying

from .answers import Answer, error_of, raise_for_error
from .base import RequestCount, Surroundings
from .body import Body
from .call import READING, Call, Params, following_of, is_address, name_of, origin
from .errors import AuthFailed, Rejected, RetryLater
from .limiter import Limiter
from .ours import must_be_ours
from .repeats import LONGEST_WAIT, attempts
from .trust import trusted
from .unpacking import TAKEN, unpacked

ATTEMPTS = 4
REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How patient and how careful the way to one system is."""

    timeout: float = 30.0
    connect_timeout: float = 10.0
    largest: int = 32 * 1024 * 1024
    connections: int = 8
    cookies: bool = False
    """Keep the cookies of the server; off for systems that know us by a key."""


class Http:
    """
    Requests to one system below one address; secrets in that address never show.

    Only reading requests, and those marked as repeatable, are repeated; all others are sent once, while they are ours
    to send: the caller decides what an unclear answer means. Raises only errors of `connectors.errors`.
    """

    def __init__(
        self,
        system: str,
        address: str,
        *,
        around: Surroundings,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        limiter: Limiter | None = None,
        settings: HttpSettings | None = None,
    ) -> None:
        self._system = system
        self._address = address.rstrip("/")
        self._around = around
        self._headers = dict(headers or {})
        self._auth = auth
        self._limiter = limiter or Limiter(monotonic=around.monotonic, sleep=around.sleep, reserve=around.reserve)
        self._settings = settings or HttpSettings()
        self._client: httpx.AsyncClient | None = None
        self.count = RequestCount()

    async def open(self) -> None:
        """
        Make the client, in the loop that will use it. Opening twice does nothing.

        Raises AuthFailed where a header could end itself and begin another, RetryLater as `trusted` does.
        """
        if self._client is not None:
            return
        quiet_libraries()
        if not all(value.isascii() and value.isprintable() for value in self._headers.values()):
            raise AuthFailed("a key or a name in the settings cannot be sent: it is not all ASCII", system=self._system)
        most = self._settings.connections
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=15.0)
        policy = None if self._settings.cookies else DefaultCookiePolicy(allowed_domains=())
        self._client = httpx.AsyncClient(
            verify=trusted(self._system),
            transport=self._around.transport,
            headers={"Accept-Encoding": TAKEN, **self._headers},
            auth=self._auth,
            timeout=httpx.Timeout(self._settings.timeout, connect=self._settings.connect_timeout),
            limits=limits,
            follow_redirects=False,
            cookies=CookieJar(policy),
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get(self, path: str, *, params: Params | None = None, overhead: bool = False) -> Answer:
        """Read *path*, repeated where that may help."""
        return await self.request("GET", path, params=params, overhead=overhead)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        content: bytes | Body | None = None,
        headers: Mapping[str, str] | None = None,
        reading: bool | None = None,
        repeatable: bool | None = None,
        overhead: bool = False,
        shown: str | None = None,
        expect: frozenset[int] = frozenset(),
    ) -> Answer:
        """
        Send one request and return its answer.

        READING: it changes nothing (by its method, unless told: a search may be a POST). REPEATABLE: sending it twice
        has the effect of once. SHOWN stands for *path* in messages where the path holds a secret; a whole address
        instead of a path, which a system may hand out, is never shown. EXPECT are statuses that the caller reads
        itself. A `Body` is sent piece by piece. Raises what the status means otherwise.
        """
        reads = method in READING if reading is None else reading
        call = Call(
            method=method,
            path=path,
            name=name_of(method, path, shown=shown),
            options={"params": params, "json": json, "headers": headers},
            content=content,
            reading=reads,
            overhead=overhead,
            expect=expect,
        )
        if not (reads if repeatable is None else repeatable):
            return await self._once(call)
        async for attempt in self._attempts():
            with attempt:
                answer = await self._once(call)
        return answer

    async def stream(
        self,
        path: str,
        *,
        most: int,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        shown: str | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """
        Read what lies at *path* piece by piece, keeping nothing. With JSON the question is posted.

        Repeated like any read until the first piece; afterwards a break is the caller's to begin again. Close it (or
        read it to its end): it keeps its place among the requests under way. Raises Rejected beyond MOST bytes, and
        what the status means.
        """
        asked = {"Accept-Encoding": "identity", **(headers or {})}
        method = "GET" if json is None else "POST"
        name = name_of(method, path, shown=shown)
        call = Call(method, path, name, options={"params": params, "json": json, "headers": asked})
        async with AsyncExitStack() as kept:
            async for attempt in self._attempts():
                with attempt:
                    response = await kept.enter_async_context(self._opened(call))
            told = response.headers.get("content-length", "")
            self._cap(call, int(told) if told.isascii() and told.isdigit() else 0, most=most)
            size = 0
            async for piece in unpacked(response):
                size += len(piece)
                self._cap(call, size, most=most)
                yield piece

    def _attempts(self) -> AsyncRetrying:
        return attempts(ATTEMPTS, sleep=self._around.sleep)

    async def _once(self, call: Call) -> Answer:
        async with self._limiter.slot():
            if not call.reading and not call.overhead:
                await must_be_ours(self._system)
            answer = await self._send(call)
        self._raise_for(call, answer)
        return answer

    def _raise_for(self, call: Call, answer: Answer) -> None:
        """Raise what the status of *answer* means; where the system asks for a pause, nothing leaves meanwhile."""
        error = None if answer.status in call.expect else error_of(answer, now=self._around.clock())
        if isinstance(error, RetryLater) and error.after is not None:
            self._limiter.hold(min(error.after, LONGEST_WAIT))
        if error is not None:
            raise error

    @asynccontextmanager
    async def _opened(self, call: Call) -> AsyncIterator[httpx.Response]:
        """The answer to a GET, its body not yet read. Keeps its slot while inside."""
        async with self._limiter.slot():
            request = self._request_of(call)
            for left in reversed(range(REDIRECTS + 1)):
                async with self._under_way(call, request) as response:
                    following = following_of(call, response)
                    if following is None or not left:
                        self._raise_for(call, self._answer(call, response))
                        yield response
                        return
                request = following

    async def _send(self, call: Call) -> Answer:
        """Send *call*, follow it inside the same host where that is safe, and read the answer up to the size cap."""
        request = self._request_of(call)
        for _ in range(REDIRECTS + 1):
            answer, following = await self._exchange(call, request)
            if following is None:
                break
            request = following
        return answer

    def _request_of(self, call: Call) -> httpx.Request:
        if self._client is None:
            raise RuntimeError(f"{self._system}: open the connector before using it")
        whole = is_address(call.path)
        address = call.path if whole else self._address + call.path
        if origin(address) != origin(self._address):
            raise Rejected(f"{call.name} leads to another host; it is not asked", system=self._system, whole=True)
        options = dict(call.options)
        if isinstance(call.content, Body):
            options["content"] = call.content.pieces()
            options["headers"] = {**(options["headers"] or {}), "Content-Length": str(call.content.length)}
        else:
            options["content"] = call.content
        try:
            return self._client.build_request(call.method, address, **options)
        except (httpx.InvalidURL, UnicodeError):  # half a character, which a system's answer may hold
            raise Rejected(f"{call.method} cannot be sent: it holds what is no text", system=self._system) from None

    async def _exchange(self, call: Call, request: httpx.Request) -> tuple[Answer, httpx.Request | None]:
        began = self._around.clock()
        async with self._under_way(call, request) as response:
            body = await self._body(call, response)
        return self._answer(call, response, body=body, began=began), following_of(call, response)

    @asynccontextmanager
    async def _under_way(self, call: Call, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send one request; what breaks while it is sent, or read inside, is told in our errors."""
        if self._client is None:
            raise RuntimeError(f"{self._system}: closed while a request was under way")
        self.count += RequestCount(1, int(call.overhead), int(not call.reading))
        try:
            response = await self._client.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()
        except httpx.InvalidURL:  # ours was one: it is where the answer leads
            text = f"{call.name} was answered with a way to what is no address"
            raise RetryLater(text, system=self._system, sent=not call.reading) from None
        except (httpx.HTTPError, httpx.CookieConflict) as error:
            raise_for_error(error, system=self._system, request=call.name, longest=self._settings.timeout)

    def _answer(
        self, call: Call, response: httpx.Response, *, body: bytes = b"", began: datetime | None = None
    ) -> Answer:
        return Answer(
            system=self._system,
            request=call.name,
            status=response.status_code,
            headers=response.headers,
            body=body,
            began=began or self._around.clock(),
            reading=call.reading,
        )

    async def _body(self, call: Call, response: httpx.Response) -> bytes:
        """Read the body piece by piece; more than the cap is refused without reading the rest."""
        body = bytearray()
        async for piece in unpacked(response):
            body += piece
            self._cap(call, len(body), most=self._settings.largest)
        return bytes(body)

    def _cap(self, call: Call, size: int, *, most: int) -> None:
        if size <= most:
            return
        text = f"{call.name} answered more than {most} bytes"
        if call.reading:
            raise Rejected(f"{text}; ask for less at once", system=self._system, whole=True)
        raise RetryLater(f"{text}; it may have been carried out", system=self._system, sent=True)


def quiet_libraries() -> None:
    """httpx and httpcore log whole addresses at INFO and DEBUG; addresses can be secrets."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
