"""
Worlds to try reconcile in: one case over two to four systems, in any state that it may be in.

Fields of four kinds: a word, a text that some systems cut, a cell with two facts (stage and outcome) whose views and
values are N to M, and a set of which some systems know a part. Bases, views last seen, fresh views, what is parked and
who is right are drawn at will; a base's value fits its view, unless it is a default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from mappings.canonical.values import Facts, Value
from mappings.exchange import View
from mappings.lens import Field, Lens, Refusal, Single
from mappings.policy import Furthest, Home, Max, Merge, Min, Park, Policy, Union, When
from mappings.reconcile import Rules
from mappings.reconcile.model import Base, Entity, Fact, Link, OpenWrite, Origin, Parked, Side
from mappings.transforms.choice import Choice
from mappings.transforms.labels import Labels
from mappings.transforms.text import Text
from mappings.transforms.vocabulary import Spot
from tests.reconcile_builders import NOW

STAGES = ("lead", "qualified", "in_work", "estimate", "proposal", "defence")
UNREADABLE = 7
"""No text, no list, and in no table."""


@dataclass(frozen=True)
class Kind:
    """A lens for one field, the values of its facts, and the views that its system may show."""

    lens: Lens
    values: Mapping[str, Sequence[Value]]
    views: Sequence[View]


def position(values: Mapping[str, Any], **settings: Any) -> Lens:
    """Return the lens over a cell that holds stage and outcome."""
    spot = Spot(("position",), ("position",))
    return Choice.make({"values": values, "sets": ["stage", "outcome"], **settings}, spot)


CRM_CELL = position(
    {
        "NEW": {"stage": "lead", "outcome": "open"},
        "PREPARATION": {"stage": "qualified", "outcome": "open"},
        "EXECUTING": {"stage": ["in_work", "estimate"], "outcome": "open"},
        "WON": {"outcome": "won"},
        "LOSE": {"outcome": "lost"},
    }
)
TRACKER_CELL = position(
    {
        "New": {"stage": ["lead", "qualified"], "outcome": "open"},
        "In Progress": {"stage": ["in_work", "estimate", "proposal"], "outcome": "open"},
        "Resolved": {"stage": "defence", "outcome": "open"},
        "Feedback": {"stage": "defence", "outcome": "open"},
        "Closed": {"outcome": "won"},
        "Rejected": {"outcome": ["lost", "withdrawn"]},
    }
)
LOOSE_CELL = position(
    {"А": {"stage": ["qualified", "in_work"], "outcome": "open"}, "Б": {"stage": "estimate"}}, otherwise="keep"
)

WORDS = (None, "Смета", "Аудит", "a", "b")
TEXTS = (None, "Внедрение CRM", "Внедрение ERP", "Аудит сети", "а\nб\nв", "а\nб!\nв", "а\nб\nв?")
PLACED = {"stage": (None, *STAGES), "outcome": ("open", "won", "lost", "withdrawn")}
SETS = tuple(None if not words else frozenset(words) for words in ("", "а", "б", "аб", "v", "аv", "абv"))
LISTS = ([], ["а"], ["б"], ["а", "б"], ["v"], ["а", "v"], ["а", "б", "v"])

KINDS: Mapping[str, Sequence[Kind]] = {
    "title": (Kind(Single("title", Text()), {"title": WORDS}, (*WORDS, "", UNREADABLE)),),
    "summary": (
        Kind(Single("summary", Text()), {"summary": TEXTS}, TEXTS),
        Kind(Single("summary", Text(max_length=9)), {"summary": TEXTS}, (None, "Внедрение", "ВНЕДРЕНИЕ", "Аудит сет")),
        Kind(Single("summary", Text(max_length=5)), {"summary": TEXTS}, (None, "Внедр", "Аудит", "а\nб\nв", "а\nб!\n")),
    ),
    "position": (
        Kind(CRM_CELL, PLACED, ("NEW", "PREPARATION", "EXECUTING", "WON", "LOSE", None, "C9:OTHER")),
        Kind(TRACKER_CELL, PLACED, ("New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected", "Odd")),
        Kind(LOOSE_CELL, PLACED, ("А", "Б", "иначе")),
    ),
    "labels": (
        Kind(Single("labels", Labels()), {"labels": SETS}, (*LISTS, None)),
        Kind(Single("labels", Labels(vocabulary=frozenset("аб"))), {"labels": SETS}, LISTS),
    ),
}
SYSTEMS = ("crm", "trk", "wiki", "доска")


@dataclass(frozen=True)
class World:
    """A case, its links as reconcile is given them, and who is right."""

    entity: Entity
    sides: tuple[Side, ...]
    rules: Rules

    def values(self) -> dict[str, Value]:
        return {name: said.value for name, said in self.entity.facts.items()}


@st.composite
def worlds(draw: st.DrawFn, *, frozen: bool = True, parked: bool = True, directions: bool = True) -> World:
    """Draw a world; on demand without FROZEN links, without PARKED entries, with no DIRECTIONS other than both."""
    systems = draw(st.sampled_from([SYSTEMS[:2], SYSTEMS[:2], SYSTEMS[:3], SYSTEMS]))
    names = draw(st.lists(st.sampled_from(tuple(KINDS)), min_size=1, max_size=3, unique=True))
    facts = draw(_facts(names))
    kinds = {system: {name: draw(st.sampled_from(KINDS[name])) for name in names} for system in systems}
    sides = [
        draw(_sides(system, number, kinds[system], facts=facts, frozen=frozen, parked=parked, directions=directions))
        for number, system in enumerate(systems, 1)
    ]
    said = {name: Fact(value, draw(origins(systems))) for name, value in facts.items()}
    held = {name: tuple(draw(st.lists(st.sampled_from(_pool(name)), max_size=2))) for name in facts}
    entity = Entity("e1", "case", "CASE-1", "presales", said, {name: values for name, values in held.items() if values})
    return World(entity, tuple(sides), draw(told(systems, tuple(facts))))


def _pool(fact: str) -> Sequence[Value]:
    return next(kind.values[fact] for kinds in KINDS.values() for kind in kinds if fact in kind.values)


@st.composite
def _facts(draw: st.DrawFn, names: Sequence[str]) -> dict[str, Value]:
    """The hub's values; some it does not know."""
    known = [fact for name in names for fact in KINDS[name][0].values]
    return {fact: draw(st.sampled_from(_pool(fact))) for fact in known if draw(st.integers(0, 5))}


