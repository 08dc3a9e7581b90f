"""Entities as they stand: by key, by id, by marker, by record; and the mark *due*."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .columns import stored
from .gone import mark
from .rows import among, as_asked, wholes
from .store import Store
from .tables import IS_BEHIND, case_line, entity, link
from .types import Whole

AT_ONCE = 500
"""So many rows are held at a time while many are looked through."""
FEW = 2
"""So many cases that say the same are enough to know that no single one does."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: NEXT is where the following page starts, None at the end."""

    entities: tuple[Whole, ...]
    next: int | None = None


def case(store: Store, key: str) -> Whole | None:
    """Return the entity with the key *key* (``CASE-42``), None if there is none."""
    found = _whole(store, sa.select(entity).where(entity.c.key == key))
    return found[0] if found else None


_BY_ID = sa.select(entity).where(among(entity.c.id, "ids"))


def by_ids(store: Store, ids: Sequence[str]) -> dict[str, Whole]:
    """Return entities by their ids; unknown ids are left out."""
    return {one.entity.id: one for one in _whole(store, _BY_ID, {"ids": ids})}


def by_keys(store: Store, keys: Sequence[str]) -> dict[str, Whole]:
    """Return entities by their keys; unknown keys are left out."""
    return {one.entity.key: one for one in _whole(store, sa.select(entity).where(entity.c.key.in_(keys)))}


def entities_by_marker(store: Store, ids: Sequence[str]) -> dict[str, Whole]:
    """
    Return the entities whose ids were found in markers, with links and open creates.

    A marker counts only while the entity has no live link in that system; a sent create there is answered by the
    record that carries it (`NewLink.settles`), whoever delivers it. Claim the entity (``only=``) before linking.
    """
    return by_ids(store, ids)


_OWNERS = sa.select(link.c.external_id, link.c.entity).where(
    *as_asked(link, "system", "kind"), among(link.c.external_id, "ids")
)


def by_record(store: Store, system: str, *, kind: str, ids: Sequence[str]) -> dict[str, Whole]:
    """Return the entities that the records *ids* are linked to, by record id; tombstones count."""
    given = {"system": system, "kind": kind, "ids": ids}
    with store.read() as conn:
        owners = {row.external_id: row.entity for row in conn.execute(_OWNERS, given)}
    found = by_ids(store, sorted(set(owners.values())))
    return {record: found[owner] for record, owner in owners.items() if owner in found}


def by_words(store: Store, sync: str, words: Sequence[str], *, kind: str = "case") -> tuple[Whole, ...]:
    """Return the entities of *sync* of which some fact may say one of *words*: all that do, and some by chance."""
    if not words:
        return ()
    said = sa.type_coerce(entity.c.facts, sa.Text)
    found = sa.or_(*(said.contains(stored(word), autoescape=True) for word in words))
    return tuple(_whole(store, sa.select(entity).where(entity.c.kind == kind, entity.c.sync == sync, found)))


def open_saying(store: Store, sync: str, asked: Collection[Mapping[str, AbstractSet[str]]]) -> tuple[Whole, ...]:
    """
    Return the open cases of *sync* whose facts are what one of ASKED (fact -> words) says; of those that say the same,
    the first two.

    It looks through the open cases once, however many words are asked for. Which are open the lines of the page know;
    cases that they do not have yet are looked through too.
    """
    if not asked:
        return ()
    found: dict[tuple[object, ...], list[str]] = {}
    with store.read() as conn:
        for name, facts in _open_facts(conn, sync):
            said = {fact: form["value"] for fact, form in facts.items() if isinstance(form["value"], str)}
            if said.get("outcome", "open") != "open":
                continue
            for place, words in enumerate(asked):
                if all(said.get(fact) in among for fact, among in words.items()):
                    same = found.setdefault((place, *(said[fact] for fact in words)), [])
                    same.extend([name] if len(same) < FEW else [])
    return tuple(by_ids(store, sorted({name for same in found.values() for name in same})).values())


def _open_facts(conn: sa.Connection, sync: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    behind = sa.select(entity.c.id).where(IS_BEHIND, entity.c.kind == "case", entity.c.sync == sync)
    going_on = sa.select(case_line.c.entity).where(case_line.c.outcome.in_(("", "open")), case_line.c.sync == sync)
    query = (
        sa.select(entity.c.id, entity.c.facts).where(entity.c.id.in_(behind.union(going_on))).order_by(entity.c.number)
    )
    for row in conn.execution_options(yield_per=AT_ONCE).execute(query):
        yield row.id, row.facts


def by_any_record(store: Store, system: str, *, record: str) -> tuple[Whole, ...]:
    """Return the entities that a record of *system* with that id is linked to, whatever kind of record it is."""
    linked = sa.select(link.c.entity).where(link.c.system == system, link.c.external_id == record)
    return tuple(_whole(store, sa.select(entity).where(entity.c.id.in_(linked))))


def cases(
    store: Store,
    *,
    kind: str = "case",
    sync: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> Listed:
    """Return entities in the order of their key numbers; page on with `Listed.next` as AFTER."""
    query = sa.select(entity).where(entity.c.kind == kind, entity.c.number > after)
    if sync is not None:
        query = query.where(entity.c.sync == sync)
    with store.read() as conn:
        rows = conn.execute(query.order_by(entity.c.number, entity.c.prefix).limit(limit)).mappings().all()
        found = wholes(conn, rows)
    return Listed(tuple(found), rows[-1]["number"] if len(rows) == limit else None)


def by_sync(store: Store) -> dict[str, int]:
    """Return how many cases each sync has, also one that is in no file any more."""
    query = sa.select(entity.c.sync, sa.func.count()).where(entity.c.kind == "case").group_by(entity.c.sync)
    with store.read() as conn:
        return {row[0]: int(row[1]) for row in conn.execute(query.order_by(entity.c.sync))}


def count(store: Store, *, kind: str = "case", sync: str | None = None) -> int:
    """Return how many entities there are."""
    query = sa.select(sa.func.count()).select_from(entity).where(entity.c.kind == kind)
    with store.read() as conn:
        return int(conn.execute(query if sync is None else query.where(entity.c.sync == sync)).scalar_one())


def mark_due(store: Store, ids: Sequence[str]) -> None:
    """Have entities reconciled in the next pass; a decision under way for one of them is lost and made again."""
    with store.write() as conn:
        mark(conn, sorted(ids))


def _whole(store: Store, query: sa.Select[Any], given: Mapping[str, Any] | None = None) -> list[Whole]:
    with store.read() as conn:
        return wholes(conn, conn.execute(query, given).mappings().all())
