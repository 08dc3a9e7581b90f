"""Comments: the journals of an issue that have a note."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mappings.exchange import Create, Cursor, Fault, Found, Receipt, Refused, VendorRecord, View

from ..base import Search
from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from ..guarded import Inspection
from .children import ChildId, failed, is_since, issue_of, push_children, refused, wanted_of
from .client import Row, Rows
from .desk import Desk
from .rights import Rights
from .settled import settled_ids, unsettled

NO_WAY_BACK = "a comment's author and time are Redmine's to say"


class Notes:
    """
    Reads and writes comments; the port of the guarded updates.

    Lists of issues are shown without journals, so every issue that changed costs one request.
    """

    def __init__(self, desk: Desk, rights: Rights, *, url: str) -> None:
        self.paths = frozenset[str]()
        self.concurrency = desk.concurrency
        self.clock = desk.clock
        self.monotonic = desk.monotonic
        self._desk = desk
        self._client = desk.client
        self._rights = rights
        self._url = url
        self._emptied: set[str] = set()

    # --- reading --------------------------------------------------------------------------------------------------

    async def pulled(
        self, page: Rows, before: Cursor | None, *, after: Cursor, start: str | None
    ) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...], Cursor]:
        """
        Return the comments of the issues on a page, and the cursor that remembers which need not be read again.

        BEFORE is the cursor of a window that begins at START, AFTER the one that the page leads to. A second may see
        two notes, so the stamp of an issue proves nothing until that second is over.
        """
        rows = unsettled([row for row in page.rows if start is None or str(row.get("updated_on")) >= start], before)
        found = await self._client.each([str(row["id"]) for row in rows], "journals")
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for number, row in found.items():
            if isinstance(row, dict):
                met, wrong = await self._records(row)
                records += met
                faults += wrong
            elif isinstance(row, Rejected):
                faults.append(Fault(number, f"the comments of issue {number} could not be read: {row}"))
        cursor = after
        if after.resume is None and after.at is not None:
            cursor = replace(after, ids=settled_ids(page.rows, before, at=after.at, now=page.began.timestamp()))
        return tuple(records), tuple(faults), cursor

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        del kind
        wanted = {each: child for each in ids if (child := ChildId.read(each)) is not None}
        rows = await self._client.each([child.issue for child in wanted.values()], "journals")
        shown: dict[str, VendorRecord] = {}
        for row in rows.values():
            if isinstance(row, dict):
                shown |= {record.id: record for record in (await self._records(row))[0]}
        hidden: dict[int, bool] = {}
        found = []
        for each in ids:
            if each in shown:
                found.append(Found(each, "here", shown[each]))
            elif each not in wanted:
                found.append(Found(each, "gone", reason="no comment has such an id"))
            else:
                found.append(await self._missing(each, rows[wanted[each].issue], hidden))
        return found

    async def _missing(self, record_id: str, row: Row | Gone | Rejected, hidden: dict[int, bool]) -> Found:
        """A note may be missing because it became private; without the right to see those nobody can tell."""
        if record_id in self._emptied:
            return Found(record_id, "gone", reason="it was taken away")
        if isinstance(row, Gone):
            return Found(record_id, "gone", reason="its issue does not exist any more")
        if isinstance(row, Rejected):
            return Found(record_id, "refused", reason="the account may not see its issue")
        project = int(row["project"]["id"])
        if project not in hidden:
            hidden[project] = not await self._may("view_private_notes", project, fresh=True)
        if hidden[project]:
            text = "it is not shown; it may be gone or private (the account may not view private notes)"
            return Found(record_id, "refused", reason=text)
        return Found(record_id, "gone", reason=f"comment {record_id} does not exist any more")

    async def _records(self, row: Row) -> tuple[list[VendorRecord], list[Fault]]:
        takes = await self._desk.scope([row])
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for journal in row.get("journals") or ():
            try:
                record = self._record(row, journal)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                reason = f"a journal is not as Redmine shows journals ({type(error).__name__})"
                faults.append(Fault(str(row.get("id")), reason))
                continue
            if record is not None:
                records.append(replace(record, in_scope=takes(row)))
        return sorted(records, key=lambda record: int(record.id.partition("/")[2])), faults

    def _record(self, row: Row, journal: Mapping[str, Any]) -> VendorRecord | None:
        """Return the record of a journal, None where it only tells of changed fields."""
        text = shown_text(journal.get("notes"))
        if text is None:
            return None
        number, own = str(row["id"]), str(int(journal["id"]))
        user = journal.get("user")
        edited = journal.get("updated_on")  # Redmine 6.0 and newer
        return VendorRecord(
            system=self._desk.name,
            kind="comment",
            id=str(ChildId(number, own)),
            views={
                "text": text,
                "author": str(user["id"]) if user else None,
                "created_on": journal["created_on"],
                "private": journal.get("private_notes") is True,
            },
            version=edited,
            stamp=edited or journal["created_on"],
            url=f"{self._url}/issues/{number}#change-{own}",
            parent=("issue", number),
        )

    # --- changing -------------------------------------------------------------------------------------------------

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        """Edit a comment; without a text it goes away. Raises Rejected where Redmine would drop it."""
        self._known(views)
        child = ChildId.read(before.id)
        if child is None:
            raise Rejected("no comment has such an id", system=self._desk.name, whole=True)
        sent: dict[str, Any] = {}
        if "text" in views:
            sent["notes"] = views["text"] or ""
        if "private" in views:
            row, _ = await self._client.issue(child.issue)
            await self._need_private(int(row["project"]["id"]))
            sent["private_notes"] = views["private"] is True
        await self._client.edit_note(child.own, sent)
        if sent.get("notes") == "":
            self._emptied.add(before.id)

    def shown(self, place: str, view: View) -> View:
        return shown_text(view) if place == "text" else bool(view) if place == "private" else view

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """Redmine keeps no past texts of a note."""
        del record, since
        return Inspection()

    # --- making ---------------------------------------------------------------------------------------------------

    async def push_creates(self, creates: Sequence[Create]) -> list[Receipt]:
        """
        Write notes, those of one issue in their order.

        The answer does not say which journal a note became: the issue is read before and after, and what is new, ours
        and says the same is it.
        """
        return await push_children(creates, self._under)

    async def _under(self, number: str, creates: Sequence[Create]) -> dict[str, Receipt]:
        try:
            row, _ = await self._client.issue(number, "journals")
            account = await self._desk.account()
        except Gone:
            return {create.key: refused(create, f"issue {number} does not exist any more") for create in creates}
        except ConnectorError as error:
            return {create.key: failed(create, error) for create in creates}
        known = {record.id for record in (await self._records(row))[0]}
        receipts: dict[str, Receipt] = {}
        written: list[Create] = []
        stopped = ""
        for create in creates:
            if stopped:
                receipts[create.key] = Receipt(create.key, "unsent", reason=stopped)
                continue
            try:
                await self._send(create, number, project=int(row["project"]["id"]))
            except (Gone, Rejected) as error:
                receipts[create.key] = failed(create, error)
            except (AuthFailed, RetryLater, Stale) as error:
                receipts[create.key] = failed(create, error)
                stopped = str(error)
            else:
                written.append(create)
        if written:
            receipts |= await self._met(number, written, known=known, account=account.id)
        return receipts

    async def _send(self, create: Create, number: str, *, project: int) -> None:
        wanted = wanted_of(create)
        self._known(wanted)
        if shown_text(wanted.get("text")) is None:
            raise Rejected(
                "an empty note is none", system=self._desk.name, place="text", reason="an empty note is none"
            )
        if wanted.get("private"):
            await self._need_private(project)
        await self._client.update(number, {"notes": wanted["text"], "private_notes": bool(wanted.get("private"))})

    async def _met(
        self, number: str, creates: Sequence[Create], *, known: set[str], account: str
    ) -> dict[str, Receipt]:
        """Tell which of the new journals each create became."""
        try:
            row, began = await self._client.issue(number, "journals")
        except ConnectorError as error:
            text = f"written, not read back: {error}"
            return {create.key: Receipt(create.key, "unclear", reason=text) for create in creates}
        new = [
            record
            for record in (await self._records(row))[0]
            if record.id not in known and record.views["author"] == account
        ]
        receipts: dict[str, Receipt] = {}
        for create in creates:
            said = shown_text(wanted_of(create).get("text"))
            record = next((each for each in new if each.views["text"] == said), None)
            if record is not None:
                new.remove(record)
                receipts[create.key] = _done(create, record, began)
        for create in creates:
            if create.key not in receipts:
                receipts[create.key] = _not_met(create, new)
        return receipts

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """Return all comments of the issue that we made since then and that say the same. Raises Gone, Rejected."""
        number, wanted = issue_of(create), wanted_of(create)
        if number is None:
            raise Rejected("it hangs on no issue", system=self._desk.name, whole=True)
        account = await self._desk.account()
        row, began = await self._client.issue(number, "journals")
        ids = tuple(
            record.id
            for record in (await self._records(row))[0]
            if record.views["author"] == account.id
            and record.views["text"] == shown_text(wanted.get("text"))
            and is_since(record.views["created_on"], since)
        )
        return Search(ids, row.get("updated_on"), began, current=True)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _known(self, views: Mapping[str, View]) -> None:
        for place in views:
            if place not in ("text", "private"):
                raise Rejected(NO_WAY_BACK, system=self._desk.name, place=place, reason=NO_WAY_BACK)

    async def _need_private(self, project: int) -> None:
        """Redmine drops the mark in silence, and the note is there for everybody: so not without the right."""
        if not await self._may("set_notes_private", project):
            text = "the account may not set notes as private here, so Redmine would show it to everybody"
            raise Rejected(text, system=self._desk.name, place="private", reason=text, whole=True)

    async def _may(self, permit: str, project: int, *, fresh: bool = False) -> bool:
        account = await self._desk.account()
        return await self._rights.may(permit, project, admin="admin" in account.rights, fresh=fresh)


def shown_text(value: View) -> View:
    """Return a note as its view: line ends as ours; a note of blanks is none."""
    text = "" if value is None else str(value).replace("\r\n", "\n")
    return text if text.strip() else None


def _done(create: Create, record: VendorRecord, began: datetime) -> Receipt:
    open_now = bool(wanted_of(create).get("private")) and not record.views["private"]
    shown = (Refused("private", "Redmine shows it to everybody"),) if open_now else ()
    return Receipt(create.key, "done", id=record.id, record=record, began=began, refused=shown)


def _not_met(create: Create, new: Sequence[VendorRecord]) -> Receipt:
    """No new comment says the same: none of ours is there, or somebody has edited it at once."""
    if new:
        return Receipt(create.key, "unclear", reason="written; none of our new comments says what was sent")
    text = "Redmine dropped the note without a word: the account may not add notes here"
    return refused(create, text, place="text")
