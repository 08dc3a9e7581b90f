"""Pages and look-ups of records of one kind."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mappings.exchange import Cursor, Fault, Found, Json, Page, VendorRecord

from ..errors import Gone, Rejected
from .client import Session, TrytonClient
from .kinds import CHANGED, MODEL, Kind, resource_of
from .names import Names
from .records import Row, read_row
from .updates import Look
from .wire import Malformed, moment_form, moment_of, stamp_of

ORDER = [[CHANGED, "ASC"], ["id", "ASC"]]
MOST_PARENTS = 5000
"""Opportunities that are named in one request for what hangs on them."""


class Reader:
    """
    Reads rows and makes records of them; one row that Tryton cannot show never hides the others.

    A page holds the rows behind (time of the last change, id), in that order. A record that is edited meanwhile moves
    to the end, so it is met again and pushes no other row across the border of a page.

    Notes and attachments can only be searched for by who names the records that they hang on: the opportunities are
    asked for first, and no others are looked at.
    """

    def __init__(
        self,
        kind: Kind,
        client: TrytonClient,
        names: Names,
        *,
        marker_place: str,
        page_size: int,
        overlap: timedelta,
        url_of: Callable[[str], str | None],
    ) -> None:
        self._kind = kind
        self._system = client.system
        self._client = client
        self._names = names
        self._marker_place = marker_place
        self._page_size = page_size
        self._overlap = overlap
        self._url_of = url_of

    async def page(self, cursor: Cursor | None, *, full: bool) -> Page:
        """Return the page after *cursor*; FULL begins a full read, which its cursors then carry on."""
        session = await self._client.session()
        whole = full or cursor is None or cursor.full
        rows, began = await self._listed(session, self._since(cursor, whole=whole), limit=self._page_size + 1)
        more = len(rows) > self._page_size
        shown = rows[: self._page_size]
        await self._know_people()
        records, faults = self._records(shown, session)
        after = _after(cursor, shown, more=more, whole=whole)
        return Page(self._system, self._kind.name, records, began, cursor=after, more=more, faults=faults)

    async def look(self, ids: Sequence[str]) -> list[Look]:
        """Look records up in batches, in their order, and see whether our account wrote them last."""
        session = await self._client.session()
        await self._know_people()
        looks: dict[str, Look] = {}
        for first in range(0, len(ids), self._page_size):
            batch = [int(each) for each in ids[first : first + self._page_size] if each.isdecimal()]
            rows = (
                await self._read(batch)
                if self._kind.hangs
                else (await self._search(self._all([["id", "in", batch]])))[0]
            )
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

    async def _listed(self, session: Session, since: Sequence[Any], *, limit: int) -> tuple[list[Any], datetime]:
        """Return the first rows, of all that take part, in the order of their change, and when that was asked."""
        if not self._kind.hangs:
            own = [["company", "=", session.company]] if self._kind.scoped else []
            return await self._search(self._all([*own, *since]), limit=limit)
        try:
            return await self._hanging(session, since, limit=limit)
        except Rejected:  # an opportunity that goes between the two requests makes Tryton refuse the second one
            return await self._hanging(session, since, limit=limit)

    async def _hanging(self, session: Session, since: Sequence[Any], *, limit: int) -> tuple[list[Any], datetime]:
        found = await self._client.read(f"model.{MODEL}.search", [["company", "=", session.company]], 0, None, None)
        parents = [resource_of(str(number)) for number in rows_of(found.value)]
        rows: list[Any] = []
        for at in range(0, len(parents), MOST_PARENTS):
            named = ["resource", "in", parents[at : at + MOST_PARENTS]]
            rows += (await self._search([named, *since], limit=limit))[0]
        rows.sort(key=lambda row: (stamp_of(row[CHANGED]), row["id"]))
        return rows[:limit], found.began

    def _all(self, domain: Sequence[Any]) -> list[Any]:
        """Parties that are no longer used are left out of searches that do not ask for them."""
        return [*domain, ["active", "in", [True, False]]] if self._kind.name == "party" else list(domain)

    async def _read(self, ids: Sequence[int]) -> list[Any]:
        """Read rows by their ids, halving where one of them is gone or hidden."""
        if not ids:
            return []
        try:
            found = await self._client.read(f"model.{self._kind.model}.read", list(ids), list(self._kind.asked))
            return rows_of(found.value)
        except (Gone, Rejected):
            if len(ids) < 2:
                return []
        middle = len(ids) // 2
        return [*await self._read(ids[:middle]), *await self._read(ids[middle:])]

    async def _know_people(self) -> None:
        if any(column.type == "user" for column in self._kind.columns.values()):
            await self._names.know_users()

    async def _search(self, domain: Sequence[Any], *, limit: int | None = None) -> tuple[list[Any], datetime]:
        """Return rows in the order of their change; where Tryton cannot show one, it is left with its id and time."""
        try:
            found = await self._client.read(self._method, list(domain), 0, limit, ORDER, list(self._kind.asked))
            return rows_of(found.value), found.began
        except (Gone, Rejected):
            # Some row points at a client that does not exist, or that the account may not see. If it is the account
            # that may not list at all, the next request says so.
            pass
        if self._kind.hangs:
            found = await self._client.read(self._method, list(domain), 0, limit, ORDER, list(self._kind.asked))
            return rows_of(found.value), found.began
        bare = await self._client.read(self._method, list(domain), 0, limit, ORDER, [CHANGED])
        return await self._one_by_one(rows_of(bare.value)), bare.began

    async def _one_by_one(self, bare: Sequence[Any]) -> list[Any]:
        """Read rows of which one is broken, halving until it stands alone."""
        ids = [row["id"] for row in bare]
        try:
            domain = self._all([["id", "in", ids]])
            asked = list(self._kind.asked)
            found = await self._client.read(self._method, domain, 0, None, ORDER, asked, overhead=True)
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
                records.append(self._record(self._row(row), session))
            except Malformed as error:
                faults.append(Fault(str(row["id"]), f"Tryton does not show it as expected: {error}"))
        return tuple(records), tuple(faults)

    @property
    def _method(self) -> str:
        return f"model.{self._kind.model}.search_read"

    def _row(self, row: Any) -> Row:
        return read_row(row, self._kind, self._names.person_of)

    def _record(self, row: Row, session: Session) -> VendorRecord:
        marker = row.views.get(self._marker_place) if self._kind.marked else None
        return VendorRecord(
            system=self._system,
            kind=self._kind.name,
            id=row.id,
            views=row.views,
            version=row.version,
            stamp=row.stamp,
            marker=marker if isinstance(marker, str) else None,
            url=self._url_of(row.id),
            in_scope=not self._kind.scoped or row.views["company"] == str(session.company),
            parent=row.parent,
            editor=self._names.person_of(int(row.by)) if row.by else "",
        )

    def _look_of(self, row: Mapping[str, Any], session: Session) -> Look:
        record_id = str(row["id"])
        try:
            read = self._row(row)
        except Malformed as error:
            return Look(Found(record_id, "refused", reason=f"Tryton does not show it as expected: {error}"))
        return Look(Found(record_id, "here", self._record(read, session)), ours=read.by == session.user)

    async def _missing(self, record_id: str) -> Found:
        """A search leaves out what is deleted and what the account may not see; a read tells one from the other."""
        gone = Found(record_id, "gone", reason=f"{self._kind.what} {record_id} does not exist any more")
        if not record_id.isdecimal():
            return gone
        try:
            await self._client.read(f"model.{self._kind.model}.read", [int(record_id)], ["id"])
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
