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

from flows.hub.looking import title_of
from flows.hub.plan import Plan, PlannedWrite
from flows.hub.telling import Words, what
from flows.wording import many
from mappings.reconcile.model import Entity


@dataclass(frozen=True)
class Line:
    """One line of a case: SIGN, WHERE, WHAT, the change, and who said it."""

    sign: str
    where: str
    what: str
    change: str
    source: str = ""


@dataclass(frozen=True)
class Reader(Words):
    """A plan as lines of text, case by case."""

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
        channel = self.channel(write)
        where = f"{write.system} {write.kind}" + (f" #{write.record}" if write.record else "")
        sign = "~" if write.record else "+"
        if not write.record or write.verb == "delete":
            yield Line("-" if write.record else sign, where, "", "is deleted" if write.record else "")
        if write.verb == "delete":
            return
        for entry in write.fields:
            named, change = what(channel, entry), self.change(channel, entry, made=not write.record)
            if write.record:
                yield Line(sign, where, named, change, self.source(entry, write))
            else:
                yield Line(" ", "", named, change)
        for place, view in write.fixed.items():
            yield Line(" ", "", place, self.place(channel, place, view))

    def conflicts(self, entity: Entity) -> Iterator[Line]:
        """Yield a line per fact on which systems differ, with the command that settles it."""
        for fact, conflict in sorted(entity.conflicts.items()):
            command = f"casehub conflicts resolve {entity.key} {fact} --take …"
            settle = command if entity.key else "settled once it is open"
            yield Line("!", f"conflict {fact}", "", self.parties(conflict), f"parked; {settle}")


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
    deletes: int = 0

    def line(self, fingerprint: str) -> str:
        parts = f"{self.creates} to create, {self.changes} to change, {self.deletes} to delete"
        stuck = f"{many(self.conflicts, 'conflict')}, {self.parked} parked"
        return f"Plan: {parts}, {stuck}.  Requests: ~{self.requests}.  Fingerprint {fingerprint}"
