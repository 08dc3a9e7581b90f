"""
What became of writes: bases, ids, tombstones, and the end of the outbox row, in one transaction.

A write leaves the outbox only here, or together with the mark *due* on its entity. The fields of the write are settled
by the caller (`Settled.change`); whatever else the fresh record shows is put into the inbox like any other snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeAlias

import sqlalchemy as sa

from mappings.reconcile.model import Event, LinkChange, Parked

from . import codec, leases
from .arrivals import inbox_row, put_rows, remember
from .attention import Changes, Place
from .family import wake_children, wake_doubted, wake_tied, wake_waiting
from .freshness import Known, Read, shows_older
from .gone import awake, bury
from .history import event_row, event_rows, write_down
from .linked import link_columns, settled_update
from .outbox import Joined
from .overtaken import covered, last_words, newer, wrote
from .prepared import inserted, many
from .rereading import meet_links_anew
from .reused import name_of, renamed
from .rows import Row, among
from .settled_rows import closing, raised, sent_rows
from .store import Store
from .tables import link
from .types import Lease, Settled
from .waiting_rows import removal, removed


@dataclass(slots=True)
class _Batch:
    """The rows of one settle, written with one statement per kind of row."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    touched: list[dict[str, Any]] = field(default_factory=list)
    """Links of which nothing was judged."""
    new_links: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    hinted: list[tuple[str, str, str]] = field(default_factory=list)
    buried: dict[str, list[int]] = field(default_factory=dict)
    anew: list[int] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)


