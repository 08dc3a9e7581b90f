"""
Which page comes next: decided from the cursor and the last answer, without any request.

A window is everything changed since a stamp. Its first request asks twice in one batch: for the newest changes, whose
newest stamp becomes the cursor's when the window has been read, and for the first page in the order of ids. Where that
is not all, each further request asks for two pages behind the last id. Nothing that is edited, made or deleted
meanwhile moves another record across a page border; what is edited behind the reader has a stamp at which the next
window begins.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from mappings.exchange import Cursor

from .times import later_of

Mark: TypeAlias = tuple[int, str]
"""Id and stamp of a row."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The place a read has come to. START is the stamp of the cursor before; AFTER is None for the first request."""

    start: str | None
    full: bool
    at: str | None = None
    ids: tuple[str, ...] = ()
    after: int | None = None

    @property
    def long(self) -> bool:
        """More than a page is to be expected."""
        return self.full or self.after is not None


@dataclass(frozen=True, slots=True)
class Next:
    """Where to go on, and how many of the rows of each page asked for were taken."""

    cursor: Cursor
    more: bool
    taken: tuple[int, ...]


class Unordered(ValueError):
    """The portal does not filter and sort by id, so that its pages cannot be trusted."""


def turn_of(cursor: Cursor | None, *, full: bool) -> Turn:
    """
    Return where the read stands; a full read that is under way goes on. Raises ValueError, KeyError or TypeError on a
    cursor that is not ours.
    """
    if cursor is not None and cursor.resume is not None and (cursor.full or not full):
        kept: dict[str, Any] = json.loads(cursor.resume)
        return Turn(kept["start"], cursor.full, kept["at"], tuple(kept["ids"]), int(kept["after"]))
    if full or cursor is None or cursor.at is None:
        return Turn(None, full=True)
    return Turn(cursor.at, full=False)


def next_after_first(
    before: Cursor | None, turn: Turn, *, newest: Sequence[Mark], page: Sequence[int], size: int, total: int | None
) -> Next:
    """Return where to go on after the first request: NEWEST marks, newest first, and the ids of the first PAGE."""
    _check(0, page)
    known = before.at if before else None
    at = later_of(known, newest[0][1] if newest else None)
    ids = tuple(str(number) for number, stamp in newest if stamp == at)
    if not ids and before is not None and at == known:
        ids = before.ids
    taken = page[:size]
    more = bool(taken) and (len(page) > size or (len(page) == size and (total is None or total > len(page))))
    if not more:
        return Next(Cursor(at, ids), more=False, taken=(len(taken),))
    return Next(_stopped(before, turn, at=at, ids=ids, after=taken[-1]), more=True, taken=(len(taken),))


def next_in_window(
    before: Cursor | None, turn: Turn, *, first: Sequence[int], second: Sequence[int], size: int
) -> Next:
    """Return where to go on after two pages with these ids; the SECOND counts only behind a full FIRST."""
    after = turn.after or 0
    _check(after, first)
    if len(first) < size:
        return Next(Cursor(turn.at, turn.ids), more=False, taken=(len(first), 0))
    last = first[size - 1]
    linked = not second or (second[0] > last and list(second) == sorted(second))
    if not linked:
        return Next(_stopped(before, turn, at=turn.at, ids=turn.ids, after=last), more=True, taken=(size, 0))
    if len(second) < size:
        return Next(Cursor(turn.at, turn.ids), more=False, taken=(size, len(second)))
    reached = second[size - 1]
    return Next(_stopped(before, turn, at=turn.at, ids=turn.ids, after=reached), more=True, taken=(size, size))


def next_after_page(before: Cursor | None, turn: Turn, *, page: Sequence[int], size: int) -> Next:
    """Return where to go on after one page behind the last id."""
    _check(turn.after or 0, page)
    taken = page[:size]
    if len(page) < size:
        return Next(Cursor(turn.at, turn.ids), more=False, taken=(len(taken),))
    return Next(_stopped(before, turn, at=turn.at, ids=turn.ids, after=taken[-1]), more=True, taken=(len(taken),))


def _check(after: int, ids: Sequence[int]) -> None:
    if list(ids) != sorted(ids) or (ids and ids[0] <= after):
        raise Unordered("it does not filter and sort records by their id")


def _stopped(before: Cursor | None, turn: Turn, *, at: str | None, ids: tuple[str, ...], after: int) -> Cursor:
    """A cursor in the middle of a window: what was read to its end before stays as it was."""
    resume = json.dumps({"start": turn.start, "at": at, "ids": list(ids), "after": after}, sort_keys=True)
    return Cursor(before.at if before else None, before.ids if before else (), resume, turn.full)
