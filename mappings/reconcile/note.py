"""
Step D: taking note. For every live link: its new bases, the views last seen, what is parked, and the write it wants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import UNKNOWN, UNSEEN, Field, Refusal, Unseen

from .advice import set_aside, unreadable, unwritable
from .decide import Decision
from .judge import Cell, keep_seen, seen_view, slot
from .model import Base, FieldWrite, LinkChange, Parked, Side
from .undo import UNDONE, compensation, known_facts


@dataclass
class Notes:
    """The link as it will stand, being written; `close` freezes it. ENTRIES are the fields that are looked at."""

    side: Side
    entries: Sequence[Field]
    bases: dict[str, Base]
    parked: dict[str, Parked] = field(default_factory=dict)
    writes: list[FieldWrite] = field(default_factory=list)
    repair: bool = False

    def close(self, answers: Mapping[str, tuple[datetime, ...]]) -> LinkChange:
        """Return what the link is left with. Of fields that are not mapped now nothing is forgotten."""
        seen = {name: view for name, view in self.side.link.seen.items() if name not in self.side.fields}
        for entry in self.entries:
            view = seen_view(self.side, entry)
            if not isinstance(view, Unseen):
                keep_seen(self.bases, seen, entry, view=view)
        return LinkChange(self.side.link.id, self.bases, seen, self.parked, tuple(self.writes), answers)


def frozen_note(side: Side) -> Notes:
    """Return what a frozen link is left with: everything as it was, and what was seen."""
    entries = [entry for entry in side.fields.values() if entry.direction != "once"]
    return Notes(side, entries, dict(side.link.bases), dict(side.link.parked))


def take_note(
    side: Side,
    entries: Sequence[Field],
    *,
    facts: Facts,
    cells: Mapping[str, Cell],
    decisions: Mapping[str, Decision],
    refusals: Mapping[str, Refusal],
    repair: bool = False,
) -> Notes:
    """
    Return what *side* is left with, having looked at *entries*. FACTS are the hub's values after the decisions; CELLS
    the readable fields of this link; REFUSALS why the others could not be read.
    """
    notes, aside = Notes(side, entries, dict(side.link.bases), repair=repair), side.link.parked
    for name, parked in aside.items():
        if name in side.fields and side.fields[name].direction == "once":
            notes.parked[name] = parked
    contested = {fact for fact, decision in decisions.items() if decision.conflict is not None}
    for entry in entries:
        cell = cells.get(entry.name)
        if entry.name in refusals:
            refusal = refusals[entry.name]
            code = set_aside(refusal, "unreadable")
            notes.parked[entry.name] = Parked(code, unreadable(refusal), view=seen_view(side, entry))
        elif not contested.isdisjoint(entry.facts):
            _hold(notes, entry, cell, decisions)
        elif aside and _taken_back(notes, entry, cell, facts=facts):
            pass  # a person's wish goes before what the hub would write there
        elif entry.direction == "out":
            _note_out(notes, entry, facts)
        elif cell is not None:
            _move_bases(notes, cell, decisions)
            _note_cell(notes, cell, facts)
            if side.emptied:
                _note_emptied(notes, cell, facts)
        else:
            _note_unseen(notes, entry, facts)
        if aside:
            _keep_told(notes, entry, facts)
    return notes


def _keep_told(notes: Notes, entry: Field, facts: Facts) -> None:
    """That a write went over somebody's edit stays on the list until the field changes or a person answers."""
    told = notes.side.link.parked.get(entry.name)
    if told is None or told.code != OVERWRITTEN or entry.name in notes.parked:
        return
    if _still(told, facts, seen_view(notes.side, entry)):
        notes.parked[entry.name] = told


def _still(told: Parked, facts: Facts, view: View | Unseen) -> bool:
    """Say whether the hub's value and what is shown there are those of which something was *told*."""
    return all(facts.get(fact) == value for fact, value in told.value.items()) and view == told.view


def _note_emptied(notes: Notes, cell: Cell, facts: Facts) -> None:
    """Nobody chose that nobody is there: the account went, and the value that is known elsewhere stays."""
    entry = cell.field
    known = {fact: facts[fact] for fact in entry.facts if facts.get(fact) is not None}
    wanted = any(write.field == entry.name for write in notes.writes)
    if entry.name in notes.side.emptied and known and not wanted and entry.name not in notes.parked:
        text = "whoever stood there has no account there any more, so it is empty; the value stays elsewhere"
        notes.parked[entry.name] = Parked(EMPTIED, f"{text}; choose somebody there", known, cell.seen)


