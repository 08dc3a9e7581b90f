"""Servers that turn against us: where they send us, what we send, and how much of theirs is read."""

import gzip
import tracemalloc
import zlib
from functools import cache

import httpx
import pytest

from connectors.base import Surroundings
from connectors.errors import AuthFailed, Rejected, RetryLater
from connectors.http import REDIRECTS, Http
from tests.connectors.http_builders import SECRET, a_way, answers
from tests.security.ways import ask, recorded, streamed

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
