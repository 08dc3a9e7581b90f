"""What becomes of updates: beside the contract, Bitrix24's own ways."""

import httpx
import pytest

from connectors.sandbox.bitrix24 import Settings
from tests.connectors.bitrix24.portals import APortal, create, denied, locked_out, one, refusals, update

WORK = "PREPARATION"


@pytest.mark.asyncio
async def test_a_sum_is_kept_although_rows_of_products_say_otherwise():
    portal = APortal()
    record_id = portal.add(title="Лицензии")
    portal.portal.rows[int(record_id)] = [{"price": 100, "quantity": 2}]
    async with portal.connector() as connector:
        before = await one(connector, record_id)
        (receipt,) = await connector.push([update(before, {"opportunity": "175000.50", "currencyId": "USD"})])

    assert receipt.proved
    assert receipt.record is not None
    assert (receipt.record.views["opportunity"], receipt.record.views["currencyId"]) == ("175000.5", "USD")
    assert receipt.record.views["isManualOpportunity"] is True


@pytest.mark.asyncio
async def test_another_currency_alone_leaves_the_sum_to_the_rows_of_products():
    portal = APortal()
    record_id = portal.add(title="Лицензии")
    async with portal.connector() as connector:
        before = await one(connector, record_id)
        views = {"opportunity": before.views["opportunity"], "currencyId": "USD"}
        (receipt,) = await connector.push([update(before, views)])

    assert receipt.record is not None
    assert receipt.record.views["currencyId"] == "USD"
    assert receipt.record.views["isManualOpportunity"] is False


@pytest.mark.asyncio
async def test_a_stage_of_another_pipeline_takes_the_deal_there():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        (there,) = await connector.push([update(await one(connector, record_id), {"stageId": "C3:EXECUTING"})])
        (back,) = await connector.push([update(await one(connector, record_id), {"stageId": "NEW"})])

    assert [receipt.state for receipt in (there, back)] == ["done", "done"]
    assert there.record is not None
    assert (there.record.views["categoryId"], there.record.views["stageId"]) == ("3", "C3:EXECUTING")
    assert portal.deal(record_id)["categoryId"] == 0


@pytest.mark.asyncio
async def test_a_stage_closed_to_us_is_refused_by_name_and_the_rest_is_written():
    portal = APortal(Settings(forbidden_stages={"hub": frozenset({WORK})}))
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        before = await one(connector, record_id)
        (receipt,) = await connector.push([update(before, {"title": "Пилот 2", "stageId": WORK, "comments": "да"})])

    assert (receipt.state, refusals(receipt)) == ("done", ["stageId"])
    assert receipt.refused[0].reason == "Недостаточно прав на смену стадии"
    assert (portal.deal(record_id)["title"], portal.deal(record_id)["stageId"]) == ("Пилот 2", "NEW")
    assert sum("item.update" in request[0] for request in portal.way.commands()) == 2


@pytest.mark.asyncio
async def test_a_refusal_that_names_no_place_is_narrowed_down():
    portal = APortal()
    record_id = portal.add(title="Пилот")

    def refuse_the_source(method: str, sent: object) -> httpx.Response | None:
        return denied("Так нельзя") if "sourceDescription" in str(sent) and "update" in str(sent) else None

    portal.way.before = refuse_the_source
    views = {"title": "Пилот 2", "sourceDescription": "с выставки", "comments": "да", "utmSource": "сайт"}
    async with portal.connector() as connector:
        (receipt,) = await connector.push([update(await one(connector, record_id), views)])

    assert (receipt.state, refusals(receipt)) == ("done", ["sourceDescription"])
    assert [portal.deal(record_id)[place] for place in ("title", "comments", "utmSource")] == ["Пилот 2", "да", "сайт"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("place", "view"),
    [("ufCrm_999", "x"), ("createdTime", "2020-01-01T00:00:00+00:00"), ("stageId", None), ("companyId", {"name": "?"})],
)
async def test_what_the_portal_would_ignore_is_refused_and_never_sent(place: str, view: object):
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        (receipt,) = await connector.push([update(await one(connector, record_id), {place: view, "title": "Пилот 2"})])

    assert (receipt.state, refusals(receipt)) == ("done", [place])
    assert not any(place in command for request in portal.way.commands() for command in request if "update" in command)
    assert portal.deal(record_id)["title"] == "Пилот 2"


