"""Records of one kind: pages, look-ups, searches, and the steps they went."""

from collections.abc import Mapping, Sequence
from typing import Any

from mappings.exchange import Cursor, Found, Page, PastChange, VendorRecord

from ..base import Search, Surroundings
from ..errors import ConnectorError, Gone, Rejected, RetryLater
from .book import Book
from .client import BATCH, Bitrix24Client, Command, Reply, Row, rows_of
from .fields import MULTI
from .history import changes_of, history_command
from .kinds import Kind
from .names import Names
from .probe import date_form
from .query import Earlier
from .records import CATEGORY, HUB, ORIGIN, ORIGINATOR, Reader, pointed_at
from .settings import Bitrix24Settings
from .times import filter_text, moment_of
from .window import Mark, Turn, Unordered, next_after_first, next_in_window, turn_of

LIST = "crm.item.list"
GET = "crm.item.get"


class Desk:
    """Reads records of one kind."""

    def __init__(
        self, kind: Kind, settings: Bitrix24Settings, *, client: Bitrix24Client, around: Surroundings, page_size: int
    ) -> None:
        self.kind = kind
        self.client = client
        self.book = Book(client, around.shelf, kind)
        self.names = Names(client, around.shelf, around.clock)
        self.marker_place = around.markers.get(kind.name, ORIGIN)
        self.category = settings.category if kind.stages else None
        self._settings = settings
        self._shelf = around.shelf
        self._page_size = page_size

    # --- pages ----------------------------------------------------------------------------------------------------

    async def page(self, cursor: Cursor | None, *, full: bool) -> Page:
        """Return the next page after *cursor*. Raises Rejected on a cursor that is not ours."""
        try:
            turn = turn_of(cursor, full=full)
        except (ValueError, KeyError, TypeError) as error:
            text = "the cursor is not one of Bitrix24's; begin a full read"
            raise Rejected(text, system=self.client.system) from error
        since = await self._since(cursor, turn)
        try:
            if turn.after is None:
                return await self._first_page(cursor, turn, since=since)
            return await self._two_pages(cursor, turn, since=since)
        except Unordered as error:
            raise RetryLater(f"the list cannot be read in pages: {error}", system=self.client.system) from error

    async def _first_page(self, before: Cursor | None, turn: Turn, *, since: Mapping[str, Any]) -> Page:
        newest = {"order": {"updatedTime": "DESC", "id": "DESC"}, "select": ["id", "updatedTime"], "start": 0}
        asked = [Command(LIST, {**self._kind(since), **newest}), await self._behind(since, 0)]
        looked, reply = await self.client.batch(asked)
        marks = [mark for row in rows_of(looked.value(), "items") if (mark := _mark(row)) is not None]
        rows = rows_of(reply.value(), "items")
        step = next_after_first(before, turn, newest=marks, page=ids_of(rows), size=self._page_size, total=looked.total)
        page = await self._page(rows[: step.taken[0]], turn, reply=reply, cursor=step.cursor, more=step.more)
        return Page(page.system, page.kind, page.records, page.began, page.cursor, page.more, looked.total, page.faults)

    async def _two_pages(self, before: Cursor | None, turn: Turn, *, since: Mapping[str, Any]) -> Page:
        last = Earlier(f"$result[c0][items][{self._page_size - 1}][id]")
        asked = [await self._behind(since, turn.after or 0), await self._behind(since, last)]
        reply, behind = await self.client.batch(asked)
        first = rows_of(reply.value(), "items")
        full = len(first) >= self._page_size
        second = rows_of(behind.value(), "items") if full and behind.error is None else []
        if full and behind.error is not None:
            second = [{"id": 0}]  # not behind the first page, so it is asked for again
        step = next_in_window(before, turn, first=ids_of(first), second=ids_of(second), size=self._page_size)
        rows = [*first[: step.taken[0]], *second[: step.taken[1]]]
        return await self._page(rows, turn, reply=reply, cursor=step.cursor, more=step.more)

    async def _page(self, rows: Sequence[Row], turn: Turn, *, reply: Reply, cursor: Cursor, more: bool) -> Page:
        records, faults = (await self.reader(rows, sweep=turn.long)).records(rows)
        if not more:
            self.names.keep()
        if reply.began is None:
            raise RuntimeError("a reply without the time of its request")
        return Page(self.client.system, self.kind.name, records, reply.began, cursor, more=more, faults=faults)

    async def _since(self, cursor: Cursor | None, turn: Turn) -> dict[str, Any]:
        """What every list of a window is limited to."""
        limits: dict[str, Any] = {}
        if self.category is not None:
            limits[CATEGORY] = self.category
        if turn.start is not None:
            ids = cursor.ids if cursor else ()
            known = (int(ids[0]), turn.start) if ids and ids[0].isdecimal() else None
            form = await date_form(self.client, self._shelf, self.kind, known=known)
            limits[">=updatedTime"] = filter_text(turn.start, form, shift=-float(self._settings.overlap))
        return limits

    async def _behind(self, since: Mapping[str, Any], after: int | str) -> Command:
        """Ask for a page behind an id, in the order of ids, with all that views show."""
        fields = await self.book.fields()
        asked = {"order": {"id": "ASC"}, "select": list(fields.asked), "start": -1}
        return Command(LIST, {**self._kind({**since, ">id": after}), **asked})

    def _kind(self, condition: Mapping[str, Any]) -> dict[str, Any]:
        return {"entityTypeId": self.kind.number, **({"filter": dict(condition)} if condition else {})}

    # --- single records -------------------------------------------------------------------------------------------

    async def reader(self, rows: Sequence[Row], *, sweep: bool = False) -> Reader:
        """Return what makes records of *rows*, with the names of all that they point at."""
        fields = await self.book.fields()
        await self.names.look_up(pointed_at(rows, fields), sweep=sweep)
        return Reader(
            system=self.client.system,
            kind=self.kind,
            portal=self._settings.portal,
            fields=fields,
            name_of=self.names.of,
            marker_place=self.marker_place,
            category=self.category,
        )

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up, fifty in a request. Raises AuthFailed, RetryLater."""
        del kind
        met: dict[str, Found] = {}
        wanted = [each for each in dict.fromkeys(ids) if each.isascii() and each.isdigit()]
        at = 0
        while at < len(wanted):
            size = self.client.pace.batch_size(GET, BATCH)
            batch, at = wanted[at : at + size], at + size
            commands = [Command(GET, {"entityTypeId": self.kind.number, "id": each}) for each in batch]
            replies = await self.client.batch(commands)
            reader = await self.reader([row for reply in replies if (row := item_of(reply)) is not None])
            met |= {each: self._found(each, reply, reader) for each, reply in zip(batch, replies, strict=True)}
        return [met.get(each) or Found(each, "gone", reason="no record has such a number") for each in ids]

    async def reached_by(self, record_id: str) -> list[Row]:
        """Return the phones and addresses of a record, each with the number that a change has to name."""
        reply = await self.client.call(GET, {"entityTypeId": self.kind.number, "id": record_id})
        item = item_of(reply) or {}
        return rows_of(item, MULTI)

    def _found(self, record_id: str, reply: Reply, reader: Reader) -> Found:
        name = self.kind.name
        match reply.error:
            case Gone():
                return Found(record_id, "gone", reason=f"{name} {record_id} does not exist any more")
            case Rejected() as error:
                return Found(record_id, "refused", reason=error.reason or f"the account may not see {name} {record_id}")
            case ConnectorError() as error:
                raise error
        record = record_of(reply, reader)
        if record is None:
            return Found(record_id, "refused", reason=f"{name} {record_id} is not shown as Bitrix24 shows them")
        return Found(record_id, "here", record)

    async def find(self, marker: str) -> Search:
        """Search the records themselves, so that a search is as fresh as its request."""
        fields = await self.book.fields()
        if fields.get(self.marker_place) is None:
            text = f"{self.marker_place}, where our marker should live, is no field here"
            raise Rejected(text, system=self.client.system, place=self.marker_place, reason=text, whole=True)
        condition = {f"={self.marker_place}": marker}
        if self.marker_place == ORIGIN:
            condition[f"={ORIGINATOR}"] = HUB
        asked = {"select": ["id", "updatedTime", self.marker_place], "order": {"id": "ASC"}, "start": -1}
        reply = await self.client.call(LIST, {**self._kind(condition), **asked})
        rows = [row for row in rows_of(reply.result, "items") if row.get(self.marker_place) == marker]
        newest = max((mark[1] for row in rows if (mark := _mark(row)) is not None), default=None)
        if reply.began is None:
            raise RuntimeError("a reply without the time of its request")
        return Search(tuple(str(row["id"]) for row in rows), newest, reply.began, current=True)

    # --- steps ----------------------------------------------------------------------------------------------------

    async def steps(self, records: Sequence[VendorRecord]) -> list[tuple[PastChange, ...]]:
        """Return the last steps of each record, all in one request. Raises what the request means."""
        replies = await self.client.batch([history_command(self.kind, each.id, newest=True) for each in records])
        user = self._settings.user
        return [
            changes_of(rows_of(reply.value(), "items"), last_is_ours=record.views.get("movedBy") == user)
            for record, reply in zip(records, replies, strict=True)
        ]

    async def all_steps(self, record_id: str, since: str | None) -> tuple[PastChange, ...]:
        """Return every step of one record at or after the stamp *since*. Raises Gone, Rejected."""
        (found,) = await self.read(self.kind.name, [record_id])
        if found.state == "gone":
            raise Gone(f"{self.kind.name} {record_id} does not exist", system=self.client.system)
        if found.record is None:
            text = f"{self.kind.name} {record_id} cannot be read"
            raise Rejected(text, system=self.client.system, reason=found.reason, whole=True)
        command = history_command(self.kind, record_id, newest=False)
        rows = await self.client.listed(command.method, command.params, "items", overhead=False)
        steps = changes_of(rows, last_is_ours=found.record.views.get("movedBy") == self._settings.user)
        return tuple(step for step in steps if since is None or moment_of(step.at) >= moment_of(since))


def item_of(reply: Reply) -> Row | None:
    """Return the record that a get, an add or an update answers with."""
    item = reply.result.get("item") if isinstance(reply.result, Mapping) else None
    return item if isinstance(item, dict) else None


def record_of(reply: Reply, reader: Reader) -> VendorRecord | None:
    """Return the record of an answer; None where it shows none that can be read."""
    item = item_of(reply)
    records, _ = reader.records([item]) if item is not None else ((), ())
    return records[0] if records else None


def ids_of(rows: Sequence[Row]) -> list[int]:
    """Return the ids of *rows*. Raises Unordered on a row without one: nobody could say what comes after it."""
    if not all(str(row.get("id")).isdecimal() for row in rows):
        raise Unordered("it shows records without a number")
    return [int(row["id"]) for row in rows]


def _mark(row: Row) -> Mark | None:
    number, stamp = str(row.get("id")), row.get("updatedTime")
    return (int(number), stamp) if number.isdecimal() and isinstance(stamp, str) else None
