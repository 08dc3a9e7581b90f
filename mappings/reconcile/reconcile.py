"""
One entity, any number of systems: what each says, what follows, what is written where.

Pure: the same call serves `plan` (list the writes), `sync` (make them) and `explain`.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from mappings.canonical.values import Facts, Value
from mappings.lens import Field, Held, Refusal, Unseen

from .answers import Times, count_answers
from .decide import Decision, decide, kept_open
from .judge import Cell, by_fact, cells, frozen, held_of, idle, stored_view
from .model import HELD, Entity, Event, Fact, LinkChange, Origin, Outcome, Side
from .note import frozen_note, take_note
from .rest import stirred
from .rules import Rules


def reconcile(entity: Entity, sides: Sequence[Side], rules: Rules) -> Outcome:
    """
    Bring *entity* and its live links to agreement, as far as the rules allow.

    - A second call on the result does nothing; the order of *sides* does not matter.
    - A fact in conflict stays as it is everywhere; the others go on.
    - Whatever a fresh snapshot shows for the first time has an event, before anything is decided over it.
    """
    sides = sorted(sides, key=lambda side: (side.link.system, side.link.id))
    values = {name: said.value for name, said in entity.facts.items()}
    facts = stirred(entity, sides, values, drift=rules.drift != "overlook")
    looks = _looks(entity, sides, facts)
    judged = [cell for look in looks for cell in look.cells.values()]
    rows, times = count_answers(judged, now=rules.now)
    decisions = _decide(entity, looks, replace(rules, answers=rows) if rows else rules)

    after = _entity_after(entity, decisions)
    values |= {fact: after.facts[fact].value for fact in decisions if fact in after.facts}
    links = [_link_after(look, values, decisions, rules=rules, times=times) for look in looks]
    events = [*_readings(looks), *_changes(entity, after, decisions), *_parkings(sides, links)]
    return Outcome(after, tuple(links), events=tuple(events))


class _Look(NamedTuple):
    """What one link shows of the fields that have to be judged: ENTRIES of its mapping, readable as CELLS or not."""

    side: Side
    entries: Sequence[Field]
    cells: Mapping[str, Cell]
    refusals: Mapping[str, Refusal]


def _looks(entity: Entity, sides: Sequence[Side], facts: AbstractSet[str]) -> list[_Look]:
    if not facts:
        return [_Look(side, (), {}, {}) for side in sides]
    held = held_of(entity)
    return [_Look(side, (), {}, {}) if idle(side) else _look(side, facts, held) for side in sides]


def _look(side: Side, facts: AbstractSet[str], held: Held) -> _Look:
    untouched = facts.isdisjoint
    entries = [one for one in side.fields.values() if not untouched(one.facts) and one.direction != "once"]
    readable: dict[str, Cell] = {}
    refusals: dict[str, Refusal] = {}
    for cell in cells(side, held, entries):
        if isinstance(cell.reading, Refusal):
            refusals[cell.field.name] = cell.reading
        else:
            readable[cell.field.name] = cell
    return _Look(side, entries, readable, refusals)


def _decide(entity: Entity, looks: Sequence[_Look], rules: Rules) -> dict[str, Decision]:
    if not entity.conflicts and not any(look.cells for look in looks):
        return {}
    waiting = {(look.side.link.system, look.side.link.external_id) for look in looks if frozen(look.side)}
    carriers = by_fact(cell for look in looks for cell in look.cells.values())
    decisions: dict[str, Decision] = {}
    for fact in sorted(carriers.keys() | entity.conflicts.keys()):
        open_one = entity.conflicts.get(fact)
        if open_one is not None and any((party.system, party.record) in waiting for party in open_one.parties):
            decisions[fact] = kept_open(entity, open_one)
            continue
        decision = decide(entity, fact, carriers.get(fact, ()), rules)
        if decision is not None:
            decisions[fact] = decision
    return decisions


def _entity_after(entity: Entity, decisions: Mapping[str, Decision]) -> Entity:
    if not decisions and not entity.conflicts:
        return entity
    facts, held = dict(entity.facts), dict(entity.held)
    for fact, decision in decisions.items():
        if decision.conflict is None and decision.origin is not None:
            keep_held(facts, held, fact=fact, value=decision.value)
            facts[fact] = stated(facts.get(fact), decision.value, decision.origin)
    conflicts = {fact: decision.conflict for fact, decision in decisions.items() if decision.conflict is not None}
    return entity.with_decided(facts, held, conflicts)


def stated(before: Fact | None, value: Value, origin: Origin) -> Fact:
    """Return a fact as ORIGIN says it; where that is what stood BEFORE, it goes on standing since then."""
    if before is None or before.value != value:
        return Fact(value, origin)
    return Fact(value, origin, before.since if before.origin == origin else before.since or before.origin.at)


def keep_held(facts: Mapping[str, Fact], held: dict[str, tuple[Value, ...]], *, fact: str, value: Value) -> None:
    """Remember the value that *value* replaces, newest first, each once."""
    if fact not in facts or facts[fact].value == value:
        return
    former = facts[fact].value
    rest = tuple(old for old in held.get(fact, ()) if old not in (former, value))
    held[fact] = (former, *rest)[:HELD]


def _link_after(
    look: _Look, facts: Facts, decisions: Mapping[str, Decision], *, rules: Rules, times: Mapping[int, Times]
) -> LinkChange:
    link = look.side.link
    answers = times.get(link.id, link.answers)
    if frozen(look.side):
        return frozen_note(look.side).close(answers)
    if not look.entries:
        parked = {name: parked for name, parked in link.parked.items() if name in look.side.fields}
        return LinkChange(link.id, link.bases, link.seen, parked, answers=answers)
    notes = take_note(
        look.side,
        look.entries,
        facts=facts,
        cells=look.cells,
        decisions=decisions,
        refusals=look.refusals,
        repair=rules.drift == "repair",
    )
    return notes.close(answers)


def _readings(looks: Sequence[_Look]) -> list[Event]:
    """Write down every view that differs from the one last *seen*: parked, unreadable and restyled ones too."""
    events = []
    for look in looks:
        side = look.side
        if side.fresh is None:
            continue
        for entry in side.fields.values() if frozen(side) else look.entries:
            if entry.direction == "once" or entry.name not in side.fresh:
                continue
            view, before = side.fresh[entry.name], stored_view(side, entry)
            old = None if isinstance(before, Unseen) else before
            if before == view or (isinstance(before, Unseen) and view is None):
                continue
            cell = look.cells.get(entry.name)
            restyled = cell is not None and not any(cell.moved(fact) for fact in entry.facts)
            cause = "unreadable" if entry.name in look.refusals else "restyled" if restyled else ""
            told = Event("read", entry.name, old, view, side.link.system, side.editor, side.at, cause)
            events.append(told)
    return events


def _changes(before: Entity, after: Entity, decisions: Mapping[str, Decision]) -> list[Event]:
    events = []
    for fact, decision in decisions.items():
        old, said = before.facts.get(fact), after.facts.get(fact)
        if said is not None and (old is None or old.value != said.value):
            by, cause = said.origin.name, decision.cause
            events.append(Event("set", fact, old.value if old else None, said.value, by=by, cause=cause))
    for fact, conflict in after.conflicts.items():
        if before.conflicts.get(fact) != conflict:
            parties = [{"system": party.system, "view": party.view} for party in conflict.parties]
            events.append(Event("conflict", fact, conflict.hub, None, cause=conflict.why, parties=parties))
    over = [fact for fact in before.conflicts if fact not in after.conflicts]
    events += [
        Event("settled", fact, cause=decisions[fact].cause if fact in decisions else "withdrawn") for fact in over
    ]
    return events


def _parkings(sides: Sequence[Side], links: Sequence[LinkChange]) -> list[Event]:
    events = []
    for side, change in zip(sides, links, strict=True):
        for name, parked in change.parked.items():
            if side.link.parked.get(name) != parked:
                events.append(Event("parked", name, None, parked.view, system=side.link.system, cause=parked.text))
    return events
