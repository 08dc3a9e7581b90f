"""A mapping file, with what it extends, as a `MappingSpec`: everything is checked that needs no connection."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from mappings.canonical.facts import FACTS, TYPE_WORDS, UNDER, FactInfo, belongs
from mappings.reconcile.meeting import SameFacts

from .entries import Entry, need, views
from .extend import Source
from .model import Clause, FieldSpec, MappingSpec, Under
from .problems import Mark, shown
from .read_field import Choices, read_field, unknown_fact


@dataclass(frozen=True, slots=True)
class Known:
    """What a mapping may speak of: FACTS of each kind of entity, the CHOICES of some, and the SYSTEMS of its syncs."""

    facts: Mapping[str, tuple[FactInfo, ...]] = field(default_factory=lambda: dict(FACTS))
    choices: Choices = field(default_factory=dict)
    systems: tuple[str, ...] = ()


def read_mapping(source: Source, system: str, *, known: Known) -> MappingSpec | None:
    """Return the mapping of *source* for *system*, or None where it does not even say between what; all is noted."""
    keys = source.keys
    kind = need(keys, "kind", of=source.root)
    entity_entry = need(keys, "entity", of=source.root)
    entity = entity_entry.choice(known.facts) if entity_entry else None
    kind_name = kind.plain() if kind else None
    if entity is None or kind_name is None:
        return None
    facts = known.facts[entity]
    under = read_under(keys.get("under"), entity, known.facts["case"])
    fields = _fields(source, system, facts=facts, known=known)
    if under:
        _not_said_twice(fields, source)
    marker = _marker(source)
    spec = MappingSpec(
        system=system,
        kind=kind_name,
        entity=entity,
        take=clauses(keys.get("take")),
        leave_when=clauses(keys.get("leave_when")),
        match=_match(keys, facts=facts, fields=fields, under=under),
        marker=marker.plain() if marker else None,
        fields=fields,
        transitions=_transitions(keys.get("transitions")),
        confirm=keys["confirm"].texts() if "confirm" in keys else (),
        mark=source.root.mark,
        marks=_marks(keys, marker),
        under=under,
    )
    _check_places(spec, source)
    _check_facts(spec, source)
    return spec


def _marks(keys: Mapping[str, Entry], marker: Entry | None) -> dict[str, Mark]:
    """Return where each key is written, where the marker is, and where each place with declared steps is."""
    marks = {name: entry.mark for name, entry in keys.items()}
    if marker:
        marks["marker"] = marker.mark
    steps = keys["transitions"].peek() if "transitions" in keys else {}
    return marks | {f"transitions.{place}": entry.mark for place, entry in steps.items()}


# --- under -------------------------------------------------------------------------------------------------------

HOLDS = ("key", "record")
ASKED = ("text", "reference", "choice")
"""Types of facts that a query can ask for."""


def read_under(entry: Entry | None, entity: str, case: Collection[FactInfo]) -> Under | None:
    """Return how a record says which case it belongs to; None for entities that belong to none."""
    if not belongs(entity):
        if entry:
            entry.fail(f"a {entity} belongs to no case; only items, notes and documents do")
        return None
    if entry is None:
        return Under()
    if entry.single:
        entry.choice(("parent",))
        return Under()
    if "query" in entry.peek():
        query = entry.keys(("query",))["query"]
        asked = [(place, one, one.plain() or "") for place, one in query.open_keys().items()]
        return Under(holds="query", asked=tuple((place, fact) for place, one, fact in asked if _asks(one, fact, case)))
    keys = entry.keys(("at", "holds"))
    at = need(keys, "at", of=entry)
    holds = keys["holds"].choice(HOLDS) if "holds" in keys else "key"
    return Under((at.plain() or "") if at else "", holds or "key")


def _asks(entry: Entry, fact: str, case: Collection[FactInfo]) -> bool:
    """Say whether a query can ask for *fact* of a case; what it compares are words."""
    info = next((one for one in case if one.name == fact), None)
    if info is None and fact:
        entry.fail(unknown_fact(fact, case))
    elif info is not None and (info.derived or info.type not in ASKED):
        entry.fail(f"{shown(info.name)} is {TYPE_WORDS[info.type]}; a query compares words: {', '.join(ASKED)}")
    return info is not None


def _not_said_twice(fields: Mapping[str, FieldSpec], source: Source) -> None:
    for name, one in fields.items():
        for fact in one.facts:
            if fact in UNDER:
                source.fields[name].entry.fail(f"{shown(fact)} is said by under:, not by a field")


# --- take, leave_when --------------------------------------------------------------------------------------------


def clauses(entry: Entry | None) -> tuple[Clause, ...]:
    """Return what a record must show: ``place: view``, ``place: [views]`` or ``place: {not: view}``."""
    entries = entry.open_keys() if entry else {}
    return tuple(clause for place, one in entries.items() if (clause := _clause(place, one)) is not None)


def _clause(place: str, entry: Entry) -> Clause | None:
    if entry.single or entry.is_list:
        return Clause(place, views(entry), negated=False, mark=entry.mark)
    inner = need(entry.keys(("not",)), "not", of=entry)
    return Clause(place, views(inner), negated=True, mark=entry.mark) if inner else None


# --- match, marker -----------------------------------------------------------------------------------------------


def _marker(source: Source) -> Entry | None:
    """Return the entry that names the marker's place: `marker:`, or a rule of `match:`; the file's own word wins."""
    keys = source.keys
    rules = keys["match"].items() if "match" in keys and keys["match"].is_list else []
    named = [entry for rule in rules if (entry := rule.peek().get("marker"))]
    said = ([keys["marker"]] if "marker" in keys else []) + named
    own = [entry for entry in said if entry.file == source.root.file] or said
    for entry in own[1:]:
        if entry.single and entry.file == own[0].file and entry.text() != own[0].text():
            entry.fail(f"the marker lives in {shown(own[0].text())} already")
    return own[0] if own else None


def _match(
    keys: Mapping[str, Entry], *, facts: Collection[FactInfo], fields: Mapping[str, FieldSpec], under: Under | None
) -> tuple[SameFacts, ...]:
    readable = {fact for spec in fields.values() if spec.reads for fact in spec.facts} | ({"case"} if under else set())
    rules: list[SameFacts] = []
    for entry in keys["match"].items() if "match" in keys else []:
        known = entry.keys(("marker", "same", "within"))
        if "same" in known and "marker" not in known:
            within = known["within"].duration() if "within" in known else None
            rules.append(SameFacts(_same(known["same"], facts, readable=readable), within))
        elif len(known) != 1 or "marker" not in known:
            entry.fail("must say marker, or same (with within)")
    return tuple(rules)


def _same(entry: Entry, facts: Collection[FactInfo], *, readable: Collection[str]) -> tuple[str, ...]:
    """Return the facts that make two records one. Each must be read here, or the rule could never hold."""
    names = entry.texts()
    for name in names:
        if name not in {info.name for info in facts}:
            entry.fail(unknown_fact(name, facts))
        elif name not in readable:
            entry.fail(f"{shown(name)} is not read by any field, so this rule could never hold")
    if not names and entry.empty:
        entry.fail("must name a fact")
    return names


# --- fields ------------------------------------------------------------------------------------------------------


def _fields(source: Source, system: str, *, facts: tuple[FactInfo, ...], known: Known) -> dict[str, FieldSpec]:
    others = tuple(name for name in known.systems if name != system) if known.systems else None
    found = {
        name: read_field(name, one, facts=facts, choices=known.choices, systems=others)
        for name, one in source.fields.items()
    }
    return {name: spec for name, spec in found.items() if spec is not None}


def _check_places(spec: MappingSpec, source: Source) -> None:
    """A place is written by exactly one entry; the marker's is written by the hub itself."""
    writers = [(one.name, place) for one in spec.fields.values() if one.writes for place in one.at]
    for (name, place), (other, same) in combinations(writers, 2):
        if place == same:
            entry = source.fields[other].keys.get("at", source.fields[other].entry)
            entry.fail(f"{shown(place)} is written by {name} already; a place is written by one entry")
    for name, place in writers:
        if spec.under and not spec.under.asked and place == spec.under.at:
            entry = source.fields[name].keys.get("at", source.fields[name].entry)
            entry.fail(f"{shown(place)} says the case by under: already; a place is written by one entry")
        if place == spec.marker:
            entry = source.fields[name].keys.get("at", source.fields[name].entry)
            entry.fail(f"{shown(place)} is where our marker lives; no field is written there")


def _check_facts(spec: MappingSpec, source: Source) -> None:
    """A fact is read from one entry, or nobody could say which of two readings counts."""
    first: dict[str, str] = {}
    for name, one in spec.fields.items():
        for fact in one.facts if one.reads else ():
            if fact in first:
                source.fields[name].entry.fail(f"{shown(fact)} is read by {first[fact]} already")
            first.setdefault(fact, name)


def _transitions(entry: Entry | None) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return declared workflow steps: ``status: {New: [In Progress, Rejected]}``."""
    places = entry.open_keys() if entry else {}
    return {
        place: {view: targets.texts() for view, targets in steps.open_keys().items()} for place, steps in places.items()
    }
