"""What an answer, or the lack of one, means: one table from HTTP's words to our errors."""

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from .errors import RENEW, AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale

NOT_SENT: tuple[type[Exception], ...] = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""The request surely was not carried out; it may work later."""

IN_DOUBT: tuple[type[Exception], ...] = (
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
    httpx.TransportError,
    httpx.RequestError,
)
"""The request may have been carried out. The last two stand for whatever httpx adds to them."""

NOT_A_REQUEST: tuple[type[Exception], ...] = (
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    httpx.TooManyRedirects,
    httpx.CookieConflict,
)
"""What we tried to send is not something that can be sent."""

BUGS: tuple[type[Exception], ...] = (
    httpx.HTTPError,
    httpx.HTTPStatusError,
    httpx.StreamError,
    httpx.StreamClosed,
    httpx.StreamConsumed,
    httpx.ResponseNotRead,
    httpx.RequestNotRead,
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.ProtocolError,
)
"""Never raised by a transport itself (parents of others, or a misuse of the library by us): not translated."""

HINDRANCES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted here (SSL_CERT_FILE names a list of your own)"),
    (ssl.SSLError, "no TLS with it came about"),
    (socket.gaierror, "its name leads nowhere"),
    (ConnectionRefusedError, "nobody listens there"),
    (httpx.ConnectTimeout, "it did not answer"),
    (httpx.ProxyError, "the proxy refused"),
)
"""What stood in the way, by what lies behind the error of httpx."""

MOST_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. BEGAN is our clock when the request left; DATE the server's own clock, if it tells."""

    system: str
    request: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    began: datetime
    reading: bool

    @property
    def date(self) -> datetime | None:
        return _http_date(self.headers.get("date", ""))

    def json(self) -> Any:
        """
        Return the body as JSON, decimal numbers as `Decimal`.

        Raises RetryLater where it is none: half an answer, or the HTML page of a proxy or of a log-in. The size is
        bounded when it is read, the depth by the parser's own recursion limit.
        """
        try:
            found = json.loads(self.body, parse_float=_exact, parse_constant=_no_number)
        except (ValueError, RecursionError):
            shown = "HTML" if self._is_html() else "something that is not whole JSON"
            raise RetryLater(
                f"{self.request} answered {self.status} with {shown}; is the address right, is there a proxy?",
                system=self.system,
                sent=not self.reading,
            ) from None
        return found

    def object(self) -> dict[str, Any]:
        """Return the body as a JSON object. Raises RetryLater where it is something else."""
        found = self.json()
        if not isinstance(found, dict):
            raise RetryLater(
                f"{self.request} answered {self.status} without a JSON object; is the address right?",
                system=self.system,
                sent=not self.reading,
            )
        return found

    def _is_html(self) -> bool:
        return "html" in self.headers.get("content-type", "") or self.body.lstrip()[:1] == b"<"


def raise_for_error(error: Exception, *, system: str, request: str, longest: float) -> NoReturn:
    """Raise what *error* of httpx means. What httpx says itself is left out: it may repeat what we sent."""
    if isinstance(error, NOT_A_REQUEST):
        raise Rejected(f"{request} cannot be sent; check the address and the credentials", system=system) from None
    if isinstance(error, NOT_SENT):
        raise RetryLater(
            f"{request} did not reach the server: {_hindrance(error)}; try again later", system=system
        ) from None
    if isinstance(error, httpx.TimeoutException):
        text = f"{request} was not answered within {longest:g} s; it may have been carried out"
        raise RetryLater(text, system=system, sent=True) from None
    if isinstance(error, IN_DOUBT):
        text = f"{request} broke off ({_name(error)}); it may have been carried out"
        raise RetryLater(text, system=system, sent=True) from None
    raise error


def error_of(answer: Answer, *, now: datetime) -> ConnectorError | None:
    """Return what the status of *answer* means, None where it is a success. NOW is needed to read `Retry-After`."""
    status = answer.status
    if 200 <= status < 300:
        return None
    said = f"{answer.request} answered {status}"
    match status:
        case 401 | 407:
            return AuthFailed(f"{said}; {RENEW}", system=answer.system)
        case 404 | 410:
            return Gone(f"{said}; it does not exist, or not for this account", system=answer.system)
        case 409 | 412:
            return Stale(f"{said}; pull it again before writing", system=answer.system)
        case 403 | 402 | 451:
            return Rejected(f"{said}; the account lacks the permission", system=answer.system, whole=True)
        case 408 | 423 | 425 | 429:
            after = retry_after(answer.headers, now=now)
            return RetryLater(f"{said}; send it again later", system=answer.system, after=after)
        case 405 | 411 | 413 | 414 | 415 | 428 | 431 | 501 | 505:
            return Rejected(f"{said}; the system does not take such a request", system=answer.system, whole=True)
    if 400 <= status < 500:
        return Rejected(f"{said}; the record is parked", system=answer.system)
    if 300 <= status < 400:
        text = f"{said}, which leads elsewhere; put the final address into hub.yaml"
        return RetryLater(text, system=answer.system, sent=not answer.reading)
    after = retry_after(answer.headers, now=now)
    return RetryLater(f"{said}; send it again later", system=answer.system, after=after, sent=not answer.reading)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """
    Return the seconds that `Retry-After` asks for, as a number or as a date; None without a readable one.

    A date is one of the server's own clock, which its answer tells; NOW is ours, for an answer that does not.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    when = _http_date(text)
    since = _http_date(headers.get("date", "")) or now
    return max(0.0, (when - since).total_seconds()) if when else None


def _http_date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no date, or one of no year that there is
        return None


def _exact(text: str) -> Decimal:
    """A decimal number as it stands; one with thousands of digits is an attack, not a number."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _no_number(text)
    return number if abs(number.adjusted()) < MOST_DIGITS else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no number")


def _name(error: Exception) -> str:
    return type(error).__name__


def _hindrance(error: BaseException) -> str:
    """Return what stood in the way, in words of our own: what the library says may repeat the address."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in HINDRANCES:
            if isinstance(cause, kind):
                return words
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
