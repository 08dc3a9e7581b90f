"""
New records, fifty in a request, each with its marker. The answer to each shows the whole record.

What a create is refused for by name is left out of it. Where the refusal names nothing, the record is made with what it
needs and the rest follows as an update, which finds the culprit. A create is never sent again after an unclear answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mappings.exchange import Change, Create, Receipt, Refused, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater
from ..guarded.blame import fellows
from .updates import Port, push_updates
from .writer import Outcome, Sending


class CreatePort(Port, Protocol):
    """What creates ask beside updates."""

    def needed(self, kind: str) -> frozenset[str]:
        """Return the places without which no record is made."""
        ...


@dataclass
class Draft:
    """One create on its way. VIEWS are still sent, LEFT_OUT follows as an update, REFUSED does not."""

    write: Create
    views: dict[str, View]
    left_out: dict[str, Change] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    receipt: Receipt | None = None

    @classmethod
    def of(cls, write: Create) -> "Draft":
        return cls(write, {change.place: change.view for change in write.changes})

    def leave_out(self, place: str) -> None:
        """Keep *place* for an update after the create."""
        changes = {change.place: change for change in self.write.changes}
        self.left_out[place] = changes[place]
        del self.views[place]

    def drop(self, place: str, error: Rejected) -> None:
        """Make the record without *place*, which the system has refused by name."""
        self.refused.append(Refused(place, error.reason or str(error), error.allowed))
        for each in fellows(self.write.changes, place):
            self.views.pop(each, None)


async def push_creates(port: CreatePort, creates: Sequence[Create]) -> list[Receipt]:
    """Carry out *creates* and return their receipts in order; never raises."""
    drafts = [Draft.of(write) for write in creates]
    stopped = ""
    while going := [draft for draft in drafts if draft.receipt is None]:
        if stopped:
            for draft in going:
                draft.receipt = Receipt(draft.write.key, "unsent", reason=stopped)
            break
        outcomes = await port.send([Sending(draft.views, create=draft.write) for draft in going])
        for draft, outcome in zip(going, outcomes, strict=True):
            stopped = _take(port, draft, outcome) or stopped
    await _complete(port, [draft for draft in drafts if draft.left_out])
    return [_receipt(draft) for draft in drafts]


def _take(port: CreatePort, draft: Draft, outcome: Outcome) -> str:
    """Note what became of one sending; returns why nothing more should be sent, if so."""
    error, key = outcome.error, draft.write.key
    if outcome.record is not None:
        record = outcome.record
        draft.receipt = Receipt(key, "done", id=record.id, record=record, proved=True, began=outcome.began)
        return ""
    if isinstance(error, Rejected):
        _leave_out(port, draft, error)
        return ""
    if isinstance(error, Gone):  # where it was to be made is no more: no other sending would find it
        draft.receipt = Receipt(key, "refused", refused=tuple(draft.refused), reason=str(error))
        return ""
    reason = str(error)
    sent = isinstance(error, RetryLater) and error.sent
    draft.receipt = Receipt(key, "unclear" if sent else "unsent", id=outcome.id, reason=reason)
    return reason if isinstance(error, AuthFailed | RetryLater) else ""


def _leave_out(port: CreatePort, draft: Draft, error: Rejected) -> None:
    spare = [place for place in draft.views if place not in port.needed(draft.write.kind)]
    if error.place in spare:
        draft.drop(str(error.place), error)
    elif error.whole or error.place is not None or not spare:
        words = error.reason or str(error)
        refused = (*draft.refused, Refused(error.place, words, error.allowed))
        draft.receipt = Receipt(draft.write.key, "refused", refused=refused, reason=words)
    else:
        for place in spare:
            draft.leave_out(place)


async def _complete(port: CreatePort, drafts: Sequence[Draft]) -> None:
    """Write what creates had to leave out; an update tells the culprit from the rest."""
    made = [(draft, draft.receipt, draft.receipt.record) for draft in drafts if draft.receipt is not None]
    open_ones = [(draft, receipt, record) for draft, receipt, record in made if record is not None]
    if not open_ones:
        return
    updates = [_rest(draft, record) for draft, _, record in open_ones]
    try:
        rests = await push_updates(port, updates)
    except ConnectorError as error:
        rests = [Receipt(update.key, "unsent", reason=str(error)) for update in updates]
    for (draft, receipt, _), rest in zip(open_ones, rests, strict=True):
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
            window=rest.window,
            log=rest.log,
        )
    return replace(made, refused=tuple(Refused(place, f"left out of the create: {rest.reason}") for place in left_out))


def _receipt(draft: Draft) -> Receipt:
    receipt = draft.receipt or Receipt(draft.write.key, "unsent", reason="not sent")
    if receipt.state != "done" or not draft.refused:
        return receipt
    return replace(receipt, refused=(*draft.refused, *receipt.refused))
