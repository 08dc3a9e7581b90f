"""Which writes go which way, kind by kind, so that one that fails never spoils another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mappings.exchange import Change, Create, Delete, Receipt, Refused, Update, Write

from ..errors import AuthFailed, Rejected, RetryLater
from ..guarded import GuardedPort, push_creates, push_deletes, push_guarded
from .deletes import Deletes
from .desk import Desk
from .files import Files
from .notes import Notes
from .relations import KINDS as RELATIONS
from .rights import Rights

KINDS = ("issue", "comment", "file")
LEAVES_FIRST = ("comment", "file", "issue")
"""The order of deletes: what hangs on an issue would go with it."""


class Pushing:
    """Carries out the writes of all kinds."""

    def __init__(self, desk: Desk, notes: Notes, files: Files, rights: Rights) -> None:
        self._desk = desk
        self._notes = notes
        self._files = files
        self._ports: Mapping[str, GuardedPort] = {"issue": desk, "comment": notes, "file": files}
        self._deletes = {
            kind: Deletes(kind, port, desk=desk, notes=notes, rights=rights) for kind, port in self._ports.items()
        }

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """Return one receipt each, in order. Raises AuthFailed and RetryLater only where nothing has been sent."""
        strange = Refused(None, f"there are no such records here; there are: {', '.join(KINDS)}")
        receipts = {w.key: Receipt(w.key, "refused", refused=(strange,)) for w in writes if w.kind not in KINDS}
        sent = False
        for kind in KINDS:
            updates = [write for write in writes if isinstance(write, Update) and write.kind == kind]
            creates = [write for write in writes if isinstance(write, Create) and write.kind == kind]
            if updates:
                receipts |= {each.key: each for each in await self._updates(kind, updates, first=not sent)}
                sent = True
            if creates:
                receipts |= {each.key: each for each in await self._creates(kind, creates, first=not sent)}
                sent = True
        for kind in LEAVES_FIRST:
            deletes = [write for write in writes if isinstance(write, Delete) and write.kind == kind]
            if deletes:
                receipts |= {each.key: each for each in await self._taken_away(kind, deletes, first=not sent)}
                sent = True
        return [receipts[write.key] for write in writes]

    async def _taken_away(self, kind: str, deletes: Sequence[Delete], *, first: bool) -> list[Receipt]:
        try:
            return await push_deletes(self._deletes[kind], deletes)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(delete.key, "unsent", reason=str(error)) for delete in deletes]

    async def _updates(self, kind: str, updates: Sequence[Update], *, first: bool) -> list[Receipt]:
        try:
            return await push_guarded(self._ports[kind], updates)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(update.key, "unsent", reason=str(error)) for update in updates]

    async def _creates(self, kind: str, creates: Sequence[Create], *, first: bool) -> list[Receipt]:
        match kind:
            case "comment":
                return await self._notes.push_creates(creates)
            case "file":
                return await self._files.push_creates(creates)
        return await self._issues(creates, first=first)

    async def _issues(self, creates: Sequence[Create], *, first: bool) -> list[Receipt]:
        """Dictionaries are asked for before the first create, so that nothing is half done when they fail."""
        try:
            for create in creates[:1]:
                await self._desk.ready(create)
        except (AuthFailed, RetryLater) as error:
            if first:
                raise
            return [Receipt(create.key, "unsent", reason=str(error)) for create in creates]
        except Rejected:
            pass  # told per create, by the receipt of the create that meets it again
        receipts = await push_creates(self._desk, [_with_ties(create) for create in creates])
        return [_under(create, receipt) for create, receipt in zip(creates, receipts, strict=True)]


def _with_ties(create: Create) -> Create:
    """Return *create* with the ties that it carries as changes: they are written once there is an issue to tie."""
    ties = tuple(Change(place, view) for place, view in create.fixed.items() if place in RELATIONS)
    fixed = {place: view for place, view in create.fixed.items() if place not in RELATIONS}
    return replace(create, fixed=fixed, changes=(*create.changes, *ties)) if ties else create


def _under(create: Create, receipt: Receipt) -> Receipt:
    """Tell of a parent that Redmine dropped without a word."""
    if receipt.record is None or create.parent in (None, receipt.record.parent):
        return receipt
    dropped = Refused("parent", "Redmine dropped it: the account may not manage subtasks, or the tracker has none")
    return replace(receipt, refused=(*receipt.refused, dropped))
