"""
First meeting of records: which record of a system is which entity that has none there yet.

Rules are tried in order. A rule *holds* for a pair only if all its facts are present and equal, *fails* only if one is
present on both sides and differs, else it is *undecided*. Candidates are sought from both ends: a pair is linked only
if each is the other's only one; several, or an undecided pair, are for a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mappings.canonical.values import Facts, Value


@dataclass(frozen=True, slots=True)
class SameFacts:
    """One `match` rule: records are one if FACTS are equal, made WITHIN a time of each other (None: any)."""

    facts: tuple[str, ...]
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity without a record in the system, or a record without an entity. ID is the caller's."""

    id: str
    facts: Facts
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Records and entities that may belong together; nobody links or creates until a person has chosen."""

    entities: tuple[str, ...]
    records: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """PAIRS: entity -> record, with the number of the rule that held. The rest is only here, or only there."""

    pairs: Mapping[str, str] = field(default_factory=dict)
    rule_of: Mapping[str, int] = field(default_factory=dict)
    ambiguous: tuple[Ambiguous, ...] = ()


def meet(
    entities: Sequence[Candidate],
    records: Sequence[Candidate],
    rules: Sequence[SameFacts],
    *,
    apart: AbstractSet[tuple[str, str]] = frozenset(),
) -> Meeting:
    """
    Return which *records* are which *entities*; neither list is looked at from one end only.

    APART are pairs (entity, record) that a person has said are not the same.
    """
    pairs: dict[str, str] = {}
    rule_of: dict[str, int] = {}
    unsure: list[Ambiguous] = []
    left, right = list(entities), list(records)
    for number, rule in enumerate(rules):
        groups = _groups(pair for pair in _holding(left, right, rule) if pair not in apart)
        for group_entities, group_records in groups:
            if len(group_entities) == len(group_records) == 1:
                pairs[group_entities[0]] = group_records[0]
                rule_of[group_entities[0]] = number
            else:
                why = f"several have the same {', '.join(rule.facts)}"
                unsure.append(Ambiguous(tuple(group_entities), tuple(group_records), why))
        left, right = _rest(left, right, pairs=pairs, unsure=unsure)
    for rule in rules:
        for group_entities, group_records in _groups(p for p in _undecided(left, right, rule) if p not in apart):
            why = f"one of {', '.join(rule.facts)} is empty on a side, and the rest is equal"
            unsure.append(Ambiguous(tuple(group_entities), tuple(group_records), why))
        left, right = _rest(left, right, pairs=pairs, unsure=unsure)
    return Meeting(pairs, rule_of, tuple(unsure))


def _holding(entities: Iterable[Candidate], records: Iterable[Candidate], rule: SameFacts) -> list[tuple[str, str]]:
    """Pairs for which *rule* holds, found through a table of keys: not every one against every one."""
    table: dict[tuple[Value, ...], list[Candidate]] = defaultdict(list)
    for record in records:
        key = _key(record, rule)
        if key is not None:
            table[key].append(record)
    found = []
    for entity in entities:
        key = _key(entity, rule)
        found += [(entity.id, r.id) for r in table.get(key, ()) if _near(entity, r, rule)] if key is not None else []
    return found


def _undecided(entities: Sequence[Candidate], records: Sequence[Candidate], rule: SameFacts) -> list[tuple[str, str]]:
    """Pairs that share at least one present fact, contradict each other in none, and lack one on a side."""
    table: dict[tuple[str, Value], list[Candidate]] = defaultdict(list)
    for record in records:
        for name in rule.facts:
            if record.facts.get(name) is not None:
                table[name, _plain(record.facts[name])].append(record)
    found: dict[tuple[str, str], None] = {}
    for entity in entities:
        for name in rule.facts:
            if entity.facts.get(name) is None:
                continue
            for record in table.get((name, _plain(entity.facts[name])), ()):
                if _near(entity, record, rule) and not _contradict(entity, record, rule):
                    found[entity.id, record.id] = None
    return list(found)


def _contradict(entity: Candidate, record: Candidate, rule: SameFacts) -> bool:
    for name in rule.facts:
        here, there = entity.facts.get(name), record.facts.get(name)
        if here is not None and there is not None and _plain(here) != _plain(there):
            return True
    return False


def _key(candidate: Candidate, rule: SameFacts) -> tuple[Value, ...] | None:
    values = [candidate.facts.get(name) for name in rule.facts]
    return None if any(value is None for value in values) else tuple(_plain(value) for value in values)


def _plain(value: Value) -> Value:
    """Case and spaces do not make two names two, nor two addresses."""
    if isinstance(value, frozenset):
        return frozenset(_folded(one) for one in value)
    return _folded(value) if isinstance(value, str) else value


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _near(entity: Candidate, record: Candidate, rule: SameFacts) -> bool:
    """A time that one side does not tell cannot rule the pair out."""
    if rule.within is None or entity.made is None or record.made is None:
        return True
    return abs(entity.made - record.made) <= rule.within


def _groups(pairs: Iterable[tuple[str, str]]) -> list[tuple[list[str], list[str]]]:
    """Return the connected groups of *pairs*, each as its entities and its records."""
    to_records: dict[str, list[str]] = defaultdict(list)
    to_entities: dict[str, list[str]] = defaultdict(list)
    for entity, record in pairs:
        to_records[entity].append(record)
        to_entities[record].append(entity)
    done: set[str] = set()
    groups = []
    for start in to_records:
        if start in done:
            continue
        entities: list[str] = []
        records: dict[str, None] = {}
        waiting = [start]
        done.add(start)
        while waiting:
            entity = waiting.pop()
            entities.append(entity)
            for record in to_records[entity]:
                if record not in records:
                    records[record] = None
                    fresh = [other for other in to_entities[record] if other not in done]
                    done.update(fresh)
                    waiting += fresh
        groups.append((sorted(entities), sorted(records)))
    return sorted(groups)


def _rest(
    entities: Sequence[Candidate],
    records: Sequence[Candidate],
    *,
    pairs: Mapping[str, str],
    unsure: Sequence[Ambiguous],
) -> tuple[list[Candidate], list[Candidate]]:
    """Return who has neither found the other nor is waiting for a person."""
    met_entities = {*pairs, *(one for group in unsure for one in group.entities)}
    met_records = {*pairs.values(), *(one for group in unsure for one in group.records)}
    return [e for e in entities if e.id not in met_entities], [r for r in records if r.id not in met_records]
