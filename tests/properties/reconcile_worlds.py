"""
Worlds to try reconcile in: one case over two to four systems, in any state that it may be in.

Fields of four kinds: a word, a text that some systems cut, a cell with two facts (stage and outcome) whose views and
values are N to M, and a set of which some systems know a part. Bases, views last seen, fresh views, what is parked and
who is right are drawn at will; a base's value fits its view, unless it is a default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Direction, Field, Lens, Refusal, Single
from mappings.policy import Furthest, Home, Max, Merge, Min, Park, Policy, Union, When
from mappings.reconcile import Rules, reconcile
from mappings.reconcile.model import Base, Entity, Fact, Link, OpenWrite, Origin, Parked, Side
from mappings.transforms.choice import Choice
from mappings.transforms.labels import Labels
from mappings.transforms.text import Text
from mappings.transforms.vocabulary import Spot
from tests.reconcile_builders import NOW, written

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


def worlds(**asked: bool) -> st.SearchStrategy[World]:
    """
    Return worlds; on demand without links that are FROZEN, entries that are PARKED, DIRECTIONS other than both.

    How many systems and fields there are is drawn, and shrinks; what stands in them comes from a drawn seed, because a
    draw for each of its hundred choices would cost more than the law that is tried.
    """
    systems = st.sampled_from((SYSTEMS[:2], SYSTEMS[:3], SYSTEMS))
    names = st.lists(st.sampled_from(tuple(KINDS)), min_size=1, max_size=3, unique=True)
    return st.builds(
        lambda systems, names, seed: Maker(Random(seed), systems, names, **asked).aged(),  # noqa: S311 - no secrets
        systems,
        names,
        st.integers(0, 2**32),
    )


@dataclass
class Maker:
    """Makes one world by the throws of DICE."""

    dice: Random
    systems: Sequence[str]
    names: Sequence[str]
    frozen: bool = True
    parked: bool = True
    directions: bool = True
    facts: dict[str, Value] = field(default_factory=dict)

    def one_in(self, many: int) -> bool:
        return self.dice.randrange(many) == 0

    def world(self) -> World:
        known = [fact for name in self.names for fact in KINDS[name][0].values]
        self.facts = {fact: self.dice.choice(_pool(fact)) for fact in known if not self.one_in(6)}
        said = {name: Fact(value, self.origin()) for name, value in self.facts.items()}
        held = {name: tuple(self.dice.choices(_pool(name), k=self.dice.randrange(3))) for name in self.facts}
        entity = Entity("e1", "case", "CASE-1", "presales", said, {name: old for name, old in held.items() if old})
        sides = tuple(self.side(system, number) for number, system in enumerate(self.systems, 1))
        return World(entity, sides, self.rules())

    def aged(self) -> World:
        """Return a world after up to two passes whose writes arrived, with new snapshots: it may be in conflict."""
        world = self.world()
        for _ in range(self.dice.randrange(3)):
            outcome = reconcile(world.entity, world.sides, world.rules)
            sides = written(world.sides, outcome)
            world = World(outcome.entity, tuple(replace(s, fresh=self.fresh(s.fields)) for s in sides), world.rules)
        return replace(world, sides=tuple(self.on_its_way(side) for side in world.sides))

    def on_its_way(self, side: Side) -> Side:
        write = OpenWrite("k", "sent", "update", ()) if self.frozen and self.one_in(8) else None
        return replace(side, link=replace(side.link, write=write))

    def fresh(self, fields: Mapping[str, Field]) -> dict[str, View] | None:
        """Return what a new snapshot shows of some of *fields*, or None: there is none."""
        shown = {name: self.dice.choice(views_of(entry)) for name, entry in fields.items()}
        return None if self.one_in(4) else {name: view for name, view in shown.items() if self.one_in(2)} or None

    def origin(self) -> Origin:
        by_system = Origin("system", self.dice.choice(self.systems), NOW)
        return self.dice.choice((Origin("person", "Анна", NOW), by_system))

    def rules(self) -> Rules:
        """Who is right about each fact."""
        when = When(((lambda dotted: dotted["case.title"] == "a", Home(self.systems[0])),), Furthest())
        homes = [Home(system) for system in self.systems]
        policies: list[Policy] = [Park(), Furthest(), Max(), Min(), Union(), Merge(), when, *homes]
        chosen = {fact: self.dice.choice(policies) for fact in self.facts}
        return Rules(chosen, NOW, orders={"stage": STAGES}, dotted={"case.title": self.dice.choice("ab")})

    def side(self, system: str, number: int) -> Side:
        kinds = {name: self.dice.choice(KINDS[name]) for name in self.names}
        ways: Sequence[Direction] = ("both", "both", "both", "in", "out", "once") if self.directions else ("both",)
        fields = {name: Field(name, (name,), kind.lens, self.dice.choice(ways)) for name, kind in kinds.items()}
        link = Link(number, system, "record", f"{system}-{number}")
        for name, kind in kinds.items():
            link = self.standing(link, fields[name], kind)
        known = link.bases or link.seen or link.parked
        return Side(replace(link, touched=NOW if known else None), fields, self.fresh(fields))

    def standing(self, link: Link, entry: Field, kind: Kind) -> Link:
        """Give *link* the bases of *entry*, a view seen since, and what is parked."""
        bases, seen, aside = dict(link.bases), dict(link.seen), dict(link.parked)
        base = self.base(entry, kind)
        for fact, key in entry.slots:
            if base is not None and entry.direction != "once":
                default = base.default and not entry.lens.fits(fact, None, base.view)
                bases[key] = base._replace(value={fact: base.value.get(fact)}, default=default)
        view = self.dice.choice(kind.views)
        if entry.direction != "once" and self.one_in(4) and (base is None or view != base.view):
            seen[entry.name] = view
        if self.parked and self.one_in(6):
            shown = seen.get(entry.name, base.view if base else None)
            wish = {fact: self.facts[fact] for fact in entry.facts if fact in self.facts}
            code = self.dice.choice(("dropped", "unclear", "altered", "refused"))
            aside[entry.name] = Parked(code, "", wish, shown)
        return replace(link, bases=bases, seen=seen, parked=aside)

    def base(self, entry: Field, kind: Kind) -> Base | None:
        """Return a base of the whole field: at the hub's value, at another, a default, of another lens, or none."""
        how = self.dice.choice(("hub", "hub", "other", "default", "foreign", "none"))
        view = self.dice.choice(kind.views)
        if how == "hub" and all(fact in self.facts for fact in entry.facts):
            view = entry.lens.write(self.facts, view)
        reading = view if isinstance(view, Refusal) else entry.lens.read(view, {})
        if how == "none" or isinstance(reading, Refusal):
            return None
        if how == "default":
            return Base(dict.fromkeys(entry.facts), view, entry.fingerprint, default=True)
        value = {
            fact: self.facts[fact]
            if fact in self.facts and entry.lens.fits(fact, self.facts[fact], view)
            else reading.get(fact)
            for fact in entry.facts
        }
        return Base(value, view, "another" if how == "foreign" else entry.fingerprint)


def views_of(entry: Field) -> Sequence[View]:
    """Return the views that *entry* may show."""
    return next(kind.views for kind in KINDS[entry.name] if kind.lens == entry.lens)


def _pool(fact: str) -> Sequence[Value]:
    """Return the values that *fact* may have."""
    return next(kind.values[fact] for kinds in KINDS.values() for kind in kinds if fact in kind.values)
