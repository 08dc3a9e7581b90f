"""The recent changes of a wiki, read from where they were read to before."""

from typing import Any

import pytest

from connectors.mediawiki.records import next_feed
from mappings.exchange import Cursor
from tests.connectors.test_mediawiki import FakeWiki, Form


def row(number: int, stamp: str, page: int, revision: int) -> dict[str, Any]:
    return {"rcid": number, "timestamp": stamp, "pageid": page, "revid": revision}


def at(second: int) -> str:
    return f"2026-11-21T10:00:{second:02d}Z"


def test_a_change_in_the_second_of_the_last_look_is_met_once() -> None:
    first = next_feed(Cursor(), [row(1, at(1), 5, 10), row(2, at(2), 6, 11)], following=None)

    again = next_feed(first.cursor, [row(2, at(2), 6, 11), row(3, at(2), 7, 12)], following=None)
    idle = next_feed(again.cursor, [row(2, at(2), 6, 11), row(3, at(2), 7, 12)], following=None)

    assert list(first.versions) == ["5", "6"]
    assert again.versions == {"7": "000000000012"}
    assert (idle.versions, idle.cursor) == ({}, again.cursor)


def test_the_stamp_stands_still_while_pages_of_the_feed_are_unread() -> None:
    part = next_feed(Cursor(at(0), ("0",)), [row(1, at(1), 5, 10)], following="t1|2")
    end = next_feed(part.cursor, [row(2, at(1), 6, 11)], following=None)

    assert (part.more, part.cursor.at) == (True, at(0))
    assert (end.cursor.at, set(end.cursor.ids)) == (at(1), {"1", "2"})


@pytest.mark.asyncio
async def test_a_change_that_is_told_after_a_later_one_is_met() -> None:
    listed = [row(2, at(5), 6, 11)]

    def says(form: Form) -> Any:
        since = form.get("rcstart", "")
        return {"query": {"recentchanges": [each for each in listed if each["timestamp"] >= since]}}

    async with FakeWiki(lambda form: says(form) if "rcdir" in form else None).connector() as connector:
        first = await connector.changes(Cursor(at(1)))
        listed = [row(3, at(4), 7, 12), row(2, at(5), 6, 11)]  # the wiki was still at work on this one
        second = await connector.changes(first.cursor)
        third = await connector.changes(second.cursor)

    assert [list(one.versions) for one in (first, second, third)] == [["6"], ["7"], []]
    assert third.cursor == second.cursor
