"""
Which page comes next: decided from the cursor and the last page, without any request.

A window is everything changed since a stamp. Its first request asks for the newest changes: where all fit on one page,
that was all. Else the newest stamp of that look becomes the cursor's, and the window is read in the order of ids, each
page beginning behind the last id: nothing that is edited, made or deleted meanwhile moves another record across a page
border, and what is edited behind the reader has a stamp that the next window begins before.

A saved query takes no filter of ours (Redmine ignores them beside `query_id`). It is read from the newest change to
older ones by offset, where edits move records away from the reader's place, never across it; a deletion could, so a row
of the last page must be met again first, or the read starts over.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from mappings.exchange import Cursor

OVERLAP = 2.0
Mark: TypeAlias = tuple[int, str]
"""Id and stamp of a row."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The place a read has come to. AFTER is None for the first look of a window, OFFSET counts in a saved query."""

    start: str | None
    full: bool
    at: str | None = None
    ids: tuple[str, ...] = ()
    after: int | None = None
    offset: int = 0
    met: tuple[int, ...] = ()
    """Ids of the page before, in a saved query."""


@dataclass(frozen=True, slots=True)
class Next:
    """Where to go on: the CURSOR for the caller. BROKEN says why the rows cannot be trusted."""

    cursor: Cursor
    more: bool
    again: bool = False
    """The page has to be thrown away and the read begins anew at the cursor."""
    broken: str = ""


def turn_of(cursor: Cursor | None, *, full: bool) -> Turn:
    """Return where the read stands. Raises ValueError on a cursor that is not ours."""
    if cursor is not None and cursor.resume is not None:
        kept: dict[str, Any] = json.loads(cursor.resume)
        return Turn(
            start=kept["start"],
            full=cursor.full,
            at=kept["at"],
            ids=tuple(kept["ids"]),
            after=kept.get("after"),
            offset=kept.get("offset", 0),
            met=tuple(kept.get("met", ())),
        )
    if full or cursor is None or cursor.at is None:
        return Turn(None, full=True)
    return Turn(earlier(cursor.at), full=False)


def params_of(turn: Turn, *, size: int, query: bool = False) -> dict[str, str | int]:
    """Return what to ask for."""
    if query:
        return {"sort": "updated_on:desc,id:desc", "limit": size, "offset": turn.offset}
    since = {"updated_on": f">={turn.start}"} if turn.start else {}
    if turn.after is None:
        return {**since, "sort": "updated_on:desc,id:desc", "limit": size}
    return {**since, "issue_id": f">={turn.after + 1}", "sort": "id:asc", "limit": size}


def next_in_window(before: Cursor | None, turn: Turn, *, marks: Sequence[Mark], total: int) -> Next:
    """Return where to go on after a page with rows MARKS, of TOTAL that were left."""
    if turn.after is None:
        at = marks[0][1] if marks else (before.at if before else None)
        ids = tuple(str(number) for number, stamp in marks if stamp == at)
        if total <= len(marks):
            return Next(Cursor(at, ids or (before.ids if before else ())), more=False)
        return Next(_stopped(before, turn, at=at, ids=ids, place={"after": 0}), more=True)
    numbers = [number for number, _ in marks]
    if numbers != sorted(numbers) or (numbers and numbers[0] <= turn.after):
        return Next(before or Cursor(), more=True, broken="it does not filter and sort issues by their number")
    if not marks or total <= len(marks):
        return Next(Cursor(turn.at, turn.ids), more=False)
    return Next(_stopped(before, turn, at=turn.at, ids=turn.ids, place={"after": numbers[-1]}), more=True)


def next_in_query(before: Cursor | None, turn: Turn, *, marks: Sequence[Mark], total: int) -> Next:
    """Return where to go on in a saved query, newest changes first."""
    stamps = [stamp for _, stamp in marks]
    if stamps != sorted(stamps, reverse=True):
        return Next(before or Cursor(), more=True, broken="the saved query is grouped; take the grouping out of it")
    first_page = turn.offset == 0
    if not first_page and (not marks or marks[0][0] not in turn.met):
        over = {"offset": 0, "met": []}
        return Next(_stopped(before, turn, at=turn.at, ids=turn.ids, place=over), more=True, again=True)
    # A read that starts over keeps the stamp of its first look: what changed since then comes with the next pull.
    at = turn.at or (marks[0][1] if marks else (before.at if before else None))
    ids = turn.ids or tuple(str(number) for number, stamp in marks if stamp == at)
    reached = turn.start is not None and bool(stamps) and stamps[-1] < turn.start
    if reached or turn.offset + len(marks) >= total or (len(marks) < 2 and not first_page):
        return Next(Cursor(at, ids), more=False)
    place = {"offset": turn.offset + max(len(marks) - 1, 1), "met": [number for number, _ in marks]}
    return Next(_stopped(before, turn, at=at, ids=ids, place=place), more=True)


def _stopped(
    before: Cursor | None, turn: Turn, *, at: str | None, ids: tuple[str, ...], place: dict[str, Any]
) -> Cursor:
    """A cursor in the middle of a window: what was read to its end before stays as it was."""
    resume = json.dumps({"start": turn.start, "at": at, "ids": list(ids), **place}, sort_keys=True)
    return Cursor(before.at if before else None, before.ids if before else (), resume, turn.full)


def earlier(stamp: str) -> str:
    """The stamp minus the overlap, in the only form that Redmine's filter reads: UTC with a Z."""
    when = datetime.fromisoformat(stamp) - timedelta(seconds=OVERLAP)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