def _taken_back(notes: Notes, entry: Field, cell: Cell | None, *, facts: Facts) -> bool:
    """Want what an undo asked for, and keep the wish until it has arrived; say whether there is such a wish."""
    parked = notes.side.link.parked.get(entry.name)
    if parked is None:
        return False
    known = known_facts(entry, facts, notes.side.derived)
    seen, held = seen_view(notes.side, entry), cell.held if cell else {}
    wanted = compensation(entry, parked, known=known, seen=seen, held=held)
    if wanted is not None:
        notes.parked[entry.name] = parked
        notes.writes.append(wanted)
    return wanted is not None


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
    for fact, key in cell.field.slots:
        decision = decisions.get(fact)
        if cell.at_base(fact) or (decision is not None and decision.conflict is not None):
            continue
        if decision is not None and any(cell is mover for mover in decision.moved):
            said = cell.read(fact)
            value = decision.value if said == decision.value or cell.fits(fact, decision.value) else said
            notes.bases[key] = Base({fact: value}, cell.seen, cell.field.fingerprint)
        else:
            base = cell.bases.get(fact)
            default = base is not None and base.default and not cell.fits(fact, cell.base_value(fact))
            notes.bases[key] = Base({fact: cell.base_value(fact)}, cell.seen, cell.field.fingerprint, default)


def _note_cell(notes: Notes, cell: Cell, facts: Facts) -> None:
    """Base.value is the hub's value: nothing, or drift. The hub's value fits: the base learns it. Else a write."""
    entry = cell.field
    known: dict[str, Value] = {}
    behind: dict[str, Value] = {}
    for fact, key in entry.slots:
        if fact in facts:
            known[fact] = facts[fact]
            if notes.bases[key].value.get(fact) != facts[fact]:
                behind[key] = facts[fact]
    if not behind:
        _note_drift(notes, cell, known)
        return
    view: View | Refusal | Unseen = UNSEEN
    if entry.direction == "in" or entry.name in notes.side.link.parked:
        fits = all(cell.fits(fact, value) for fact, value in known.items())
    else:
        view = entry.lens.write(known, cell.seen)
        fits = view == cell.seen  # what fits is left alone, and nothing else is
    if fits:
        for fact, key in entry.slots:
            if key in behind:
                notes.bases[key] = Base({fact: behind[key]}, cell.seen, entry.fingerprint)
    elif entry.direction == "in":
        text = "read only here; edit it in its own system, or map it with direction: both"
        notes.parked[entry.name] = Parked("in", text, known, cell.seen)
    else:
        _want(notes, entry, known, cell.seen, view=view)


def _note_drift(notes: Notes, cell: Cell, known: Facts) -> None:
    """Nobody moved, and yet they differ: the words of the system mean something else now. A plan repairs it."""
    entry = cell.field
    told = notes.side.link.parked.get(entry.name)
    if told is not None and told.code in (UNDONE, "left") and not known and not told.value and told.view == cell.seen:
        notes.parked[entry.name] = told  # the hub knows nothing of what was put back, and a person has not said yet
        return
    still = [fact for fact in known if cell.at_base(fact) and not cell.bases[fact].default]
    if all(cell.fits(fact, known[fact]) for fact in still):
        return
    if told is not None and told.code in (EMPTIED, "left") and _still(told, known, cell.seen):
        notes.parked[entry.name] = told  # why they differ is known, or a person wants it so
        return
    if notes.repair and entry.direction == "both":
        _want(notes, entry, known, cell.seen)
        return
    text = "neither side moved, yet what it shows no longer stands for the hub's value; an approved plan repairs it"
    notes.parked[entry.name] = Parked("drift", text, known, cell.seen)


