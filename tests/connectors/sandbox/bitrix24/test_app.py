"""What the exchange file does not say of the portal: events, drops inside batches, snapshots, pages that lag."""

import json
from urllib.parse import parse_qs

import pytest

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Rule, Script
from connectors.sandbox.webhooks import Target
from tests.connectors.sandbox.builders import Caller, Posted

DEAL = 2


@pytest.mark.asyncio
async def test_every_change_is_told_once_with_the_applications_token(
    portal: Bitrix24Sandbox, call: Caller, posted: Posted
) -> None:
    portal.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    number = (await call.deal())["id"]
    await call("crm.item.update", entityTypeId=DEAL, id=number, fields={"title": "Иное"})
    await call("crm.item.update", entityTypeId=DEAL, id=number, fields={"title": "Иное"})
    await call("crm.item.delete", entityTypeId=DEAL, id=number)
    await portal.webhooks.drained()

    bodies = [parse_qs(request.content.decode()) for request in posted.requests]

    assert [body["event"][0] for body in bodies] == ["ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE"]
    assert {body["data[FIELDS][ID]"][0] for body in bodies} == {str(number)}
    assert {body["auth[application_token]"][0] for body in bodies} == {portal.portal.application_token}
    assert {request.headers["content-type"] for request in posted.requests} == {"application/x-www-form-urlencoded"}


@pytest.mark.asyncio
async def test_a_field_is_lost_inside_a_batch_too(portal: Bitrix24Sandbox, call: Caller) -> None:
    number = (await call.deal())["id"]
    portal.script = Script((Rule(path="/crm.item.update", drop=("stageId",), times=1),))
    command = f"crm.item.update?entityTypeId=2&id={number}&fields[title]=New&fields[stageId]=WON"

    first, second = [
        (await call("batch", cmd={"u": command}))["result"]["result"]["u"]["item"]["stageId"] for _ in range(2)
    ]

    assert (first, second) == ("NEW", "WON")


@pytest.mark.asyncio
async def test_lists_lag_and_single_reads_do_not(portal: Bitrix24Sandbox, call: Caller, clock: Clock) -> None:
    portal.script = Script(lag=5)
    number = (await call.deal(originId="case-1"))["id"]
    form = {"entityTypeId": DEAL, "filter": {"originId": "case-1"}}

    seen = (await call("crm.item.list", **form))["total"]
    one = (await call("crm.item.get", entityTypeId=DEAL, id=number))["result"]["item"]["id"]
    clock.advance(6)
    later = (await call("crm.item.list", **form))["total"]

    assert (seen, one, later) == (0, number, 1)


@pytest.mark.asyncio
async def test_a_lagging_list_still_finds_the_origin_of_a_deleted_deal(
    portal: Bitrix24Sandbox, call: Caller, clock: Clock
) -> None:
    number = (await call.deal(originId="case-1"))["id"]
    portal.script = Script(lag=5)
    await call("crm.item.delete", entityTypeId=DEAL, id=number)
    form = {"entityTypeId": DEAL, "filter": {"originId": "case-1"}}

    totals = [(await call("crm.item.list", **form))["total"]]
    clock.advance(6)
    totals.append((await call("crm.item.list", **form))["total"])

    assert totals == [1, 0]


@pytest.mark.asyncio
async def test_the_index_of_origins_follows_changes(call: Caller) -> None:
    number = (await call.deal(originId="Case-1"))["id"]
    await call("crm.item.update", entityTypeId=DEAL, id=number, fields={"originId": "case-2"})

    totals = [
        (await call("crm.item.list", entityTypeId=DEAL, filter={"originId": origin}))["total"]
        for origin in ("case-1", "CASE-2", "")
    ]

    assert totals == [0, 1, 0]


@pytest.mark.asyncio
async def test_the_log_counts_the_calls_of_a_batch_and_keeps_no_secret(portal: Bitrix24Sandbox, call: Caller) -> None:
    await call("batch", cmd=["profile", "profile"])
    await call("profile")

    shown = [(entry.path, entry.calls) for entry in portal.log]

    assert shown == [("/batch", 2), ("/profile", 1)]
    assert "secret" not in json.dumps([entry.shown() for entry in portal.log])


@pytest.mark.asyncio
async def test_an_unknown_method_is_told(call: Caller) -> None:
    response = await call.raw("crm.deal.everything")

    assert (response.status_code, response.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")


@pytest.mark.asyncio
async def test_a_company_that_is_not_there_cannot_be_tied(call: Caller) -> None:
    answer = await call("crm.item.add", entityTypeId=DEAL, fields={"title": "x", "companyId": 77})

    assert answer["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


@pytest.mark.asyncio
async def test_a_refused_write_leaves_nothing_behind(portal: Bitrix24Sandbox, call: Caller) -> None:
    number = (await call.deal())["id"]
    before = dict(portal.portal.items[DEAL].rows[number])

    await call("crm.item.update", entityTypeId=DEAL, id=number, fields={"title": "Иное", "stageId": "NONE"})

    assert portal.portal.items[DEAL].rows[number] == before


@pytest.mark.asyncio
async def test_another_pipeline_without_a_stage_begins_in_its_first(call: Caller) -> None:
    number = (await call.deal(stageId="EXECUTING"))["id"]

    answer = await call("crm.item.update", entityTypeId=DEAL, id=number, fields={"categoryId": 3})

    item = answer["result"]["item"]
    assert (item["stageId"], item["previousStageId"]) == ("C3:NEW", "EXECUTING")


def test_the_same_seed_makes_the_same_portal() -> None:
    def seeded(chance: int) -> list[object]:
        numbers = iter(range(100))
        sandbox = Bitrix24Sandbox(
            clock=Clock(Clock().now().replace(2026, 11, 1), speed=0), secret=lambda: f"{next(numbers)}"
        )
        sandbox.seed(12, cyrillic=True, chance=chance)
        return [(row["title"], row["stageId"], row["opportunity"]) for row in sandbox.portal.items[DEAL]]

    assert seeded(1) == seeded(1) != seeded(2)


def test_a_seeded_portal_is_full_of_cyrillic_and_looks_lived_in(portal: Bitrix24Sandbox) -> None:
    portal.seed(40)

    deals = list(portal.portal.items[DEAL])
    history = [row for rows in portal.portal.history.values() for row in rows]

    assert len(deals) == 40
    assert all(any("а" <= letter <= "я" for letter in deal["title"]) for deal in deals)
    assert len({deal["stageId"] for deal in deals}) > 3
    assert max(row["CREATED_TIME"] for row in history) < portal.clock.now()
