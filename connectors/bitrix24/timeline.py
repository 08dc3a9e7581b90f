"""
Comments and files: pages over the deals whose timelines moved, look-ups, searches, contents.

A portal does not list what changed in timelines. What is cheap to ask is which deals changed, or had something happen
in their timeline, since a time; the comments of those are read, fifty lists in a request, the first few in the very
request that asks for the deals. An edit or a deletion moves neither time: events point at them, and full reads meet
them.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mappings.exchange import Create, Cursor, Found, Page, VendorRecord, View

from ..base import CLOCKS, Search, Surroundings
from ..errors import ConnectorError, Gone, Rejected, RetryLater
from .client import BATCH, Bitrix24Client, Command, Reply, Row, rows_of
from .comments import COMMENT, FILE, GET, LIST, OWNER, Timeline, list_command, text_of
from .desk import LIST as ITEMS
from .desk import ids_of
from .kinds import DEAL
from .probe import date_form
from .query import Earlier
from .records import CATEGORY
from .replies import InWords
from .settings import Bitrix24Settings
from .times import filter_text, moment_of
from .window import Mark, Turn, Unordered, next_after_first, next_after_page, turn_of

MOVED = ("updatedTime", "lastActivityTime")
"""Times of a deal of which one moves when something happens in its timeline."""
EAGER = 5
"""Timelines that are read in the very request that asks for their deals: an idle pull is one request."""
DIGEST = "sha256:"
LARGEST_FILE = 256 * 1024 * 1024
"""The portal works at most a minute on a request, and has a file whole in memory while it does."""
NOT_THERE = re.compile(r"not found|не найден", re.IGNORECASE)
"""A comment that is not there, or may not be seen, is refused without a code: words alone tell one from the other."""


class TimelineReader:
    """Comments, or the files attached to them, of all deals that take part."""

    def __init__(
        self, kind: str, settings: Bitrix24Settings, *, client: Bitrix24Client, around: Surroundings, page_size: int
    ) -> None:
        self.kind = kind
        self.timeline = Timeline(client.system, settings.portal, settings.user)
        self._client = client
        self._settings = settings
        self._around = around
        self._page_size = page_size

    def clock(self) -> datetime:
        return self._around.clock()

    # --- pages --------------------------------------------------------------------------------------------------------

    async def page(self, cursor: Cursor | None, *, full: bool) -> Page:
        """
        Return what hangs on the next deals whose timeline may have moved; of a full read, on the next deals.

        One request for the deals, one for each fifty of their timelines. Raises Rejected on a cursor that is not ours.
        """
        try:
            turn = turn_of(cursor, full=full)
        except (ValueError, KeyError, TypeError) as error:
            text = "the cursor is not one of Bitrix24's; begin a full read"
            raise Rejected(text, system=self._client.system) from error
        try:
            return await self._page(cursor, turn)
        except Unordered as error:
            raise RetryLater(f"the list cannot be read in pages: {error}", system=self._client.system) from error

    async def _page(self, cursor: Cursor | None, turn: Turn) -> Page:
        asked = await self._deals(cursor, turn)
        eager = [list_command(Earlier(f"$result[c{len(asked) - 1}][items][{n}][id]")) for n in range(EAGER)]
        replies = await self._client.batch([*asked, *eager])
        deals = ids_of(rows_of(replies[len(asked) - 1].value(), "items"))
        began = replies[0].began or self.clock()
        if turn.after is None:
            marks = [mark for reply, name in zip(replies, MOVED, strict=False) for mark in _marks(reply, name)]
            newest = sorted(marks, key=lambda mark: moment_of(mark[1]), reverse=True)
            step = next_after_first(cursor, turn, newest=newest, page=deals, size=self._page_size, total=None)
        else:
            step = next_after_page(cursor, turn, page=deals, size=self._page_size)
        rows = await self._comments([str(each) for each in deals[: self._page_size]], replies[len(asked) :])
        records, faults = self.timeline.records(self.kind, rows)
        return Page(self._client.system, self.kind, records, began, step.cursor, more=step.more, faults=faults)

    async def _deals(self, cursor: Cursor | None, turn: Turn) -> list[Command]:
        """Ask for the next deals by number, and before the first of them for the newest times."""
        condition: dict[str, Any] = {}
        if self._settings.category is not None:
            condition[CATEGORY] = self._settings.category
        newest = [self._newest(name, condition) for name in MOVED] if turn.after is None else []
        if turn.start is not None:
            ids = cursor.ids if cursor else ()
            known = (int(ids[0]), turn.start) if ids and ids[0].isdecimal() else None
            form = await date_form(self._client, self._around.shelf, DEAL, known=known)
            since = filter_text(turn.start, form, shift=-float(self._settings.overlap))
            condition["0"] = {"logic": "OR", **{str(n): {f">={name}": since} for n, name in enumerate(MOVED)}}
        condition[">id"] = turn.after or 0
        asked = {"select": ["id"], "order": {"id": "ASC"}, "start": -1}
        return [*newest, Command(ITEMS, {"entityTypeId": DEAL.number, "filter": condition, **asked})]

    def _newest(self, name: str, condition: Mapping[str, Any]) -> Command:
        asked: dict[str, Any] = {"select": ["id", name], "order": {name: "DESC", "id": "DESC"}, "start": -1}
        if condition:
            asked["filter"] = dict(condition)
        return Command(ITEMS, {"entityTypeId": DEAL.number, **asked})

    async def _comments(self, deals: Sequence[str], eager: Sequence[Reply]) -> list[Row]:
        """Return all comments of DEALS, the first of which were asked for before; fifty lists in a request."""
        rows: list[Row] = []
        left: list[tuple[str, int]] = []

        def take(deal: str, reply: Reply) -> None:
            if not isinstance(reply.error, Gone | Rejected):  # a deal that has gone meanwhile has none
                rows.extend(rows_of(reply.value()))
                left.extend([(deal, reply.next)] if reply.next else [])

        for deal, reply in zip(deals, eager, strict=False):
            take(deal, reply)
        left += [(deal, 0) for deal in deals[len(eager) :]]
        while left:
            size = self._client.pace.batch_size(LIST, BATCH)
            some = left[:size]
            del left[:size]
            replies = await self._client.batch([list_command(deal, start) for deal, start in some])
            for (deal, _), reply in zip(some, replies, strict=True):
                take(deal, reply)
        return rows

    # --- single records -----------------------------------------------------------------------------------------------

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up, fifty in a request. Raises AuthFailed, RetryLater."""
        del kind
        comments = {each: each.partition("/")[0] for each in ids if _is_id(self.kind, each)}
        wanted = list(dict.fromkeys(comments.values()))
        replies: dict[str, Reply] = {}
        while wanted:
            size = self._client.pace.batch_size(GET, BATCH)
            some, wanted = wanted[:size], wanted[size:]
            asked = [Command(GET, {"id": each}) for each in some]
            replies |= dict(zip(some, await self._client.batch(asked), strict=True))
        gone = "nothing has such a number"
        return [
            self._found(each, replies[comments[each]]) if each in comments else Found(each, "gone", reason=gone)
            for each in ids
        ]

    def _found(self, record_id: str, reply: Reply) -> Found:
        gone = Found(record_id, "gone", reason=f"{self.kind} {record_id} does not exist any more")
        match reply.error:
            case Gone():
                return gone
            case InWords() as error if NOT_THERE.search(error.reason):
                return gone
            case Rejected() as error:
                return Found(record_id, "refused", reason=error.reason or f"{self.kind} {record_id} may not be seen")
            case ConnectorError() as error:
                raise error
        record = self.record_of(record_id, reply)
        if record is None and self.kind == FILE:
            return gone
        if record is None:
            return Found(record_id, "refused", reason=f"{self.kind} {record_id} is not shown as Bitrix24 shows them")
        return Found(record_id, "here", record)

    def record_of(self, record_id: str, reply: Reply) -> VendorRecord | None:
        """Return the record of an answer; None where it shows none that can be read."""
        row = reply.result
        if not isinstance(row, dict):
            return None
        try:
            return self.timeline.file(record_id, row) if self.kind == FILE else self.timeline.comment(row)
        except (KeyError, TypeError, ValueError):
            return None

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """
        Return what our user has put under the same deal since then: with the same words, or the same name and size.

        Lists read the comments themselves, so the search is as fresh as its request.
        """
        deal = parent_of(create, system=self._client.system)
        wanted = _wanted(create)
        earliest = since - CLOCKS
        rows, began = await self._recent(deal, earliest)
        mine = [row for row in rows if str(row.get("AUTHOR_ID")) == self._settings.user]
        if self.kind == COMMENT:
            text = str(wanted.get("text") or "")
            same = [row for row in mine if text_of(row).strip() == text.strip() and not self.timeline.carries(row)]
            return Search(tuple(str(row["ID"]) for row in same), None, began, current=True)
        size = self.path_of(wanted.get("content")).stat().st_size
        named = (wanted.get("name"), str(size))
        files = [record for row in mine for record in self.timeline.files(row)]
        found = [each.id for each in files if (each.views["name"], each.views["size"]) == named]
        return Search(tuple(found), None, began, current=True)

    async def _recent(self, deal: str, earliest: datetime) -> tuple[list[Row], datetime]:
        rows: list[Row] = []
        began = self.clock()
        start: int | None = 0
        while start is not None:
            command = list_command(deal, start, newest=True)
            reply = await self._client.call(command.method, command.params)
            page = rows_of(reply.result)
            rows += [row for row in page if moment_of(str(row["CREATED"])) >= earliest]
            start = reply.next if page and moment_of(str(page[-1]["CREATED"])) >= earliest else None
        return rows, began

    # --- contents -----------------------------------------------------------------------------------------------------

    async def fetch(self, record_id: str) -> AsyncIterator[bytes]:
        """
        Give the content of a file piece by piece. Raises Gone, Rejected.

        The address that a comment shows is for browsers. One for us is told by the disk, under the number of the file
        or of its attachment: the vendor's pages say either, so both are asked, and that of this very file is taken.
        """
        (found,) = await self.read(self.kind, [record_id])
        if self.kind != FILE:
            raise Rejected(f"{self.kind} {record_id} has no content", system=self._client.system, whole=True)
        if found.state == "gone":
            raise Gone(f"file {record_id} does not exist any more", system=self._client.system)
        if found.record is None:
            text = f"file {record_id} cannot be read"
            raise Rejected(text, system=self._client.system, reason=found.reason, whole=True)
        address = await self._address(found.record)
        async for piece in self._client.download(address, most=LARGEST_FILE):
            yield piece

    async def _address(self, record: VendorRecord) -> str:
        number = record.id.partition("/")[2]
        asked = [Command(method, {"id": number}) for method in ("disk.file.get", "disk.attachedObject.get")]
        replies = await self._client.batch(asked)
        for reply in replies:
            told = reply.result if isinstance(reply.result, Mapping) else {}
            same = (str(told.get("NAME")), str(told.get("SIZE"))) == (record.views["name"], record.views["size"])
            if reply.error is None and same and told.get("DOWNLOAD_URL"):
                return str(told["DOWNLOAD_URL"])
        for reply in replies:
            if isinstance(reply.error, RetryLater):
                raise reply.error
        reason = "the disk does not show the file; has the webhook the scope disk?"
        raise Rejected(f"file {record.id}: {reason}", system=self._client.system, reason=reason, whole=True)

    # --- what writing shares -----------------------------------------------------------------------------------------

    def path_of(self, content: View) -> Path:
        """Return where a content lies that a view names by its digest. Raises Rejected."""
        if self._around.spool is None or not isinstance(content, str) or not content.startswith(DIGEST):
            raise self.refusal("content", "not a content that the hub holds")
        try:
            return self._around.spool.path(content.removeprefix(DIGEST))
        except KeyError:
            raise self.refusal("content", "the content was never fetched") from None

    def refusal(self, place: str, reason: str) -> Rejected:
        """Return what is raised where *place* cannot be sent."""
        return Rejected(f"{place} was not sent: {reason}", system=self._client.system, place=place, reason=reason)


def _wanted(create: Create) -> dict[str, View]:
    return {change.place: change.view for change in create.changes} | dict(create.fixed)


def parent_of(create: Create, *, system: str) -> str:
    """Return the deal that *create* hangs on. Raises Rejected where it names none."""
    if create.parent is None or create.parent[0] != OWNER or not create.parent[1].isdecimal():
        text = f"a {create.kind} hangs on a deal; none is named"
        raise Rejected(text, system=system, reason=text, whole=True)
    return create.parent[1]


def _is_id(kind: str, record_id: str) -> bool:
    comment, slash, file = record_id.partition("/")
    parts = [comment, file] if kind == FILE else [comment]
    return bool(slash) == (kind == FILE) and all(part.isascii() and part.isdigit() for part in parts)


def _marks(reply: Reply, name: str) -> list[Mark]:
    rows = rows_of(reply.value(), "items")
    stamped = [row for row in rows if isinstance(row.get(name), str)]
    return [(number, str(row[name])) for number, row in zip(ids_of(stamped), stamped, strict=True)]
