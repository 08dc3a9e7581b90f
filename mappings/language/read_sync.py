"""One sync of hub.yaml: where cases are born, where they appear, and what holds between."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import cast, get_args

from mappings.canonical.facts import CASE_FACTS, FACT_TYPES, FACTS, TYPE_WORDS, FactInfo, FactType, belongs
from mappings.canonical.records import custom_name
from mappings.canonical.values import Value
from mappings.policy import Furthest, Park, Policy
from mappings.reconcile.gone import Gone
from mappings.reconcile.guards import Limits

from .conditions import Names, literal, names_of
from .entries import Entry, need, views
from .model import EntitySync, Make, Schedule, Sync
from .policies import Level, PolicyWords, at_home, read_condition, read_levels, resolve
from .problems import shown
from .read_files import read_files
from .read_history import read_history
from .times import cron_problem, share

BLOCKS: Mapping[str, str] = {"items": "item", "notes": "note", "clients": "client", "contacts": "contact"}
"""Block of a sync -> the kind of entity that it makes."""
SYNC_KEYS = (
    "opens",
    "makes",
    *BLOCKS,
    "files",
    "history",
    "stages",
    "conflicts",
    "schedule",
    "guards",
    "gone",
    "facts",
    "defaults",
)
SHORTEST_PERIOD = timedelta(seconds=10)
_FACT_NAME = re.compile(r"[^\W\d_]\w{0,40}")
_GONE: tuple[Gone, ...] = get_args(Gone)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else decides about a sync: the facts that each system MAPS, and the SHIPPED policies."""

    maps: Mapping[tuple[str, str], frozenset[str]]
    """(system, kind of entity) -> its facts."""
    shipped: Mapping[str, Level]
    """Kind of entity -> the shipped answers."""


@dataclass(frozen=True, slots=True)
class SyncHead:
    """What mappings need to know of a sync before they can be read: who takes part, its own facts, its stages."""

    entry: Entry
    keys: Mapping[str, Entry]
    opens: str | None
    makes: tuple[str, ...]
    stages: tuple[str, ...]
    facts: tuple[FactInfo, ...]
    homes: tuple[str, ...]
    """Systems that may be a home: those that take part, or all of them where it is not clear who does."""
    beside: Mapping[str, tuple[str, ...]]
    """Kind of entity -> the systems in which it is made, of the blocks that the sync has."""

    @property
    def systems(self) -> tuple[str, ...]:
        beside = [system for systems in self.beside.values() for system in systems]
        return tuple(dict.fromkeys((*((self.opens,) if self.opens else ()), *self.makes, *beside)))


def read_head(entry: Entry, systems: Collection[str]) -> SyncHead:
    """Return what *entry* says about itself; it may name only *systems* of the hub."""
    keys = entry.keys(SYNC_KEYS)
    opens = need(keys, "opens", of=entry)
    opener = opens.choice(systems) if opens else None
    makes = tuple(keys["makes"].keys(systems)) if "makes" in keys else ()
    if opener in makes:
        keys["makes"].open_keys()[opener].fail("cases are born there; they are not made there too")
    stages = keys["stages"].texts() if "stages" in keys else ()
    facts = _facts(keys["facts"]) if "facts" in keys else ()
    beside = {kind: tuple(keys[block].keys(systems)) for block, kind in BLOCKS.items() if block in keys}
    said = [keys[block].peek() for block in ("makes", *BLOCKS) if block in keys]
    found = [makes, *beside.values()]
    clear = opener is not None and sum(map(len, found)) == sum(map(len, said))
    taking_part = dict.fromkeys((opener or "", *(system for systems in found for system in systems)))
    return SyncHead(
        entry=entry,
        keys=keys,
        opens=opener,
        makes=tuple(name for name in makes if name != opener),
        stages=stages,
        facts=facts,
        homes=tuple(taking_part) if opener and clear else tuple(systems),
        beside=beside,
    )


