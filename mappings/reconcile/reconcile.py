"""
One entity, any number of systems: what each says, what follows, what is written where.

Pure: the same call serves `plan` (list the writes), `sync` (make them) and `explain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mappings.canonical.values import Value
from mappings.lens import Refusal, Unseen

from .answers import Times, count_answers
from .decide import Decision, decide
from .judge import Cell, by_fact, cells, frozen, held_of, stored_view, unreadable
from .model import HELD, Conflict, Entity, Event, Fact, LinkChange, Outcome, Side
from .note import take_note
from .rules import Rules

Key = tuple[str, str]
"""(system, field)."""


def reconcile(entity: Entity, sides: Sequence[Side], rules: Rules) -> Outcome:
    """
    Bring *entity* and its live links to agreement, as far as the rules allow.

    - A second call on the result does nothing; the order of *sides* does not matter.
    - A fact in conflict stays as it is everywhere; the others go on.
    - Whatever a fresh snapshot shows for the first time has an event, before anything is decided over it.
    """
    sides = sorted(sides, key=lambda side: (side.link.system, side.link.id))
    judged, refusals = _judge(entity, sides)
    rows, times = count_answers(list(judged.values()), now=rules.now)
    rules = replace(rules, answers=rows)

    decisions: dict[str, Decision] = {}
    for fact, carriers in sorted(by_fact(judged).items()):
        decision = decide(entity, fact, carriers, rules)
        if decision is not None:
            decisions[fact] = decision

    after = _entity_after(entity, decisions)
    links = [_link_after(side, after, judged, decisions, refusals, times.get(side.link.id)) for side in sides]
    events = [*_readings(sides, refusals, judged), *_changes(entity, after, decisions), *_parkings(sides, links)]
    return Outcome(after, tuple(links), events=tuple(events))


def _judge(entity: Entity, sides: Sequence[Side]) -> tuple[dict[Key, Cell], dict[Key, Refusal]]:
    held = held_of(entity)
    judged: dict[Key, Cell] = {}
    refusals: dict[Key, Refusal] = {}
    for side in sides:
        if frozen(side):
            continue
        for cell in cells(side, held):
            refusal = unreadable(cell)
            if refusal is None:
                judged[side.link.system, cell.field.name] = cell
            else:
                refusals[side.link.system, cell.field.name] = refusal
    return judged, refusals


def _entity_after(entity: Entity, decisions: Mapping[str, Decision]) -> Entity:
    facts, held = dict(entity.facts), dict(entity.held)
    for fact, decision in decisions.items():
        if decision.conflict is None and decision.origin is not None:
            keep_held(facts, held, fact=fact, value=decision.value)
            facts[fact] = Fact(decision.value, decision.origin)
    conflicts = {fact: decision.conflict for fact, decision in decisions.items() if decision.conflict is not None}
    kept = {fact: _same_or_new(entity.conflicts.get(fact), conflict) for fact, conflict in conflicts.items()}
    return replace(entity, facts=facts, held=held, conflicts=kept)


def keep_held(facts: Mapping[str, Fact], held: dict[str, tuple[Value, ...]], *, fact: str, value: Value) -> None:
    """Remember the value that *value* replaces, newest first, each once."""
    if fact not in facts or facts[fact].value == value:
        return
    former = facts[fact].value
    rest = tuple(old for old in held.get(fact, ()) if old not in (former, value))
    held[fact] = (former, *rest)[:HELD]


def _same_or_new(open_one: Conflict | None, conflict: Conflict) -> Conflict:
    """A conflict that stands as it stood is the same entry, never entered twice."""
    return open_one if open_one == conflict else conflict


def _link_after(
    side: Side,
    entity: Entity,
    judged: Mapping[Key, Cell],
    decisions: Mapping[str, Decision],
    refusals: Mapping[Key, Refusal],
    times: Times | None,
) -> LinkChange:
    system = side.link.system
    notes = take_note(
        side,
        facts={name: said.value for name, said in entity.facts.items()},
        cells={name: cell for (where, name), cell in judged.items() if where == system},
        decisions=decisions,
        refusals={name: refusal for (where, name), refusal in refusals.items() if where == system},
    )
    return notes.close(side.link.answers if times is None else times)


def _readings(sides: Sequence[Side], refusals: Mapping[Key, Refusal], judged: Mapping[Key, Cell]) -> list[Event]:
    """Write down every view that differs from the one last *seen*: parked, unreadable and restyled ones too."""
    events = []
    for side in sides:
        for name, view in (side.fresh or {}).items():
            before = stored_view(side, side.fields[name])
            old = None if isinstance(before, Unseen) else before
            if before == view or (isinstance(before, Unseen) and view is None):
                continue
            cell = judged.get((side.link.system, name))
            restyled = cell is not None and not any(cell.moved(fact) for fact in cell.field.facts)
            cause = "unreadable" if (side.link.system, name) in refusals else "restyled" if restyled else ""
            events.append(Event("read", name, old, view, system=side.link.system, at=side.at, cause=cause))
    return events


def _changes(before: Entity, after: Entity, decisions: Mapping[str, Decision]) -> list[Event]:
    events = []
    for fact, said in after.facts.items():
        old = before.facts.get(fact)
        if old is None or old.value != said.value:
            by = said.origin.name
            cause = decisions[fact].cause
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
