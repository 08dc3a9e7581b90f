"""
Step D: taking note. For every live link: its new bases, the views last seen, what is parked, and the write it wants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import UNSEEN, Field, Refusal, Unseen

from .decide import Decision
from .judge import Cell, frozen, seen_view, slot
from .model import Base, FieldWrite, LinkChange, Parked, Side


@dataclass
class Notes:
    """The link as it will stand, being written; `close` freezes it."""

    side: Side
    bases: dict[str, Base]
    parked: dict[str, Parked] = field(default_factory=dict)
    writes: list[FieldWrite] = field(default_factory=list)

    def close(self, answers: Mapping[str, tuple[datetime, ...]]) -> LinkChange:
        seen = {}
        for entry in self.side.fields.values():
            view = seen_view(self.side, entry)
            if not isinstance(view, Unseen) and not self._at_base(entry, view):
                seen[entry.name] = view
        return LinkChange(self.side.link.id, self.bases, seen, self.parked, tuple(self.writes), answers)

    def _at_base(self, entry: Field, view: View) -> bool:
        bases = [self.bases.get(slot(entry, fact)) for fact in entry.facts]
        return all(base is not None and base.view == view for base in bases)


def take_note(
    side: Side,
    *,
    facts: Facts,
    cells: Mapping[str, Cell],
    decisions: Mapping[str, Decision],
    refusals: Mapping[str, Refusal],
) -> Notes:
    """
    Return what *side* is left with. FACTS are the hub's values after the decisions; CELLS the readable fields of this
    link; REFUSALS why the others could not be read.
    """
    notes = Notes(side, dict(side.link.bases))
    if frozen(side):
        notes.parked = dict(side.link.parked)
        return notes
    for entry in side.fields.values():
        if entry.direction == "once":
            continue
        if entry.name in refusals:
            refusal = refusals[entry.name]
            notes.parked[entry.name] = Parked("unreadable", refusal.text, view=seen_view(side, entry))
        elif any(fact in decisions and decisions[fact].conflict for fact in entry.facts):
            _hold(notes, entry, cells.get(entry.name), decisions)
        elif entry.direction == "out":
            _note_out(notes, entry, facts)
        elif entry.name in cells:
            _move_bases(notes, cells[entry.name], decisions)
            _note_cell(notes, cells[entry.name], facts)
        else:
            _note_unseen(notes, entry, facts)
    return notes


def _hold(notes: Notes, entry: Field, cell: Cell | None, decisions: Mapping[str, Decision]) -> None:
    """
    A conflict holds its cell everywhere: nothing is written. Of a cell with two facts the one that is not in conflict
    is still taken into account.
    """
    parked = notes.side.link.parked.get(entry.name)
    if parked is not None:
        notes.parked[entry.name] = parked
    if cell is not None:
        _move_bases(notes, cell, decisions)


def _move_bases(notes: Notes, cell: Cell, decisions: Mapping[str, Decision]) -> None:
    """Answer the moves of this cell: its bases become what it now says, the loser's too; restyled views follow."""
    for fact in cell.field.facts:
        decision = decisions.get(fact)
        key = slot(cell.field, fact)
        if decision is not None and decision.conflict is not None:
            continue
        if decision is not None and any(cell is mover for mover in decision.moved):
            value = decision.value if cell.fits(fact, decision.value) else _reading(cell, fact)
            notes.bases[key] = Base({fact: value}, cell.seen, cell.field.fingerprint)
        elif not cell.at_base(fact):
            notes.bases[key] = Base({fact: cell.base_value(fact)}, cell.seen, cell.field.fingerprint)


def _reading(cell: Cell, fact: str) -> Value:
    reading = cell.field.lens.read(cell.seen, cell.held)
    return None if isinstance(reading, Refusal) else reading.get(fact)


def _note_cell(notes: Notes, cell: Cell, facts: Facts) -> None:
    """Base.value is the hub's value: nothing. The hub's value fits: the base learns it. Else a write."""
    known = {fact: facts[fact] for fact in cell.field.facts if fact in facts}
    behind = {
        fact: value for fact, value in known.items() if notes.bases[slot(cell.field, fact)].value.get(fact) != value
    }
    if not behind:
        return
    if all(cell.fits(fact, value) for fact, value in known.items()):
        for fact, value in behind.items():
            notes.bases[slot(cell.field, fact)] = Base({fact: value}, cell.seen, cell.field.fingerprint)
    elif cell.field.direction == "in":
        text = "read only here; edit it in its own system, or map it with direction: both"
        notes.parked[cell.field.name] = Parked("in", text, known, cell.seen)
    else:
        _want(notes, cell.field, known, cell.seen)


def _note_out(notes: Notes, entry: Field, facts: Facts) -> None:
    """Written, never read: what a person did there is reported, and replaced with the hub's next change, not before."""
    known = {fact: notes.side.derived.get(entry.name, facts.get(fact)) for fact in entry.facts}
    base = notes.bases.get(slot(entry, entry.facts[0]))
    seen = seen_view(notes.side, entry)
    if base is not None and base.lens == entry.fingerprint and all(base.value.get(f) == v for f, v in known.items()):
        if seen != base.view and not isinstance(seen, Unseen):
            text = "changed there, where the hub only writes; replaced with the hub's next change"
            notes.parked[entry.name] = Parked("out", text, known, seen)
        return
    if base is None and all(value is None for value in known.values()):
        return
    view = None if isinstance(seen, Unseen) else seen
    if seen is not UNSEEN and all(entry.lens.fits(fact, value, view) for fact, value in known.items()):
        for fact, value in known.items():
            notes.bases[slot(entry, fact)] = Base({fact: value}, view, entry.fingerprint)
        return
    _want(notes, entry, known, view)


def _note_unseen(notes: Notes, entry: Field, facts: Facts) -> None:
    """A two-way field that has a value and is never shown by a record that has been read is told, not forgotten."""
    known = {fact: facts[fact] for fact in entry.facts if facts.get(fact) is not None}
    read = notes.side.fresh is not None or notes.side.link.bases
    if known and read and entry.direction == "both":
        notes.parked[entry.name] = Parked("unseen", "the record never shows this field", known)


def _want(notes: Notes, entry: Field, facts: Facts, seen: View) -> None:
    """Want *facts* written over *seen*, unless that very wish is parked or the lens refuses."""
    parked = notes.side.link.parked.get(entry.name)
    if parked is not None and parked.code in HELD_BACK and parked.view == seen and dict(parked.value) == dict(facts):
        notes.parked[entry.name] = parked
        return
    view = entry.lens.write(facts, seen)
    if isinstance(view, Refusal):
        notes.parked[entry.name] = Parked("refused", view.text, facts, seen)
        return
    lost = () if entry.lossy else entry.lens.drops(facts, seen)
    if lost:
        text = f"writing would drop: {', '.join(lost)}; allow it with `lossy: true`"
        notes.parked[entry.name] = Parked("lossy", text, facts, seen)
        return
    notes.writes.append(FieldWrite(entry.name, facts, view, seen))


HELD_BACK = frozenset({"left", "rejected", "dropped", "altered", "unclear", "no way", "refused", "lossy", "unseen"})
"""Codes that keep a wish from being tried again while value and view stay the same."""
