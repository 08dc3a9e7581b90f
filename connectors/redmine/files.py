"""Files: the attachments of issues."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mappings.exchange import Create, Fault, Found, Receipt, VendorRecord, View, Views

from ..base import Search, Spool
from ..body import Body
from ..errors import AuthFailed, Gone, Rejected, RetryLater, Stale
from ..guarded import Inspection
from .children import ChildId, failed, is_since, issue_of, push_children, refused, wanted_of
from .client import Row
from .desk import Desk

PREFIX = "sha256:"
PLACES = ("name", "size", "type", "author", "created_on", "url")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Files:
    """Reads and writes files; the port of the guarded updates. Lists of issues show them, so they cost no request."""

    def __init__(self, desk: Desk, *, url: str, spool: Spool | None) -> None:
        self.paths = frozenset[str]()
        self.concurrency = desk.concurrency
        self.clock = desk.clock
        self.monotonic = desk.monotonic
        self._desk = desk
        self._client = desk.client
        self._url = url
        self._spool = spool

    # --- reading --------------------------------------------------------------------------------------------------

    async def records(self, rows: Iterable[Row]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        """Make records of the attachments of issues; one that cannot be read is a fault of its own."""
        rows = list(rows)
        takes = await self._desk.scope(rows)
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            for shown in row.get("attachments") or ():
                try:
                    record = self._record(row, shown)
                    scope = takes(row)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    reason = f"an attachment is not as Redmine shows attachments ({type(error).__name__})"
                    faults.append(Fault(str(row.get("id")), reason))
                else:
                    records.append(replace(record, in_scope=scope))
        return tuple(records), tuple(faults)

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """One request per issue: only an issue by itself tells which files came with a private note (`private`)."""
        del kind
        wanted = {each: child for each in ids if (child := ChildId.read(each)) is not None}
        numbers = list(dict.fromkeys(child.issue for child in wanted.values()))
        rows = await self._client.each(numbers, "attachments,journals")
        issues = [row for row in rows.values() if isinstance(row, dict)]
        private = {str(ChildId(str(row["id"]), own)) for row in issues for own in came_with_private_notes(row)}
        records, _ = await self.records(issues)
        shown = {
            record.id: replace(record, views={**record.views, "private": True}) if record.id in private else record
            for record in records
        }
        found = []
        for each in ids:
            child = wanted.get(each)
            answer = rows.get(child.issue) if child else None
            if each in shown:
                found.append(Found(each, "here", shown[each]))
            elif isinstance(answer, Rejected):
                found.append(Found(each, "refused", reason="the account may not see its issue"))
            else:
                found.append(Found(each, "gone", reason=f"file {each} does not exist any more"))
        return found

    def content(self, record_id: str) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises Gone."""
        child = ChildId.read(record_id)
        if child is None:
            raise Gone(f"no file has the id {record_id!r}", system=self._desk.name)
        return self._client.download(child.own)

    def _record(self, row: Row, shown: Mapping[str, Any]) -> VendorRecord:
        number, own = str(row["id"]), str(int(shown["id"]))
        author = shown.get("author")
        return VendorRecord(
            system=self._desk.name,
            kind="file",
            id=str(ChildId(number, own)),
            views={
                "name": shown["filename"],
                "size": str(int(shown["filesize"])),
                "type": shown.get("content_type") or None,
                "author": str(author["id"]) if author else None,
                "created_on": shown["created_on"],
                "url": shown["content_url"],
            },
            stamp=shown["created_on"],
            url=f"{self._url}/attachments/{own}",
            parent=("issue", number),
        )

    # --- changing -------------------------------------------------------------------------------------------------

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        """Rename a file. Raises Rejected for all that cannot be changed once it is there."""
        child = ChildId.read(before.id)
        for place in views:
            if place != "name" or child is None or not views["name"]:
                text = f"{place} of a file cannot be changed; attach another one"
                raise Rejected(text, system=self._desk.name, place=place, reason=text)
        if child is not None:
            await self._client.edit_file(child.own, {"filename": shown_name(views["name"])})

    def shown(self, place: str, view: View) -> View:
        return shown_name(view) if place == "name" else view

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """Nothing is kept of what a file was called before."""
        del record, since
        return Inspection()

    # --- making ---------------------------------------------------------------------------------------------------

    async def push_creates(self, creates: Sequence[Create]) -> list[Receipt]:
        """Hand files in and attach them, those of one issue one after the other."""
        return await push_children(creates, self._under)

    async def _under(self, number: str, creates: Sequence[Create]) -> dict[str, Receipt]:
        receipts: dict[str, Receipt] = {}
        attached: dict[str, str] = {}
        stopped = ""
        for create in creates:
            if stopped:
                receipts[create.key] = Receipt(create.key, "unsent", reason=stopped)
                continue
            try:
                attached[create.key] = await self._attach(create, number)
            except (Gone, Rejected) as error:
                gone = f"issue {number} does not exist any more"
                receipts[create.key] = refused(create, gone) if isinstance(error, Gone) else failed(create, error)
            except (AuthFailed, RetryLater, Stale) as error:
                receipts[create.key] = failed(create, error)
                stopped = str(error)
        return receipts | await self._met(attached) if attached else receipts

    async def _attach(self, create: Create, number: str) -> str:
        """Upload and attach; return the id of the new file. Raises any of our errors."""
        wanted = wanted_of(create)
        ticket = await self._upload(wanted)
        token = str(ticket.get("token", ""))
        own, _, digest = token.partition(".")
        if _SHA256.fullmatch(digest) and PREFIX + digest != wanted["content"]:
            text = "what arrived is not what was sent; nothing was attached"
            raise Rejected(text, system=self._desk.name, place="content", reason=text, whole=True)
        upload = {"token": token, "filename": shown_name(wanted["name"])}
        if wanted.get("type"):
            upload["content_type"] = wanted["type"]
        await self._client.update(number, {"uploads": [upload]})
        return str(ChildId(number, str(ticket.get("id", own))))

    async def _upload(self, wanted: Views) -> Row:
        if not wanted.get("name"):
            raise Rejected("a file needs a name", system=self._desk.name, place="name", reason="a file needs a name")
        try:
            body = Body.of_file(self._path(wanted))
        except OSError as error:
            raise RetryLater(
                f"the content to send cannot be read ({error.strerror})", system=self._desk.name
            ) from error
        params = {"filename": str(shown_name(wanted["name"]))}
        if wanted.get("type"):
            params["content_type"] = str(wanted["type"])
        try:
            return await self._client.upload(body, params)
        except Rejected as error:
            text = error.reason or "Redmine, or a proxy before it, does not take a file of this size or kind"
            raise Rejected(text, system=self._desk.name, place="content", reason=text, whole=True) from error
        except RetryLater as error:  # nothing hangs on the issue yet
            raise RetryLater("the file was not taken; send it again later", system=self._desk.name) from error

    def _path(self, wanted: Views) -> Path:
        digest = str(wanted.get("content") or "")
        try:
            if self._spool is None or not digest.startswith(PREFIX):
                raise KeyError(digest)
            return self._spool.path(digest.removeprefix(PREFIX))
        except KeyError:
            text = "the content of the file is not at hand"
            raise Rejected(text, system=self._desk.name, place="content", reason=text, whole=True) from None

    async def _met(self, attached: Mapping[str, str]) -> dict[str, Receipt]:
        began = self.clock()
        try:
            found = await self.read("file", list(attached.values()))
        except (AuthFailed, RetryLater, Stale) as error:
            text = f"attached, not read back: {error}"
            return {key: Receipt(key, "unclear", id=each, reason=text) for key, each in attached.items()}
        receipts: dict[str, Receipt] = {}
        for key, each in zip(attached, found, strict=True):
            if each.record is not None:
                receipts[key] = Receipt(key, "done", id=each.id, record=each.record, began=began)
            else:
                receipts[key] = Receipt(key, "unclear", id=each.id, reason="attached, and not shown")
        return receipts

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """Return the files of the issue that we made since then with this name and size; of several, by content."""
        number, wanted = issue_of(create), wanted_of(create)
        if number is None:
            raise Rejected("it hangs on no issue", system=self._desk.name, whole=True)
        account = await self._desk.account()
        row, began = await self._client.issue(number, "attachments")
        size = str(self._path(wanted).stat().st_size) if self._spool else wanted.get("size")
        ids = [
            record.id
            for record in (await self.records([row]))[0]
            if record.views["author"] == account.id
            and record.views["name"] == shown_name(wanted.get("name"))
            and record.views["size"] == size
            and is_since(record.views["created_on"], since)
        ]
        if len(ids) > 1:
            ids = [each for each in ids if await self._digest(each) == wanted.get("content")]
        return Search(tuple(ids), row.get("updated_on"), began, current=True)

    async def _digest(self, record_id: str) -> str | None:
        digest = hashlib.sha256()
        try:
            async for piece in self.content(record_id):
                digest.update(piece)
        except Gone:
            return None
        return PREFIX + digest.hexdigest()


def came_with_private_notes(row: Row) -> set[str]:
    """
    Return the numbers of the files that somebody attached together with a private note.

    Redmine shows the file to everybody and tells of it in a journal of its own, of the same person and second.
    """
    journals = [one for one in row.get("journals") or () if isinstance(one, dict)]
    private = {_whose(one) for one in journals if one.get("private_notes") is True}
    return {
        str(detail.get("name"))
        for one in journals
        if _whose(one) in private
        for detail in one.get("details") or ()
        if detail.get("property") == "attachment" and detail.get("new_value")
    }


def _whose(journal: Mapping[str, Any]) -> tuple[Any, Any]:
    user = journal.get("user")
    return user.get("id") if isinstance(user, dict) else None, journal.get("created_on")


def shown_name(view: View) -> View:
    """
    Return a file's name as it is sent and kept: signs that some file system would not take become ``_``.

    Redmine does that itself, but takes what stands before a slash for folders and drops it.
    """
    return None if view is None else re.sub(r"[/\\?%*:|\"'<>\n\r]+", "_", str(view))
