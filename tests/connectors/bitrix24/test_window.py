"""Nothing is lost while records change under the reader, wherever pages end and whatever stamps are equal."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bitrix24.window import Unordered, next_after_first, next_in_window, turn_of
from connectors.errors import Rejected, RetryLater
from connectors.sandbox.bitrix24.fields import DEAL
from mappings.exchange import Cursor
from tests.connectors.bitrix24.portals import APortal, pulled

EVENTS = st.lists(
    st.tuples(st.sampled_from(["edit", "add", "delete"]), st.integers(0, 9), st.sampled_from([0.0, 0.4, 1.0, 30.0])),
    max_size=4,
)


def happen(portal: APortal, events: list[tuple[str, int, float]]) -> None:
    for what, which, seconds in events:
        portal.clock.advance(seconds)
        rows = list(portal.portal.items[DEAL].rows)
        if what == "add" or not rows:
            portal.add(title=f"новая {which}")
            continue
        number = rows[which % len(rows)]
        if what == "delete":
            portal.portal.remove(DEAL, number)
        else:
            portal.edit(str(number), title=f"изменено {portal.seconds()} {which}")


@given(size=st.integers(1, 4), turns=st.lists(EVENTS, min_size=1, max_size=12))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_whatever_happens_between_two_requests_everything_is_read_as_it_is_in_the_end(
    size: int, turns: list[list[tuple[str, int, float]]]
):
    portal = APortal()
    for number in range(7):
        portal.add(title=f"Сделка № {number}")

    async def read() -> Mapping[str, str]:
        shown: dict[str, str] = {}
        cursor: Cursor | None = None
        left = list(turns)
        async with portal.connector(page_size=size) as connector:
            more = True
            while more or left:
                page = await connector.pull("deal", cursor)
                shown |= {record.id: record.views["title"] for record in page.records}
                cursor, more = page.cursor, page.more
                happen(portal, left.pop(0) if left else [])
            for each in await pulled(connector, page):
                shown |= {record.id: record.views["title"] for record in each.records}
        return shown

    shown = asyncio.run(read())

    there = {str(number): row["title"] for number, row in portal.portal.items[DEAL].rows.items()}
    assert {number: shown.get(number) for number in there} == there


@pytest.mark.asyncio
async def test_the_cursor_is_the_newest_stamp_as_the_portal_wrote_it_with_the_records_of_that_second():
    portal = APortal()
    portal.add(title="раз")
    portal.clock.advance(5.0)
    ids = {portal.add(title="два"), portal.add(title="три")}
    async with portal.connector() as connector:
        (page,) = await pulled(connector)

    assert page.cursor.at == "2026-11-20T12:30:10+03:00"
    assert set(page.cursor.ids) == ids
    assert {record.version for record in page.records} == {"2026-11-20T09:30:05+00:00", "2026-11-20T09:30:10+00:00"}


@pytest.mark.asyncio
async def test_a_record_says_who_changed_it_last():
    portal = APortal()
    deal = portal.add(title="Сделка")

    async with portal.connector() as connector:
        [made] = (await connector.pull("deal", None)).records
        portal.clock.advance(60)
        portal.portal.items[DEAL].rows[int(deal)]["updatedBy"] = 99
        found = await connector.get("deal", [deal])

    record = found[0].record
    assert made.editor == str(portal.portal.user("manager").id)
    assert record is not None
    assert record.editor == "99"


@pytest.mark.asyncio
async def test_a_cursor_never_falls_where_the_newest_record_is_deleted():
    portal = APortal()
    portal.add(title="раз")
    portal.clock.advance(60.0)
    newest = portal.add(title="два")
    async with portal.connector() as connector:
        (page,) = await pulled(connector)
        portal.portal.remove(DEAL, int(newest))
        (after,) = await pulled(connector, page)

    assert after.cursor.at == page.cursor.at


@pytest.mark.asyncio
async def test_a_full_read_that_is_under_way_goes_on_even_where_full_is_said_again():
    portal = APortal()
    for number in range(9):
        portal.add(title=f"№ {number}")
    async with portal.connector(page_size=2) as connector:
        cursor, met, more = None, [], True
        while more:
            page = await connector.pull("deal", cursor, full=True)
            met += [record.id for record in page.records]
            cursor, more = page.cursor, page.more
            assert len(met) < 20

    assert met == [str(number) for number in range(1, 10)]
    assert cursor is not None
    assert not cursor.full


@pytest.mark.asyncio
async def test_a_cursor_of_somebody_else_is_refused():
    portal = APortal()
    async with portal.connector() as connector:
        with pytest.raises(Rejected, match="begin a full read"):
            await connector.pull("deal", Cursor("2026-11-20T12:30:10+03:00", resume='{"offset": 3}'))


def listing(items: Mapping[str, Any]) -> httpx.Response:
    """The answer to the first request of a window."""
    groups = {"result": {"c0": {"items": []}, "c1": items}, "result_error": [], "result_total": {"c0": 2}}
    return httpx.Response(200, json={"result": groups})


@pytest.mark.asyncio
async def test_a_portal_that_shows_records_without_a_number_is_not_read_as_empty():
    portal = APortal()
    portal.way.before = lambda method, sent: listing({"items": [{"title": "раз"}]}) if method == "batch" else None
    async with portal.connector() as connector:
        with pytest.raises(RetryLater, match="without a number"):
            await connector.pull("deal", None)


@pytest.mark.asyncio
async def test_numbers_may_come_as_text():
    portal = APortal()
    items = {"items": [{"id": "1", "title": "раз", "updatedTime": "2026-11-20T12:30:05+03:00"}]}
    portal.way.before = lambda method, sent: listing(items) if method == "batch" else None
    async with portal.connector() as connector:
        page = await connector.pull("deal", None)

    assert [record.id for record in page.records] == ["1"]


@pytest.mark.asyncio
async def test_a_portal_that_does_not_sort_is_not_trusted():
    portal = APortal()
    items = {"items": [{"id": 3, "title": "три"}, {"id": 1, "title": "раз"}]}
    portal.way.before = lambda method, sent: listing(items) if method == "batch" else None
    async with portal.connector() as connector:
        with pytest.raises(RetryLater, match="sort records by their id"):
            await connector.pull("deal", None)


def test_a_second_page_that_is_not_behind_the_first_is_asked_for_again():
    turn = turn_of(Cursor(resume='{"start": null, "at": null, "ids": [], "after": 4}', full=True), full=False)

    step = next_in_window(None, turn, first=[5, 6], second=[1, 2], size=2)

    assert (step.more, step.taken) == (True, (2, 0))
    assert turn_of(step.cursor, full=False).after == 6


def test_a_page_that_repeats_is_not_read_in_a_circle():
    turn = turn_of(Cursor(resume='{"start": null, "at": null, "ids": [], "after": 4}', full=True), full=False)

    with pytest.raises(Unordered):
        next_in_window(None, turn, first=[3, 4], second=[], size=2)


def test_a_full_page_that_is_all_needs_no_second_request():
    turn = turn_of(None, full=False)
    newest = [(2, "2026-11-20T12:30:10+03:00"), (1, "2026-11-20T12:30:05+03:00")]

    step = next_after_first(None, turn, newest=newest, page=[1, 2], size=2, total=2)

    assert (step.more, step.cursor) == (False, Cursor("2026-11-20T12:30:10+03:00", ("2",)))
