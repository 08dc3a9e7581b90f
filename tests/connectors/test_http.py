"""The way to the network, without a network: what it sends, reads and hides."""

import gzip
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from connectors.errors import ConnectorError, Gone, Rejected, RetryLater
from connectors.ours import STILL_OURS
from tests.connectors.http_builders import BUSY, OK, SECRET, a_way, answers


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
async def test_what_another_process_has_taken_over_does_not_leave_but_reading_goes_on() -> None:
    async def taken_over() -> bool:
        return False

    seen: list[str] = []
    http = a_way(lambda request: seen.append(request.method) or OK)
    await http.open()
    kept = STILL_OURS.set(taken_over)
    await http.get("/deals.json")
    with pytest.raises(RetryLater, match="stood still") as caught:
        await http.request("POST", "/deals", json={})
    STILL_OURS.reset(kept)

    assert (seen, caught.value.sent) == (["GET"], False)


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
