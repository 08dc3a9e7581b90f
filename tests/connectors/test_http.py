"""The way to the network, without a network."""

import gzip
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.base import RequestCount, Surroundings
from connectors.errors import ConnectorError, Gone, Rejected, RetryLater
from connectors.http import ATTEMPTS, Http, HttpSettings

SECRET = "s3cret-hook"
Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def clock(self) -> datetime:
        return datetime(2026, 11, 21, 18, tzinfo=UTC) + timedelta(seconds=sum(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def a_way(handler: Handler, time: Time | None = None, **settings: float | int) -> Http:
    time = time or Time()
    around = Surroundings(
        clock=time.clock, monotonic=time.monotonic, sleep=time.sleep, transport=httpx.MockTransport(handler)
    )
    return Http(
        "crm",
        f"https://crm.test/rest/1/{SECRET}",
        around=around,
        headers={"X-Key": SECRET},
        settings=HttpSettings(**settings),  # type: ignore[arg-type]  # numbers of several fields
    )


def answers(*given: httpx.Response | Exception) -> Handler:
    """Give one after the other, then the last for ever."""
    left = list(given)

    def handler(request: httpx.Request) -> httpx.Response:
        one = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(one, Exception):
            raise one
        return httpx.Response(one.status_code, headers=one.headers, content=one.content)

    return handler


OK = httpx.Response(200, json={"a": 1})
BUSY = httpx.Response(503)


@pytest.mark.asyncio
async def test_a_request_goes_below_the_address_with_our_headers() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return OK

    http = a_way(handler)
    await http.open()
    answer = await http.get("/deals.json", params={"id": "Ёж"})
    await http.close()

    assert answer.object() == {"a": 1}
    assert seen[0].url.path == f"/rest/1/{SECRET}/deals.json"
    assert seen[0].headers["X-Key"] == SECRET


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [BUSY, httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"), httpx.Response(429)],
)
async def test_a_read_is_repeated_until_it_succeeds(bad: httpx.Response | Exception) -> None:
    time = Time()
    http = a_way(answers(bad, bad, OK), time)
    await http.open()

    answer = await http.get("/deals")

    assert answer.status == 200
    assert http.count.total == 3
    assert time.slept == [0.5, 1.0]


@pytest.mark.asyncio
async def test_a_read_gives_up_after_some_attempts() -> None:
    http = a_way(answers(BUSY))
    await http.open()

    with pytest.raises(RetryLater, match=r"^crm: GET /deals answered 503; send it again later$"):
        await http.get("/deals")

    assert http.count.total == ATTEMPTS


@pytest.mark.asyncio
@pytest.mark.parametrize("bad", [BUSY, httpx.ConnectError("no"), httpx.Response(429), httpx.ReadTimeout("slow")])
async def test_a_write_is_sent_once(bad: httpx.Response | Exception) -> None:
    http = a_way(answers(bad, OK))
    await http.open()

    with pytest.raises(RetryLater):
        await http.request("POST", "/deals", json={"a": 1})

    assert http.count == RequestCount(1, 0, 1)


@pytest.mark.asyncio
async def test_a_write_marked_as_repeatable_is_repeated() -> None:
    http = a_way(answers(BUSY, OK))
    await http.open()

    answer = await http.request("PUT", "/deals/1", json={"a": 1}, repeatable=True)

    assert answer.status == 200
    assert http.count == RequestCount(2, 0, 2)


@pytest.mark.asyncio
async def test_a_search_by_post_is_a_read() -> None:
    http = a_way(answers(BUSY, OK))
    await http.open()

    await http.request("POST", "/search", json={"a": 1}, reading=True, overhead=True)

    assert http.count == RequestCount(2, 2, 0)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_what_will_not_change_is_not_repeated(status: int) -> None:
    http = a_way(answers(httpx.Response(status), OK))
    await http.open()

    with pytest.raises(ConnectorError):
        await http.get("/deals")

    assert http.count.total == 1


@pytest.mark.asyncio
async def test_the_wait_that_the_system_asks_for_is_kept() -> None:
    time = Time()
    http = a_way(answers(httpx.Response(429, headers={"Retry-After": "7"}), OK), time)
    await http.open()

    await http.get("/deals")

    assert sum(time.slept) == 7.0


@pytest.mark.asyncio
async def test_a_wait_that_is_too_long_is_left_to_the_caller() -> None:
    time = Time()
    http = a_way(answers(httpx.Response(429, headers={"Retry-After": "3600"}), OK), time)
    await http.open()

    with pytest.raises(RetryLater) as caught:
        await http.get("/deals")

    assert caught.value.after == 3600.0
    assert time.slept == []


@pytest.mark.asyncio
async def test_after_a_429_nothing_else_leaves_before_its_time() -> None:
    time = Time()
    http = a_way(answers(httpx.Response(429, headers={"Retry-After": "7"}), OK), time)
    await http.open()
    with pytest.raises(RetryLater):
        await http.request("POST", "/deals", json={})

    await http.get("/clients")

    assert time.slept == [7.0]


@pytest.mark.asyncio
async def test_a_redirect_within_the_host_is_followed_for_reads() -> None:
    there = httpx.Response(302, headers={"Location": "/rest/2/deals"})
    http = a_way(answers(there, OK))
    await http.open()

    assert (await http.get("/deals")).status == 200


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "place", ["https://evil.test/deals", "http://crm.test/deals", "https://crm.test:8443/deals", "//evil.test/deals"]
)
async def test_credentials_never_follow_to_another_host(place: str) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"Location": place})

    http = a_way(handler)
    await http.open()

    with pytest.raises(RetryLater, match=r"leads elsewhere; put the final address into hub.yaml"):
        await http.get("/deals")

    assert set(seen) == {"crm.test"}


