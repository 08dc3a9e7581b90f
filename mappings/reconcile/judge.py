"""
Step A: what each system says.

A slot is one fact of one field of one link: the unit in which movement is judged, because a cell that holds two facts
(stage and outcome) may have moved in one of them only. Bases are kept per slot.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
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
    return next(key for one, key in field.slots if one == fact)


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

    @cached_property
    def bases(self) -> Mapping[str, Base]:
        """Fact -> its base, unless another lens made it: such a base is no base."""
        found = {fact: self.side.link.bases.get(key) for fact, key in self.field.slots}
        mine = self.field.fingerprint
        return {fact: base for fact, base in found.items() if base is not None and base.lens == mine}

    def base_value(self, fact: str) -> Value:
        """Return what the hub last knew this system to say; no base counts as empty."""
        base = self.bases.get(fact)
        return base.value.get(fact) if base is not None else None

    def at_base(self, fact: str) -> bool:
        """Say whether the seen view is the very view of the base."""
        base = self.bases.get(fact)
        return base is not None and bool(base.view == self.seen)

    @cached_property
    def _moved(self) -> frozenset[str]:
        return frozenset(fact for fact in self.field.facts if not self.at_base(fact) and not self._stands(fact))

    def _stands(self, fact: str) -> bool:
        """A default stands for what it reads as, though its value is empty: else restyling it would be an edit."""
        base = self.bases.get(fact)
        value = self._reading_of_base(base, fact) if base is not None and base.default else self.base_value(fact)
        return self.fits(fact, value)

    def moved(self, fact: str) -> bool:
        """Say whether the seen view no longer stands for the base's value."""
        return fact in self._moved

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
        """
        Return the reading of the base's view: where the step of an edit begins. Over a default it begins at empty: what
        the server filled in becomes part of the edit, or else the hub would take it away there.
        """
        base = self.bases.get(fact)
        return None if base is None or base.default else self._reading_of_base(base, fact)

    def _reading_of_base(self, base: Base, fact: str) -> Value:
        known = {name: (self.base_value(name),) for name in self.field.facts}
        reading = self.field.lens.read(base.view, known)
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
    return last_seen(side.link.bases, side.link.seen, field)


def last_seen(bases: Mapping[str, Base], seen: Mapping[str, View], field: Field) -> "View | Unseen":
    """Return the view of *field* last seen in a link with these *bases* and *seen* views."""
    if field.name in seen:
        return seen[field.name]
    return next((bases[key].view for _, key in field.slots if key in bases), UNSEEN)


def frozen(side: Side) -> bool:
    """Say whether the link has a write on its way: it is neither read nor written until that is settled."""
    return side.link.write is not None and side.link.write.state == "sent"


def idle(side: Side) -> bool:
    """Say whether there is nothing to judge or write yet: the link is frozen, or its record was never read."""
    link = side.link
    known = side.fresh is not None or link.bases or link.seen or link.parked or link.touched
    return frozen(side) or not known


def cells(side: Side, held: Held, *, only: Container[str] | None = None) -> Iterator[Cell]:
    """Yield what *side* has shown of the fields that the hub reads; ONLY of these fields, where given."""
    for field in side.fields.values():
        if field.direction not in ("both", "in") or (only is not None and field.name not in only):
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


def by_fact(judged: Iterable[Cell]) -> dict[str, list[Cell]]:
    """Return fact -> the cells that carry it, in the order given."""
    found: dict[str, list[Cell]] = {}
    for cell in judged:
        for fact in cell.field.facts:
            found.setdefault(fact, []).append(cell)
    return found
