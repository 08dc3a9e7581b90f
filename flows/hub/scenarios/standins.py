"""Memory systems that stand in for a hub's real ones: their fields and choices are those that its mappings name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.memory import KindTraits, MemorySystem
from mappings.exchange import Choice, Discovery, Place, SystemPerson, View
from mappings.language import Hub, MappingSpec
from mappings.language.model import FieldSpec
from mappings.language.problems import Problem, hint
from mappings.language.reader import Keys, Scalar

from ..notes import NOTE
from .ground import later
from .model import pairs, plain
from .turning import turned

ANNA, BORIS = SystemPerson("7", "Анна Ли", email="ann@example.com"), SystemPerson("8", "Борис", email="bob@example.com")
"""Who works in every system where a story names nobody else."""
STANDARD_TYPES = {"number", "bool", "date", "datetime", "person", "reference"}
TEXT = "text"
"""Where comments say what they say."""
TIES = ("relates", "blocks", "blocked_by")
"""Places that list other records."""
CLOSED = ("won", "lost", "withdrawn", "no_decision")

Found = Mapping[tuple[str, str], Discovery]
"""(system, kind) -> what the real system offered when it was last asked."""


def stand_ins(
    hub: Hub, clock: Callable[[], datetime], *, known: Found, systems: Mapping[str, Keys], people: Keys | None
) -> tuple[dict[str, MemorySystem], list[tuple[int, str]]]:
    """
    Return a memory system for each of *hub*'s, and what is wrong with what the story says of SYSTEMS.

    KNOWN: what real ones offered; the rest is what the mappings name.
    """
    wrong = [
        (node.line, f"systems.{name}: no such system{hint(name, list(hub.systems))}")
        for name, node in systems.items()
        if name not in hub.systems
    ]
    made: dict[str, MemorySystem] = {}
    for name in hub.systems:
        levers = systems.get(name)
        ahead, problems = _skew(levers)
        wrong += problems
        kinds = {kind: _traits(hub, name, kind, known.get((name, kind))) for kind in kinds_of(hub, name)}
        if levers is not None:
            kinds, problems = turned(kinds, levers)
            wrong += problems
        own = _people(levers.get("people") if levers else None) or _people(people) or _known_people(known, name)
        around = later(clock, ahead) if ahead else clock
        made[name] = MemorySystem(around, kinds=kinds, people=own or (ANNA, BORIS))
    return made, sorted(set(wrong))


def kinds_of(hub: Hub, system: str) -> tuple[str, ...]:
    """Return the kinds of record that the mappings of *system* name; that of its cases first."""
    specs = sorted(hub.mappings_of(system), key=lambda one: one.entity != "case")
    return tuple(dict.fromkeys(spec.kind for spec in specs))


def comments_of(hub: Hub, system: str) -> str:
    """Return the kind of record that are the comments of *system*; "" where no mapping tells of them."""
    return next((one.kind for one in hub.mappings_of(system) if one.entity == NOTE), "")


def _traits(hub: Hub, system: str, kind: str, found: Discovery | None) -> KindTraits:
    specs = hub.mappings_of(system, kind=kind)
    places: dict[str, Place] = {}
    for place in (place for spec in specs for place in _places(spec)):
        places[place.name] = _with_choices(places.get(place.name, place), place.choices)
    for name, words in _scopes(specs).items():
        known = places.get(name, Place(name, name, "choice" if words else "text", choices=words))
        places[name] = _with_choices(known, words)
    for name, words in _made(hub, system, kind).items():
        places[name] = _with_choices(places.get(name, Place(name, name, "text")), words)
    remembered = {place.name: place for place in found.places} if found else {}
    hung = next((hub_kind for spec in specs if (hub_kind := _hangs_on(hub, spec))), "")
    signed = bool(specs) and all(spec.entity == NOTE for spec in specs)
    return KindTraits(
        places=tuple({**places, **remembered}.values()),
        hangs_on=hung,
        signed=signed,
        marker=not signed,
        required=frozenset({TEXT} if signed else ()),
    )


def _hangs_on(hub: Hub, spec: MappingSpec) -> str:
    """Records that say by their parent where they belong hang on the record of a case."""
    if spec.under is None or spec.under.places:
        return ""
    return next((one.kind for one in hub.mappings_of(spec.system) if one.entity == "case"), "")


def _places(spec: MappingSpec) -> Iterator[Place]:
    for entry in spec.fields.values():
        for name in entry.at:
            yield _place(entry, name)
    if spec.marker:
        yield Place(spec.marker, spec.marker, "text")
    for name in spec.under.places if spec.under else ():
        yield Place(name, name, "set" if name in TIES else "text")


def _scopes(specs: Sequence[MappingSpec]) -> dict[str, tuple[Choice, ...]]:
    """Return place -> what the mappings of one kind tell its records apart by."""
    found: dict[str, tuple[Choice, ...]] = {}
    for clause in (clause for spec in specs for clause in (*spec.take, *spec.leave_when)):
        found[clause.place] = (*found.get(clause.place, ()), *_words(clause.views))
    return found


def _made(hub: Hub, system: str, kind: str) -> dict[str, tuple[Choice, ...]]:
    """Return place -> what new records of *kind* show there (`with:`)."""
    makes = [make for sync in hub.syncs.values() for entity in ("case", *sync.beside) for make in sync.makes_of(entity)]
    found: dict[str, tuple[Choice, ...]] = {}
    for make in (one for one in makes if one.system == system and one.kind in ("", kind)):
        for name, view in make.fixed.items():
            found[name] = (*found.get(name, ()), *_words(view if isinstance(view, tuple) else (view,)))
    return found


def _words(views: Iterable[View]) -> tuple[Choice, ...]:
    return tuple(Choice(view, view) for view in views if isinstance(view, str))


def _with_choices(place: Place, more: Iterable[Choice]) -> Place:
    """Return *place* with MORE to choose from, if there is anything to choose: several mappings may name it."""
    known = {one.id for one in place.choices}
    new = {one.id: one for one in more if one.id not in known}
    return replace(place, choices=(*place.choices, *new.values())) if known else place


def _place(entry: FieldSpec, name: str) -> Place:
    values = entry.settings.get("values")
    if isinstance(values, Mapping):
        ends = tuple(Choice(str(view), str(view), closes=_closes(said)) for view, said in values.items())
        return Place(name, name, "choice", choices=ends)
    if entry.transform in STANDARD_TYPES and len(entry.at) == 1 and entry.settings.get("true_is", True) is True:
        return Place(name, name, str(entry.settings.get("form") or entry.transform))
    return Place(name, name, "set" if entry.transform == "set" else "text")


def _closes(said: object) -> bool:
    """Say whether a choice means that a case has ended."""
    outcome = said.get("outcome") if isinstance(said, Mapping) else said
    words = outcome if isinstance(outcome, list | tuple | frozenset) else [outcome]
    return bool(words) and all(word in CLOSED for word in words)


def _people(node: object) -> tuple[SystemPerson, ...]:
    """`7: anna@example.com`, or `7: {name: Анна, email: …}`."""
    made = []
    for key, value in pairs(node if isinstance(node, Keys) else None):
        form = plain(value)
        email = form.get("email") if isinstance(form, dict) else form
        name = form.get("name") if isinstance(form, dict) else None
        made.append(SystemPerson(key.text, str(name or email or key.text), email=str(email) if email else None))
    return tuple(made)


def _known_people(known: Found, system: str) -> tuple[SystemPerson, ...]:
    listed = {one.id: one for (name, _), found in known.items() if name == system for one in found.people}
    return tuple(listed.values())


def _skew(levers: Keys | None) -> tuple[timedelta, list[tuple[int, str]]]:
    """How far the system's clock goes wrong: `ahead: 300` (seconds)."""
    node = levers.get("ahead") if levers else None
    if node is None:
        return timedelta(0), []
    if isinstance(node, Scalar) and isinstance(node.word, int):
        return timedelta(seconds=node.word), []
    return timedelta(0), [(node.line, "ahead: seconds are wanted, like 300")]


def place_problem(file: str, line: int, *, word: str, known: Mapping[str, object], where: str) -> Problem:
    """Return the problem that *where* has no place *word*."""
    return Problem(file, line, f"{where} has no place {word!r}{hint(word, list(known))}")
