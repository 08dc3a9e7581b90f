"""
An edit that fell between our compare and our write, as the system's change log shows it: our own entry replaced neither
what the compare saw nor a step of ours. It goes into the history, and on the attention list until the field changes.
"""

from dataclasses import dataclass

from mappings.canonical.show import show
from mappings.exchange import PastChange, Receipt, View
from mappings.reconcile.model import Event, FieldWrite, Parked
from mappings.reconcile.note import OVERWRITTEN
from state.types import Outgoing

from .wired import Channel


@dataclass(frozen=True)
class Overwritten:
    """VIEW was there, put by BY, when our write of FIELD replaced it with NOW; ENTRY is its number in the log."""

    field: FieldWrite
    place: str
    view: View
    now: View
    by: str
    entry: str

    def event(self, system: str) -> Event:
        return Event(OVERWRITTEN, self.place, self.view, self.now, system=system, by=self.by, cause=f"log {self.entry}")


def overwritten(channel: Channel, one: Outgoing, receipt: Receipt) -> list[Overwritten]:
    """Return the edits that the log of *receipt* shows to have been lost under the write *one*."""
    found: list[Overwritten] = []
    before = receipt.before
    for write in one.fields if before is not None and one.verb == "update" else ():
        for place, view in channel.fields[write.field].spread(write.view).items():
            log = [entry for entry in receipt.log if entry.place == place]
            lost = _lost(log, before.views.get(place) if before else None, path=(*write.hops, view))
            if lost is not None:
                by = next((entry.by for entry in log if not entry.ours and entry.new == lost.old), None)
                found.append(Overwritten(write, place, lost.old, lost.new, by=by or "", entry=lost.id))
    return found


def _lost(log: list[PastChange], compared: View, *, path: tuple[View, ...]) -> PastChange | None:
    """Return our own entry, after the state that the compare saw, that replaced somebody else's."""
    seen = max((number for number, entry in enumerate(log) if entry.new == compared), default=-1)
    mine = [entry for entry in log[seen + 1 :] if entry.ours and entry.new in path]
    return next((entry for entry in mine if entry.old != compared and entry.old not in path), None)


def parked_for(channel: Channel, one: Outgoing, lost: Overwritten, *, shown: View) -> Parked:
    """Return the entry that tells a person; SHOWN is the view that the field has now."""
    what = show(channel.label(lost.place, lost.view))
    facts = channel.fields[lost.field.field].facts
    text = (
        f"{lost.by or 'somebody'} put {what} there in the same moment and the hub wrote over it; "
        f"`casehub case set {one.entity.key} {facts[0]} …` brings it back"
    )
    return Parked(OVERWRITTEN, text, lost.field.value, shown)
