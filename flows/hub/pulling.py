"""The beginning of a pass: read what is new, page by page, and store each page with its cursor before the next."""

import asyncio
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from connectors.base import Connector
from connectors.errors import ConnectorError, RetryLater
from mappings.exchange import Cursor, Found, Page
from mappings.reconcile.guards import check_full_read
from state import cursors, inbox
from state.types import Hint, Lane, PutCount, Scan

from .intake import admitted
from .missing import note_missing
from .people_left import note_names
from .report import Report
from .strangers import NOT_TAKEN
from .wired import Scope, Wired

HINTS = 100
"""How many hinted records are looked up at once."""
TOGETHER, MOST_PAGES, LONGEST = 300, 8, timedelta(seconds=0.5)
"""Pages are stored together up to so many records and pages, and for so long: a transaction costs the same for some."""


class Onward:
    """Watches that a list leads on: a place where the reader has been before means that it runs in a circle."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._met: set[int] = set()  # hashes, as a list may have a hundred thousand pages

    def check(self, cursor: Cursor, *, more: bool) -> None:
        """Raises RetryLater where the page after *cursor* has been read already."""
        if more and hash(cursor) in self._met:
            system, kind = self._scope
            text = (
                f"the list of {kind} leads to the same page again, so its end cannot be reached; what was read is kept."
                " If it stays so, check the filter or the saved query that hub.yaml names"
            )
            raise RetryLater(text, system=system)
        self._met.add(hash(cursor))


class PullPage(Protocol):
    """Reads and stores some pages: `pull_page`, or a coat around it."""

    async def __call__(
        self, wired: Wired, scope: Scope, cursor: Cursor | None, *, scan: Scan | None = None
    ) -> tuple[PutCount, Cursor, bool]: ...


async def pull_page(
    wired: Wired, scope: Scope, cursor: Cursor | None, *, scan: Scan | None = None
) -> tuple[PutCount, Cursor, bool]:
    """
    Read the page after *cursor*, and those that follow while they are few and come at once; store them together.

    Returns what was stored, the new cursor, and whether more follows. A page that fails takes nothing with it: those
    that were read before are stored. Raises what the connector raises, and `LeaseLost`.
    """
    until = wired.clock() + LONGEST
    pages = [await _read(wired, scope, cursor, begins=scan is not None and cursor is None)]
    failed: ConnectorError | None = None
    while failed is None and _goes_on(pages) and wired.clock() < until:
        try:
            pages.append(await _read(wired, scope, pages[-1].cursor))
        except ConnectorError as error:
            failed = error
    await asyncio.to_thread(note_names, wired, [record for page in pages for record in page.records])
    lag = wired.connectors[scope[0]].abilities.index_lag > 0
    lane: Lane = "full" if scan else "changes"
    wakes = _that_make(wired, scope)
    count = PutCount()
    for page in _joined(pages):
        count += await asyncio.to_thread(
            inbox.put, wired.store, page, lag=lag, lane=lane, scan=scan, wakes=wakes, lease=wired.lease
        )
    if failed is not None:
        raise failed
    return count, pages[-1].cursor, pages[-1].more


def _that_make(wired: Wired, scope: Scope) -> list[str]:
    """Return the syncs whose cases may have waited for *scope* to be read, before records are made there."""
    makes = {(make.system, make.kind) for shape in wired.whole.each for make in shape.makes}
    mine = [wired.whole.name] if scope in makes else []
    return [*mine, *(name for name, other in wired.neighbours.items() if scope in other.scopes)]


async def _read(wired: Wired, scope: Scope, cursor: Cursor | None, *, begins: bool = False) -> Page:
    """Read one page. BEGINS a full read; asked of a later page too, it would begin anew there."""
    page = await wired.connectors[scope[0]].pull(scope[1], cursor, full=begins)
    return replace(page, records=tuple(admitted(wired, record) for record in page.records))


def _goes_on(pages: Sequence[Page]) -> bool:
    """May another page be stored with *pages*? Not one to which the list has led before."""
    last = pages[-1]
    known = any(page.cursor == last.cursor for page in pages[:-1])
    few = sum(len(page.records) for page in pages) + len(last.records) <= TOGETHER
    return last.more and not known and few and len(pages) < MOST_PAGES


def _joined(pages: Sequence[Page]) -> Iterator[Page]:
    """
    Give *pages* as few as they can be stored: only a record that has changed while it was read parts them, since what
    it showed first has to be kept too.
    """
    whole, known = pages[0], {record.id: record for record in pages[0].records}
    for page in pages[1:]:
        if any(known.get(record.id, record) != record for record in page.records):
            yield whole
            whole, known = page, {}
        else:
            records, faults = whole.records + page.records, whole.faults + page.faults
            whole = replace(whole, records=records, cursor=page.cursor, more=page.more, faults=faults)
        known |= {record.id: record for record in page.records}
    yield whole


async def pull_scope(wired: Wired, scope: Scope, report: Report, *, page: PullPage = pull_page) -> None:
    """Read everything that changed in *scope* since its cursor, then look up what was hinted at."""
    state = cursors.state(wired.store, scope[0], kind=scope[1])
    wired.pulled_before[scope] = state.pulled_at
    cursor, more, onward = state.cursor, True, Onward(scope)
    while more:
        asked = wired.clock()
        count, cursor, more = await page(wired, scope, cursor)
        onward.check(cursor, more=more)
        report.read[scope[0]] += count.stored + count.same + count.stale + count.hinted
        if not more:
            report.pulled[scope] = asked
    await look_up_hints(wired, scope, report)


async def pull_full(wired: Wired, scope: Scope, report: Report, *, page: PullPage = pull_page) -> None:
    """
    Read *scope* whole and look up what it no longer lists; a list that shrank too much stops the pass instead.

    The first read of all is a whole one by itself, and the one for which cases wait that have no record there.
    """
    system, kind = scope
    if not cursors.state(wired.store, system, kind=kind).first_read_done:
        await pull_scope(wired, scope, report, page=page)
        return
    scan = cursors.begin_full(wired.store, system, kind=kind)
    cursor: Cursor | None = None
    more, onward = True, Onward(scope)
    began = wired.clock()
    while more:
        count, cursor, more = await page(wired, scope, cursor, scan=scan)
        onward.check(cursor, more=more)
        report.read[system] += count.stored + count.same + count.stale + count.hinted
    report.pulled[scope] = began
    await look_up_hints(wired, scope, report)  # what a person says was deleted is no longer missing then
    missing = cursors.missing(wired.store, scan)
    if cursors.is_overtaken(wired.store, scan):  # by another sync, or a plan: that one tells what is missing
        cursors.end_full(wired.store, scan, suspect=False)
        return
    limits = wired.shape.limits
    stops = check_full_read(system, linked=missing.linked, missing=missing.gone, limits=limits, kind=kind)
    report.stops += stops
    note_missing(wired, scope, cursors.missing_records(wired.store, scan) if stops else ())
    cursors.end_full(wired.store, scan, suspect=not stops, other_than=NOT_TAKEN)
    if not stops:
        wired.all_read.add(scope)
        await look_up_hints(wired, scope, report)


async def look_up_hints(wired: Wired, scope: Scope, report: Report, *, most: int = HINTS) -> None:
    """Read by id, at MOST so many at once, what a webhook, a doubt or a full read has pointed at: each record once."""
    system, kind = scope
    connector: Connector = wired.connectors[system]
    looked: set[str] = set()
    stuck = 0  # what no look answers (a clock was set back, the system shows less than it did) leads the list
    while ids := _ids(inbox.hints(wired.store, system, kind=kind, limit=most + stuck), but=looked)[:most]:
        began = wired.clock()
        found = [_admitted(wired, one) for one in await connector.get(kind, ids)]
        count = await asyncio.to_thread(
            inbox.put_found, wired.store, found, system=system, kind=kind, began=began, lease=wired.lease
        )
        looked.update(ids)
        stuck += max(len(ids) - count.closed_hints, 0)
        report.read[system] += sum(1 for one in found if one.record is not None)


def _ids(hints: Sequence[Hint], *, but: AbstractSet[str]) -> list[str]:
    """Return the ids of some *hints*, each of which is looked up once in a pass."""
    return [hint.id for hint in hints if hint.id not in but]


def _admitted(wired: Wired, found: Found) -> Found:
    return found if found.record is None else replace(found, record=admitted(wired, found.record))
