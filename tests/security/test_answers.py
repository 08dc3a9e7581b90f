"""Servers that turn against us: where they send us, what they send, and how much of it."""

import asyncio
import gzip
import json
import logging
import tracemalloc
import zlib
from contextlib import suppress
from functools import cache

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.answers import Answer, error_of, retry_after
from connectors.base import Surroundings
from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from connectors.http import REDIRECTS, Http, HttpSettings
from tests.connectors.http_builders import SECRET, Time, a_way, answers

OURS = (AuthFailed, Gone, Rejected, RetryLater, Stale)
ELSEWHERE = (
    "https://evil.test/rest/1/x",
    "http://crm.test/rest/1/x",
    "https://crm.test:8443/x",
    "https://crm.test@evil.test/x",
    "https://crm.test.evil.test/x",
    "//evil.test/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://127.0.0.1:6379/",
    "http://2130706433/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "javascript:alert(1)",
    "https://crm.test:99999/",
    "https://[/",
    "\\\\evil.test\\x",
)


def ask(way: Http, *given, **more):
    async def asked():
        await way.open()
        try:
            return await way.request(*given, **more)
        finally:
            await way.close()

    return asyncio.run(asked())


def streamed(way: Http, path: str, most: int):
    async def asked():
        await way.open()
        try:
            return b"".join([piece async for piece in way.stream(path, most=most)])
        finally:
            await way.close()

    return asyncio.run(asked())


def recorded(response):
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return response(request)

    return asked, handler


# --- where they send us -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ELSEWHERE)
def test_no_redirect_leads_to_another_host_scheme_or_port(location, status):
    asked, handler = recorded(lambda _: httpx.Response(status, headers={"Location": location}))

    with pytest.raises(RetryLater) as raised:
        ask(a_way(handler), "GET", "/deals")

    assert {(one.url.scheme, one.url.host, one.url.port) for one in asked} == {("https", "crm.test", None)}
    assert SECRET not in str(raised.value)
    assert location not in str(raised.value)


@pytest.mark.parametrize("location", ["/other", *ELSEWHERE])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_writes_follows_no_redirect_at_all_and_stays_in_doubt(method, location):
    asked, handler = recorded(lambda _: httpx.Response(307, headers={"Location": location}))

    with pytest.raises(RetryLater) as raised:
        ask(a_way(handler), method, "/deals", content=b"x")

    assert len(asked) == 1
    assert raised.value.sent


def test_redirects_in_a_circle_end():
    asked, handler = recorded(lambda _: httpx.Response(302, headers={"Location": "/again"}))

    with pytest.raises(RetryLater):
        ask(a_way(handler), "GET", "/deals", repeatable=False)

    assert len(asked) == REDIRECTS + 1


@pytest.mark.parametrize(
    "path", ["@evil.test/x", ".evil.test/x", ":8443/x", "https://evil.test/x", "HTTPS://evil.test"]
)
def test_a_path_that_a_system_handed_out_leads_to_no_other_host(path):
    asked, handler = recorded(lambda _: httpx.Response(200))
    way = Http("crm", "https://crm.test", around=Surroundings(transport=httpx.MockTransport(handler)))

    with pytest.raises(Rejected):
        ask(way, "GET", path)

    assert asked == []


# --- what we send -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["k\r\nX-Admin: 1", "k\nx", "k\x00", "ключ", "k\x85"])
def test_a_key_that_would_begin_another_header_is_not_sent(value):
    asked, handler = recorded(lambda _: httpx.Response(200))
    around = Surroundings(transport=httpx.MockTransport(handler))

    with pytest.raises(AuthFailed) as raised:
        ask(Http("crm", "https://crm.test", around=around, headers={"X-Key": value}), "GET", "/deals")

    assert asked == []
    assert value not in str(raised.value)


@pytest.mark.parametrize("text", ["a\r\nHost: evil.test", "a b", "ключ", "\x00", "../../admin"])
def test_what_a_person_typed_stays_inside_its_parameter(text):
    asked, handler = recorded(lambda _: httpx.Response(200))

    ask(a_way(handler), "GET", "/deals", params={"q": text})

    assert asked[0].url.host == "crm.test"
    assert asked[0].url.path == f"/rest/1/{SECRET}/deals"
    assert asked[0].url.params["q"] == text
    assert b"\r" not in asked[0].url.raw_path


@pytest.mark.parametrize("given", [{"params": {"q": "\ud800"}}, {"json": {"q": 1}, "headers": {"If-Match": "\ud800"}}])
def test_half_a_character_is_refused_in_our_words(given):
    with pytest.raises(Rejected):
        ask(a_way(answers(httpx.Response(200))), "GET", "/deals", **given)


# --- how much they send -----------------------------------------------------------------------------------------------

CAP = 1_000_000


def packed_as(encoding: str, body: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(body))


@cache
def bomb(layers: int) -> bytes:
    body = bytes(50_000_000)
    for _ in range(layers):
        body = gzip.compress(body, 9)
    return body


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "deflate"])
def test_a_bomb_is_stopped_by_what_it_becomes(encoding):
    body = zlib.compress(bytes(50_000_000)) if encoding == "deflate" else bomb(1)
    way = a_way(lambda _: packed_as(encoding, body), largest=CAP)
    tracemalloc.start()
    try:
        with pytest.raises(Rejected, match="more than 1000000 bytes"):
            ask(way, "GET", "/deals")
        assert tracemalloc.get_traced_memory()[1] < 20 * CAP
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,gzip", "br", "zstd", "gzip, identity", "\xff"])
def test_what_is_packed_otherwise_than_asked_for_is_not_unpacked(encoding):
    headers = [(b"content-encoding", encoding.encode("latin-1"))]
    way = a_way(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(bomb(2))), largest=CAP)

    with pytest.raises(RetryLater, match="broke off"):
        ask(way, "GET", "/deals")


def test_a_packed_answer_is_read_whole_and_half_of_one_is_none():
    whole = gzip.compress(b'{"a": "' + b"x" * 600_000 + b'"}')

    assert len(ask(a_way(lambda _: packed_as("gzip", whole)), "GET", "/a").object()["a"]) == 600_000
    assert ask(a_way(lambda _: packed_as("gzip", b"")), "GET", "/a").body == b""
    for broken in (whole[:-9], b"no gzip"):
        with pytest.raises(RetryLater):
            ask(a_way(lambda _, broken=broken: packed_as("gzip", broken)), "GET", "/a")


def test_a_file_that_is_a_bomb_is_stopped_too():
    with pytest.raises(Rejected):
        streamed(a_way(lambda _: packed_as("gzip", bomb(1))), "/file", CAP)


class Endless(httpx.AsyncByteStream):
    """A body without an end; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self):
        while True:
            self.taken += 10_000
            yield b"x" * 10_000

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_without_an_end_is_left_at_the_cap(method):
    endless = Endless()

    with pytest.raises((Rejected, RetryLater)) as raised:
        ask(a_way(lambda _: httpx.Response(200, stream=endless), largest=CAP), method, "/deals")

    assert endless.taken <= CAP + 10_000
    assert isinstance(raised.value, Rejected if method == "GET" else RetryLater)  # what wrote may have been carried out


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
