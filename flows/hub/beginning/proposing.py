"""From what two systems offer to the files of a hub: pure text, every guess marked as one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from mappings.canonical.facts import CASE_FACTS, FactInfo
from mappings.canonical.show import show
from mappings.exchange import Choice, Place, SystemPerson
from mappings.guess import FUNNEL, Meaning, Synonyms, guess_facts, guess_marker, guess_values, plain

from ..describing import yaml_word
from .answers import Answers
from .meeting import Met
from .writing import HEAD, systems_lines

GUESS = "# guess"


@dataclass(frozen=True)
class Proposal:
    """The files to be written, name -> text, and how many of their lines are guesses."""

    files: Mapping[str, str]

    @property
    def guesses(self) -> int:
        return sum(guesses_in(text) for text in self.files.values())


def guesses_in(text: str) -> int:
    """Return how many lines of a file are guesses; its head only explains the word."""
    return sum(1 for line in text.splitlines() if GUESS in line and not line.startswith("#"))


def propose(answers: Answers, met: Mapping[str, Met], synonyms: Synonyms) -> Proposal:
    """Return the files of a hub between the two systems that were met."""
    opens, makes = met[answers.opens], met[answers.makes]
    first = _Mapping(opens, answers, synonyms)
    second = _Mapping(makes, answers, synonyms, elsewhere=first.facts())
    texts = {
        f"{one.discovery.kind}.{one.name}.yaml": "\n".join(mapping.lines()) + "\n"
        for one, mapping in ((opens, first), (makes, second))
    }
    return Proposal({"hub.yaml": _hub(answers, opens, makes), **texts})


# --- hub.yaml -----------------------------------------------------------------------------------------------------


def _hub(answers: Answers, opens: Met, makes: Met) -> str:
    home = yaml_word(opens.name)
    lines = [
        *systems_lines(answers),
        "syncs:",
        f"  {yaml_word(answers.sync)}:",
        f"    opens: {yaml_word(opens.name)}                # cases are born here",
        "    makes:                         # and appear there, while this holds",
        f"      {yaml_word(makes.name)}: {{when: \"case.outcome == 'open'\"}}",
        f"    stages: [{', '.join(FUNNEL)}]",
        "    # Who is right when both sides changed the same fact: the CRM; nobody about titles; the later stage.",
        f"    conflicts: {{default: {{home: {home}}}, title: park, stage: furthest, description: merge}}",
    ]
    people = list(_people(opens.discovery.people, makes))
    return "\n".join([*lines, *(["people:", *people] if people else [])]) + "\n"


def _people(known: Sequence[SystemPerson], other: Met) -> Iterator[str]:
    """People of whom only one system shows the e-mail, and who alone are called alike in the other."""
    here = _by_name(one for one in known if one.email)
    there = _by_name(one for one in other.discovery.people if not one.email and one.active)
    for name in here:
        if len(here[name]) == len(there.get(name, ())) == 1:
            [person], [twin] = here[name].values(), there[name].values()
            called = yaml_word(twin.login or twin.name)
            yield f"  {person.email}: {{name: {yaml_word(person.name)}, {yaml_word(other.name)}: {called}}}  {GUESS}"


def _by_name(people: Iterable[SystemPerson]) -> dict[tuple[str, ...], dict[str, SystemPerson]]:
    """Return name -> those who are called so, by e-mail or else by id: two accounts with one e-mail are one person."""
    found: dict[tuple[str, ...], dict[str, SystemPerson]] = {}
    for one in people:
        found.setdefault(plain(one.name), {}).setdefault((one.email or one.id).lower(), one)
    return found


# --- a mapping ------------------------------------------------------------------------------------------------------


class _Mapping:
    """The mapping of one system, line by line."""

    def __init__(
        self, met: Met, answers: Answers, synonyms: Synonyms, *, elsewhere: frozenset[str] = frozenset()
    ) -> None:
        """ELSEWHERE are the facts that the other system is going to know."""
        self._met = met
        self._elsewhere = elsewhere
        self._other = answers.makes if met.name == answers.opens else answers.opens
        self._answers = answers
        self._synonyms = synonyms
        self._places = {place.name: place for place in met.discovery.places}
        self._shipped: Mapping[str, Any] = yaml.safe_load(met.shipped)
        self._inherited = {
            name: entry for name, entry in (self._shipped.get("fields") or {}).items() if isinstance(entry, dict)
        }
        own = guess_marker(met.discovery.places, synonyms) if "marker" not in self._shipped else None
        self._marker_place = own or self._shipped.get("marker")

    def facts(self) -> frozenset[str]:
        """Return the facts that this mapping is going to know, as its lines say."""
        form = yaml.safe_load("\n".join(["fields:", *self._fields()]))
        listed = {name: entry for name, entry in {**self._inherited, **(form["fields"] or {})}.items() if entry}
        return frozenset(listed)

    def lines(self) -> Iterator[str]:
        met = self._met
        yield from (f"# {met.discovery.kind}.{met.name}.yaml: begun by `casehub init`.", HEAD)
        yield from (f"system: {yaml_word(met.name)}", f"kind: {met.discovery.kind}", "entity: case")
        yield f"extends: {met.type}/{met.discovery.kind}"
        take = self._answers.take.get(met.name) or {}
        if take:
            yield f"take: {_flow(take)}"
        yield from self._marker()
        if met.name == self._answers.makes:
            yield self._match()
        yield "fields:"
        yield from self._fields()

    def _fields(self) -> Iterator[str]:
        place = self._position()
        yield from self._stage_lines(place)
        yield from self._field_lines(place)

    def _match(self) -> str:
        """A rule about what is not read here would be refused, and a title alone makes nobody's records one."""
        if "client" in self.facts():
            return "match: [{same: [title, client], within: 90d}]"
        return "# match: [{same: [title, FACT], within: 90d}]    finds what is there; no field here is the client"

    def _marker(self) -> Iterator[str]:
        if "marker" in self._shipped:
            return
        if self._marker_place is not None:
            yield f"marker: {yaml_word(self._marker_place)}  {GUESS}"
        elif self._met.name == self._answers.makes:
            yield "# marker: PLACE    the hub needs a field of its own in every record that it makes: name it here"

    def _position(self) -> Place | None:
        """Return the place that says how far a record is: a choice of which some values close it."""
        able = [one for one in self._places.values() if any(choice.closes for choice in one.choices)]
        return next((one for one in able if one.writable), able[0] if able else None)

    def _stage_lines(self, place: Place | None) -> Iterator[str]:
        if place is None:
            yield "  # position: nothing here closes a record, so there is no stage to be read"
            return
        choices = self._narrowed(place)
        meanings = guess_values(choices, self._synonyms, type_name=self._met.type, place=place.name)
        yield "  position:"
        yield f"    at: {yaml_word(place.name)}"
        yield "    as: choice"
        yield "    sets: [stage, outcome]"
        yield "    values:"
        labels = [choice.label for choice in choices]
        for choice in choices:
            key = choice.label if labels.count(choice.label) == 1 and _guessed(meanings, choice) else choice.id
            yield f"      {_value(yaml_word(key), choice, meanings.get(choice.id))}"
        if "outcome" in self._inherited:
            yield "  outcome: null"

    def _narrowed(self, place: Place) -> list[Choice]:
        """Leave of the stages of several pipelines those of the one that takes part."""
        clauses = (self._answers.take.get(self._met.name) or {}).values()
        named = {str(one) for clause in clauses for one in (clause if isinstance(clause, list) else [clause])}
        for other in self._places.values():
            named |= {one.id for one in other.choices if one.label in named}
        inside = [one for one in place.choices if one.group is None or one.group in named]
        return inside if any(one.group is not None for one in inside) else list(place.choices)

    def _field_lines(self, position: Place | None) -> Iterator[str]:
        there, taken = set(self._places), {position.name} if position else set()
        taken |= {self._marker_place or ""}
        free = {info.name for info in CASE_FACTS} - {"stage", "outcome"}
        lacking: dict[str, set[str]] = {}
        for name, entry in self._inherited.items():
            at = entry["at"] if isinstance(entry["at"], list) else [entry["at"]]
            if name == "outcome" and position:
                continue
            if set(at) <= there:
                taken |= set(at)
                free.discard(name)
            else:
                lacking[name] = set(at) - there
        able = [one for one in self._places.values() if one.name not in taken and one.type != "choice"]
        guesses = guess_facts(able, free, self._synonyms)
        guessed = {info.name for info in guesses.values()}
        for name, places in lacking.items():
            if name not in guessed:
                yield f"  {name}: null    # inherited; there is no {', '.join(sorted(places))} here"
        for place_name, info in guesses.items():
            place = self._places[place_name]
            yield f"  {info.name}: {self._entry(info, place)}  {GUESS}: {show(place.label)}"
        yield from self._one_date(guessed, self._inherited.keys() - lacking.keys())

    def _one_date(self, guessed: set[str], inherited: set[str]) -> Iterator[str]:
        """A tracker has one date, and it is the one that the CRM knows."""
        dates = {"deadline", "closes_on"}
        mine, theirs = dates & (guessed | inherited), dates & self._elsewhere
        if len(mine) == len(theirs) == 1 and mine != theirs and mine <= inherited:
            [old], [new] = mine, theirs
            yield f"  {old}: null  {GUESS}: {yaml_word(self._other)} knows {new} only"
            yield f"  {new}: {{at: {yaml_word(self._inherited[old]['at'])}, as: date}}  {GUESS}"

    def _entry(self, info: FactInfo, place: Place) -> str:
        at = f"at: {yaml_word(place.name)}"
        if info.derived:
            return f"{{{at}, direction: out, of: {yaml_word(self._other)}}}"
        if info.type == "money" and place.type == "money":
            return f"{{{at}, as: money, form: pipe}}"  # the place names its currency itself
        if info.type == "money":
            return f"{{{at}, as: money, currency: {self._answers.currency or 'RUB'}}}"
        if info.type == "set" and place.type == "text":
            return f'{{{at}, as: set, separator: ","}}'
        once = ", direction: in" if not place.writable else ""
        kind = "date" if info.type == "date" else place.type  # a date-time may be the place of a day
        return f"{{{at}, as: {kind}{once}}}"


def _flow(given: Any) -> str:
    """Return what an answer says, in one line of YAML."""
    match given:
        case dict():
            return f"{{{', '.join(f'{yaml_word(str(key))}: {_flow(value)}' for key, value in given.items())}}}"
        case list():
            return f"[{', '.join(_flow(one) for one in given)}]"
        case None | bool():
            return {None: "null", True: "true", False: "false"}[given]
    return yaml_word(str(given))


def _guessed(meanings: Mapping[str, Meaning], choice: Choice) -> bool:
    meaning = meanings.get(choice.id)
    return meaning is None or meaning.guess


def _value(key: str, choice: Choice, meaning: Meaning | None) -> str:
    if meaning is None:
        return f"# {key}: {{outcome: …}}    it closes a record; nobody can tell by its name how"
    parts = [
        f"{name}: {_listed(words)}"
        for name, words in (("stage", meaning.stages), ("outcome", meaning.outcomes))
        if words
    ]
    label = "" if key.strip("'\"") == choice.label else f"  # {show(choice.label)}"
    return f"{key}: {{{', '.join(parts)}}}  {GUESS}" if meaning.guess else f"{key}: {{{', '.join(parts)}}}{label}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"
