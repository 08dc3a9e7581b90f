"""
What was decided: a batch of outcomes, stored in one transaction.

A decision counts only if the entity is still claimed by this worker and neither it nor a link of it has moved since the
claim. Otherwise it is *lost*: nothing of it is stored, what waited still waits, and the entity is due.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from mappings.reconcile.model import Event, Link, LinkChange

from . import numbers
from .attention import Changes, Place
from .claims import let_go
from .family import wake_children, wake_tied, wake_waiting
from .gone import mark
from .history import event_row, event_rows, write_down
from .linked import link_columns, link_update, read_columns
from .planned import Plans
from .prepared import inserted, many
from .rows import entity_columns
from .sifting import Moved, name_of_record, sift, update_entities
from .store import Store
from .tables import entity, inbox, link
from .types import Claimed, Committed, Decided, Lease, NewLink, Worker
from .waiting_rows import removal, removed


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
    ties: bool = False,
) -> Committed:
    """
    Store a batch of decisions: entities, links, history, attention list and planned writes; clear claims.

    RUN and MAPPING (the fingerprint of the sync's mappings) are kept with the writes. An inbox row goes only if its
    number is still the one that was decided upon. FAMILY: what belongs to an entity that has a new link or value is due
    too, and records that waited for a new link wait for anybody. TIES: so are all items of a case, one of which has a
    new link. Raises `LeaseLost`; nothing is stored then.
    """
    into = _Into(run, mapping, lease, family, ties)
    if decided and not any(one.claimed is None or one.new_links for one in decided):
        with suppress(Moved):  # the rule: nothing has moved, and the update of the entities can say so itself
            return _stored(store, worker, decided, into=into, sure=True)
    return _stored(store, worker, decided, into=into)


class _Into(NamedTuple):
    """What is said of all decisions of a commit."""

    run: str
    mapping: str
    lease: Lease | None
    family: bool
    ties: bool


def _stored(
    store: Store,
    worker: Worker,
    decided: Sequence[Decided],
    *,
    into: _Into,
    sure: bool = False,
) -> Committed:
    """SURE: all of it or nothing; raises Moved where that cannot be. Its rows are made before anybody has to wait."""
    batch, keys, lost = _Batch(plans=Plans(run=into.run, mapping=into.mapping)), dict[str, str](), list[Decided]()
    good = decided if sure else []
    for one in good:
        _collect(store, batch, one, key="", run=into.run)
    with store.write() as conn:
        if not sure:
            good, lost = sift(conn, worker, decided, lease=into.lease)
            keys = _keys(conn, store, good)
            for one in good:
                _collect(store, batch, one, key=keys.get(one.outcome.entity.id, ""), run=into.run)
        many(conn, inserted(entity), batch.new_entities)
        update_entities(conn, batch.entities, only_of=worker if sure else None, lease=into.lease)
        _write(store, conn, batch)
        if into.family:
            wake_children(conn, [one.outcome.entity.id for one in good if _moves_children(one)])
            if into.ties:
                wake_tied(conn, [one.outcome.entity.id for one in good if one.new_links])
            wake_waiting(conn, [name_of_record(new.snapshot) for one in good for new in one.new_links])
        _give_up(conn, worker, lost)
    named = {one.outcome.entity.id: keys.get(one.outcome.entity.id, one.outcome.entity.key) for one in good}
    return Committed(named, tuple(one.outcome.entity.id for one in lost), batch.plans.writes)


def _moves_children(one: Decided) -> bool:
    return bool(one.new_links) or any(told.what == "set" for told in one.outcome.events)


# --- what still counts ----------------------------------------------------------------------------------------------


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
        own = {"b_id": owner.id, "b_revision": one.claimed.revision if one.claimed else 0}
        batch.entities.append({**own, "b_due": int(one.again), "b_held_back": one.held, **row})
    batch.changes.facts(owner.id, before=before.conflicts if before else {}, after=owner.conflicts)
    batch.events += [
        {**row, **_made_by_us(one, row)} for row in event_rows(one.outcome.events, entity=owner.id, run=run)
    ]
    _collect_links(batch, one, run=run)
    batch.plans.collect(store, one, changes=batch.changes)


def _made_by_us(one: Decided, row: Mapping[str, Any]) -> Mapping[str, str]:
    """Name the record that a line is about where it settles a create of ours: as the end of any other write does."""
    settling = [new.snapshot.record for new in one.new_links if new.settles]
    record = next((each for each in settling if each.system == row["system"]), None)
    if record is None or row["what"] not in ("linked", "write"):
        return {}
    return {"kind": record.kind, "record": record.id}


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
        "held_back": one.held,
        "due": int(one.again),
    }


def _collect_links(batch: _Batch, one: Decided, *, run: str) -> None:
    changes = {change.link: change for change in one.outcome.links}
    claimed = one.claimed or Claimed(one.outcome.entity)
    consumed = claimed.snapshots if one.consumed is None else one.consumed
    for each in claimed.links:
        change, snapshot = changes.get(each.id), consumed.get(each.id)
        if snapshot is None and (change is None or _as_it_was(each, change)):
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
                event_row(told, entity=one.outcome.entity.id, kind=each.kind, record=each.external_id, run=run)
            )
    for new in one.new_links:
        _collect_new_link(batch, one, new, change=changes.get(new.ref), claimed=claimed)
    records = [*consumed.values(), *(new.snapshot for new in one.new_links)]
    batch.consumed += [removed(*name_of_record(snapshot), snapshot.sequence) for snapshot in records]


def _as_it_was(before: Link, change: LinkChange) -> bool:
    """Say whether a decision leaves the link as it stands: what it did not look at is the very same."""
    same = change.bases is before.bases and change.seen is before.seen and change.answers is before.answers
    return same and change.parked == before.parked


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
    if batch.replaced:
        conn.execute(sa.delete(link).where(link.c.id.in_(batch.replaced), link.c.tombstone))
    many(conn, inserted(link), batch.new_links)
    many(conn, link_update(), batch.links)
    write_down(store, conn, batch.events)
    batch.plans.write(store, conn)
    many(conn, removal(), batch.consumed)
    batch.changes.write(store, conn)
