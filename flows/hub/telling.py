"""The words of a plan: what people call a view, who said a value, and why it is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from sys import maxsize
from zoneinfo import ZoneInfo

from mappings.canonical.show import EMPTY, LONGEST, contrasted, show
from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal
from mappings.reconcile.model import Conflict, FieldWrite, Origin

from .plan import PlannedWrite
from .wired import Channel, Scope, SyncShape

ARROW = " → "


def said_by(origin: Origin) -> str:
    """Return who said a value: a system with its record, and who changed that; a rule with its policy; a person."""
    where = f"{origin.name} {origin.ref}".strip()
    return f"{where} ({origin.who})" if origin.who else where


def parties_in_words(conflict: Conflict, zone: str, longest: int = LONGEST) -> str:
    said = contrasted([show(one.value, zone=zone, longest=maxsize) for one in conflict.parties], longest)
    return " · ".join(f"{one.system} {value}" for one, value in zip(conflict.parties, said, strict=True))


@dataclass(frozen=True)
class Words:
    """
    What turns a plan into text: the words of the systems (SHAPE), the hub's ZONE, and the present time. Values of more
    than LONGEST characters are cut.
    """

    shape: SyncShape
    zone: str
    now: datetime
    longest: int = LONGEST

    def place(self, channel: Channel | None, name: str, view: View) -> str:
        return label(channel, name, view, longest=self.longest)

    def value(self, value: Value) -> str:
        return show(value, zone=self.zone, longest=self.longest)

    def channel(self, write: PlannedWrite) -> Channel | None:
        return self.channel_of(write.entity, (write.system, write.kind))

    def channel_of(self, entity: str, scope: Scope) -> Channel | None:
        """Return the mapping by which records of SCOPE are a kind of *entity*: issues are cases, and work items too."""
        shapes = (one for one in self.shape.each if one.entity == entity)
        return next(shapes, self.shape).channels.get(scope)

    def parties(self, conflict: Conflict) -> str:
        """Return what each party says, long texts from where they differ."""
        return parties_in_words(conflict, self.zone, self.longest)

    def change(self, channel: Channel | None, entry: FieldWrite, *, made: bool) -> str:
        """Return ``old → new``, by way of the hops of a workflow."""
        if made:
            return self.shown(channel, entry, entry.view)
        hops = f"  ({len(entry.hops) + 1} hops)" if entry.hops else ""
        return ARROW.join(self.steps(channel, entry)) + hops

    def steps(self, channel: Channel | None, entry: FieldWrite) -> list[str]:
        """Return what is there, the hops of a workflow, and what is written; long texts from where they differ."""
        whole = replace(self, longest=maxsize)
        views = (entry.expected, *entry.hops, entry.view)
        return contrasted([whole.shown(channel, entry, view) for view in views], self.longest)

    def shown(self, channel: Channel | None, entry: FieldWrite, view: View) -> str:
        """Return what a person calls *view*: its label, or the value it stands for."""
        field = channel.fields.get(entry.field) if channel else None
        if channel is None or field is None:
            return self.value(str(view)) if view is not None else EMPTY
        if len(field.places) == 1 and field.places[0] in channel.labels:
            return self.place(channel, field.places[0], view)
        if view == entry.view:
            return " · ".join(map(self.value, entry.value.values()))
        read = field.lens.read(view, {})
        if isinstance(read, Refusal) or not read:
            return self.place(channel, field.places[0], view)
        return " · ".join(map(self.value, read.values()))

    def source(self, entry: FieldWrite, write: PlannedWrite) -> str:
        """Return why a field is written: who said the newest of its facts, and when; else what has changed about it."""
        if entry.field in write.reasons:
            return write.reasons[entry.field]
        said = [write.origins[fact] for fact in entry.value if fact in write.origins]
        timed = [origin for origin in said if origin.at is not None]
        newest = max(timed, key=lambda origin: origin.at or self.now) if timed else None
        return self.origin(newest or (said[0] if said else None))

    def origin(self, origin: Origin | None) -> str:
        if origin is None:
            return ""
        name = said_by(origin) if origin.by == "system" else origin.name
        return f"{name}, {self.time(origin.at)}" if origin.at else name

    def time(self, when: datetime) -> str:
        """Return *when* in the hub's zone: of today the time alone."""
        local, today = when.astimezone(ZoneInfo(self.zone)), self.now.astimezone(ZoneInfo(self.zone)).date()
        return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")


def what(channel: Channel | None, entry: FieldWrite) -> str:
    """A field of several facts (a position) is better known by its place."""
    field = channel.fields.get(entry.field) if channel else None
    return field.places[0] if field is not None and len(field.facts) > 1 else entry.field


def label(channel: Channel | None, place: str, view: View, *, longest: int = LONGEST) -> str:
    if view is None or isinstance(view, bool):
        return show(view)
    if isinstance(view, list):
        each = (label(channel, place, one, longest=longest) for one in view)
        return show(", ".join(each) or None, longest=longest)
    return show(channel.label(place, view) if channel else str(view), longest=longest)
