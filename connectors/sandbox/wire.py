"""Requests and answers as a sandbox sees them, and the way they come in and go out by ASGI."""

import json
import re
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

Scope: TypeAlias = MutableMapping[str, Any]
Headers: TypeAlias = tuple[tuple[str, str], ...]

_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAME = re.compile(r'[; ]name="([^"]*)"')
_FILENAME = re.compile(r'filename="([^"]*)"')
LARGEST = 128 * 1024 * 1024
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"


class TooLarge(Exception):
    """A body is larger than any that a sandbox reads."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One part of a form that carries files; FILENAME is empty where it is no file."""

    name: str
    filename: str
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole. PATH is decoded, QUERY is not, header names are small."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def pairs(self) -> list[tuple[str, str]]:
        """The query, in its order."""
        return parse_qsl(self.query, keep_blank_values=True)

    def form(self) -> list[tuple[str, str]]:
        """The body read as a form; nothing where it is none."""
        if self.content_type != FORM_TYPE:
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def uploads(self) -> list[Upload]:
        """The parts of a form that carries files, without those that nobody chose; nothing where the body is none."""
        boundary = _BOUNDARY.search(self.headers.get("content-type", ""))
        if self.content_type != "multipart/form-data" or boundary is None:
            return []
        found = []
        for part in self.body.split(b"--" + boundary[1].encode())[1:-1]:
            head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            said = head.decode("utf-8", "replace")
            name, filename = _NAME.search(said), _FILENAME.search(said)
            content = content.removesuffix(b"\r\n")
            if name and not (filename and not content):
                found.append(Upload(name[1], filename[1] if filename else "", content))
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: Headers = ()

    def with_header(self, name: str, value: str) -> "Answer":
        return replace(self, headers=(*self.headers, (name, value)))


def json_answer(value: Any, status: int = 200, *, headers: Headers = ()) -> Answer:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, (("content-type", JSON_TYPE), *headers))


def html_answer(text: str, status: int = 200, *, headers: Headers = ()) -> Answer:
    return Answer(status, text.encode(), (("content-type", HTML_TYPE), *headers))


def see_other(place: str) -> Answer:
    """Send a browser on after a form, so that reloading does not send it again."""
    return Answer(303, b"", (("location", place),))


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """
    Return what bracketed names mean: ``fields[title]=x`` is ``{"fields": {"title": "x"}}``.

    ``a[]=1&a[]=2`` is a list, ``a[][id]=1&a[][value]=2`` a list of mappings, numbered keys stay a mapping.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = name.replace("]", "").split("[")
        _put(found, [head, *rest], value)
    return {key: _lists(value) for key, value in found.items()}


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    here = into
    for position, key in enumerate(path):
        last = position == len(path) - 1
        if key == "":
            key = _next_key(here, path[position + 1 :])
        if last:
            here[key] = value
            return
        below = here.get(key)
        if not isinstance(below, dict):
            below = here[key] = {}
        here = below


def _next_key(here: Mapping[str, Any], rest: list[str]) -> str:
    """``[]`` opens a new element, unless the last one is a mapping that has not been told this name yet."""
    numbers = [key for key in here if key.startswith("\0")]
    last = here[numbers[-1]] if numbers else None
    if rest and isinstance(last, dict) and rest[0] not in last:
        return numbers[-1]
    return f"\0{len(numbers)}"


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.startswith("\0") for key in value):
        return [_lists(each) for each in value.values()]
    return {key.lstrip("\0"): _lists(each) for key, each in value.items()}


async def read_request(scope: Scope, receive: Any) -> Request:
    """Read a request whole. Raises TooLarge."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise TooLarge
        if not message.get("more_body", False):
            break
    client = scope.get("client") or ("", 0)
    return Request(
        method=scope["method"],
        path=scope["path"] if "path" in scope else unquote(scope["raw_path"].decode()),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=bytes(body),
        client=client[0],
    )


async def send_answer(send: Any, answer: Answer, *, cut: float | None = None) -> bool:
    """
    Send an answer; with CUT only that share of its body, under the length of all of it.

    Returns False if the line has to be closed now, because the rest will never come.
    """
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if cut is None:
        await send({"type": "http.response.body", "body": answer.body})
        return True
    piece = answer.body[: int(len(answer.body) * cut)]
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    return False
