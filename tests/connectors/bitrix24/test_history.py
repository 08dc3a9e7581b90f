"""The history of stages: what it says of a write, and what a person did meanwhile."""

import httpx
import pytest

from tests.connectors.bitrix24.portals import APortal, one, update

WORK = "PREPARATION"


@pytest.mark.asyncio
async def test_a_stage_that_a_person_set_between_compare_and_write_is_in_the_log():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.clock.advance(60.0)

    def meanwhile(method: str, sent: object) -> None:
        if "crm.item.update" in str(sent) and portal.deal(record_id)["stageId"] == "NEW":
            portal.edit(record_id, stageId="FINAL_INVOICE")

    async with portal.connector() as connector:
        before = await one(connector, record_id)
        portal.way.before = meanwhile
        (receipt,) = await connector.push([update(before, {"stageId": WORK})])

    assert receipt.state == "done"
    assert [(past.new, past.ours) for past in receipt.log] == [("FINAL_INVOICE", False), (WORK, True)]


@pytest.mark.asyncio
async def test_a_step_that_the_compare_has_seen_is_not_in_the_log():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.edit(record_id, stageId="FINAL_INVOICE")
    async with portal.connector() as connector:
        (receipt,) = await connector.push([update(await one(connector, record_id), {"stageId": WORK})])

    assert [(past.new, past.ours) for past in receipt.log] == [(WORK, True)]


@pytest.mark.asyncio
async def test_a_stage_that_moved_is_looked_up_although_only_the_title_was_written():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.clock.advance(60.0)

    def meanwhile(method: str, sent: object) -> None:
        if "crm.item.update" in str(sent):
            portal.edit(record_id, stageId="WON")

    async with portal.connector() as connector:
        before = await one(connector, record_id)
        portal.way.before = meanwhile
        (receipt,) = await connector.push([update(before, {"title": "Пилот 2"})])

    assert [(past.old, past.new, past.ours) for past in receipt.log] == [("NEW", "WON", False)]


@pytest.mark.asyncio
async def test_a_history_that_cannot_be_read_spoils_no_write():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.way.before = lambda method, sent: httpx.Response(500) if "stagehistory" in str(sent) else None
    async with portal.connector() as connector:
        (receipt,) = await connector.push([update(await one(connector, record_id), {"stageId": WORK})])

    assert (receipt.state, receipt.log) == ("done", ())
    assert "history" in receipt.reason


@pytest.mark.asyncio
async def test_the_change_log_tells_every_stage_and_who_made_the_last_step():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    portal.edit(record_id, stageId="FINAL_INVOICE")
    async with portal.connector() as connector:
        portal.clock.advance(5.0)
        await connector.push([update(await one(connector, record_id), {"stageId": "WON"})])
        log = await connector.change_log("deal", record_id)
        late = await connector.change_log("deal", record_id, since=log[-1].at)

    assert [(past.old, past.new, past.ours) for past in log] == [
        (None, "NEW", False),
        ("NEW", "FINAL_INVOICE", False),
        ("FINAL_INVOICE", "WON", True),
    ]
    assert late == log[-1:]
