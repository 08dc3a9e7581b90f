"""Pages and look-ups of opportunities."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mappings.exchange import Cursor, Fault, Found, Json, Page, VendorRecord

from ..errors import Gone, Rejected
from .client import Session, TrytonClient
from .records import ASKED, CHANGED, KIND, MODEL, Row, read_row
from .updates import Look
from .wire import Malformed, moment_form, moment_of, stamp_of

ORDER = [[CHANGED, "ASC"], ["id", "ASC"]]
SEARCH = f"model.{MODEL}.search_read"


class Reader:
    """
    Reads rows and makes records of them; one row that Tryton cannot show never hides the others.

    A page holds the rows behind (time of the last change, id), in that order. An opportunity that is edited meanwhile
    moves to the end, so it is met again and pushes no other row across the border of a page.
    """

    def __init__(
        self,
        system: str,
        client: TrytonClient,
        *,
        marker_place: str,
        page_size: int,
        overlap: timedelta,
        url_of: Callable[[str], str | None],
    ) -> None:
        self._system = system
        self._client = client
        self._marker_place = marker_place
        self._page_size = page_size
        self._overlap = overlap
        self._url_of = url_of

    async def page(self, cursor: Cursor | None, *, full: bool) -> Page:
        """Return the page after *cursor*; FULL begins a full read, which its cursors then carry on."""
        session = await self._client.session()
        whole = full or cursor is None or cursor.full
        domain = [["company", "=", session.company], *self._since(cursor, whole=whole)]
        rows, began = await self._search(domain, limit=self._page_size + 1)
        more = len(rows) > self._page_size
        shown = rows[: self._page_size]
        records, faults = self._records(shown, session)
        after = _after(cursor, shown, more=more, whole=whole)
        return Page(self._system, KIND, records, began, cursor=after, more=more, faults=faults)

    async def look(self, ids: Sequence[str]) -> list[Look]:
        """Look records up in batches, in their order, and see whether our account wrote them last."""
        session = await self._client.session()
        looks: dict[str, Look] = {}
        for first in range(0, len(ids), self._page_size):
            batch = [int(each) for each in ids[first : first + self._page_size] if each.isdecimal()]
            rows, _ = await self._search([["id", "in", batch]])
            looks |= {str(row["id"]): self._look_of(row, session) for row in rows}
        return [looks.get(each) or Look(await self._missing(each)) for each in ids]

    def _since(self, cursor: Cursor | None, *, whole: bool) -> list[Json]:
        """Return the part of a domain that begins where *cursor* stands."""
        if cursor is not None and cursor.resume is not None:
            place = json.loads(cursor.resume)
            at = moment_form(moment_of(place["at"]))
            return [["OR", [CHANGED, ">", at], [[CHANGED, "=", at], ["id", ">", int(place["id"])]]]]
        if whole or cursor is None or cursor.at is None:
            return []
        return [[CHANGED, ">=", moment_form(moment_of(cursor.at) - self._overlap)]]

    async def _search(self, domain: Sequence[Any], *, limit: int | None = None) -> tuple[list[Any], datetime]:
        """Return rows in the order of their change; where Tryton cannot show one, it is left with its id and time."""
        try:
            found = await self._client.read(SEARCH, list(domain), 0, limit, ORDER, list(ASKED))
            return rows_of(found.value), found.began
        except (Gone, Rejected):
            # Some row points at a client that does not exist, or that the account may not see. If it is the account
            # that may not list at all, the next request says so.
            pass
        bare = await self._client.read(SEARCH, list(domain), 0, limit, ORDER, [CHANGED])
        return await self._one_by_one(rows_of(bare.value)), bare.began

    async def _one_by_one(self, bare: Sequence[Any]) -> list[Any]:
        """Read rows of which one is broken, halving until it stands alone."""
        ids = [row["id"] for row in bare]
        try:
            found = await self._client.read(SEARCH, [["id", "in", ids]], 0, None, ORDER, list(ASKED), overhead=True)
        except (Rejected, Gone):
            if len(bare) < 2:
                return list(bare)
            middle = len(bare) // 2
            return [*await self._one_by_one(bare[:middle]), *await self._one_by_one(bare[middle:])]
        shown = {row["id"]: row for row in rows_of(found.value)}
        return [shown[row["id"]] for row in bare if row["id"] in shown]

    def _records(self, rows: Sequence[Any], session: Session) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                records.append(self._record(read_row(row), session))
            except Malformed as error:
                faults.append(Fault(str(row["id"]), f"Tryton does not show it as expected: {error}"))
        return tuple(records), tuple(faults)

    def _record(self, row: Row, session: Session) -> VendorRecord:
        marker = row.views.get(self._marker_place)
        return VendorRecord(
            system=self._system,
            kind=KIND,
            id=row.id,
            views=row.views,
            version=row.version,
            stamp=row.stamp,
            marker=marker if isinstance(marker, str) else None,
            url=self._url_of(row.id),
            in_scope=row.views["company"] == str(session.company),
        )

    def _look_of(self, row: Mapping[str, Any], session: Session) -> Look:
        record_id = str(row["id"])
        try:
            read = read_row(row)
        except Malformed as error:
            return Look(Found(record_id, "refused", reason=f"Tryton does not show it as expected: {error}"))
        return Look(Found(record_id, "here", self._record(read, session)), ours=read.by == session.user)

    async def _missing(self, record_id: str) -> Found:
        """A search leaves out what is deleted and what the account may not see; a read tells one from the other."""
        gone = Found(record_id, "gone", reason=f"opportunity {record_id} does not exist any more")
        if not record_id.isdecimal():
            return gone
        try:
            await self._client.read(f"model.{MODEL}.read", [int(record_id)], ["id"])
        except Gone:
            return gone
        except Rejected as error:
            return Found(record_id, "refused", reason=error.reason or "the account may not see it")
        return Found(record_id, "refused", reason="the account may read it, but Tryton does not list it")


def rows_of(value: Any) -> list[Any]:
    """Return the rows of an answer; nothing where it is no list."""
    return list(value) if isinstance(value, list) else []


def _after(cursor: Cursor | None, rows: Sequence[Any], *, more: bool, whole: bool) -> Cursor:
    """Return the cursor behind *rows*. Its time moves when the window has been read to its end, and never back."""
    before = cursor.at if cursor else None
    newest = stamp_of(rows[-1][CHANGED]) if rows else None
    if more and newest is not None:
        resume = json.dumps({"at": newest, "id": rows[-1]["id"]})
        return Cursor(before, cursor.ids if cursor else (), resume, whole)
    if newest is None and cursor is not None and cursor.resume is not None:
        newest = str(json.loads(cursor.resume)["at"])
    at = max((each for each in (before, newest) if each is not None), default=None)
    ids = tuple(str(row["id"]) for row in rows if stamp_of(row[CHANGED]) == at)
    return Cursor(at, ids or (cursor.ids if cursor else ()))