def read_sync(head: SyncHead, *, name: str, around: Surroundings) -> Sync | None:
    """Return the sync called *name*, or None where nothing opens its cases; all that is wrong is noted."""
    keys = head.keys
    orders = {"stage": head.stages} if head.stages else {}
    names = names_of("case", head.facts, orders=orders)
    facts = (*CASE_FACTS, *head.facts)
    words = {kind: PolicyWords(_by_name(kind, head), _names(kind, head), head.homes) for kind in ("case", *BESIDE)}
    own = read_levels(keys.get("conflicts"), words)
    sync = Sync(
        name=name,
        opens=head.opens or "",
        makes=_makes(head, "makes", names=names),
        stages=head.stages,
        facts=head.facts,
        defaults=_defaults(keys.get("defaults"), facts, names=names),
        policies=_policies("case", head, around, own=own["case"]),
        schedule=_schedule(keys.get("schedule")),
        guards=_guards(keys.get("guards")),
        gone=_gone(keys.get("gone")),
        mark=head.entry.mark,
        files=read_files(keys.get("files"), head.systems),
        history=read_history(keys.get("history")),
        beside={
            kind: EntitySync(
                kind,
                _makes(head, block, names=_names(kind, head)),
                _policies(kind, head, around, own=own[kind]),
            )
            for block, kind in BLOCKS.items()
        },
    )
    return sync if head.opens else None


BESIDE = tuple(BLOCKS.values())


def _by_name(kind: str, head: SyncHead) -> dict[str, FactInfo]:
    return {info.name: info for info in (*FACTS[kind], *(head.facts if kind == "case" else ()))}


def _names(kind: str, head: SyncHead) -> Names:
    """What belongs to a case may ask for the facts of the case too."""
    orders = {"stage": head.stages} if head.stages else {}
    case = (*CASE_FACTS, *head.facts)
    return names_of(kind, case if belongs(kind) else head.facts if kind == "case" else (), orders=orders)


def _policies(kind: str, head: SyncHead, around: Surroundings, *, own: Level) -> dict[str, Policy]:
    facts = tuple(_by_name(kind, head).values())
    return resolve(facts, (own, _shipped(kind, facts, head, around=around)))


def _shipped(kind: str, facts: tuple[FactInfo, ...], head: SyncHead, *, around: Surroundings) -> Level:
    """Return the shipped answers with the systems of this sync in their parts."""
    answers: dict[str, Policy] = {}
    for info in facts:
        answer = around.shipped.get(kind, Level()).answer(info) or Park()
        makers = [system for system in head.makes if info.name in around.maps.get((system, kind), ())]
        homes = {"crm": head.opens, "tracker": makers[0] if len(makers) == 1 else None}
        nowhere = isinstance(answer, Furthest) and not head.stages
        answers[info.name] = Park() if nowhere else at_home(answer, homes)
    return Level(answers)


def _makes(head: SyncHead, block: str, *, names: Names) -> tuple[Make, ...]:
    entries = head.keys[block].peek() if block in head.keys else {}
    systems = head.makes if block == "makes" else head.beside.get(BLOCKS[block], ())
    return tuple(_make(system, entries[system], names) for system in systems)


def _make(system: str, entry: Entry, names: Names) -> Make:
    keys = entry.keys(("when", "with", "kind"))
    fixed = keys["with"].open_keys() if "with" in keys else {}
    found = {place: views(one) for place, one in fixed.items() if one.single or one.is_list}
    for place, one in fixed.items():
        if place not in found or (one.is_list and not all(isinstance(view, str) for view in found[place])):
            one.fail("must be a view or a list of texts")
    return Make(
        system=system,
        kind=(keys["kind"].plain() or "") if "kind" in keys else "",
        when=read_condition(keys["when"], names) if "when" in keys else None,
        fixed={place: listed if fixed[place].is_list else listed[0] for place, listed in found.items()},
        mark=entry.mark,
        marks={place: fixed[place].mark for place in found},
    )


# --- facts and defaults ------------------------------------------------------------------------------------------


