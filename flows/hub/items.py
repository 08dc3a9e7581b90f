"""Work items at the hub: one is added to a case; those that a case has are told, and the client it is for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from mappings.canonical.values import Value, encode
from mappings.reconcile.model import Entity, Event, Fact, Link, Origin, Outcome
from state import cases, commits, family
from state.store import Store
from state.types import Decided, Whole

from .tied import tied_to
from .wired import Wired


class NoItems(LookupError):
    """The sync moves no work items, what was named is no case, or the item has no title; the message says which."""


def add_item(wired: Wired, owner: Whole, facts: Mapping[str, Value], *, by: str) -> str:
    """
    Add a work item to a case, or a part to an item, and return its key; records are made with the next pass.

    OWNER is the case or the item. Raises NoItems.
    """
    shape = wired.whole.others.get("item")
    if shape is None:
        raise NoItems(f"{wired.whole.name} moves no work items: no system of it has a mapping with entity: item")
    if owner.entity.kind not in ("case", "item"):
        raise NoItems(f"{owner.entity.key} is a {owner.entity.kind}; a work item belongs to a case or to an item")
    if not facts.get("title"):
        raise NoItems("a work item needs a title: what is to be done")
    entity = _new(wired, owner.entity, facts, by=by)
    told = [Event("set", name, None, said.value, by=by) for name, said in entity.facts.items()]
    outcome = Outcome(entity, events=[Event("opened", "", by=by, cause="added at the hub"), *told])
    decided = Decided(outcome, prefix=shape.prefix, again=True)
    done = commits.commit(wired.store, wired.worker, decided=[decided], run=wired.run, mapping=shape.fingerprint)
    return done.keys[entity.id]


def _new(wired: Wired, owner: Entity, facts: Mapping[str, Value], *, by: str) -> Entity:
    now = wired.clock()
    origin = Origin("person", by, now)
    said = {name: Fact(value, origin) for name, value in facts.items() if value is not None}
    if owner.kind == "item":
        said |= {"case": owner.facts["case"], "parent": Fact(owner.key, origin)}
    else:
        said["case"] = Fact(owner.key, origin)
    return Entity(wired.new_id(), "item", "", wired.whole.name, facts=said, created=now, parent=owner.id)


# --- looking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """What hangs on a case: its items, parts below what they are a part of, the client and the person there."""

    items: tuple[Whole, ...] = ()
    client: Whole | None = None
    contact: Whole | None = None

    def blocked_by(self, key: str) -> list[str]:
        """Return the keys of the items that wait for the item *key*."""
        return [one.entity.key for one in self.items if key in tied_to(one.entity)]

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "items": [{**item_form(one), "blocks": self.blocked_by(one.entity.key)} for one in self.items],
            "client": self.client and {"key": self.client.entity.key, "facts": _facts(self.client.entity)},
            "contact": self.contact and {"key": self.contact.entity.key, "facts": _facts(self.contact.entity)},
        }


def item_form(whole: Whole) -> dict[str, Any]:
    """Return an item as JSON."""
    links = [
        {"system": one.system, "id": one.external_id, "url": one.url, "gone": one.tombstone} for one in whole.links
    ]
    return {"key": whole.entity.key, "facts": _facts(whole.entity), "links": links}


def _facts(entity: Entity) -> dict[str, Any]:
    return {name: encode(said.value) for name, said in sorted(entity.facts.items())}


def around(store: Store, whole: Whole) -> Around:
    """Return what hangs on the case *whole*."""
    return Around(tuple(items_of(store, whole)), client_of(store, whole), contact_of(store, whole))


def items_of(store: Store, whole: Whole) -> Iterator[Whole]:
    """Give the items of a case, each followed by its parts."""
    below: dict[str, list[Whole]] = {}
    level: Sequence[str] = [whole.entity.id]
    while level:
        found = family.children(store, level, kind="item")
        for one in found:
            below.setdefault(one.entity.parent, []).append(one)
        level = [one.entity.id for one in found]
    yield from _in_order(below, whole.entity.id)


def _in_order(below: Mapping[str, Sequence[Whole]], parent: str) -> Iterator[Whole]:
    for one in below.get(parent, ()):
        yield one
        yield from _in_order(below, one.entity.id)


def client_of(store: Store, whole: Whole) -> Whole | None:
    """Return the client that the case is for: the record that one of its own points at, else the one of that name."""
    return _meant(store, whole, "client")


def contact_of(store: Store, whole: Whole) -> Whole | None:
    """Return the person at the client, found as the client is."""
    return _meant(store, whole, "contact")


def _meant(store: Store, whole: Whole, kind: str) -> Whole | None:
    """KIND is that of the entity, and the fact of the case that names it."""
    for link in whole.links:
        found = _pointed_at(store, link, kind)
        if found is not None:
            return found
    name = whole.entity.facts[kind].value if kind in whole.entity.facts else None
    if not isinstance(name, str) or not name:
        return None
    first = accumulate(name.split(" "), "{} {}".format)  # a fact may say a part: the family name stands beside it
    same = [
        one for one in cases.by_words(store, whole.entity.sync, list(first), kind=kind) if name in names_of(one.entity)
    ]
    same = [one for one in same if is_at_home(one.entity, whole.entity)]
    return same[0] if len(same) == 1 else None


def is_at_home(named: Entity, case: Entity) -> bool:
    """Say whether whom a case names may be meant: a namesake who works for another client is somebody else."""
    home, client = (one.facts["client"].value if "client" in one.facts else None for one in (named, case))
    return home in (None, "", client)


def pointed_at(link: Link, fact: str) -> str | None:
    """Return the id of the record that the record of *link* names in a fact; None where it does not say so by id."""
    base = link.bases.get(fact)
    view = link.seen.get(fact, base.view if base else None)
    pointed = view.get("id") if isinstance(view, Mapping) else None
    return pointed if isinstance(pointed, str) else None


def _pointed_at(store: Store, link: Link, kind: str) -> Whole | None:
    pointed = pointed_at(link, kind)
    if pointed is None:
        return None
    found = [one for one in cases.by_any_record(store, link.system, record=pointed) if one.entity.kind == kind]
    return found[0] if len(found) == 1 else None


def names_of(entity: Entity) -> tuple[Value, ...]:
    """What a record may be called: by its name, or with the family name after it."""
    said = [entity.facts[name].value for name in ("name", "last_name") if name in entity.facts]
    words = [one for one in said if isinstance(one, str)]
    return (*words[:1], " ".join(words)) if words else ()
