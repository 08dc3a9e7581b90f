"""
What was decided: a batch of outcomes, stored in one transaction.

A decision counts only if the entity is still claimed by this worker and neither it nor a link of it has moved since the
claim. Otherwise it is *lost*: nothing of it is stored, what waited still waits, and the entity is due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.reconcile.model import Event, LinkChange

from . import leases, numbers
from .attention import Changes, Place
from .claims import let_go, removal, removed
from .errors import LeaseLost
from .family import wake_children, wake_waiting
from .gone import mark
from .history import event_row, write_down
from .linked import link_columns, link_update, read_columns
from .planned import Plans
from .prepared import inserted, many
from .rows import entity_columns
from .store import Store
from .tables import entity, inbox, link
from .tables import lease as lease_table
from .types import Claimed, Committed, Decided, Lease, NewLink, Snapshot, Worker


@dataclass(slots=True)
class _Batch:
    """The rows of one commit: collected first, written with one statement per kind of row."""

    entities: list[dict[str, Any]] = field(default_factory=list)
    new_entities: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    new_links: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    consumed: list[dict[str, Any]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    plans: Plans = field(default_factory=Plans)


def commit(
    store: Store,
    worker: Worker,
    *,
    decided: Sequence[Decided],
    run: str = "",
    mapping: str = "",
    lease: Lease | None = None,
    family: bool = False,
) -> Committed:
    """
    Store a batch of decisions: entities, links, history, attention list and planned writes; clear claims.

    RUN and MAPPING (the fingerprint of the sync's mappings) are kept with the writes. An inbox row goes only if its
    number is still the one that was decided upon. FAMILY: what belongs to an entity that has a new link or value is due
    too, and records that waited for a new link wait for anybody. Raises `LeaseLost`; nothing is stored then.
    """
    with store.write() as conn:
        good, lost = _sift(conn, worker, decided, lease=lease)
        keys = _keys(conn, store, good)
        batch = _Batch(plans=Plans(run=run, mapping=mapping))
        for one in good:
            _collect(store, batch, one, key=keys.get(one.outcome.entity.id, ""), run=run)
        _write(store, conn, batch)
        if family:
            wake_children(conn, [one.outcome.entity.id for one in good if _moves_children(one)])
            wake_waiting(conn, [_name(new.snapshot) for one in good for new in one.new_links])
        _give_up(conn, worker, lost)
    named = {one.outcome.entity.id: keys.get(one.outcome.entity.id, one.outcome.entity.key) for one in good}
    return Committed(named, tuple(one.outcome.entity.id for one in lost), batch.plans.writes)


def _moves_children(one: Decided) -> bool:
    return bool(one.new_links) or any(told.what == "set" for told in one.outcome.events)


# --- what still counts ----------------------------------------------------------------------------------------------


def _sift(
    conn: sa.Connection, worker: Worker, decided: Sequence[Decided], *, lease: Lease | None
) -> tuple[list[Decided], list[Decided]]:
    """Part *decided* into what still counts and what is lost."""
    revisions = _still_ours(conn, worker, decided, lease=lease)
    taken = _linked_already(conn, [new.snapshot for one in decided for new in one.new_links])
    good: list[Decided] = []
    lost: list[Decided] = []
    for one in decided:
        held = one.claimed is None or revisions.get(one.claimed.entity.id) == one.claimed.revision
        free = not any(_name(new.snapshot) in taken for new in one.new_links)
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
    query = sa.select(entity.c.id, entity.c.revision).where(entity.c.id.in_(ids), entity.c.claimed_by == worker.id)
    if lease is None:
        return {row.id: row.revision for row in conn.execute(query.order_by(entity.c.id).with_for_update())}
    query = query.add_columns(lease_table.c.token).join(lease_table, lease_table.c.name == lease.name)
    rows = conn.execute(query.order_by(entity.c.id).with_for_update()).all()
    if not rows or any(row.token != lease.token for row in rows):
        leases.check(conn, lease)  # no row may also mean that all claims were lost
    if any(row.token != lease.token for row in rows):
        raise LeaseLost(f"lease {lease.name!r} was taken by another pass; this one stops")
    return {row.id: row.revision for row in rows}


def _name(snapshot: Snapshot) -> tuple[str, str, str]:
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


def _give_up(conn: sa.Connection, worker: Worker, lost: Sequence[Decided]) -> None:
    """What was lost is looked at again: due, unclaimed, and its strangers wait for anybody."""
    if not lost:
        return
    ids = [one.claimed.entity.id for one in lost if one.claimed is not None]
    mark(conn, ids)
    let_go(conn, worker, ids)
    for one in lost:
        for new in one.new_links:
            record = new.snapshot.record
            conn.execute(
                sa.update(inbox)
                .where(inbox.c.system == record.system, inbox.c.kind == record.kind, inbox.c.external_id == record.id)
                .where(inbox.c.claimed_by == worker.id)
                .values(claimed_by=None, claimed_until=None)
            )


def _keys(conn: sa.Connection, store: Store, good: Sequence[Decided]) -> dict[str, str]:
    """Give new entities their keys, one statement per prefix."""
    wanted: dict[str, list[str]] = {}
    for one in good:
        if one.claimed is None:
            wanted.setdefault(one.prefix, []).append(one.outcome.entity.id)
    keys = {}
    for prefix, ids in sorted(wanted.items()):
        first = numbers.reserve(store, conn, prefix, count=len(ids))
        keys.update({owner: f"{prefix}-{first + place}" for place, owner in enumerate(ids)})
    return keys


# --- rows -----------------------------------------------------------------------------------------------------------


def _collect(store: Store, batch: _Batch, one: Decided, *, key: str, run: str) -> None:
    owner = one.outcome.entity
    before = one.claimed.entity if one.claimed else None
    columns = entity_columns(owner, before)
    if before is None:
        batch.new_entities.append({**columns, **_opening(store, one, key=key)})
    else:
        row = {f"b_{name}": value for name, value in columns.items()}
        batch.entities.append({"b_id": owner.id, "b_due": int(one.again), **row})
    batch.changes.facts(owner.id, before=before.conflicts if before else {}, after=owner.conflicts)
    batch.events += [event_row(store, told, entity=owner.id, run=run) for told in one.outcome.events]
    _collect_links(store, batch, one, run=run)
    batch.plans.collect(store, one, changes=batch.changes)


def _opening(store: Store, one: Decided, *, key: str) -> dict[str, Any]:
    owner = one.outcome.entity
    return {
        "id": owner.id,
        "kind": owner.kind,
        "key": key,
        "prefix": one.prefix,
        "number": int(key.rpartition("-")[2]),
        "sync": owner.sync,
        "created": owner.created or store.clock(),
        "revision": 1,
        "due": 0,
    }


def _collect_links(store: Store, batch: _Batch, one: Decided, *, run: str) -> None:
    changes = {change.link: change for change in one.outcome.links}
    claimed = one.claimed or Claimed(one.outcome.entity)
    consumed = claimed.snapshots if one.consumed is None else one.consumed
    for each in claimed.links:
        change, snapshot = changes.get(each.id), consumed.get(each.id)
        if change is None and snapshot is None:
            continue
        kept = change or LinkChange(each.id, each.bases, each.seen, each.parked, answers=each.answers)
        back = each.tombstone and snapshot is not None
        batch.links.append(
            {"b_id": each.id, **_bound(link_columns(kept, each)), **_bound(read_columns(snapshot)), "b_back": back}
        )
        place = Place(each.system, each.kind, entity=one.outcome.entity.id, record=each.external_id)
        batch.changes.fields(place, before=each.parked, after=kept.parked)
        if back:
            told = Event("returned", "", system=each.system)
            batch.events.append(
                event_row(store, told, entity=one.outcome.entity.id, kind=each.kind, record=each.external_id, run=run)
            )
    for new in one.new_links:
        _collect_new_link(batch, one, new, change=changes.get(new.ref), claimed=claimed)
    records = [*consumed.values(), *(new.snapshot for new in one.new_links)]
    batch.consumed += [removed(*_name(snapshot), snapshot.sequence) for snapshot in records]


def _collect_new_link(
    batch: _Batch, one: Decided, new: NewLink, *, change: LinkChange | None, claimed: Claimed
) -> None:
    record = new.snapshot.record
    kept = change or LinkChange(new.ref, {}, {}, {})
    creates = [create for create in claimed.creates if (create.system, create.kind) == (record.system, record.kind)]
    # An entity has one record there: this one takes the place of a tombstone, whose content the history has.
    dead = [each for each in claimed.links if (each.system, each.kind) == (record.system, record.kind)]
    batch.replaced += [each.id for each in dead]
    batch.new_links.append(
        {
            "entity": one.outcome.entity.id,
            "system": record.system,
            "kind": record.kind,
            "external_id": record.id,
            "tombstone": False,
            **link_columns(kept),
            **read_columns(new.snapshot),
        }
    )
    stranger = Place(record.system, record.kind, record=record.id)
    if new.snapshot.aside:
        batch.changes.unpark(stranger, field="")
    place = Place(record.system, record.kind, entity=one.outcome.entity.id, record=record.id)
    before = dict(creates[0].left_out) if creates else {}
    if creates:
        batch.changes.unpark(place, field="")  # its making may have been in doubt, or refused
    for each in dead:
        before |= each.parked
    batch.changes.fields(place, before=before, after=kept.parked)


def _bound(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {f"b_{name}": value for name, value in columns.items()}


# --- statements -----------------------------------------------------------------------------------------------------


def _write(store: Store, conn: sa.Connection, batch: _Batch) -> None:
    many(conn, inserted(entity), batch.new_entities)
    many(conn, _entity_update(), sorted(batch.entities, key=lambda row: str(row["b_id"])))
    if batch.replaced:
        conn.execute(sa.delete(link).where(link.c.id.in_(batch.replaced), link.c.tombstone))
    many(conn, inserted(link), batch.new_links)
    many(conn, link_update(), batch.links)
    write_down(conn, batch.events)
    batch.plans.write(store, conn)
    many(conn, removal(), batch.consumed)
    batch.changes.write(store, conn)


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
            claimed_by=None,
            claimed_until=None,
        )
    )