def _facts(entry: Entry) -> tuple[FactInfo, ...]:
    """Return the facts that a sync declares: ``need: text``, or ``{type: choice, choices: […], meaning: …}``."""
    published = {info.name for info in CASE_FACTS} | {info.dotted.rpartition(".")[2] for info in CASE_FACTS}
    facts: list[FactInfo] = []
    for name, one in entry.open_keys().items():
        if not _FACT_NAME.fullmatch(name):
            one.fail(f"not a name: {shown(name)}; letters, digits and _ only")
        elif name in published:
            one.fail("every case has this fact already")
        else:
            info = _fact(name, one)
            facts += [info] if info else []
    return tuple(facts)


def _fact(name: str, entry: Entry) -> FactInfo | None:
    keys = {"type": entry} if entry.single else entry.keys(("type", "choices", "meaning"))
    type_entry = need(keys, "type", of=entry)
    type_ = type_entry.choice(FACT_TYPES) if type_entry else None
    meaning = keys["meaning"].plain() if "meaning" in keys else None
    choices = keys["choices"].texts() if "choices" in keys else ()
    if choices and type_ not in (None, "choice"):
        keys["choices"].fail(f"only a choice has choices, not {TYPE_WORDS[cast('FactType', type_)]}")
    if type_ is None:
        return None
    return FactInfo(name, custom_name("case", name), cast("FactType", type_), meaning or "", choices=choices)


def _defaults(entry: Entry | None, facts: tuple[FactInfo, ...], *, names: Names) -> dict[str, Value]:
    by_name = {info.name: info for info in facts}
    found: dict[str, Value] = {}
    for name, one in (entry.keys(by_name) if entry else {}).items():
        value = _default(one, by_name[name], names)
        if value is not None:
            found[name] = value
    return found


def _default(entry: Entry, info: FactInfo, names: Names) -> Value:
    if info.derived:
        entry.fail("the hub works this fact out")
        return None
    if info.type == "set":
        return frozenset(str(literal(info, one)) for one in entry.texts())
    word = entry.word()
    if word is None:
        entry.fail("must not be empty")
        return None
    written = Decimal(word) if isinstance(word, int) and not isinstance(word, bool) else word
    try:
        value = literal(info, written, choices=names.orders.get(info.dotted, ()))
    except ValueError as error:
        entry.fail(str(error))
        return None
    if info.type == "money" and isinstance(value, Decimal):
        entry.fail("money needs its currency: '1000 EUR'")
        return None
    return value


# --- schedule, guards, gone --------------------------------------------------------------------------------------


def _schedule(entry: Entry | None) -> Schedule:
    keys = entry.keys(("every", "full_scan")) if entry else {}
    every = keys["every"].duration() if "every" in keys else None
    if every is not None and every < SHORTEST_PERIOD:
        keys["every"].fail("shorter than 10s; a run takes longer to start than that")
    line = keys["full_scan"].plain() if "full_scan" in keys else None
    if line and (wrong := cron_problem(line)):
        keys["full_scan"].fail(wrong)
    usual = Schedule()
    return Schedule(every or usual.every, line or usual.full_scan)


def _guards(entry: Entry | None) -> Limits:
    keys = entry.keys(("max_creates", "max_deletes", "max_clears", "max_changes")) if entry else {}
    usual = Limits()
    counts = {name: one.number() for name, one in keys.items() if name != "max_deletes"}
    return Limits(
        max_creates=_or(counts.get("max_creates"), usual.max_creates),
        max_deletes=_share(keys.get("max_deletes"), usual.max_deletes),
        max_clears=_or(counts.get("max_clears"), usual.max_clears),
        max_changes=_or(counts.get("max_changes"), usual.max_changes),
    )


def _or(number: int | None, usual: int) -> int:
    return usual if number is None else number


def _share(entry: Entry | None, usual: float) -> float:
    text = entry.plain() if entry else None
    if entry is None or text is None:
        return usual
    part = share(text)
    if part is None:
        entry.fail(f"not a percentage: {shown(text)}; write it like 10%")
        return usual
    return float(part)


def _gone(entry: Entry | None) -> Gone:
    word = entry.choice(_GONE) if entry else None
    return cast("Gone", word) if word else "detach"