def settle(
    store: Store,
    settled: Sequence[Settled],
    *,
    run: str = "",
    lease: Lease | None = None,
    family: bool = False,
    ties: bool = False,
) -> tuple[str, ...]:
    """
    Store what became of writes; returns the keys of those that somebody else had settled before: nothing is stored.

    The id that a create was given makes its link at once, whatever else is unknown. Rows that waited for a record that
    was written become hints, unless their version says that they are newer. An entity that was decided upon while its
    write was on its way is due. FAMILY: so is what belongs to an entity that has a new link, and records that
    waited for that link wait for anybody. TIES: so are all items of a case one of which has a new link. Raises
    `LeaseLost`.
    """
    by_key = {one.key: one for one in settled}
    with store.write() as conn:
        leases.check(conn, lease)
        rows = sent_rows(conn, list(by_key))
        others = _others(conn, [(own["system"], by_key[own["key"]]) for own, _, _ in rows])
        batch = _Batch()
        for row in rows:
            one = _moved_or_merged(row[0], by_key[row[0]["key"]], others)
            _collect(store, batch, row, one=one, others=others, run=run)
        _write(store, conn, batch, run=run)
        if family:
            wake_children(conn, [row["entity"] for row in batch.new_links])
            if ties:
                wake_tied(conn, [row["entity"] for row in batch.new_links])
            wake_waiting(conn, [(row["system"], row["kind"], row["external_id"]) for row in batch.new_links])
            ended = [own for own, _, _ in rows if own["verb"] == "create" and by_key[own["key"]].next != "sent"]
            wake_doubted(conn, {(own["system"], own["kind"]) for own in ended})
    return tuple(by_key.keys() - {own["key"] for own, _, _ in rows})


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who has linked a record, and whether that link is a tombstone."""

    entity: str
    link: int
    tombstone: bool


Others: TypeAlias = Mapping[tuple[str, str, str], _Owner]
"""(system, kind, id) -> who has linked that record."""


def _others(conn: sa.Connection, settled: Sequence[tuple[str, Settled]]) -> Others:
    """Return who has linked the records that our creates made, or that answer for one of ours."""
    ids = {name for _, one in settled for name in (one.external_id, one.rekey) if name is not None}
    if not ids:
        return {}
    given = {"ids": sorted(ids), "systems": sorted({system for system, _ in settled})}
    return {
        (row.system, row.kind, row.external_id): _Owner(row.entity, row.id, row.tombstone)
        for row in conn.execute(_owners(), given)
    }


@cache
def _owners() -> sa.Select[Any]:
    columns = (link.c.id, link.c.system, link.c.kind, link.c.external_id, link.c.entity, link.c.tombstone)
    return sa.select(*columns).where(among(link.c.external_id, "ids"), among(link.c.system, "systems"))


def _moved_or_merged(own: Row, one: Settled, others: Others) -> Settled:
    """A record that answers under another id was merged into that one, if it is linked; else it has moved there."""
    if one.rekey is None:
        return one
    if (own["system"], own["kind"], one.rekey) in others:
        return replace(one, rekey=None, gone=f"merged into {one.rekey}")
    return replace(one, gone=None)


def _collect(
    store: Store,
    batch: _Batch,
    row: Joined,
    *,
    one: Settled,
    others: Others,
    run: str,
) -> None:
    own, record, waiting = row
    if record["tombstone"] and own["verb"] == "update" and one.record is not None:
        one = replace(one, rest=True)  # the record is there again: that is for the next decision
    over = one.next != "sent"  # what waits for the end of this write goes on waiting while it is in doubt
    due = one.due or one.next == "due" or (bool(own["again"]) and over) or one.gone is not None or one.rekey is not None
    external_id = one.external_id or one.rekey or record["external_id"]
    taken = others.get((own["system"], own["kind"], external_id)) if external_id else None
    if taken is not None and taken.entity != own["entity"]:
        if not (taken.tombstone and one.external_id):
            _double(store, batch, own, external_id=external_id, owner=taken.entity, run=run)
            return
        # The system gave the number of a deleted record to the one that we have just made: the dead keeps its memory
        # under a name of its own, so that it is never taken for the living.
        batch.renamed.append({"b_id": taken.link, "b_name": name_of(external_id, taken.link)})
    batch.entities.append({"b_id": own["entity"], "b_due": int(due)})
    batch.rows.append(_row_after(store, own, one))
    if external_id is not None:
        _collect_link(store, batch, own, record=record, one=one, external_id=external_id)
        _collect_waiting(store, batch, own, waiting=waiting, one=one, external_id=external_id)
    elif one.change is not None:  # a create that failed: what could not be written is parked without a link
        place = Place(own["system"], own["kind"], entity=own["entity"])
        batch.changes.fields(place, before=codec.each(own["left_out"], codec.parked_of), after=one.change.parked)
    name = external_id or ""
    batch.events += event_rows(one.events, entity=own["entity"], kind=own["kind"], record=name, run=run)


def _row_after(store: Store, own: Row, one: Settled) -> dict[str, Any]:
    """A row that is `sent` or `planned` again belongs to nobody; one that is due is marked and closed."""
    state = "dropped" if one.next == "due" else one.next
    still_open = state in ("sent", "planned")
    return {
        "b_key": own["key"],
        "b_state": state,
        "b_not_before": one.not_before if still_open else None,
        "b_closed_at": None if still_open else store.clock(),
        "b_again": bool(own["again"]) and state == "sent",
        "b_window": one.window,
    }


def _double(store: Store, batch: _Batch, own: Row, *, external_id: str, owner: str, run: str) -> None:
    """What our create made is linked to another entity: told, never linked twice."""
    text = f"the record {external_id} that was made for this entity is linked to another one"
    batch.entities.append({"b_id": own["entity"], "b_due": 0})
    batch.rows.append(_row_after(store, own, Settled(own["key"], "parked")))
    place = Place(own["system"], own["kind"], entity=own["entity"], record=external_id)
    batch.changes.park(place, field="", entry=Parked("double", text))
    told = Event("parked", "", new=external_id, system=own["system"], cause=f"linked to {owner}")
    batch.events.append(event_row(told, entity=own["entity"], kind=own["kind"], record=external_id, run=run))


def _collect_link(store: Store, batch: _Batch, own: Row, *, record: Row, one: Settled, external_id: str) -> None:
    """The link after the write. A tombstone that a create brings back keeps its row under the new id."""
    columns = _link_after(store, record, one)
    place = Place(own["system"], own["kind"], entity=own["entity"], record=external_id)
    left_out = codec.each(own["left_out"], codec.parked_of)
    before = codec.each(record["parked"], codec.parked_of) if record["id"] is not None else {}
    if one.change is not None:
        batch.changes.fields(place, before={**left_out, **before}, after=one.change.parked)
    if record["id"] is None:
        batch.changes.unpark(place, field="")  # an earlier try may have been refused whole
        names = {"entity": own["entity"], "system": own["system"], "kind": own["kind"]}
        batch.new_links.append({**names, "external_id": external_id, "tombstone": False, **columns})
    else:
        revived = own["verb"] == "create" and one.external_id is not None
        columns = {**columns, "external_id": external_id, "tombstone": record["tombstone"] and not revived}
        columns["gone"] = record["gone"] if columns["tombstone"] else None
        links = batch.links if one.change else batch.touched
        links.append({"b_id": record["id"], **{f"b_{name}": value for name, value in columns.items()}})
        known = Known(record["hash"], record["version"], record["touched"], record["tombstone"])
        if shows_older(one.before, known, one.began):
            batch.anew.append(record["id"])
        if one.gone is not None and not record["tombstone"]:
            batch.buried.setdefault(one.gone, []).append(record["id"])


def _link_after(store: Store, record: Row, one: Settled) -> dict[str, Any]:
    known = record["id"] is not None
    kept: dict[str, Any] = {}
    if one.change is not None or not known:
        kept = link_columns(one.change or LinkChange(0, {}, {}, {}), one.link)
    fresh = one.record
    # What bases say moved, so a record with more to look at is news even where it shows just what it did before.
    seen = None if fresh is not None and one.change is not None else record["hash"]
    # With more to look at, the record waits in the inbox: it must pass for newer than the link when it is claimed.
    looked_at = fresh is not None and not one.rest
    touched = (one.began if fresh is not None and one.rest else None) or store.clock()
    if (not wrote(one) and one.next != "sent") or (record["tombstone"] and one.rest):
        touched = record["touched"]
    return {
        **kept,
        "version": (fresh.version if fresh else None) or one.version or record["version"],
        "hash": codec.digest(fresh) if fresh is not None and looked_at else seen,
        "url": (fresh.url if fresh else None) or one.url or record["url"],
        "in_scope": fresh.in_scope if fresh else (record["in_scope"] if known else True),
        "touched": touched,
        "began": one.began if looked_at else record["began"],
        "gone": record["gone"],
    }


# --- the inbox beside the write -------------------------------------------------------------------------------------


def _collect_waiting(store: Store, batch: _Batch, own: Row, *, waiting: Row, one: Settled, external_id: str) -> None:
    """What waited for the record is older than our write, unless its version says more; the fresh one may wait now."""
    row = waiting if waiting["sequence"] is not None else None
    if row is not None and newer(row, one):
        return
    if row is not None and wrote(one):
        batch.dropped.append(removed(row["system"], row["kind"], row["external_id"], row["sequence"]))
        batch.events += last_words(own, row, one=one)
        if not covered(row, one):
            batch.hinted.append((own["system"], own["kind"], external_id))
    if one.rest and one.record is not None:
        now = store.clock()
        sequence = max(int(now.timestamp() * 1_000_000), row["sequence"] + 1 if row else 0)
        read = Read(codec.digest(one.record), one.record.version, one.began or now)
        batch.inbox.append(inbox_row(one.record, read, sequence=sequence, put_at=now))


# --- statements -----------------------------------------------------------------------------------------------------


def _write(store: Store, conn: sa.Connection, batch: _Batch, *, run: str) -> None:
    many(conn, raised(), batch.entities)
    many(conn, renamed(), batch.renamed)
    many(conn, inserted(link), batch.new_links)
    many(conn, settled_update(), batch.links)
    many(conn, settled_update(judged=False), batch.touched)
    for why, ids in batch.buried.items():
        bury(store, conn, ids, why=why, run=run)
    many(conn, closing(), batch.rows)
    many(conn, removal(), batch.dropped)
    put_rows(store, conn, batch.inbox)
    meet_links_anew(conn, batch.anew)
    for system, kind, external_id in batch.hinted:
        remember(store, conn, [external_id], system=system, kind=kind, reason="unordered")
    for place, names in _by_place(batch.new_links).items():
        awake(conn, names, place=place)
    write_down(store, conn, batch.events)
    batch.changes.write(store, conn)


def _by_place(rows: Sequence[Row]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["system"], row["kind"]), []).append(row["external_id"])
    return found
