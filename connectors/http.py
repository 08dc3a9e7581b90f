"""The one way to the network: time-outs, repeats, redaction, size cap, counters, and errors of our own."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeAlias

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from .answers import Answer, error_of, raise_for_error
from .base import RequestCount, Surroundings
from .errors import Rejected, RetryLater
from .limiter import Limiter

Params: TypeAlias = Mapping[str, str | int]

READING = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
ATTEMPTS = 4
REDIRECTS = 3
LONGEST_WAIT = 60.0
"""A system that asks for more gets its way between runs, not inside a request."""


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

    Only reading requests, and those marked as repeatable, are repeated; all others are sent once, so that the caller
    decides what an unclear answer means. Raises only errors of `connectors.errors`.
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
        """Make the client, in the loop that will use it. Opening twice does nothing."""
        if self._client is not None:
            return
        quiet_libraries()
        limits = httpx.Limits(
            max_connections=self._settings.connections,
            max_keepalive_connections=self._settings.connections,
            keepalive_expiry=15.0,
        )
        policy = None if self._settings.cookies else DefaultCookiePolicy(allowed_domains=())
        self._client = httpx.AsyncClient(
            transport=self._around.transport,
            headers=self._headers,
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
        content: bytes | None = None,
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
        has the effect of once. SHOWN stands for *path* in messages where the path holds a secret. EXPECT are statuses
        that the caller reads itself. Raises what the status means otherwise.
        """
        reads = method in READING if reading is None else reading
        call = _Call(
            method=method,
            path=path,
            name=f"{method} {path if shown is None else shown}",
            options={"params": params, "json": json, "content": content, "headers": headers},
            reading=reads,
            overhead=overhead,
            expect=expect,
        )
        if not (reads if repeatable is None else repeatable):
            return await self._once(call)
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            retry=retry_if_exception(_may_repeat),
            sleep=self._around.sleep,
            reraise=True,
        ):
            with attempt:
                answer = await self._once(call)
        return answer

    async def _once(self, call: "_Call") -> Answer:
        async with self._limiter.slot():
            answer = await self._send(call)
        error = None if answer.status in call.expect else error_of(answer, now=self._around.clock())
        if isinstance(error, RetryLater) and error.after is not None:
            self._limiter.hold(min(error.after, LONGEST_WAIT))
        if error is not None:
            raise error
        return answer

    async def _send(self, call: "_Call") -> Answer:
        """Send *call*, follow it inside the same host where that is safe, and read the answer up to the size cap."""
        if self._client is None:
            raise RuntimeError(f"{self._system}: open the connector before using it")
        request = self._client.build_request(call.method, self._address + call.path, **call.options)
        for _ in range(REDIRECTS + 1):
            answer, following = await self._exchange(call, request)
            if following is None:
                break
            request = following
        return answer

    async def _exchange(self, call: "_Call", request: httpx.Request) -> tuple[Answer, httpx.Request | None]:
        if self._client is None:
            raise RuntimeError(f"{self._system}: closed while a request was under way")
        self.count += RequestCount(1, int(call.overhead), int(not call.reading))
        began = self._around.clock()
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._body(call, response)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict) as error:
            raise_for_error(error, system=self._system, request=call.name, longest=self._settings.timeout)
        answer = Answer(
            system=self._system,
            request=call.name,
            status=response.status_code,
            headers=response.headers,
            body=body,
            began=began,
            reading=call.reading,
        )
        return answer, _following(call, response)

    async def _body(self, call: "_Call", response: httpx.Response) -> bytes:
        """Read the body piece by piece; more than the cap is refused without reading the rest."""
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._settings.largest:
                text = f"{call.name} answered more than {self._settings.largest} bytes"
                if call.reading:
                    raise Rejected(f"{text}; ask for less at once", system=self._system, whole=True)
                raise RetryLater(f"{text}; it may have been carried out", system=self._system, sent=True)
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    name: str
    options: Mapping[str, Any]
    reading: bool
    overhead: bool
    expect: frozenset[int]


def quiet_libraries() -> None:
    """httpx and httpcore log whole addresses at INFO and DEBUG; addresses can be secrets."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)


def _following(call: _Call, response: httpx.Response) -> httpx.Request | None:
    """The next request of a redirect: only for a GET, and only to the very host and port that has our credentials."""
    following = response.next_request if call.method == "GET" else None
    if following is None or _origin(following.url) != _origin(response.request.url):
        return None
    return following


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return (url.scheme, url.host, url.port)


def _may_repeat(error: BaseException) -> bool:
    return isinstance(error, RetryLater) and (error.after is None or error.after <= LONGEST_WAIT)


def _wait(state: RetryCallState) -> float:
    """The wait that the system asked for, else 0.5, 1, 2 … seconds."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RetryLater) and error.after is not None:
        return error.after
    return min(0.5 * 2.0 ** (state.attempt_number - 1), LONGEST_WAIT)
