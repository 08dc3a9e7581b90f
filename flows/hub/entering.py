"""What a person enters at the hub: which fact is meant, and what the text says of it."""

from mappings.canonical.facts import CASE_FACTS, FactInfo
from mappings.canonical.values import Value
from mappings.language.model import Sync
from mappings.language.problems import hint
from mappings.reconcile import Unresolvable

from .casework import typed


class NoSuchFact(LookupError):
    """Cases have no fact of that name; the message names the nearest one."""


def fact_of(sync: Sync, name: str) -> FactInfo:
    """
    Return the fact of a case that is called *name*. Raises NoSuchFact; Unresolvable for one that the hub works out.
    """
    info = sync.fact(name)
    if info is None:
        names = [each.name for each in (*CASE_FACTS, *sync.facts)]
        raise NoSuchFact(f"a case has no fact {name!r}{hint(name, names)}")
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
    return value.casefold() if info.type == "person" and isinstance(value, str) and "@" in value else value
