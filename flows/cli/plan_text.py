"""
A plan as people read it::

    CASE-42  Внедрение CRM · ООО «Ромашка»
      ~ sales-crm deal #10         amount  150 000 ₽ → 175 000 ₽                    presales-tracker #41, 12:30
      ~ presales-tracker issue #41 status  New → In Progress → Resolved  (2 hops)   ann, 12:31
      ! conflict deadline          sales-crm 2026-12-01 · presales-tracker 2026-12-05   casehub conflicts resolve …
    Plan: 1 to create, 12 to change, 0 to delete, 1 conflict, 3 parked.  Requests: ~16.  Fingerprint 7f3a…
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.hub.looking import title_of
from flows.hub.plan import Plan, PlannedWrite
from flows.hub.wired import Channel, SyncShape
from flows.wording import many
from mappings.canonical.show import EMPTY, show
from mappings.exchange import View
from mappings.lens import Refusal
from mappings.reconcile.model import Conflict, Entity, FieldWrite, Origin

ARROW = " → "


@dataclass(frozen=True)
class Line:
    """One line of a case: SIGN, WHERE, WHAT, the change, and who said it."""

    sign: str
    where: str
    what: str
    change: str
    source: str = ""


@dataclass(frozen=True)
class Reader:
    """What turns a plan into text: the words of the systems (SHAPE), the hub's ZONE, and the present time."""

    shape: SyncShape
    zone: str
    now: datetime

    # --- lines ---

    def lines(self, plan: Plan) -> Iterator[str]:
        """Yield the lines of *plan*, case by case."""
        cases: dict[str, tuple[str, list[Line]]] = {}
        for write in plan.writes:
            cases.setdefault(write.name, (write.title, []))[1].extend(self.write(write))
        for ruling in plan.rulings:
            entity = ruling.decided.outcome.entity
            found = list(self.conflicts(entity))
            if found:
                cases.setdefault(entity.key, (title_of(entity), []))[1].extend(found)
        for name, (title, found) in cases.items():
            yield f"{name}  {title}".rstrip()
            yield from _aligned(found)

    def write(self, write: PlannedWrite) -> Iterator[Line]:
        """Yield the lines of one write, one per field."""
        channel = self.shape.channels.get((write.system, write.kind))
        where = f"{write.system} {write.kind}" + (f" #{write.record}" if write.record else "")
        sign = "~" if write.record else "+"
        if not write.record:
            yield Line(sign, where, "", "")
        for entry in write.fields:
            what, change = _what(channel, entry), self.change(channel, entry, made=not write.record)
            if write.record:
                yield Line(sign, where, what, change, self.source(entry, write))
            else:
                yield Line(" ", "", what, change)
        for place, view in write.fixed.items():
            yield Line(" ", "", place, _label(channel, place, view))

    def conflicts(self, entity: Entity) -> Iterator[Line]:
        """Yield a line per fact on which systems differ, with the command that settles it."""
        for fact, conflict in sorted(entity.conflicts.items()):
            command = f"casehub conflicts resolve {entity.key} {fact} --take …"
            settle = command if entity.key else "settled once it is open"
            yield Line("!", f"conflict {fact}", "", self.parties(conflict), f"parked; {settle}")

    def parties(self, conflict: Conflict) -> str:
        return " · ".join(f"{one.system} {show(one.value, zone=self.zone)}" for one in conflict.parties)

    # --- one field ---

    def change(self, channel: Channel | None, entry: FieldWrite, *, made: bool) -> str:
        """Return ``old → new``, by way of the hops of a workflow."""
        new = self.shown(channel, entry, entry.view)
        if made:
            return new
        steps = [self.shown(channel, entry, view) for view in (entry.expected, *entry.hops)]
        hops = f"  ({many(len(entry.hops) + 1, 'hop')})" if entry.hops else ""
        return ARROW.join([*steps, new]) + hops

    def shown(self, channel: Channel | None, entry: FieldWrite, view: View) -> str:
        """Return what a person calls *view*: its label, or the value it stands for."""
        field = channel.fields.get(entry.field) if channel else None
        if channel is None or field is None:
            return show(str(view)) if view is not None else EMPTY
        if len(field.places) == 1 and field.places[0] in channel.labels:
            return _label(channel, field.places[0], view)
        if view == entry.view:
            return " · ".join(show(value, zone=self.zone) for value in entry.value.values())
        read = field.lens.read(view, {})
        if isinstance(read, Refusal) or not read:
            return _label(channel, field.places[0], view)
        return " · ".join(show(value, zone=self.zone) for value in read.values())

    def source(self, entry: FieldWrite, write: PlannedWrite) -> str:
        """Return who said the newest of the facts that are written, and when."""
        said = [write.origins[fact] for fact in entry.value if fact in write.origins]
        timed = [origin for origin in said if origin.at is not None]
        newest = max(timed, key=lambda origin: origin.at or self.now) if timed else None
        return self.origin(newest or (said[0] if said else None))

    def origin(self, origin: Origin | None) -> str:
        if origin is None:
            return ""
        name = f"{origin.name} {origin.ref}".strip() if origin.by == "system" else origin.name
        return f"{name}, {self.time(origin.at)}" if origin.at else name

    def time(self, when: datetime) -> str:
        """Return *when* in the hub's zone: of today the time alone."""
        local, today = when.astimezone(ZoneInfo(self.zone)), self.now.astimezone(ZoneInfo(self.zone)).date()
        return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")


def _what(channel: Channel | None, entry: FieldWrite) -> str:
    """A field of several facts (a position) is better known by its place."""
    field = channel.fields.get(entry.field) if channel else None
    return field.places[0] if field is not None and len(field.facts) > 1 else entry.field


def _label(channel: Channel | None, place: str, view: View) -> str:
    if view is None or isinstance(view, bool):
        return show(view)
    if isinstance(view, list):
        return show(", ".join(_label(channel, place, one) for one in view) or None)
    return show(channel.label(place, view) if channel else str(view))


def _aligned(lines: Sequence[Line]) -> Iterator[str]:
    where, what = (max(len(getattr(line, name)) for line in lines) for name in ("where", "what"))
    change = min(max((len(line.change) for line in lines if line.source), default=0), 60)
    for line in lines:
        place = f"{line.sign} {line.where:<{where}}  {line.what:<{what}}"
        yield f"  {place}  {line.change:<{change}}  {line.source}".rstrip()


@dataclass(frozen=True)
class Counts:
    """What the last line of a plan says."""

    creates: int
    changes: int
    conflicts: int
    parked: int
    requests: int

    def line(self, fingerprint: str) -> str:
        parts = f"{self.creates} to create, {self.changes} to change, 0 to delete"
        stuck = f"{many(self.conflicts, 'conflict')}, {self.parked} parked"
        return f"Plan: {parts}, {stuck}.  Requests: ~{self.requests}.  Fingerprint {fingerprint}"
