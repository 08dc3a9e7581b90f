"""Files inside JSON, as base64: written and read piece by piece, so that a file of any size takes no memory."""

import base64
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from .body import Body

PIECE = 48 * 1024
"""Bytes of a file at once: a multiple of three, so that pieces of base64 make one whole."""
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
OTHERS = bytes(set(range(256)) - set(LETTERS))


def json_body(form: Any, files: Mapping[str, Path]) -> Body:
    """
    Return *form* as JSON in which each text that is a key of FILES has become the base64 of that file.

    Raises OSError without the file.
    """
    parts: list[bytes | Path] = [json.dumps(form, ensure_ascii=False).encode()]
    for name, path in files.items():
        hole = json.dumps(name, ensure_ascii=False).encode()
        parts = [piece for part in parts for piece in _filled(part, hole, path)]
    length = sum(len(part) if isinstance(part, bytes) else _length(part) for part in parts)

    async def pieces() -> AsyncIterator[bytes]:
        for part in parts:
            if isinstance(part, bytes):
                yield part
                continue
            with part.open("rb") as file:
                while piece := file.read(PIECE):
                    yield base64.b64encode(piece)

    return Body(pieces, length)


async def decoded(pieces: AsyncIterable[bytes], *, before: bytes) -> AsyncIterator[bytes]:
    """
    Return the bytes of the text that stands behind BEFORE and its quotation mark, decoded from base64.

    Raises LookupError, with all that came, where BEFORE is not met; EOFError where the text has no end; ValueError
    where it is no base64.
    """
    kept, found = b"", False
    async for piece in pieces:
        kept += piece
        if not found:
            _, met, rest = kept.partition(before)
            if not met or b'"' not in rest:
                continue
            found, kept = True, rest.partition(b'"')[2]
        text, end, _ = kept.partition(b'"')
        if end:
            yield _decoded(text)
            return
        whole = len(text) - 1 if text.endswith(b"\\") else len(text)  # the next byte says what was escaped
        letters = _plain(text[:whole])
        ready = len(letters) // 4 * 4
        yield base64.b64decode(letters[:ready], validate=True)
        kept = letters[ready:] + text[whole:]
    if not found:
        raise LookupError(kept)
    raise EOFError


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(_plain(text), validate=True)


def _plain(text: bytes) -> bytes:
    """Leave out line ends, which JSON writes as two letters, and the mark before a slash."""
    return text.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, OTHERS)


def _filled(part: bytes | Path, hole: bytes, path: Path) -> list[bytes | Path]:
    if not isinstance(part, bytes) or hole not in part:
        return [part]
    head, _, rest = part.partition(hole)
    return [head + b'"', path, *_filled(b'"' + rest, hole, path)]


def _length(path: Path) -> int:
    return (path.stat().st_size + 2) // 3 * 4
