"""What is repeated, what is waited for, and what is followed."""

import httpx
import pytest

from connectors.base import RequestCount
from connectors.errors import ConnectorError, RetryLater
from connectors.http import ATTEMPTS
from tests.connectors.http_builders import BUSY, OK, Time, a_way, answers


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
async def test_a_system_that_asks_for_no_wait_is_not_asked_at_once_again_and_again() -> None:
    time = Time()
    none = httpx.Response(503, headers={"Retry-After": "0"})
    http = a_way(answers(none, none, OK), time)
    await http.open()

    await http.get("/deals")

    assert [wait for wait in time.slept if wait] == [0.5, 1.0]


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
