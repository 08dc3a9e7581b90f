"""Records that no link knows and that were put aside, and entities that have no record in a system."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from .rows import as_asked, same_record, snapshot_of
from .rows import wholes as whole_rows
from .store import Store
from .tables import IS_OPEN, entity, inbox, link, outbox
from .types import Snapshot, Whole


def aside(store: Store, system: str, *, kind: str) -> tuple[Snapshot, ...]:
    """Return the records of (system, kind) that no link knows and that were put aside, oldest first."""
    with store.read() as conn:
        return tuple(map(snapshot_of, conn.execute(_aside(), {"system": system, "kind": kind}).mappings()))


@cache
def _aside() -> sa.Select[Any]:
    mine = (*as_asked(inbox, "system", "kind"), inbox.c.open.is_(None))
    return sa.select(inbox).where(*mine).order_by(inbox.c.sequence)


def any_strangers(store: Store, system: str, *, kind: str, other_than: str) -> bool:
    """Say whether (system, kind) has a record that no link knows, waiting or put aside for another reason."""
    with store.read() as conn:
        return bool(conn.execute(_any(), {"system": system, "kind": kind, "other_than": other_than}).scalar_one())


@cache
def _any() -> sa.Select[Any]:
    linked = sa.exists().where(same_record(inbox))
    open_one = sa.or_(inbox.c.open.is_not(None), inbox.c.aside != sa.bindparam("other_than"))
    return sa.select(sa.exists().where(*as_asked(inbox, "system", "kind"), open_one, ~linked))


def unlinked(store: Store, sync: str, *, system: str, kind: str) -> tuple[Whole, ...]:
    """Return the entities of *sync* without a link (a tombstone is one) and a sent create in (system, kind)."""
    given = {"sync": sync, "system": system, "kind": kind}
    with store.read() as conn:
        return tuple(whole_rows(conn, conn.execute(_unlinked(), given).mappings().all()))


@cache
def _unlinked() -> sa.Select[Any]:
    there = sa.exists().where(link.c.entity == entity.c.id, *as_asked(link, "system", "kind"))
    going = sa.exists().where(
        outbox.c.entity == entity.c.id, *as_asked(outbox, "system", "kind"), outbox.c.state == "sent", IS_OPEN
    )
    return sa.select(entity).where(*as_asked(entity, "sync"), ~there, ~going).order_by(entity.c.number)
