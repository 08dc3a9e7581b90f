"""Files written: each create is written down before it leaves, and its end when it is known."""

from dataclasses import dataclass, field
from datetime import timedelta

from connectors.base import Search
from connectors.errors import AuthFailed, ConnectorError, RetryLater
from mappings.attachments import COPIED as PUT
from mappings.attachments import Copied, Copy, Refusal, Removal, Rename, shown_size
from mappings.exchange import Change, Create, Receipt, Update, VendorRecord
from mappings.reconcile.model import Event
from state import attachments, history
from state.attachments import Doubt

from ..times import stamp_time
from .reading import fetched, read
from .removing import remove
from .room import COMMENT, KIND, Room
from .telling import told, untold

PATIENCE = timedelta(hours=1)
"""So long a create in doubt is looked for in a system whose search may be behind."""


COPIED = "copied"
"""The history's word for a file that the hub has put somewhere."""
RENAMED = "renamed"
"""The history's word for a file that got a name which somebody has given it elsewhere."""


@dataclass
class Writer:
    """Writes the files of one case. PARENTS: system -> the record (kind, id) that they hang on there."""

    room: Room
    owner: str
    parents: dict[str, tuple[str, str]]
    failed: bool = False
    """Something has to be done again with the next pass."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Files that were asked for by their ids just now, by system and record."""

    def files(self) -> attachments.Files:
        """Return what is known of the files of the case now."""
        return attachments.of_case(self.room.wired.store, self.room.sync, self.owner)

    # --- copies ---------------------------------------------------------------------------------------------------

    async def copy(self, copy: Copy, *, seen: str) -> None:
        """Put a file into a system, unless somebody else has begun to; SEEN is what was known of it there."""
        room, digest = self.room, copy.source.digest or ""
        if not await fetched(room, digest, self.files().held):
            self.failed = True
            return
        going = Copied(copy.system, digest, "sent")
        if not attachments.begin(
            room.wired.store, room.wired.worker, self.owner, copied=going, name=copy.name, seen=seen
        ):
            return
        room.made += 1
        receipt = await self._push(self._create(going, copy.name))
        await self._settle(going, copy, receipt)

    def _create(self, going: Copied, name: str) -> Create:
        changes = (Change("name", name), Change("content", f"sha256:{going.identity}"))
        return self._under(going.system, KIND, changes)

    def _under(self, system: str, kind: str, changes: tuple[Change, ...]) -> Create:
        key = self.room.wired.store.fresh_id()
        return Create(key, system, kind, "", changes, parent=self.parents[system])

    async def _push(self, create: Create) -> Receipt:
        try:
            [receipt] = await self.room.connector(create.system).push([create])
        except (AuthFailed, RetryLater) as error:  # nothing was sent
            if isinstance(error, AuthFailed):
                self.room.trouble(create.system, error)
            return Receipt(create.key, "unsent", reason=str(error))
        return receipt

    async def _settle(self, going: Copied, copy: Copy, receipt: Receipt) -> None:
        store, report = self.room.wired.store, self.room.report
        if receipt.state == "done" and receipt.record is not None:
            self.arrived(going, receipt.record)
            report.files["copied"] += 1
            report.files["bytes"] += copy.source.size or 0
            return
        if receipt.state == "refused":
            why = receipt.reason or "the system refuses it"
            attachments.drop(store, self.owner, going)
            await self.refuse(Refusal(copy.system, copy.source, why), by_limit=False)
            return
        self.failed = True
        if receipt.state == "unclear":
            report.in_doubt += 1
            return
        attachments.drop(store, self.owner, going)
        report.notices.append(f"{copy.system}: file {copy.name!r} is sent again with the next pass")

    def arrived(self, going: Copied, record: VendorRecord) -> None:
        """The content is there, as RECORD."""
        store, sync = self.room.wired.store, self.room.sync
        name = str(record.views.get("name") or "")
        told = Event(COPIED, name, None, going.identity, going.system, cause=f"#{record.id} was attached")
        row = history.event_row(told, entity=self.owner, kind=KIND, record=record.id, run=self.room.wired.run)
        here = Copied(going.system, going.identity, "here", PUT, record.id)
        attachments.note(store, self.owner, [here], told=[row])  # first: what is found without it is not known for ours
        attachments.put(store, sync, [record])
        attachments.looked(store, sync, going.system, record=record.id, private=False)
        attachments.learned(store, sync, going.system, record=record.id, digest=going.identity)
        same = [one for one in self.files().held if one.digest == going.identity]
        names = {going.identity, *(f"{one.system}/{one.record}" for one in same)}
        untold(store, self.owner, going.system, names)

    # --- names ----------------------------------------------------------------------------------------------------

    async def rename(self, rename: Rename) -> None:
        """Call a file as somebody has called it elsewhere; where that cannot be, both names are taken as they are."""
        held, room = rename.held, self.room
        if rename.why:
            self._keeps_its_name(rename, rename.why)
            return
        connector = room.connector(held.system)
        try:
            [found] = await connector.get(KIND, [held.record])
            if found.record is None:
                return
            if found.record.views.get("name") != held.name:  # somebody was there since: both are judged anew
                attachments.put(room.wired.store, room.sync, [found.record])
                self.failed = True
                return
            change = Change("name", rename.name, held.name)
            update = Update(
                room.wired.store.fresh_id(), held.system, KIND, held.record, (change,), found.record.version
            )
            [receipt] = await connector.push([update])
        except ConnectorError as error:
            self.failed = True
            if isinstance(error, AuthFailed):
                room.trouble(held.system, error)
            return
        if receipt.state in ("unsent", "unclear", "moved"):
            self.failed = True
        elif receipt.state == "refused":
            why = "; ".join(one.reason for one in receipt.refused) or receipt.reason
            self._keeps_its_name(rename, why)
        elif receipt.state == "done" and receipt.record is not None:
            name = str(receipt.record.views.get("name") or "")
            attachments.called(
                room.wired.store,
                room.sync,
                held.system,
                record=held.record,
                name=name,
                version=receipt.record.version or "",
            )
            cause = f"#{held.record} was renamed elsewhere"
            told = Event(RENAMED, held.name, held.name, name, held.system, cause=cause)
            store, run = room.wired.store, room.wired.run
            history.tell(store, told, entity=self.owner, kind=KIND, record=held.record, run=run)
            room.report.files["renamed"] += 1

    def _keeps_its_name(self, rename: Rename, why: str) -> None:
        held, notices = rename.held, self.room.report.notices
        notices.append(f"{held.system}: file {held.name!r} is not called {rename.name!r} there: {why}")

    async def remove(self, removal: Removal) -> None:
        """Take away a copy of what was deleted elsewhere, if the record that it hung on there is still there."""
        wired, held = self.room.wired, removal.held
        kind, record = self.parents[removal.system]
        try:
            [found] = await self.room.connector(removal.system).get(kind, [record])
        except ConnectorError as error:
            self.room.trouble(removal.system, error)
            return
        if found.state != "here":
            return
        why = f"the file was deleted in {removal.system}"
        stays = await remove(wired, self.room.connector(held.system), self.owner, held=held, why=why)
        self.room.report.files["deleted"] += not stays
        if stays:
            still_ours = Copied(held.system, held.identity, "here", PUT, held.record)
            self.failed |= still_ours in self.files().copied  # nothing was sent: it goes with the next pass
            self.room.report.notices.append(f"{held.system}: file {held.name!r} stays: {stays}")

    # --- what cannot go -------------------------------------------------------------------------------------------

    async def refuse(self, refusal: Refusal, *, by_limit: bool, seen: str = "") -> None:
        """Leave a line in the system that says where the file is, or else an entry on the attention list. Once."""
        room, source = self.room, refusal.source
        size = f" ({shown_size(source.size)})" if source.size is not None else ""
        where = source.url or f"{source.system}, file {source.record}"
        self.room.report.files["linked"] += 1
        going = Copied(refusal.system, source.identity, "link sent", text=refusal.why, by_limit=by_limit)
        if not room.has_notes(refusal.system):
            self._tell(going, source.name, where)
            return
        line = f"{source.name}{size}: {where}\n{refusal.why}"
        if not attachments.begin(room.wired.store, room.wired.worker, self.owner, copied=going, name=line, seen=seen):
            return
        receipt = await self._push(self._under(refusal.system, COMMENT, (Change("text", line),)))
        self._linked(going, receipt, source.name, where)

    def _linked(self, going: Copied, receipt: Receipt, name: str, where: str) -> None:
        store = self.room.wired.store
        if receipt.state == "done":
            state = Copied(going.system, going.identity, "linked", going.text, receipt.id or "", going.by_limit)
            attachments.note(store, self.owner, [state], name=name)
        elif receipt.state == "unclear":
            self.failed = True
        elif receipt.state == "refused":
            self._tell(going, name, where)
        else:
            self.failed = True
            attachments.drop(store, self.owner, going)

    def _tell(self, going: Copied, name: str, where: str) -> None:
        """No line can be left: a person is told."""
        store = self.room.wired.store
        refused = Copied(going.system, going.identity, "refused", going.text, by_limit=going.by_limit)
        attachments.note(store, self.owner, [refused], name=name)
        text = f"{name} is not copied to {going.system}: {going.text}; it is at {where}"
        told(store, self.owner, going.system, going.identity, name=name, text=text)
        self.room.report.parked += 1

    # --- doubts ---------------------------------------------------------------------------------------------------

    async def settle(self, doubt: Doubt) -> None:
        """Find out what became of a request that nobody knows the end of, and nobody has under way."""
        room, going = self.room, doubt.copied
        if going.system not in self.parents:
            self.failed = True
            if going.state == "sent" and going.system in room.systems:
                # The record that it hung on is gone. Should it come back, what it holds is read before any is copied.
                attachments.drop(room.wired.store, self.owner, going)
            return
        try:
            await (self._find_file(doubt) if going.state == "sent" else self._find_line(doubt))
        except AuthFailed as error:
            room.trouble(going.system, error)
            self.failed = True
        except ConnectorError as error:
            room.report.notices.append(f"{going.system}: {doubt.name!r} cannot be looked for: {error}")
            self.failed = True

    async def _find_file(self, doubt: Doubt) -> None:
        room, going = self.room, doubt.copied
        here = [one for one in self.files().held if one.system == going.system and not one.gone]
        known = next((one for one in here if one.digest == going.identity), None)
        if known is not None:
            state = Copied(going.system, going.identity, "here", record=known.record)
            attachments.note(room.wired.store, self.owner, [state])
            return
        if not await fetched(room, going.identity, self.files().held):
            self.failed = True
            return
        connector = room.connector(going.system)
        search = await connector.find_sent(self._create(going, doubt.name), doubt.at)
        others = {one.record for one in here if one.digest is not None}
        ids = [one for one in search.ids if one not in others]
        for found in await connector.get(KIND, ids) if ids else ():
            if found.record is None:
                continue
            attachments.put(room.wired.store, room.sync, [found.record])
            held = next(one for one in self.files().held if one.record == found.id and one.system == going.system)
            if (held.digest or await read(room, held)) == going.identity:
                self.arrived(going, found.record)
                return
        self._not_found(doubt, search)

    async def _find_line(self, doubt: Doubt) -> None:
        room, going = self.room, doubt.copied
        create = self._under(going.system, COMMENT, (Change("text", doubt.name),))
        search = await room.connector(going.system).find_sent(create, doubt.at)
        if search.ids:
            state = Copied(going.system, going.identity, "linked", going.text, search.ids[0], going.by_limit)
            attachments.note(room.wired.store, self.owner, [state], name=doubt.name)
        else:
            self._not_found(doubt, search)

    def _not_found(self, doubt: Doubt, search: Search) -> None:
        """ "Not there" counts only when the request can no longer arrive, and from a search that is fresh enough."""
        room, going = self.room, doubt.copied
        abilities = room.connector(going.system).abilities_of(KIND)
        waited = search.began - doubt.at
        self.failed = True
        room.report.in_doubt += 1
        if waited < timedelta(seconds=abilities.request_timeout + abilities.index_lag):
            return
        shown = stamp_time(search.newest)
        if search.current or (shown is not None and shown > doubt.at) or waited > PATIENCE:
            attachments.drop(room.wired.store, self.owner, going)
