"""What a system has to offer, and a mapping file to begin with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import yaml

from mappings.canonical.facts import CASE_FACTS
from mappings.canonical.show import show
from mappings.exchange import Discovery, Place

from .files import read_catalog
from .wiring import Installation, Maker, make_connector

_PLAIN = re.compile(r"[^\W\d][\w-]*")
_MOST_CHOICES = 30


class NoSuchSystem(LookupError):
    """hub.yaml names no such system; the message names those it has."""


class NoSuchKind(LookupError):
    """The system has no such kind of record; the message names those it has."""


def must_be_known(installation: Installation, system: str) -> None:
    """Refuse a name that is no system's. Raises NoSuchSystem."""
    systems = installation.hub.systems
    if system not in systems:
        raise NoSuchSystem(f"there is no system {system!r}; there is: {', '.join(systems)}")


async def discover(
    installation: Installation, system: str, *, kind: str | None = None, make: Maker = make_connector
) -> list[Discovery]:
    """
    Return what *system* has to offer for records of *kind*, or of every kind that it has.

    Raises NoSuchSystem, NoSuchKind, and what the connector raises where the system does not answer.
    """
    must_be_known(installation, system)
    async with make(installation, system) as connector:
        await connector.identify()
        kinds = connector.kinds
        if kind is not None and kind not in kinds:
            raise NoSuchKind(f"{system} has no {kind!r}; there is: {', '.join(kinds) or 'nothing yet'}")
        return [await connector.discover(one) for one in (kinds if kind is None else (kind,))]


def discovery_form(found: Discovery) -> dict[str, Any]:
    """Return what was found as JSON."""
    return asdict(found)


# --- a mapping to begin with ------------------------------------------------------------------------------------------


def starting_mapping(found: Discovery, type_name: str) -> str:
    """
    Return a mapping file for the records that were found: as it stands it loads and compiles.

    It extends the shipped mapping of that type and kind, if there is one; whatever else there is stands in comments.
    """
    shipped = yaml.safe_load(read_catalog().get(f"{type_name}/{found.kind}.yaml", "{}"))
    inherited = _inherited(shipped)
    there = {place.name for place in found.places}
    head = [
        f"# {found.kind}.{found.system}.yaml: begun by `casehub discover {found.system} {found.kind} --yaml`.",
        "# A field takes part once its line has no # before it; `casehub check` says what does not fit.",
        f"system: {yaml_word(found.system)}",
        f"kind: {yaml_word(found.kind)}",
        f"entity: {shipped.get('entity', 'case')}",
    ]
    head += [f"extends: {type_name}/{found.kind}"] if shipped else []
    covered = {place for places in inherited.values() for place in places if set(places) <= there}
    lines = [*_own(found, inherited, there=there), *_offered(found, covered)]
    fields = ["fields:", *lines] if any(not line.lstrip().startswith("#") for line in lines) else ["fields: {}", *lines]
    return "\n".join([*head, *fields, *_people(found)]) + "\n"


def _inherited(shipped: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return field -> places of a shipped mapping."""
    fields: Mapping[str, Any] = shipped.get("fields") or {}
    return {name: _places(entry) for name, entry in fields.items() if isinstance(entry, dict)}


def _places(entry: Mapping[str, Any]) -> tuple[str, ...]:
    at = entry.get("at")
    return tuple(at) if isinstance(at, list) else (str(at),)


def _own(found: Discovery, inherited: Mapping[str, tuple[str, ...]], *, there: set[str]) -> Iterator[str]:
    """The lines that take part at once: what is inherited and not there is left out, what is called alike is mapped."""
    for name, places in inherited.items():
        if not set(places) <= there:
            yield f"  {name}: null  # inherited; there is no {', '.join(p for p in places if p not in there)} here"
        else:
            yield f"  # {name}: inherited, at {', '.join(places)}"
    if not inherited:
        facts = {info.name: info for info in CASE_FACTS if not info.derived and info.type not in ("choice", "money")}
        for place in found.places:
            if place.name in facts:
                yield f"  {_entry(place.name, place)}"


def _offered(found: Discovery, covered: set[str]) -> Iterator[str]:
    """Everything else that there is, in comments."""
    facts = {info.name for info in CASE_FACTS} if not covered else set()
    for place in found.places:
        if place.name in covered or (place.name in facts and place.type not in ("choice", "money")):
            continue
        if place.choices:
            yield from _choice(place)
        else:
            yield f"  # {_entry('FACT', place)}"


def _entry(fact: str, place: Place) -> str:
    more = ", form: pipe" if place.type == "money" else ""  # it names its currency itself
    more += ", direction: in" if not place.writable else ""
    return f"{fact}: {{at: {yaml_word(place.name)}, as: {place.type}{more}}}  # {_about(place)}"


def _choice(place: Place) -> Iterator[str]:
    closes = any(choice.closes for choice in place.choices)
    yield f"  # {'position' if closes else 'FACT'}:  # {_about(place)}"
    yield f"  #   at: {yaml_word(place.name)}"
    yield "  #   as: choice"
    if closes:
        yield "  #   sets: [stage, outcome]"
    yield "  #   values:"
    for choice in place.choices[:_MOST_CHOICES]:
        value = "{outcome: …}" if choice.closes else "{stage: …, outcome: open}" if closes else "…"
        group = f" ({show(choice.group)})" if choice.group else ""
        yield f"  #     {yaml_word(choice.id)}: {value}  # {show(choice.label)}{group}"
    if len(place.choices) > _MOST_CHOICES:
        yield f"  #     # and {len(place.choices) - _MOST_CHOICES} more"


def _about(place: Place) -> str:
    words = [show(place.label)]
    words += ["required"] if place.required else []
    words += ["not searchable"] if not place.searchable else []
    words += [f"at most {place.max_length}"] if place.max_length else []
    words += [f"like {_example(place)}"] if place.example not in (None, "", []) else []
    return ", ".join(words)


def _example(place: Place) -> str:
    return show(str(place.example), longest=30)


def _people(found: Discovery) -> Sequence[str]:
    if not found.people:
        return []
    told = [
        f"#   {show(one.id)}  {show(one.name)}{f' <{show(one.email)}>' if one.email else ''}"
        for one in found.people[:20]
    ]
    more = [f"#   and {len(found.people) - 20} more"] if len(found.people) > 20 else []
    return ["# People, told apart by their e-mail; exceptions go under people: in hub.yaml", *told, *more]


def yaml_word(text: str) -> str:
    """Return *text* as YAML writes it in one line."""
    if _PLAIN.fullmatch(text) and text.casefold() not in {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}:
        return text
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10_000)).strip()
