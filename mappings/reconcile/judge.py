"""
Step A: what each system says.

A slot is one fact of one field of one link: the unit in which movement is judged, because a cell that holds two facts
(stage and outcome) may have moved in one of them only. Bases are kept per slot.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import UNSEEN, Field, Held, Refusal, Unseen

from .model import Base, Entity, Parked, Side

Elsewhere = Callable[[str, Value, str], int]
"""How many writes a value of a fact would need in the systems other than the named one."""


def slot(field: Field, fact: str) -> str:
    """Return the key of the base of *fact* in *field*."""
    return field.name if len(field.facts) == 1 else f"{field.name}.{fact}"


def held_of(entity: Entity) -> dict[str, tuple[Value, ...]]:
    """Return the values of each fact, the present one first: what an ambiguous view is read with."""
    held = {fact: (said.value, *entity.held.get(fact, ())) for fact, said in entity.facts.items()}
    return {**entity.held, **held}


@dataclass(frozen=True)
class Cell:
    """One two-way field of one link, with the view last seen and its bases, as reconcile judges it."""

    side: Side
    field: Field
    seen: View
    held: Held

    @property
    def system(self) -> str:
        return self.side.link.system

    def base(self, fact: str) -> Base | None:
        """Return the base of *fact*, unless another lens made it: such a base is no base."""
        base = self.side.link.bases.get(slot(self.field, fact))
        return base if base is not None and base.lens == self.field.fingerprint else None

    def base_value(self, fact: str) -> Value:
        """Return what the hub last knew this system to say; no base counts as empty."""
        base = self.base(fact)
        return base.value.get(fact) if base is not None else None

    def at_base(self, fact: str) -> bool:
        """Say whether the seen view is the very view of the base."""
        base = self.base(fact)
        return base is not None and bool(base.view == self.seen)

    def moved(self, fact: str) -> bool:
        """Say whether the seen view no longer stands for the base's value."""
        return not self.at_base(fact) and not self.field.lens.fits(fact, self.base_value(fact), self.seen)

    def fits(self, fact: str, value: Value) -> bool:
        return self.field.lens.fits(fact, value, self.seen)

    @cached_property
    def parked(self) -> Parked | None:
        return self.side.link.parked.get(self.field.name)

    @property
    def unclear(self) -> bool:
        """Say whether this very view was left in doubt: the server's doing or a person's, and no policy may decide."""
        return self.parked is not None and self.parked.code == "unclear" and bool(self.parked.view == self.seen)

    def old(self, fact: str) -> Value:
        """Return the reading of the base's view: where the step of an edit begins."""
        base = self.base(fact)
        if base is None:
            return None
        known = {name: self.base_value(name) for name in self.field.facts}
        reading = self.field.lens.read(base.view, {name: (value,) for name, value in known.items()})
        return base.value.get(fact) if isinstance(reading, Refusal) else reading.get(fact, base.value.get(fact))

    def new(self, fact: str, elsewhere: Elsewhere) -> Value:
        """
        Return what the seen view now says of *fact*.

        Of several values that it may stand for: the present one, else the one held last, else the one that needs the
        fewest writes elsewhere, then the mapping's order.
        """
        candidates = self.field.lens.candidates(fact, self.seen)
        held = self.held.get(fact, ())
        if candidates and len(candidates) > 1 and not any(value in candidates for value in held):
            return min(candidates, key=lambda value: elsewhere(fact, value, self.system))
        reading = self.field.lens.read(self.seen, self.held)
        if isinstance(reading, Refusal):
            raise ValueError(f"{self.system}: {self.field.name} was judged readable and is not: {reading.text}")
        return reading.get(fact)


def seen_view(side: Side, field: Field) -> "View | Unseen":
    """Return the view of *field* last seen in this link, the fresh one first; UNSEEN where none was ever shown."""
    if side.fresh is not None and field.name in side.fresh:
        return side.fresh[field.name]
    return stored_view(side, field)


def stored_view(side: Side, field: Field) -> "View | Unseen":
    """Return the view that the hub had seen before the fresh snapshot."""
    if field.name in side.link.seen:
        return side.link.seen[field.name]
    for fact in field.facts:
        base = side.link.bases.get(slot(field, fact))
        if base is not None:
            return base.view
    return UNSEEN


def frozen(side: Side) -> bool:
    """Say whether the link has a write on its way: it is neither read nor written until that is settled."""
    return side.link.write is not None and side.link.write.state == "sent"


def cells(side: Side, held: Held) -> Iterator[Cell]:
    """Yield what *side* has shown of the fields that the hub reads."""
    for field in side.fields.values():
        if field.direction not in ("both", "in"):
            continue
        seen = seen_view(side, field)
        if not isinstance(seen, Unseen):
            yield Cell(side, field, seen, held)


def unreadable(cell: Cell) -> Refusal | None:
    """Return why the seen view cannot be read, or None. A view that the base already holds is not read again."""
    if all(cell.at_base(fact) for fact in cell.field.facts):
        return None
    reading = cell.field.lens.read(cell.seen, cell.held)
    return reading if isinstance(reading, Refusal) else None


def by_fact(live: Mapping[tuple[str, str], Cell]) -> dict[str, list[Cell]]:
    """Return fact -> the cells that carry it, in the order given."""
    found: dict[str, list[Cell]] = {}
    for cell in live.values():
        for fact in cell.field.facts:
            found.setdefault(fact, []).append(cell)
    return found
