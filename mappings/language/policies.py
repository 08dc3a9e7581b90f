"""
Who is right, read and resolved: ``conflicts:`` of a sync, over a case type's ``home:``, over the shipped defaults.

Each level answers per fact or with its ``default``; the first level that answers decides. The shipped level knows the
systems by their part: ``crm`` opens cases, ``tracker`` is where they are made. Where a part is played by no system, or
by several, nobody is at home and the fact is parked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from mappings.canonical.facts import FACT_TYPES, TYPE_WORDS, FactInfo, FactType
from mappings.policy import Furthest, Home, Max, Merge, Min, Newest, Park, Policy, Union, When

from .conditions import Condition, ConditionError, Names, parse
from .entries import Entry, need
from .problems import shown

Simple: TypeAlias = Park | Furthest | Max | Min | Union | Merge | Newest

POLICIES_FILE = "policies.yaml"
NAMED: Mapping[str, Simple] = {
    "park": Park(),
    "furthest": Furthest(),
    "union": Union(),
    "merge": Merge(),
    "max": Max(),
    "min": Min(),
    "newest": Newest(),
}
PARTS = ("crm", "tracker")
"""What a system is called where its name is not known yet: who opens cases, and where they are made."""
DEFAULT = "default"

_COMPARED = ("number", "money", "date", "datetime")


@dataclass(frozen=True, slots=True)
class Level:
    """The answers of one level: per fact, per type of a fact, and for all others (None: it has none)."""

    facts: Mapping[str, Policy] = field(default_factory=dict)
    types: Mapping[str, Policy] = field(default_factory=dict)
    default: Policy | None = None

    def answer(self, info: FactInfo) -> Policy | None:
        return self.facts.get(info.name) or self.types.get(info.type) or self.default


def resolve(facts: Iterable[FactInfo], levels: Iterable[Level]) -> dict[str, Policy]:
    """Return who is right about each of *facts* that a system can say: the answer of the first level that has one."""
    ordered = tuple(levels)
    return {
        info.name: next((answer for level in ordered if (answer := level.answer(info)) is not None), Park())
        for info in facts
        if not info.derived
    }


def conditions_of(policy: Policy) -> tuple[Condition, ...]:
    """Return the conditions that *policy* asks, for showing them."""
    cases = policy.cases if isinstance(policy, When) else ()
    return tuple(condition for condition, _ in cases if isinstance(condition, Condition))


def at_home(policy: Policy, homes: Mapping[str, str | None]) -> Policy:
    """Return *policy* with the systems that play the parts of *homes*; a part that nobody plays parks."""
    match policy:
        case Home(part):
            system = homes.get(part)
            return Home(system) if system else Park()
        case When(cases, otherwise):
            return When(tuple((asked, at_home(one, homes)) for asked, one in cases), at_home(otherwise, homes))
    return policy


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """What a policy may speak of: FACTS it is about, NAMES for conditions, HOMES that a fact may have."""

    facts: Mapping[str, FactInfo]
    names: Names
    homes: Collection[str]


def _level(keys: Mapping[str, Entry], words: PolicyWords) -> Level:
    """Return the answers of KEYS: a policy per fact, and one for the others under ``default``."""
    facts = {name: found for name, one in keys.items() if name != DEFAULT and (found := _of(name, one, words))}
    default = read_policy(keys[DEFAULT], words, about=None) if DEFAULT in keys else None
    return Level(facts, default=default)


def read_levels(entry: Entry | None, words: Mapping[str, PolicyWords]) -> dict[str, Level]:
    """
    Return the answers under ``conflicts:`` per kind of entity of WORDS.

    Facts of a case stand there bare, those of another kind dotted (``item.due``); so does a default (``item.default``).
    """
    spelled = {_spelled(kind, name): (kind, name) for kind, one in words.items() for name in (*one.facts, DEFAULT)}
    keys = entry.keys(spelled) if entry else {}
    levels: dict[str, Level] = {}
    for kind, one in words.items():
        mine = {spelled[key][1]: found for key, found in keys.items() if spelled[key][0] == kind}
        levels[kind] = _level(mine, one)
    return levels


def _spelled(kind: str, name: str) -> str:
    return name if kind == "case" else f"{kind}.{name}"


def read_shipped(entry: Entry, words: PolicyWords) -> Level:
    """Return the shipped answers: ``facts:``, ``types:`` and ``default:``."""
    keys = entry.keys(("facts", "types", DEFAULT))
    facts = keys["facts"].keys(words.facts) if "facts" in keys else {}
    types = keys["types"].keys(FACT_TYPES) if "types" in keys else {}
    by_type = {type_: FactInfo(type_, type_, type_, "") for type_ in FACT_TYPES}
    return Level(
        {name: found for name, one in facts.items() if (found := _of(name, one, words))},
        {
            name: found
            for name, one in types.items()
            if (found := read_policy(one, words, about=by_type[cast("FactType", name)]))
        },
        read_policy(keys[DEFAULT], words, about=None) if DEFAULT in keys else None,
    )


def _of(name: str, entry: Entry, words: PolicyWords) -> Policy | None:
    info = words.facts[name]
    if info.derived:
        entry.fail("the hub works this fact out; there is nobody to be right about it")
        return None
    return read_policy(entry, words, about=info)


def read_policy(entry: Entry, words: PolicyWords, *, about: FactInfo | None) -> Policy | None:
    """Return the policy that *entry* says about a fact (None: about all others), or None; what is wrong is noted."""
    if entry.is_list:
        return _conditional(entry, words, about=about)
    if not entry.single:
        home = need(entry.keys(("home",)), "home", of=entry)
        system = home.choice(words.homes) if home else None
        return Home(system) if system else None
    if entry.text() == "home":
        entry.fail("must name the system: {home: …}")
        return None
    word = entry.choice((*NAMED, "home"))
    policy = NAMED[word] if word else None
    misfit = _misfit(policy, about, words.names) if policy else ""
    if misfit:
        entry.fail(misfit)
    return None if misfit else policy


def _conditional(entry: Entry, words: PolicyWords, *, about: FactInfo | None) -> Policy | None:
    """Read ``[{when: …, then: …}, …, {default: …}]``; without a default the rest is parked."""
    cases: list[tuple[Condition, Policy]] = []
    otherwise: Policy | None = None
    for one in entry.items():
        keys = one.keys(("when", "then", DEFAULT))
        if otherwise is not None:
            one.fail("stands behind the default and would never be asked")
        elif DEFAULT in keys:
            if len(keys) > 1:
                one.fail("default stands alone, as the last one")
            otherwise = _plain(keys[DEFAULT], words, about=about) or Park()
        else:
            when, then = need(keys, "when", of=one), need(keys, "then", of=one)
            condition = read_condition(when, words.names) if when else None
            policy = _plain(then, words, about=about) if then else None
            if condition and policy:
                cases.append((condition, policy))
    return When(tuple(cases), otherwise or Park())


def _plain(entry: Entry, words: PolicyWords, *, about: FactInfo | None) -> Policy | None:
    if entry.is_list:
        entry.fail("conditions do not nest; join them by 'and'")
        return None
    return read_policy(entry, words, about=about)


def read_condition(entry: Entry, names: Names) -> Condition | None:
    """Return the condition that *entry* says, or None; everything that is wrong with it is noted."""
    text = entry.plain()
    if text is None:
        return None
    try:
        return parse(text, names)
    except ConditionError as error:
        for problem in error.problems:
            entry.fail(problem)
        return None


def _misfit(policy: Policy, about: FactInfo | None, names: Names) -> str:
    """Say why *policy* cannot be applied to a fact; nothing where it can."""
    if isinstance(policy, Park | Newest):
        return ""
    if about is None:
        return "does not fit every fact; as a default say park or newest, or name a home"
    match policy:
        case Furthest() if not about.ordered:
            return f"{shown(about.name)} has no stages to be further in"
        case Furthest() if names.order(about) is None:
            return "needs stages: of the sync"
        case Max() | Min() if about.type not in _COMPARED:
            return f"{shown(about.name)} is {TYPE_WORDS[about.type]}; it has no greatest and no least"
        case Union() if about.type != "set":
            return f"{shown(about.name)} is {TYPE_WORDS[about.type]}, not a set"
        case Merge() if about.type not in ("text", "markdown"):
            return f"{shown(about.name)} is {TYPE_WORDS[about.type]}, not a text"
    return ""
