"""
What stands before every page: which names are answered, how much is read, and what a browser may do with an answer.

The webhook door has rules of its own (it reads its own bodies, under whatever name its system calls it) and gets the
headers only.
"""

import asyncio
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
A_YEAR = "max-age=31536000"
LARGEST = 1024 * 1024
"""Bytes of the largest form that is read."""
OPEN = ("/hooks/", "/healthz")


PATIENCE = 15.0
"""Seconds within which the whole of a form has to arrive."""


class Guard:
    """
    Wraps the application. PAGE is the address at which people open the page, "" where only its own machine does; REFUSE
    makes the page that says what is wrong.
    """

    def __init__(
        self, app: ASGIApp, page: str, *, refuse: Callable[[Request, int], Response], patience: float = PATIENCE
    ) -> None:
        self._app = app
        self._patience = patience
        self._name = _as_sent((urlsplit(page).hostname or "").lower())
        self._tls = page.startswith("https:")
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with_headers = self._sender(scope, send)
        if scope["path"].startswith(OPEN):
            await self._app(scope, receive, with_headers)
            return
        headers = Headers(scope=scope)
        if not self.answers_to(headers.get("host", "")):
            await self._refuse(Request(scope, receive), 421)(scope, receive, with_headers)
        elif _told(headers) > LARGEST:
            await self._refuse(Request(scope, receive), 413)(scope, receive, with_headers)
        else:
            await self._app(scope, _bounded(receive, self._patience), with_headers)

    def answers_to(self, host: str) -> bool:
        """
        Say whether the page is answered under that name: its own, one of this machine's, or a number where it has no
        name. A foreign name that leads here belongs to somebody who would like to read along.
        """
        name = _hostname(host)
        if name == "localhost" or (self._name and name == self._name):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._name

    def _sender(self, scope: Scope, send: Send) -> Send:
        tls = self._tls or scope["scheme"] == "https"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if tls:
                    headers["Strict-Transport-Security"] = A_YEAR
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return sent


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _as_sent(name: str) -> str:
    """Return *name* as browsers send it: a name in Cyrillic goes over the wire in Latin letters (`xn--…`)."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _told(headers: Headers) -> int:
    told = headers.get("content-length", "")
    if not (told.isascii() and told.isdigit()):
        return 0
    return int(told) if len(told) <= len(str(LARGEST)) else LARGEST + 1


def _bounded(receive: Receive, patience: float) -> Receive:
    """
    Return what receives a body, and stops where it is too large, whatever its length was said to be, or too slow.

    Once it is whole, whoever goes on listening (for the browser to hang up) may do so for ever.
    """
    count, more = 0, True
    until: float | None = None

    async def received() -> Message:
        nonlocal count, more, until
        until = until or asyncio.get_running_loop().time() + patience
        try:
            async with asyncio.timeout_at(until if more else None):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
        if count > LARGEST:
            raise HTTPException(413)
        return message

    return received