def origins(systems: Sequence[str]) -> st.SearchStrategy[Origin]:
    return st.sampled_from([Origin("person", "Анна", NOW), *(Origin("system", system, NOW) for system in systems)])


@st.composite
def told(draw: st.DrawFn, systems: Sequence[str], facts: Sequence[str]) -> Rules:
    """Draw who is right about each fact."""
    when = When(((lambda dotted: dotted["case.title"] == "a", Home(systems[0])),), Furthest())
    policies: list[Policy] = [Park(), Furthest(), Max(), Min(), Union(), Merge(), when, *map(Home, systems)]
    chosen = {fact: draw(st.sampled_from(policies)) for fact in facts}
    dotted = {"case.title": draw(st.sampled_from(("a", "b")))}
    return Rules(chosen, NOW, orders={"stage": STAGES}, dotted=dotted)


@st.composite
def _sides(
    draw: st.DrawFn,
    system: str,
    number: int,
    kinds: Mapping[str, Kind],
    *,
    facts: Facts,
    frozen: bool,
    parked: bool,
    directions: bool,
) -> Side:
    ways = ("both", "both", "both", "in", "out", "once") if directions else ("both",)
    fields = {name: Field(name, (name,), kind.lens, draw(st.sampled_from(ways))) for name, kind in kinds.items()}
    link = Link(number, system, "record", f"{system}-{number}")
    for name, kind in kinds.items():
        link = draw(_standing(link, fields[name], kind, facts=facts, parked=parked))
    fresh = {name: draw(st.sampled_from(kind.views)) for name, kind in kinds.items() if draw(st.booleans())}
    sent = frozen and draw(st.integers(0, 7)) == 0
    write = OpenWrite("k", "sent", "update", ()) if sent else None
    known = link.bases or link.seen or link.parked
    link = replace(link, write=write, touched=NOW if known else None)
    return Side(link, fields, fresh if fresh and draw(st.integers(0, 3)) else None)


@st.composite
def _standing(draw: st.DrawFn, link: Link, entry: Field, kind: Kind, *, facts: Facts, parked: bool) -> Link:
    """Draw bases for *entry*, a view seen since, and what is parked."""
    bases, seen, aside = dict(link.bases), dict(link.seen), dict(link.parked)
    how = draw(st.sampled_from(("hub", "hub", "other", "default", "foreign", "none")))
    base = draw(_bases(entry, kind, facts=facts, how=how))
    for fact, key in entry.slots:
        if base is not None and entry.direction != "once":
            default = base.default and not entry.lens.fits(fact, None, base.view)
            bases[key] = replace(base, value={fact: base.value.get(fact)}, default=default)
    if draw(st.integers(0, 3)) == 0 and entry.direction != "once":
        view = draw(st.sampled_from(kind.views))
        if base is None or view != base.view:
            seen[entry.name] = view
    if parked and draw(st.integers(0, 5)) == 0:
        shown = seen.get(entry.name, base.view if base else None)
        wish = {fact: facts[fact] for fact in entry.facts if fact in facts}
        aside[entry.name] = Parked(draw(st.sampled_from(("dropped", "unclear", "altered", "refused"))), "", wish, shown)
    return replace(link, bases=bases, seen=seen, parked=aside)


@st.composite
def _bases(draw: st.DrawFn, entry: Field, kind: Kind, *, facts: Facts, how: str) -> Base | None:
    """A base of the whole field: what it stands for is cut into its slots by the caller."""
    if how == "none":
        return None
    view = draw(st.sampled_from(kind.views))
    if how == "hub" and all(fact in facts for fact in entry.facts):
        view = entry.lens.write(facts, view)
    reading = view if isinstance(view, Refusal) else entry.lens.read(view, {})
    if isinstance(reading, Refusal):
        return None
    if how == "default":
        return Base(dict.fromkeys(entry.facts), view, entry.fingerprint, default=True)
    value = {
        fact: facts[fact] if fact in facts and entry.lens.fits(fact, facts[fact], view) else reading.get(fact)
        for fact in entry.facts
    }
    return Base(value, view, "another" if how == "foreign" else entry.fingerprint)
