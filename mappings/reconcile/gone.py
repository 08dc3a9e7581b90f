"""
A record that is gone: what the hub's `gone:` rule makes of it.

- ``detach`` (default): the others stay; attention says so.
- ``restore``: made again, with the next generation in its marker.
- ``close``: the case is closed as withdrawn, if it is open, a work item dropped; of a note the copies that the hub has
  posted go too. Under ``restore`` and ``close`` an edit newer than the last agreed state beats the deletion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from mappings.canonical.values import Value

from .judge import cells, held_of
from .model import Entity, Event, Fact, Link, Origin, Parked, Side
from .reconcile import keep_held

Gone: TypeAlias = Literal["detach", "restore", "close"]
OVER: Mapping[str, tuple[str, str, tuple[Value, ...]]] = {
    "case": ("outcome", "withdrawn", (None, "open")),
    "item": ("category", "dropped", (None, "todo", "doing")),
}
"""Kind of entity -> the fact that says how it ended, what it says of one that is closed, and of those that are open."""


def rule_for(kind: str, rule: Gone) -> Gone:
    """Return what the rule comes to for entities of *kind*: what has no end of its own cannot be closed."""
    return "detach" if rule == "close" and kind not in OVER else rule


def lost(
    entity: Entity, sides: Sequence[Side], link: Link, *, rule: Gone, origin: Origin
) -> tuple[Entity, list[Event]]:
    """Return *entity* as it stands after the record of *link* was found to be gone, and what the history says of it."""
    cause = f"#{link.external_id} is gone"
    rule = rule_for(entity.kind, rule)
    if rule == "detach":
        return entity, [Event("gone", "", None, None, system=link.system, cause=f"{cause}; the other records stay")]
    if rule == "restore":
        after = replace(entity, generation=entity.generation + 1)
        return after, [Event("gone", "", system=link.system, cause=f"{cause}; it will be made again")]
    fact, end, still_open = OVER[entity.kind]
    now = entity.facts[fact].value if fact in entity.facts else None
    if now not in still_open:
        text = f"{cause}; the {entity.kind} is closed already: {now}"
        return entity, [Event("gone", "", system=link.system, cause=text)]
    if _edited_since(entity, sides) or _never_got(entity, link):
        text = f"{cause}; not closed, because the case was edited since"
        return entity, [Event("gone", "", system=link.system, cause=text)]
    told = Event("gone", "", system=link.system, cause=f"{cause}; the {entity.kind} is closed")
    facts, held = dict(entity.facts), dict(entity.held)
    keep_held(facts, held, fact=fact, value=end)
    facts[fact] = Fact(end, origin)
    event = Event("set", fact, now, end, by=origin.name, cause=cause)
    return replace(entity, facts=facts, held=held), [told, event]


def _edited_since(entity: Entity, sides: Sequence[Side]) -> bool:
    """An edit newer than the last agreed state: a moved system, or a hub value that some system does not have yet."""
    held = held_of(entity)
    for side in sides:
        for cell in cells(side, held):
            for fact in cell.field.facts:
                said = entity.facts.get(fact)
                if cell.moved(fact) or (said is not None and cell.base_value(fact) != said.value):
                    return True
    return False


def _never_got(entity: Entity, link: Link) -> bool:
    """The hub says something that the record which is gone had not been brought to."""
    agreed = [(fact, value) for base in link.bases.values() if not base.default for fact, value in base.value.items()]
    return any(fact in entity.facts and entity.facts[fact].value != value for fact, value in agreed)


def attention(link: Link, entity: Entity, *, rule: Gone, copies: bool = False) -> Parked:
    """
    Return the entry that tells of a record that is gone, and what can be done about it.

    ENTITY is as it stands after the RULE; COPIES that the hub has made of the record go with it.
    """
    _, merged, other = link.gone.partition("merged into ")
    text = f"#{link.external_id} was merged into #{other} there" if merged else f"#{link.external_id} is deleted there"
    if rule == "restore":
        return Parked("gone", f"{text}; it will be made again")
    stays = "the copies that the hub has made of it go too" if copies else _stays(entity, rule)
    undo = f"`casehub case unlink {entity.key} {link.system}` frees the {entity.kind} for another one"
    return Parked("gone", f"{text}; {stays}. Restore it there, or {undo}")


def _stays(entity: Entity, rule: Gone) -> str:
    if rule != "close":
        return "the other records stay as they are"
    fact, _, still_open = OVER[entity.kind]
    if fact in entity.facts and entity.facts[fact].value not in still_open:
        return f"the {entity.kind} is closed"
    return f"the {entity.kind} is not closed, because it was edited since"
