"""What a person enters at the hub: which fact is meant, and what the text says of it."""

from mappings.canonical.facts import FACTS, PEOPLE, TIES, UNDER, FactInfo
from mappings.canonical.values import Value
from mappings.language.model import Sync
from mappings.language.problems import hint
from mappings.reconcile import Unresolvable
from state import cases
from state.store import Store

from .casework import typed


class NoSuchFact(LookupError):
    """Entities of that kind have no fact of that name; the message names the nearest one."""


def fact_of(sync: Sync, name: str, kind: str = "case") -> FactInfo:
    """
    Return the fact of an entity of KIND that is called *name*.

    Raises NoSuchFact; Unresolvable for one that the hub works out.
    """
    facts = (*FACTS[kind], *(sync.facts if kind == "case" else ()))
    info = next((one for one in facts if one.name == name), None)
    if info is None:
        a = "an" if kind[0] in "aeiou" else "a"
        raise NoSuchFact(f"{a} {kind} has no fact {name!r}{hint(name, [each.name for each in facts])}")
    if info.derived:
        raise Unresolvable(f"{name} is worked out by the hub; it cannot be set")
    return info


def entered(sync: Sync, info: FactInfo, text: str) -> Value:
    """
    Return the value of a fact that a person wrote as *text*; an empty text is the empty value.

    Raises `show.Unreadable` with an example, Unresolvable with the values that there are.
    """
    if info.name == "stage" and sync.stages and text.strip() and text.strip() not in sync.stages:
        raise Unresolvable(f"{text!r} is no stage; one of: {', '.join(sync.stages)}")
    value = typed(info, text)
    if info.name in PEOPLE and isinstance(value, frozenset):
        return frozenset(_small(one) for one in value)
    return _small(value) if info.type == "person" and isinstance(value, str) else value


def _small(person: str) -> str:
    """Return an e-mail in small letters, as it is inside; anything else is the key of a person."""
    return person.casefold() if "@" in person else person


def named(store: Store, info: FactInfo, value: Value) -> Value:
    """
    Return *value*, the key of what an entity is to belong to, as it is spelled. Raises Unresolvable where it is none.
    """
    if info.name in TIES and isinstance(value, frozenset):
        return frozenset(_key(store, one, "item") for one in value) or None
    if info.name not in UNDER or value is None:
        return value
    return _key(store, str(value), "case" if info.name == "case" else "item")


def _key(store: Store, value: str, kind: str) -> str:
    key = value.upper()
    found = cases.case(store, key)
    if found is None or found.entity.kind != kind:
        raise Unresolvable(f"{value} is no {kind}")
    return key