def _note_out(notes: Notes, entry: Field, facts: Facts) -> None:
    """Written, never read: what a person did there is reported, and replaced with the hub's next change, not before."""
    derived = notes.side.derived
    said = {entry.facts[0]: derived[entry.name]} if entry.name in derived else facts
    known = {fact: said[fact] for fact in entry.facts if fact in said}
    bases = {fact: notes.bases[key] for fact, key in entry.slots if key in notes.bases}
    mine = {fact: base for fact, base in bases.items() if base.lens == entry.fingerprint}
    seen = seen_view(notes.side, entry)
    view = None if isinstance(seen, Unseen) else seen
    if not mine and all(value is None for value in known.values()):
        return
    if all(entry.lens.fits(fact, value, view) for fact, value in known.items()):
        for fact, value in known.items():
            notes.bases[slot(entry, fact)] = Base({fact: value}, view, entry.fingerprint)
    elif all(fact in mine and mine[fact].value.get(fact) == value for fact, value in known.items()):
        if seen is not UNSEEN and any(base.view != view for base in mine.values()):
            text = "changed there, where the hub only writes; replaced with the hub's next change"
            notes.parked[entry.name] = Parked("out", text, known, view)
    else:
        _want(notes, entry, known, view)


def _note_unseen(notes: Notes, entry: Field, facts: Facts) -> None:
    """A two-way field that has a value and is never shown by a record that has been read is told, not forgotten."""
    known = {fact: facts[fact] for fact in entry.facts if facts.get(fact) is not None}
    if not known or entry.direction != "both":
        return
    parked = notes.side.link.parked.get(entry.name)
    if parked is not None and _held_back(parked, entry, known):
        notes.parked[entry.name] = parked  # why it was left out says more than that it is not shown
    elif any(key in notes.bases for _, key in entry.slots):
        text = "not read since the mapping says another place; a full pass reads it"
        notes.parked[entry.name] = Parked("drift", text, known)
    elif _was_read(notes.side):
        notes.parked[entry.name] = Parked("unseen", "the record never shows this field", known)


def _was_read(side: Side) -> bool:
    """Say whether anything is known of what the record shows: one that is to be met anew has yet to be read."""
    return side.fresh is not None or bool(side.link.seen) or any(not one.default for one in side.link.bases.values())


def _want(notes: Notes, entry: Field, facts: Facts, seen: View, *, view: "View | Refusal | Unseen" = UNSEEN) -> None:
    """Want *facts* written over *seen* (as *view*, where that is known), unless it is parked or the lens refuses."""
    parked = notes.side.link.parked.get(entry.name)
    if parked is not None and parked.view == seen and _held_back(parked, entry, facts):
        notes.parked[entry.name] = parked
        return
    if isinstance(view, Unseen):
        view = entry.lens.write(facts, seen)
    if isinstance(view, Refusal):
        notes.parked[entry.name] = Parked(set_aside(view, "refused"), unwritable(view), facts, seen)
        return
    if parked is not None and parked.view == seen and _was_answered(parked, entry, facts, view):
        notes.parked[entry.name] = replace(parked, value=facts)
        return
    lost = () if entry.lossy else entry.lens.drops(facts, seen)
    if lost:
        text = f"writing would drop: {', '.join(lost)}; allow it with `lossy: true`"
        notes.parked[entry.name] = Parked("lossy", text, facts, seen)
        return
    notes.writes.append(FieldWrite(entry.name, facts, view, seen))


def _held_back(parked: Parked, entry: Field, facts: Facts) -> bool:
    """Say whether this very wish is set aside; losing content may have been allowed since."""
    allowed = parked.code == "lossy" and entry.lossy
    return parked.code in HELD_BACK and not allowed and dict(parked.value) == dict(facts)


def _was_answered(parked: Parked, entry: Field, facts: Facts, view: View) -> bool:
    """Say whether the system has not taken VIEW before, for other values of these FACTS that say the same there."""
    wished = parked.code in ANSWERED and parked.value.keys() == facts.keys()
    return wished and entry.lens.write(parked.value, parked.view) == view


OVERWRITTEN = "overwritten"
EMPTIED = "emptied"
HELD_BACK = frozenset(
    {"left", "rejected", "dropped", "altered", "unclear", "no way", "refused", "lossy", "unseen", UNDONE, UNKNOWN}
)
"""Codes that keep a wish from being tried again while value and view stay the same."""
ANSWERED = frozenset({"rejected", "dropped", "altered", "no way"})
"""Those of what a system did with the view it was sent: the same one over the same ends the same."""
