"""The form in which a portal's filters read times is found out and not believed."""

from typing import Any

import httpx
import pytest

from connectors.errors import Rejected
from connectors.sandbox.bitrix24 import Settings
from connectors.sandbox.bitrix24.fields import DEAL
from tests.connectors.bitrix24.portals import APortal, pulled


def bounds(portal: APortal) -> list[str]:
    """The times in the filters of lists that read on, as they were sent."""
    found = []
    for request in portal.way.commands():
        if len(request) == 2:
            found += [part for part in request[1].split("&") if "updatedTime]" in part]
    return found


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("settings", "bound"),
    [
        (Settings(), "filter[%3E%3DupdatedTime]=2026-11-20T12%3A29%3A55%2B03%3A00"),
        (Settings(blind_to_iso=True), "filter[%3E%3DupdatedTime]=2026-11-20%2012%3A29%3A55"),
    ],
)
async def test_the_form_that_the_portal_reads_is_used(settings: Settings, bound: str):
    portal = APortal(settings)
    portal.add(title="Пилот")
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        portal.edit("1", title="Пилот 2")
        (after,) = await pulled(connector, page)

    assert bounds(portal) == [bound]
    assert [record.views["title"] for record in after.records] == ["Пилот 2"]


@pytest.mark.asyncio
async def test_it_is_asked_for_once_an_hour_and_counted_apart():
    portal = APortal()
    portal.add(title="Пилот")
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        costs = []
        for seconds in (1.0, 1.0, 3600.0):
            portal.clock.advance(seconds)
            before = connector.requests
            await pulled(connector, page)
            costs.append(connector.requests - before)

    assert [(cost.total, cost.overhead) for cost in costs] == [(2, 1), (1, 0), (2, 1)]


@pytest.mark.asyncio
async def test_a_record_that_changed_or_went_since_does_not_mislead():
    portal = APortal()
    first, second = portal.add(title="раз"), portal.add(title="два")
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        portal.edit(first, title="иначе")
        portal.edit(second, title="иначе")
        (after,) = await pulled(connector, page)
        portal.clock.advance(3601.0)
        portal.portal.items[DEAL].rows.clear()
        third = portal.add(title="три")
        portal.clock.advance(1.0)
        (late,) = await pulled(connector, after)

    assert {record.views["title"] for record in after.records} == {"иначе"}
    assert [record.id for record in late.records] == [third]


@pytest.mark.asyncio
async def test_a_portal_without_records_is_not_asked():
    portal = APortal()
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        await pulled(connector, page)

        assert page.cursor.at is None
        assert connector.requests.overhead == 1  # the fields


KNOWN = {"items": [{"id": 1, "updatedTime": "2026-11-20T12:30:05+03:00"}]}


@pytest.mark.asyncio
@pytest.mark.parametrize("found", [{"items": []}, KNOWN])
async def test_a_portal_that_hears_no_time_at_all_is_told_and_not_read_as_empty(found: dict[str, Any]):
    portal = APortal()
    portal.add(title="Пилот")
    deaf = {"c0": KNOWN, **dict.fromkeys(("c1", "c2", "c3", "c4"), found)}
    answer = {"result": {"result": deaf, "result_error": []}}
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        portal.way.before = lambda method, sent: httpx.Response(200, json=answer)
        with pytest.raises(Rejected, match="cannot be filtered by the time of change"):
            await pulled(connector, page)
