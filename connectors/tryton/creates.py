"""
New records: all of a batch in one request, which is one transaction in Tryton.

If Tryton refuses, nothing was made: the batch is halved until the culprit stands alone, and that one is made without
what was refused, if it can be. A state other than the first, and what had to be left out, follow as an update.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from mappings.exchange import Change, Create, Receipt, Refused, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Rejected, RetryLater
from ..guarded.blame import fellows
from .records import FIRST_STATE, STATE
from .updates import Look, Port, push_updates


class CreatePort(Port, Protocol):
    """What creates ask of the connector beside updates. NEEDED: refused there, a record is not made at all."""

    @property
    def needed(self) -> frozenset[str]: ...

    async def make(self, creates: "Sequence[Draft]") -> list[str]:
        """Make all of *creates* or none, and return their ids. Raises any of our errors."""
        ...


@dataclass
class Draft:
    """One create on its way. VIEWS is what is still sent, LEFT_OUT what follows as an update."""

    write: Create
    views: dict[str, View]
    left_out: dict[str, Change] = field(default_factory=dict)
    id: str | None = None
    receipt: Receipt | None = None
    began: datetime | None = None

    @classmethod
    def of(cls, write: Create) -> "Draft":
        """Begin *write*; it is made in the first state, others are reached by buttons, so they follow."""
        views = {**{change.place: change.view for change in write.changes}, **write.fixed}
        state = views.pop(STATE, FIRST_STATE)
        draft = cls(write, views)
        if state != FIRST_STATE:
            planned = {change.place: change for change in write.changes if change.view == state}
            draft.left_out[STATE] = planned.get(STATE, Change(STATE, state))
        return draft

    def leave_out(self, place: str) -> None:
        changes = {change.place: change for change in self.write.changes}
        self.left_out[place] = changes.get(place, Change(place, self.views[place]))
        del self.views[place]


async def push_creates(port: CreatePort, creates: Sequence[Create]) -> list[Receipt]:
    """Carry out *creates* and return their receipts in order. A create is never sent again after an unclear answer."""
    drafts = [Draft.of(write) for write in creates]
    await _Maker(port).make(drafts)
    await _read_back(port, [draft for draft in drafts if draft.id is not None])
    await _complete(port, [draft for draft in drafts if draft.left_out and draft.id is not None])
    return [draft.receipt or Receipt(draft.write.key, "unsent", reason="not sent") for draft in drafts]


class _Maker:
    def __init__(self, port: CreatePort) -> None:
        self._port = port
        self._stopped = ""

    async def make(self, drafts: Sequence[Draft]) -> None:
        """Make *drafts* in one request, or in halves where that is refused."""
        if not drafts:
            return
        if self._stopped:
            _settle(drafts, sent=False, reason=self._stopped)
            return
        began = self._port.clock()
        try:
            ids = await self._port.make(drafts)
        except Rejected as error:
            await self._smaller(drafts, error)
        except ConnectorError as error:
            self._stopped = str(error)
            _settle(drafts, sent=isinstance(error, RetryLater) and error.sent, reason=self._stopped)
        else:
            for draft, record_id in zip(drafts, ids, strict=True):
                draft.id, draft.began = record_id, began

    async def _smaller(self, drafts: Sequence[Draft], error: Rejected) -> None:
        if len(drafts) > 1:
            middle = len(drafts) // 2
            await self.make(drafts[:middle])
            await self.make(drafts[middle:])
            return
        draft = drafts[0]
        spare = [place for place in draft.views if place not in self._port.needed]
        named = fellows(draft.write.changes, error.place) if error.place in spare else spare
        culprits = [place for place in named if place in spare]
        if error.whole or error.place in self._port.needed or not culprits:
            words = error.reason or str(error)
            refused = (Refused(error.place, words, error.allowed),)
            draft.receipt = Receipt(draft.write.key, "refused", refused=refused, reason=words)
            return
        for place in culprits:
            draft.leave_out(place)
        await self.make([draft])


def _settle(drafts: Sequence[Draft], *, sent: bool, reason: str) -> None:
    for draft in drafts:
        draft.receipt = Receipt(draft.write.key, "unclear" if sent else "unsent", reason=reason)


async def _read_back(port: CreatePort, drafts: Sequence[Draft]) -> None:
    began = port.clock()
    try:
        looks = await port.look([str(draft.id) for draft in drafts]) if drafts else []
    except (AuthFailed, RetryLater) as error:
        for draft in drafts:
            reason = f"made, not read back: {error}"
            draft.receipt = Receipt(draft.write.key, "unclear", id=draft.id, reason=reason)
        return
    for draft, look in zip(drafts, looks, strict=True):
        draft.receipt = _made(draft, look, began=began)


def _made(draft: Draft, look: Look, *, began: datetime) -> Receipt:
    key, record = draft.write.key, look.found.record
    if look.found.state == "refused":  # it is there, and a rule hides it from us: made again it would be there twice
        text = f"left out of the create: {look.found.reason}"
        refused = tuple(Refused(place, text) for place in draft.left_out)
        return Receipt(key, "done", id=draft.id, began=began, refused=refused)
    if record is None:
        return Receipt(key, "gone", id=draft.id, reason="deleted as soon as it was made")
    return Receipt(key, "done", id=draft.id, record=record, proved=look.ours, began=began)


async def _complete(port: CreatePort, drafts: Sequence[Draft]) -> None:
    """Write what the creates had to leave out; an update tells the culprit from the rest."""
    open_ones = [(draft, draft.receipt) for draft in drafts if draft.receipt and draft.receipt.record is not None]
    updates = [_rest(draft, receipt.record) for draft, receipt in open_ones if receipt.record is not None]
    try:
        rests = await push_updates(port, updates)
    except (AuthFailed, RetryLater) as error:
        rests = [Receipt(update.key, "unsent", reason=str(error)) for update in updates]
    for (draft, receipt), rest in zip(open_ones, rests, strict=True):
        draft.receipt = _joined(receipt, rest, left_out=draft.left_out)


def _rest(draft: Draft, record: VendorRecord) -> Update:
    changes = tuple(replace(change, expected=record.views.get(place)) for place, change in draft.left_out.items())
    write = draft.write
    return Update(write.key, write.system, write.kind, record.id, changes, record.version)


def _joined(made: Receipt, rest: Receipt, *, left_out: Mapping[str, Change]) -> Receipt:
    """The receipt of a create of which a part followed: it is made, whatever became of that part."""
    if rest.state in ("done", "refused") and rest.record is not None:
        wrote = rest.state == "done"
        return replace(
            made,
            record=rest.record if wrote else made.record,
            proved=rest.proved if wrote else made.proved,
            began=rest.began if wrote else made.began,
            refused=rest.refused,
        )
    return replace(made, refused=tuple(Refused(place, f"left out of the create: {rest.reason}") for place in left_out))
