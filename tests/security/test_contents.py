"""Servers that turn against us: what they send."""

import asyncio
import json
import logging
from contextlib import suppress

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.answers import Answer, error_of, retry_after
from connectors.base import Surroundings
from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from connectors.http import Http, HttpSettings
from state.columns import loads
from tests.connectors.http_builders import SECRET, Time, a_way, answers
from tests.security.ways import ask

OURS = (AuthFailed, Gone, Rejected, RetryLater, Stale)


# --- what they send ---------------------------------------------------------------------------------------------------

JSON = (
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e999999999}',
    b'{"a": ' + b"9" * 10_000 + b"}",
    b'{"a": 1.' + b"9" * 500_000 + b"e-500000}",
    b'{"a": "\xff\xfe"}',
    b'{"a": "\x00"}',
    b"\x00",
    b"\xff\xfe{",
    b"",
    b"null",
    b"<html>",
)


@pytest.mark.parametrize("body", JSON, ids=lambda body: repr(body[:20]))
def test_json_that_is_none_or_an_attack_is_told_as_an_answer_to_be_asked_again(body):
    with pytest.raises(RetryLater):
        ask(a_way(answers(httpx.Response(200, content=body))), "GET", "/deals").object()


def test_a_key_that_is_said_twice_is_read_alike_by_whoever_reads_it():
    """Else one reader would check what another acts upon."""
    text = '{"id": 1, "a": {"id": 2, "id": 3}, "id": 4}'

    read = Answer("crm", "GET /a", 200, {}, text.encode(), Time().clock(), True).object()
    assert read == loads(text) == json.loads(text) == {"id": 4, "a": {"id": 3}}


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_told(body):
    answer = Answer("crm", "GET /a", 200, {}, body, Time().clock(), True)
    with suppress(RetryLater):
        assert isinstance(answer.object(), dict)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.integers(100, 999),
    st.one_of(
        st.text(max_size=30),
        st.integers(0, 10**40).map(lambda year: f"Mon, 20 Nov {year} 10:00:00 GMT"),
        st.integers(0, 10**40).map(lambda zone: f"Fri, 31 Dec 9999 23:59:59 -{zone}"),
        st.integers(0, 10**6).map(str),
    ),
)
def test_any_status_with_any_headers_means_one_of_our_errors(status, text):
    answer = Answer("crm", "GET /a", status, {"retry-after": text, "date": text}, b"", Time().clock(), True)

    error = error_of(answer, now=Time().clock())
    assert (error is None) == (200 <= status < 300)
    assert error is None or isinstance(error, OURS)
    after = retry_after({"retry-after": text}, now=Time().clock())
    assert after is None or after >= 0
    assert answer.date is None or answer.date.tzinfo is not None


# --- a real socket ----------------------------------------------------------------------------------------------------

WIRE = {
    "nonsense": b"SSH-2.0-OpenSSH\r\n",
    "nothing": b"",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello",
    "too long": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
    "digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
    "broken chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello",
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000,
    "many heads": b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 50_000,
    "nul": b"HTTP/1.1 200 OK\r\nX-A: \x00\r\n\r\n",
    "status": b"HTTP/1.1 99999 OK\r\n\r\n",
    "only promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
}


@pytest.mark.loopback
@pytest.mark.parametrize("name", WIRE)
def test_what_is_no_http_is_told_in_our_words(name, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConnectorError) as raised:
        asyncio.run(_on_the_wire(WIRE[name], ends=True))

    assert isinstance(raised.value, OURS)
    assert SECRET not in str(raised.value) + caplog.text


@pytest.mark.loopback
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
def test_a_server_that_falls_silent_is_left(first):
    with pytest.raises(RetryLater, match="was not answered within"):
        asyncio.run(_on_the_wire(first, ends=False))


async def _on_the_wire(said: bytes, *, ends: bool):
    left = asyncio.Event()

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        if not ends:
            await left.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    around = Surroundings()
    way = Http("crm", f"http://127.0.0.1:{port}/{SECRET}", around=around, settings=HttpSettings(timeout=0.2))
    await way.open()
    try:
        return await way.request("GET", "/deals", params={"q": json.dumps("ключ")}, repeatable=False)
    finally:
        left.set()
        await way.close()
        server.close()
        await server.wait_closed()