@pytest.mark.asyncio
async def test_a_write_is_not_redirected() -> None:
    http = a_way(answers(httpx.Response(307, headers={"Location": "/deals"}), OK))
    await http.open()

    with pytest.raises(RetryLater) as caught:
        await http.request("POST", "/deals", json={})

    assert caught.value.sent
    assert http.count.total == 1


@pytest.mark.asyncio
async def test_redirects_in_a_circle_end() -> None:
    http = a_way(answers(httpx.Response(302, headers={"Location": "/rest/again"})))
    await http.open()

    with pytest.raises(RetryLater):
        await http.get("/deals")

    assert http.count.total <= 4 * ATTEMPTS


@pytest.mark.asyncio
async def test_an_answer_beyond_the_cap_is_refused_without_being_kept() -> None:
    served: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(1000):
            served.append(number)
            yield b"x" * 1000

    http = a_way(lambda request: httpx.Response(200, content=body()), largest=10_000)
    await http.open()

    with pytest.raises(Rejected, match="more than 10000 bytes; ask for less at once"):
        await http.get("/deals")

    assert len(served) < 50


@pytest.mark.asyncio
async def test_the_cap_counts_what_is_unpacked() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(packed))
    http = a_way(lambda request: answer, largest=100_000)
    await http.open()

    with pytest.raises(Rejected, match="more than 100000 bytes"):
        await http.get("/deals")


@pytest.mark.asyncio
async def test_a_write_answered_beyond_the_cap_is_in_doubt() -> None:
    http = a_way(lambda request: httpx.Response(200, content=b"x" * 100), largest=10)
    await http.open()

    with pytest.raises(RetryLater) as caught:
        await http.request("POST", "/deals", json={})

    assert caught.value.sent


@pytest.mark.asyncio
async def test_no_error_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for bad in (BUSY, httpx.Response(404), httpx.Response(422, text=SECRET), httpx.ConnectError("no")):
        http = a_way(answers(bad))
        await http.open()
        with pytest.raises(ConnectorError) as caught:
            await http.request("GET", f"/hooks/{SECRET}", params={"token": SECRET}, shown="/hooks/…")
        await http.close()

        assert SECRET not in str(caught.value)
        assert "GET /hooks/…" in str(caught.value)
    assert SECRET not in caplog.text


@pytest.mark.asyncio
async def test_the_library_does_not_log_addresses(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    caplog.set_level(logging.INFO)
    http = a_way(answers(OK))
    await http.open()

    await http.get("/deals")

    assert caplog.text == ""


@pytest.mark.asyncio
async def test_cookies_are_forgotten() -> None:
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "session=abc; Path=/"}, json={})

    http = a_way(handler)
    await http.open()
    await http.get("/deals")
    await http.get("/deals")

    assert seen == [None, None]


@pytest.mark.asyncio
async def test_a_header_that_cannot_be_sent_is_not_shown() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError(f"Illegal header value b'{SECRET}'")

    http = a_way(handler)
    await http.open()

    with pytest.raises(Rejected, match="cannot be sent; check the address and the credentials"):
        await http.get("/deals")


@pytest.mark.asyncio
async def test_a_status_that_is_expected_is_an_answer() -> None:
    http = a_way(answers(httpx.Response(422, json={"errors": []})))
    await http.open()

    answer = await http.request("PUT", "/deals/1", json={}, expect=frozenset({422}))

    assert (answer.status, answer.object()) == (422, {"errors": []})


@pytest.mark.asyncio
async def test_gone_is_told_at_once() -> None:
    http = a_way(answers(httpx.Response(404)))
    await http.open()

    with pytest.raises(Gone):
        await http.get("/deals/7")


@pytest.mark.asyncio
async def test_using_it_before_it_is_open_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="open the connector"):
        await a_way(answers(OK)).get("/deals")


@pytest.mark.asyncio
async def test_opening_twice_and_closing_twice_is_no_mistake() -> None:
    http = a_way(answers(OK))
    for _ in range(2):
        await http.open()
    for _ in range(2):
        await http.close()

    assert http.count.total == 0
