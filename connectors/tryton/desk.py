"""Records of one kind: read, searched for, and written as the procedures ask."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mappings.exchange import Create, Cursor, Found, Json, Page, VendorRecord, View

from ..base import CLOCKS, Search, Surroundings
from ..errors import Gone, Rejected, RetryLater
from .client import Result, TrytonClient
from .creates import Draft
from .kinds import MODEL, Column, Kind, resource_of
from .names import Names
from .reader import Reader, rows_of
from .records import form_of, token_of
from .updates import Look
from .wire import Malformed, moment_form

DIGEST = "sha256:"
MOST_FOUND = 100


class Desk:
    """One kind of records of a database; the port of the two procedures, updates and creates."""

    def __init__(
        self,
        kind: Kind,
        client: TrytonClient,
        names: Names,
        *,
        reader: Reader,
        around: Surroundings,
        marker_place: str,
    ) -> None:
        self.kind = kind
        self._client = client
        self._names = names
        self._reader = reader
        self._around = around
        self._marker_place = marker_place

    @property
    def needed(self) -> frozenset[str]:
        return self.kind.needed

    def clock(self) -> datetime:
        return self._around.clock()

    # --- reading --------------------------------------------------------------------------------------------------

    async def page(self, cursor: Cursor | None, *, full: bool) -> Page:
        return await self._reader.page(None if full else cursor, full=full)

    async def look(self, ids: Sequence[str]) -> list[Look]:
        return await self._reader.look(ids)

    async def get(self, ids: Sequence[str]) -> list[Found]:
        return [look.found for look in await self.look(ids)]

    async def find(self, marker: str) -> Search:
        """Tryton searches the records themselves, so a search is as fresh as its request. Raises Rejected."""
        if not self.kind.marked:
            text = f"a {self.kind.what} has no place for our marker"
            raise Rejected(text, system=self._client.system, whole=True)
        return await self._search([[self._marker_place, "=", marker]])

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """By the marker; without one, what our account made since then with the very words of *create*."""
        if self.kind.marked:
            return await self.find(create.marker)
        session = await self._client.session()
        wanted = {change.place: change.view for change in create.changes} | dict(create.fixed)
        domain: list[Any] = [
            ["create_uid", "=", int(session.user)],
            ["create_date", ">=", moment_form(since - CLOCKS)],
        ]
        words = {"comment": "text"}.get(self.kind.name, "name")
        domain.append([self.kind.columns[words].name, "=", wanted.get(words)])
        if self.kind.hangs:
            domain.append(["resource", "=", self._parent(create)])
        try:
            search = await self._search(domain)
        except Rejected:
            if not self.kind.hangs or not await self._is_gone(create):
                raise
            return Search((), None, self.clock(), current=True)
        same = [each for each in search.ids if await self._has_content(each, wanted.get("content"))]
        return Search(tuple(same), None, search.began, current=True)

    async def fetch(self, record_id: str) -> AsyncIterator[bytes]:
        """Give the content of a file piece by piece. Raises Gone, Rejected."""
        column = next((column for column in self.kind.columns.values() if column.type == "content"), None)
        if column is None or not record_id.isdecimal():
            text = f"{self.kind.name} {record_id} has no content"
            raise Rejected(text, system=self._client.system, whole=True)
        async for piece in self._client.content(self.kind.model, int(record_id), column.name):
            yield piece

    async def _search(self, domain: Sequence[Any]) -> Search:
        method = f"model.{self.kind.model}.search"
        found = await self._client.read(method, list(domain), 0, MOST_FOUND, [["id", "ASC"]])
        return Search(tuple(str(each) for each in rows_of(found.value)), None, found.began, current=True)

    async def _is_gone(self, create: Create) -> bool:
        """Whether the opportunity has gone that *create* hangs on, and with it what hung there; not if it is hidden."""
        number = int(create.parent[1]) if create.parent else 0
        try:
            await self._client.read(f"model.{MODEL}.read", [number], ["id"])
        except Gone:
            return True
        return False

    async def _has_content(self, record_id: str, content: View) -> bool:
        if content is None:
            return True
        digest = hashlib.sha256()
        try:
            async for piece in self.fetch(record_id):
                digest.update(piece)
        except (Gone, Rejected):
            return False
        return bool(content == f"{DIGEST}{digest.hexdigest()}")

    # --- writing --------------------------------------------------------------------------------------------------

    async def write(self, record: VendorRecord, views: Mapping[str, View]) -> None:
        values, files = await self._values(views)
        await self._change(record, "write", values, files=files)

    async def press(self, record: VendorRecord, button: str) -> None:
        await self._change(record, button)

    async def remove(self, record: VendorRecord) -> None:
        """Delete *record* if it still has its version. Raises any of our errors."""
        await self._change(record, "delete")

    async def make(self, drafts: Sequence[Draft]) -> list[str]:
        """Make records, all or none. Opportunities belong to nobody unless their write names somebody."""
        session = await self._client.session()
        values: list[Json] = []
        files: dict[str, Path] = {}
        for draft in drafts:
            views = {place: view for place, view in draft.views.items() if place != self._marker_place}
            fields, contents = await self._values(views, company=str(session.company))
            values.append(fields | self._fixed(draft.write, company=session.company, fields=fields))
            files |= contents
        call = self._client.write(f"model.{self.kind.model}.create", values, files=files)
        found = await self._named(call)
        ids = found.value if isinstance(found.value, list) else []
        if len(ids) != len(drafts):
            text = "create answered without the ids of what it made"
            raise RetryLater(text, system=self._client.system, sent=True)
        return [str(each) for each in ids]

    def _fixed(self, write: Create, *, company: int, fields: Mapping[str, Json]) -> dict[str, Json]:
        """What a new record has beside its views."""
        if self.kind.hangs:
            return {"resource": self._parent(write)}
        if not self.kind.scoped:
            return {}
        employee = {} if "employee" in fields else {"employee": None}
        return {**employee, "company": company, self._marker_place: write.marker}

    def _parent(self, write: Create) -> str:
        if write.parent is None or not write.parent[1].isdecimal():
            text = f"a {self.kind.what} hangs on an opportunity; none is named"
            raise Rejected(text, system=self._client.system, reason=text, whole=True)
        return resource_of(write.parent[1])

    async def _change(
        self, record: VendorRecord, method: str, *values: Json, files: Mapping[str, Path] | None = None
    ) -> None:
        """Call *method* on *record*, which Tryton refuses if the record has another version by now."""
        number = int(record.id)
        condition = {f"{self.kind.model},{number}": token_of(record.version or "")}
        call = self._client.write(
            f"model.{self.kind.model}.{method}", [number], *values, files=files, _timestamp=condition
        )
        await self._named(call)

    async def _named(self, call: Awaitable[Result]) -> Result:
        """Await *call*; a refusal that names a field by its label is raised with its place."""
        try:
            return await call
        except Rejected as error:
            place = error.place or await self._names.place_in(error.reason, self.kind)
            whole, reason = error.whole, error.reason
            raise Rejected(error.words, system=error.system, place=place, reason=reason, whole=whole) from error

    async def _values(
        self, views: Mapping[str, View], *, company: str | None = None
    ) -> tuple[dict[str, Json], dict[str, Path]]:
        """
        Return *views* as Tryton takes them, and the files that texts in them stand for; the own COMPANY may be named.

        Raises Rejected with the place.
        """
        values: dict[str, Json] = {}
        files: dict[str, Path] = {}
        for place, view in views.items():
            if place == "company" and view == company:
                continue
            column = self._column(place)
            if column.type == "content":
                hole = f"\0{view}"
                files[hole] = self._path(place, view)
                values[column.name] = {"__class__": "bytes", "base64": hole}
            else:
                values[column.name] = await self._value(column, view)
        return values, files

    def _column(self, place: str) -> Column:
        column = self.kind.columns.get(place)
        if column is None or not column.writable:
            missing = f"a {self.kind.what} has no such field"
            text = missing if column is None else "Tryton sets it; it cannot be written"
            raise self._refusal(place, text)
        return column

    def _path(self, place: str, view: View) -> Path:
        """Return where the content lies that *view* names by its digest."""
        if self._around.spool is None or not isinstance(view, str) or not view.startswith(DIGEST):
            raise self._refusal(place, "not a content that the hub holds")
        try:
            return self._around.spool.path(view.removeprefix(DIGEST))
        except KeyError:
            raise self._refusal(place, "the content was never fetched") from None

    async def _value(self, column: Column, view: View) -> Json:
        if column.place == "party" and view is not None:
            return await self._names.party(view)
        if column.place == "currency" and view is not None:
            return await self._names.currency(view)
        try:
            return form_of(column, view)
        except Malformed as error:
            raise self._refusal(column.place, str(error)) from None

    def _refusal(self, place: str, reason: str) -> Rejected:
        return Rejected(f"{place} was not sent: {reason}", system=self._client.system, place=place, reason=reason)
