"""
Step A: what each system says.

A slot is one fact of one field of one link: the unit in which movement is judged, because a cell that holds two facts
(stage and outcome) may have moved in one of them only. Bases are kept per slot.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import UNSEEN, Field, Held, Refusal, Unseen

from .model import Base, Entity, Parked, Side

Elsewhere = Callable[[str, Value, str], int]
"""How many writes a value of a fact would need in the systems other than the named one."""


def slot(field: Field, fact: str) -> str:
    """Return the key of the base of *fact* in *field*."""
    return field.name if len(field.slots) == 1 else f"{field.name}.{fact}"


def held_of(entity: Entity) -> dict[str, tuple[Value, ...]]:
    """Return the values of each fact, the present one first: what an ambiguous view is read with."""
    held, before = dict(entity.held), entity.held
    for fact, said in entity.facts.items():
        held[fact] = (said.value, *before[fact]) if fact in before else (said.value,)
    return held


class Cell(NamedTuple):
    """
    One two-way field of one link, with the view last seen, as reconcile judges it.

    BASES are by fact, without those that another lens made: such a base is no base. READING is what the seen view says,
    an ambiguous one by what was HELD; None where the view is that of all bases, and need not be read again. MOVED are
    the facts for whose base's value it no longer stands.
    """

    side: Side
    field: Field
    seen: View
    held: Held
    bases: Mapping[str, Base]
    reading: Facts | Refusal | None
    moved_facts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, side: Side, field: Field, *, seen: View, held: Held) -> "Cell":
        """Judge *field* of *side*, where *seen* was seen last."""
        link_bases, mine = side.link.bases, field.fingerprint
        bases: dict[str, Base] = {}
        away = []
        for fact, key in field.slots:
            base = link_bases.get(key)
            if base is not None and base.lens == mine:
                bases[fact] = base
                if base.view == seen:
                    continue
            away.append(fact)
        if not away:
            return cls(side, field, seen, held, bases, None)
        emptied = field.name in side.emptied
        moved = frozenset(fact for fact in away if not (emptied or _stands(field, bases, fact, seen=seen)))
        return cls(side, field, seen, held, bases, field.lens.read(seen, held), moved)

    @property
    def system(self) -> str:
        return self.side.link.system

    def base_value(self, fact: str) -> Value:
        """Return what the hub last knew this system to say; no base counts as empty."""
        return _value(self.bases, fact)

    def at_base(self, fact: str) -> bool:
        """Say whether the seen view is the very view of the base."""
        return fact in self.bases and bool(self.bases[fact].view == self.seen)

    def moved(self, fact: str) -> bool:
        """Say whether the seen view no longer stands for the base's value."""
        return fact in self.moved_facts

    def fits(self, fact: str, value: Value) -> bool:
        return self.field.lens.fits(fact, value, self.seen)

    @property
    def parked(self) -> Parked | None:
        return self.side.link.parked.get(self.field.name)

    @property
    def unclear(self) -> bool:
        """Say whether this very view was left in doubt: the server's doing or a person's, and no policy may decide."""
        parked = self.parked
        return parked is not None and parked.code == "unclear" and bool(parked.view == self.seen)

    def old(self, fact: str) -> Value:
        """
        Return the reading of the base's view: where the step of an edit begins. Over a default it begins at empty: what
        the server filled in becomes part of the edit, or else the hub would take it away there.
        """
        base = self.bases.get(fact)
        return None if base is None or base.default else _reading_of_base(self.field, self.bases, fact)

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
        return self.read(fact)

    def read(self, fact: str) -> Value:
        """Return what the reading says. Raises ValueError where there is none: only readable cells are judged."""
        if self.reading is None or isinstance(self.reading, Refusal):
            raise ValueError(f"{self.system}: {self.field.name} was judged readable and is not")
        return self.reading.get(fact)


def _value(bases: Mapping[str, Base], fact: str) -> Value:
    return bases[fact].value.get(fact) if fact in bases else None


def _stands(field: Field, bases: Mapping[str, Base], fact: str, *, seen: View) -> bool:
    """A default stands for what it reads as, though its value is empty: else restyling it would be an edit."""
    default = fact in bases and bases[fact].default
    if default and field.lens.fits(fact, _reading_of_base(field, bases, fact), seen):
        return True
    return field.lens.fits(fact, _value(bases, fact), seen)


def _reading_of_base(field: Field, bases: Mapping[str, Base], fact: str) -> Value:
    known = {name: (_value(bases, name),) for name in field.facts}
    reading = field.lens.read(bases[fact].view, known)
    value = known[fact][0]
    return value if isinstance(reading, Refusal) else reading.get(fact, value)


def seen_view(side: Side, field: Field) -> "View | Unseen":
    """Return the view of *field* last seen in this link, the fresh one first; UNSEEN where none was ever shown."""
    if side.fresh is not None and field.name in side.fresh:
        return side.fresh[field.name]
    return stored_view(side, field)


def stored_view(side: Side, field: Field) -> "View | Unseen":
    """Return the view that the hub had seen before the fresh snapshot."""
    return last_seen(side.link.bases, side.link.seen, field)


def last_seen(bases: Mapping[str, Base], seen: Mapping[str, View], field: Field) -> "View | Unseen":
    """
    Return the view of *field* last seen in a link with these *bases* and *seen* views. What was shown at another place,
    before the mapping was changed, is no view of it: until the record is read again, nothing was seen.
    """
    for _, key in field.slots:
        if key in bases and not field.at_place_of(bases[key].lens):
            return UNSEEN
    if field.name in seen:
        return seen[field.name]
    for _, key in field.slots:
        if key in bases:
            return bases[key].view
    return UNSEEN


def keep_seen(bases: dict[str, Base], seen: dict[str, View], field: Field, *, view: View) -> None:
    """Keep the *view* that was seen of *field*: among *seen* where its bases don't tell. One of another place ends."""
    told = True
    for _, key in field.slots:
        base = bases.get(key)
        if base is not None and not field.at_place_of(base.lens):
            del bases[key]
            base = None
        told = told and base is not None and base.view == view
    if told:
        seen.pop(field.name, None)
    else:
        seen[field.name] = view


def frozen(side: Side) -> bool:
    """Say whether the link has a write on its way: it is neither read nor written until that is settled."""
    return side.link.write is not None and side.link.write.state == "sent"


def idle(side: Side) -> bool:
    """Say whether there is nothing to judge or write yet: the link is frozen, or its record was never read."""
    link = side.link
    known = side.fresh is not None or link.bases or link.seen or link.parked or link.touched
    return frozen(side) or not known


def cells(side: Side, held: Held, entries: Iterable[Field] | None = None) -> Iterator[Cell]:
    """Yield what *side* has shown of the fields that the hub reads: of all, or of *entries*."""
    for field in side.fields.values() if entries is None else entries:
        if field.direction not in ("both", "in"):
            continue
        seen = seen_view(side, field)
        if not isinstance(seen, Unseen):
            yield Cell.of(side, field, seen=seen, held=held)


def by_fact(judged: Iterable[Cell]) -> dict[str, list[Cell]]:
    """Return fact -> the cells that carry it, in the order given."""
    found: dict[str, list[Cell]] = {}
    for cell in judged:
        for fact in cell.field.facts:
            found.setdefault(fact, []).append(cell)
    return found
