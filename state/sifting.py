"""What of a batch of decisions still counts: claimed by its worker, and nothing has moved since."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from . import leases
from .errors import LeaseLost
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