@pytest.mark.asyncio
async def test_an_account_that_may_not_write_is_refused_whole():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.portal.hooks["hub"] = portal.portal.hooks["sales"]
    async with portal.connector() as connector:
        before = await one(connector, record_id)
        written, made = await connector.push([update(before, {"title": "а", "comments": "б"}), create({"title": "в"})])

    assert (written.state, refusals(written)) == ("refused", ["title", "comments"])
    assert (made.state, refusals(made)) == ("refused", [None])
    assert len([request for request in portal.way.commands() if "update" in request[0] or "add" in request[0]]) == 2


@pytest.mark.asyncio
async def test_lists_are_replaced_and_emptied_beside_other_writes():
    portal = APortal()
    ids = [portal.add(title="раз", ufCrm_1690000006=["облако", "миграция"]), portal.add(title="два")]
    async with portal.connector() as connector:
        first, second = [await one(connector, each) for each in ids]
        writes = [update(first, {"ufCrm_1690000006": None}), update(second, {"ufCrm_1690000006": ["б", "а"]})]
        receipts = await connector.push(writes)

    assert first.views["ufCrm_1690000006"] == ["миграция", "облако"]
    assert [r.record.views["ufCrm_1690000006"] for r in receipts if r.record] == [None, ["а", "б"]]
    assert [r.state for r in receipts] == ["done", "done"]


@pytest.mark.asyncio
async def test_more_than_fifty_writes_never_share_a_batch():
    portal = APortal()
    ids = [portal.add(title=f"№ {number}") for number in range(120)]
    async with portal.connector() as connector:
        found = await connector.get("deal", ids)
        receipts = await connector.push([update(f.record, {"title": f"Новое {f.id}"}) for f in found if f.record])

    assert {receipt.state for receipt in receipts} == {"done"}
    assert max(len(request) for request in portal.way.commands()) == 50
    assert [portal.deal(each)["title"] for each in ids] == [f"Новое {each}" for each in ids]


@pytest.mark.asyncio
async def test_batches_shrink_where_a_call_takes_long():
    portal = APortal()
    ids = [portal.add(title=f"№ {number}") for number in range(20)]
    portal.portal.working.costs["crm.item.update"] = 60.0
    async with portal.connector() as connector:
        found = [each.record for each in await connector.get("deal", ids)]
        await connector.push([update(each, {"title": "а"}) for each in found[:1] if each])
        await connector.push([update(each, {"title": "б"}) for each in found[1:2] if each])
        receipts = await connector.push([update(each, {"title": "в"}) for each in found[2:] if each])

    sizes = [len(request) for request in portal.way.commands() if request[0].startswith("crm.item.update")]
    assert max(sizes) <= 7
    assert {receipt.state for receipt in receipts} <= {"done", "unsent"}


@pytest.mark.asyncio
async def test_credentials_that_end_in_a_batch_stop_what_was_to_be_sent_again():
    portal = APortal()
    ids = [portal.add(title="раз"), portal.add(title="два")]
    async with portal.connector() as connector:
        first, second = [await one(connector, each) for each in ids]
        portal.way.before = lambda method, sent: locked_out("Нельзя") if "item.update" in str(sent) else None
        receipts = await connector.push(
            [update(first, {"title": "а", "comments": "б"}), update(second, {"title": "в"})]
        )

    assert [receipt.state for receipt in receipts] == ["unsent", "unsent"]
    assert sum("item.update" in request[0] for request in portal.way.commands()) == 1


@pytest.mark.asyncio
async def test_a_write_that_a_limit_kept_back_is_sent_again():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    full = [httpx.Response(503, json={"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"})]
    portal.way.before = lambda method, sent: full.pop() if full and "update" in str(sent) else None
    async with portal.connector() as connector:
        (receipt,) = await connector.push([update(await one(connector, record_id), {"title": "Пилот 2"})])

    assert receipt.state == "done"
    assert full == []
