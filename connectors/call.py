"""One request before it is sent: where it goes, by what name it is told, and where a redirect may lead it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

from .body import Body

Params: TypeAlias = Mapping[str, str | int]

READING = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})


@dataclass(frozen=True, slots=True)
class Call:
    """PATH is below the system's address, or a whole address on its host. NAME stands for the request in messages."""

    method: str
    path: str
    name: str
    options: Mapping[str, Any] = field(repr=False)
    content: bytes | Body | None = field(default=None, repr=False)
    reading: bool = True
    overhead: bool = False
    expect: frozenset[int] = frozenset()


def is_address(path: str) -> bool:
    return path.startswith(("https://", "http://"))


def name_of(method: str, path: str, *, shown: str | None) -> str:
    """Return what messages call a request; a whole address may hold a token, so it is not shown."""
    if shown is None:
        shown = "…" if is_address(path) else path
    return f"{method} {shown}"


def origin(address: str | httpx.URL) -> tuple[str, str, int | None]:
    """Return the scheme, host and port of an address; what is none has an origin of its own."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return ("", "", None)
    return (url.scheme, url.host, url.port)


def following_of(call: Call, response: httpx.Response) -> httpx.Request | None:
    """The next request of a redirect: only for a GET, and only to the very host and port that has our credentials."""
    following = response.next_request if call.method == "GET" else None
    if following is None or origin(following.url) != origin(response.request.url):
        return None
    return following
