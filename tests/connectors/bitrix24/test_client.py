"""What Bitrix24's refusals mean, and that the webhook never shows."""

from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Surroundings
from connectors.bitrix24.client import Bitrix24Client, Command
from connectors.bitrix24.settings import Bitrix24Settings
from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater

SECRET = "s3cr3t0abc"
Handler = Callable[[httpx.Request], httpx.Response]


async def no_wait(seconds: float) -> None:
    """Time does not pass."""


def a_client(handler: Handler) -> Bitrix24Client:
    settings = Bitrix24Settings(webhook=SecretStr(f"https://example.bitrix24.ru/rest/13/{SECRET}/"))
    around = Surroundings(transport=httpx.MockTransport(handler), sleep=no_wait, monotonic=lambda: 0.0)
    return Bitrix24Client("портал", settings, around)


async def refusal(handler: Handler, *, reading: bool = True) -> ConnectorError:
    client = a_client(handler)
    await client.open()
    with pytest.raises(ConnectorError) as refused:
        await client.call("crm.item.update", {"id": 1}, reading=reading)
    await client.close()
    return refused.value


def said(status: int, code: str, words: str = "") -> Handler:
    return lambda request: httpx.Response(status, json={"error": code, "error_description": words})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (401, "NO_AUTH_FOUND", AuthFailed),
        (401, "expired_token", AuthFailed),
        (403, "user_access_error", AuthFailed),
        (403, "insufficient_scope", Rejected),
        (400, "ACCESS_DENIED", Rejected),
        (404, "ERROR_METHOD_NOT_FOUND", Rejected),
        (400, "NOT_FOUND", Gone),
        (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", Rejected),
        (400, "", Rejected),
        (503, "QUERY_LIMIT_EXCEEDED", RetryLater),
        (503, "OVERLOAD_LIMIT", RetryLater),
        (429, "OPERATION_TIME_LIMIT", RetryLater),
        (500, "INTERNAL_SERVER_ERROR", RetryLater),
    ],
)
async def test_each_code_means_what_to_do_next(status: int, code: str, means: type[ConnectorError]):
    error = await refusal(said(status, code, "слова"), reading=False)

    assert type(error).__mro__[:-1].count(means) == 1
    assert getattr(error, "sent", False) == (code == "INTERNAL_SERVER_ERROR")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "whole"),
    [("ACCESS_DENIED", True), ("insufficient_scope", True), ("CRM_FIELD_ERROR_REQUIRED", False), ("100", False)],
)
async def test_a_right_that_lacks_refuses_the_whole_and_a_wrong_value_does_not(code: str, whole: bool):
    error = await refusal(said(400, code, "Доступ  запрещён\n"))

    assert isinstance(error, Rejected)
    assert (error.whole, error.reason) == (whole, "Доступ запрещён")


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [404, 410, 409, 412])
async def test_a_proxys_status_never_means_that_a_record_is_gone_or_moved(status: int):
    error = await refusal(lambda request: httpx.Response(status, html="<h1>nginx</h1>"), reading=False)

    assert isinstance(error, RetryLater)
    assert "is the address right" in str(error)


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [404, 429, 503])
async def test_a_write_whose_fate_is_not_told_is_never_sent_twice(status: int):
    met: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        met.append(1)
        return httpx.Response(status, html="<h1>nginx</h1>")

    error = await refusal(handler, reading=False)

    assert isinstance(error, RetryLater)
    assert len(met) == (4 if status == 429 else 1)  # a 429 surely was not carried out


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "handler",
    [
        said(400, "ACCESS_DENIED", f"no right to https://example.bitrix24.ru/rest/13/{SECRET}/x"),
        said(401, "NO_AUTH_FOUND", SECRET),
        lambda request: httpx.Response(500),
        lambda request: httpx.Response(200, html=SECRET),
        lambda request: httpx.Response(302, headers={"location": f"https://else.example/{SECRET}"}),
    ],
)
async def test_no_error_shows_the_webhook(handler: Handler):
    error = await refusal(handler)

    assert SECRET not in str(error)
    assert SECRET not in getattr(error, "reason", "")


@pytest.mark.asyncio
async def test_an_error_with_a_good_status_is_an_error():
    assert isinstance(await refusal(said(200, "NOT_FOUND", "нет")), Gone)


@pytest.mark.asyncio
async def test_a_limit_is_waited_for_and_reads_are_got_over():
    met: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        met.append(1)
        if len(met) < 3:
            return httpx.Response(503, json={"error": "QUERY_LIMIT_EXCEEDED"})
        return httpx.Response(200, json={"result": {"ID": "13"}})

    client = a_client(handler)
    await client.open()
    reply = await client.call("profile", {})
    await client.close()

    assert (reply.result, len(met)) == ({"ID": "13"}, 3)


@pytest.mark.asyncio
async def test_more_than_fifty_calls_never_leave():
    client = a_client(lambda request: httpx.Response(200))
    await client.open()
    with pytest.raises(ValueError, match="at most 50"):
        await client.batch([Command("profile", {})] * 51)
    await client.close()

    assert client.count.total == 0


@pytest.mark.asyncio
async def test_a_call_that_a_batch_says_nothing_of_may_have_been_carried_out():
    groups = {"result": {"c0": {"item": {"id": 1}}}, "result_error": [], "result_time": []}
    client = a_client(lambda request: httpx.Response(200, json={"result": groups}))
    await client.open()
    first, second = await client.write([Command("crm.item.add", {}), Command("crm.item.add", {})])
    await client.close()

    assert first.value() == {"item": {"id": 1}}
    assert isinstance(second.error, RetryLater)
    assert second.error.sent


@pytest.mark.asyncio
async def test_a_dictionary_is_read_page_by_page():
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/batch"):
            text = request.content.decode()
            groups = {f"c{n}": [{"ID": str(50 * (n + 1) + i)} for i in range(50)] for n in range(text.count("start="))}
            return httpx.Response(200, json={"result": {"result": groups, "result_error": []}})
        rows = [{"ID": str(i)} for i in range(50)]
        return httpx.Response(200, json={"result": rows, "total": 2700, "next": 50})

    client = a_client(handler)
    await client.open()
    rows = await client.listed("user.get", {})
    await client.close()

    assert len(rows) == 2700
    assert client.count.total == client.count.overhead == 3
