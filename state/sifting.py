"""What of a batch of decisions still counts: claimed by its worker, and nothing has moved since."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from . import leases
from .errors import LeaseLost
from .prepared import many
from .tables import entity, link
from .tables import lease as lease_table
from .types import Decided, Lease, Snapshot, Worker


def sift(
    conn: sa.Connection, worker: Worker, decided: Sequence[Decided], *, lease: Lease | None
) -> tuple[list[Decided], list[Decided]]:
    """Part *decided* into what still counts and what is lost."""
    revisions = _still_ours(conn, worker, decided, lease=lease)
    taken = _linked_already(conn, [new.snapshot for one in decided for new in one.new_links])
    good: list[Decided] = []
    lost: list[Decided] = []
    for one in decided:
        held = one.claimed is None or revisions.get(one.claimed.entity.id) == one.claimed.revision
        free = not any(name_of_record(new.snapshot) in taken for new in one.new_links)
        (good if held and free else lost).append(one)
    return good, lost


def _still_ours(
    conn: sa.Connection, worker: Worker, decided: Sequence[Decided], *, lease: Lease | None
) -> dict[str, int]:
    """Return the revisions of the entities that are still claimed, and check the lease with the same statement."""
    ids = [one.claimed.entity.id for one in decided if one.claimed is not None]
    if not ids:
        leases.check(conn, lease)
        return {}
    given = {"ids": ids, "worker": worker.id}
    if lease is None:
        return {row.id: row.revision for row in conn.execute(_ours(leased=False), given)}
    rows = conn.execute(_ours(leased=True), {**given, "lease": lease.name}).all()
    if not rows or any(row.token != lease.token for row in rows):
        leases.check(conn, lease)  # no row may also mean that all claims were lost
    if any(row.token != lease.token for row in rows):
        raise LeaseLost(f"lease {lease.name!r} was taken by another pass; this one stops")
    return {row.id: row.revision for row in rows}


@cache
def _ours(*, leased: bool) -> sa.Select[Any]:
    query = sa.select(entity.c.id, entity.c.revision).where(
        entity.c.id.in_(sa.bindparam("ids", expanding=True)),
        entity.c.claimed_by == sa.bindparam("worker", type_=entity.c.claimed_by.type),
    )
    if leased:
        name = sa.bindparam("lease", type_=lease_table.c.name.type)
        query = query.add_columns(lease_table.c.token).join(lease_table, lease_table.c.name == name)
    return query.order_by(entity.c.id).with_for_update()


def name_of_record(snapshot: Snapshot) -> tuple[str, str, str]:
    return snapshot.record.system, snapshot.record.kind, snapshot.record.id


def _linked_already(conn: sa.Connection, snapshots: Sequence[Snapshot]) -> set[tuple[str, str, str]]:
    """Return the records of *snapshots* that somebody has linked meanwhile."""
    if not snapshots:
        return set()
    ids = [snapshot.record.id for snapshot in snapshots]
    systems = {snapshot.record.system for snapshot in snapshots}
    query = sa.select(link.c.system, link.c.kind, link.c.external_id)
    query = query.where(link.c.external_id.in_(ids), link.c.system.in_(systems))
    return {(row.system, row.kind, row.external_id) for row in conn.execute(query)}


# --- the same, by the update itself ---------------------------------------------------------------------------------


class Moved(Exception):
    """Not all decisions count any more: the transaction is undone, and each looked at by itself."""


def update_entities(
    conn: sa.Connection, rows: Sequence[dict[str, Any]], *, only_of: Worker | None, lease: Lease | None
) -> None:
    """
    Store what was decided of entities, and end their claims.

    ONLY_OF: raises Moved unless that worker still has all of them as it claimed them, and the LEASE is not lost.
    """
    rows = sorted(rows, key=lambda row: str(row["b_id"]))
    if only_of is None:
        many(conn, _entity_update(), rows)
        return
    held = {"b_worker": only_of.id} | ({"b_lease": lease.name, "b_token": lease.token} if lease else {})
    if many(conn, _guarded_update(leased=lease is not None), [row | held for row in rows]) != len(rows):
        raise Moved


@cache
def _guarded_update(*, leased: bool) -> sa.Update:
    ours = entity.c.claimed_by == sa.bindparam("b_worker", type_=entity.c.claimed_by.type)
    guarded = _entity_update().where(ours, entity.c.revision == sa.bindparam("b_revision", type_=sa.BigInteger()))
    if not leased:
        return guarded
    name = lease_table.c.name == sa.bindparam("b_lease", type_=lease_table.c.name.type)
    token = lease_table.c.token == sa.bindparam("b_token", type_=lease_table.c.token.type)
    return guarded.where(sa.exists(sa.select(lease_table.c.name).where(name, token).with_for_update(read=True)))


@cache
def _entity_update() -> sa.Update:
    """The claim ends. A mark that came after it has moved the revision: this decision is lost then, the mark stays."""
    names = ("facts", "held", "conflicts", "generation", "parent")
    return (
        sa.update(entity)
        .where(entity.c.id == sa.bindparam("b_id"))
        .values(
            **{name: sa.bindparam(f"b_{name}", type_=entity.c[name].type) for name in names},
            revision=entity.c.revision + 1,
            due=sa.bindparam("b_due", type_=sa.Integer()),
            held_back=sa.bindparam("b_held_back", type_=sa.Boolean()),
            claimed_by=None,
            claimed_until=None,
        )
    )
