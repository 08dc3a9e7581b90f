"""Files inside JSON: the body is the very JSON that a whole file would make, and comes back whatever the pieces."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.encoded import PIECE, decoded, json_body


async def pieces_of(body: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    at = 0
    for cut in sorted({min(each, len(body)) for each in cuts}):
        yield body[at:cut]
        at = cut
    yield body[at:]


async def text_of(body: bytes, cuts: list[int]) -> bytes:
    return b"".join([piece async for piece in decoded(pieces_of(body, cuts), before=b'"base64":')])


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 2])
async def test_a_body_is_the_json_of_the_whole_file_and_as_long_as_it_says(tmp_path: Path, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    path = tmp_path / "файл"
    path.write_bytes(content)
    form = {"name": "Схема «ёж».png", "files": [["№ 5", "\0one"], ["второй", "\0one"]], "text": "file \0one"}

    body = json_body(form, {"\0one": path})
    sent = b"".join([piece async for piece in body.pieces()])
    again = b"".join([piece async for piece in body.pieces()])

    text = base64.b64encode(content).decode()
    assert json.loads(sent) == {**form, "files": [["№ 5", text], ["второй", text]]}
    assert (len(sent), again) == (body.length, sent)


@given(content=st.binary(max_size=400), cuts=st.lists(st.integers(0, 700), max_size=12), spaced=st.booleans())
@settings(derandomize=True, deadline=None, max_examples=150)
@pytest.mark.asyncio
async def test_a_content_comes_back_in_any_split_with_line_ends_or_without(
    content: bytes, cuts: list[int], spaced: bool
) -> None:
    encode = base64.encodebytes if spaced else base64.b64encode
    answer = {"id": 1, "result": [{"id": 7, "data": {"__class__": "bytes", "base64": encode(content).decode()}}]}
    body = json.dumps(answer).encode()

    assert await text_of(body, cuts) == content
    assert await text_of(body.replace(b"/", b"\\/"), cuts) == content


@pytest.mark.asyncio
async def test_what_has_no_content_no_end_or_no_base64_is_told_apart() -> None:
    with pytest.raises(LookupError) as failed:
        await text_of(b'{"id":1,"error":["UserError"]}', [5])
    with pytest.raises(EOFError):
        await text_of(b'{"base64": "AAAA', [])
    with pytest.raises(ValueError, match=r"base64|padding|characters"):
        await text_of(b'{"base64": "AAAAA"}', [])

    assert failed.value.args == (b'{"id":1,"error":["UserError"]}',)
