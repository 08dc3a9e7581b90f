"""Records that no link knows and that were put aside, and entities that have no record in a system."""

import sqlalchemy as sa

from .rows import snapshot_of
from .rows import wholes as whole_rows
from .store import Store
from .tables import entity, inbox, link, outbox
from .types import Snapshot, Whole


def aside(store: Store, system: str, *, kind: str) -> tuple[Snapshot, ...]:
    """Return the records of (system, kind) that no link knows and that were put aside, oldest first."""
    query = sa.select(inbox).where(*_aside(system, kind)).order_by(inbox.c.sequence)
    with store.read() as conn:
        return tuple(snapshot_of(row) for row in conn.execute(query).mappings())


def any_strangers(store: Store, system: str, *, kind: str, other_than: str) -> bool:
    """Say whether (system, kind) has a record that no link knows, waiting or put aside for another reason."""
    linked = sa.exists().where(
        link.c.system == inbox.c.system, link.c.kind == inbox.c.kind, link.c.external_id == inbox.c.external_id
    )
    mine = (inbox.c.system == system, inbox.c.kind == kind)
    open_one = sa.or_(inbox.c.open.is_not(None), inbox.c.aside != other_than)
    query = sa.select(sa.exists().where(*mine, open_one, ~linked))
    with store.read() as conn:
        return bool(conn.execute(query).scalar_one())


def _aside(system: str, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (inbox.c.system == system, inbox.c.kind == kind, inbox.c.open.is_(None))


def unlinked(store: Store, sync: str, *, system: str, kind: str) -> tuple[Whole, ...]:
    """Return the entities of *sync* without a link (a tombstone is one) and a sent create in (system, kind)."""
    there = sa.exists().where(link.c.entity == entity.c.id, link.c.system == system, link.c.kind == kind)
    going = sa.exists().where(
        outbox.c.entity == entity.c.id,
        outbox.c.system == system,
        outbox.c.kind == kind,
        outbox.c.state == "sent",
    )
    query = sa.select(entity).where(entity.c.sync == sync, ~there, ~going).order_by(entity.c.number)
    with store.read() as conn:
        return tuple(whole_rows(conn, conn.execute(query).mappings().all()))
