"""
Cursors, and the full scan that finds what no feed shows.

A cursor is stored with the page that it was given for, in one transaction (`inbox.put`). A full scan collects the ids
it meets in a scratch table; linked records that it did not meet are *suspected*: they become hints, and only a look-up
by id says that one is gone.
"""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.exchange import Cursor

from . import codec
from .known import Seen
from .prepared import inserted, many
from .rows import as_asked, same_record
from .store import Store, inserting
from .tables import cursor, hint, inbox, link, scan, scan_seen
from .types import CursorState, Lane, Missing, Scan

_PLACE = ("system", "kind", "lane")


def state(store: Store, system: str, *, kind: str, lane: Lane = "changes") -> CursorState:
    """Return where a lane of (system, kind) stands."""
    with store.read() as conn:
        row = conn.execute(_rows(cursor, *_PLACE), {"system": system, "kind": kind, "lane": lane}).one_or_none()
    if row is None:
        return CursorState()
    return CursorState(codec.cursor_of(row.form), row.first_read_done, row.pulled_at)


def pulled(store: Store) -> dict[tuple[str, str], datetime]:
    """Return (system, kind) -> when it was last asked for what is new, and answered to the end."""
    query = sa.select(cursor.c.system, cursor.c.kind, cursor.c.pulled_at).where(cursor.c.lane == "changes")
    with store.read() as conn:
        return {(row.system, row.kind): row.pulled_at for row in conn.execute(query)}


def ends_first_read(seen: Seen, *, more: bool) -> bool:
    """Say whether a page that is put now is the last one of the first read of all."""
    return not more and not (seen.cursor is not None and bool(seen.cursor["flag"]))


def move(
    store: Store, conn: sa.Connection, seen: Seen, *, place: tuple[str, str, Lane], to: Cursor, more: bool
) -> None:
    """Store the cursor of a page that was just put; writes nothing if it stands there already."""
    form = codec.cursor_form(to)
    done = not more or (seen.cursor is not None and bool(seen.cursor["flag"]))
    if seen.cursor is not None and seen.cursor["form"] == form and bool(seen.cursor["flag"]) == done:
        return
    row = dict(zip(_PLACE, place, strict=True))
    now = store.clock()
    many(conn, _moving(store.dialect), [{**row, "form": form, "first_read_done": done, "pulled_at": now}])


@cache
def _moving(dialect: str) -> Any:
    new = inserting(dialect, cursor)
    names = ("form", "first_read_done", "pulled_at")
    return new.on_conflict_do_update(index_elements=_PLACE, set_={name: new.excluded[name] for name in names})


def forget(store: Store, system: str, *, kind: str, lane: Lane = "changes") -> None:
    """Drop a cursor: the next pull begins at the beginning. That a first read was done is forgotten too."""
    with store.write() as conn:
        conn.execute(_deletion(cursor, *_PLACE), {"system": system, "kind": kind, "lane": lane})


def begin_full(store: Store, system: str, *, kind: str, resume: bool = False) -> Scan:
    """
    Begin a full scan; RESUME goes on with one that was interrupted, if there is one.

    Its pages are put with ``lane="full"`` and the scan. A new one forgets the old scan's ids and cursor.
    """
    with store.write() as conn:
        old = conn.execute(_rows(scan, "system", "kind"), {"system": system, "kind": kind}).one_or_none()
        if old is not None:
            if resume:
                return Scan(old.id, system, kind, old.began)
            _drop(conn, Scan(old.id, system, kind, old.began))
        begun = Scan(store.fresh_id(), system, kind, store.clock())
        many(conn, inserted(scan), [{"id": begun.id, "system": system, "kind": kind, "began": begun.began}])
    return begun


def met(store: Store, conn: sa.Connection, under_way: Scan, *, ids: list[str]) -> None:
    """Write down the ids that a page of the scan has shown."""
    many(conn, _met_once(store.dialect), [{"scan": under_way.id, "external_id": one} for one in ids])


@cache
def _met_once(dialect: str) -> Any:
    return inserting(dialect, scan_seen).on_conflict_do_nothing(index_elements=["scan", "external_id"])


def missing(store: Store, under_way: Scan) -> Missing:
    """
    Return the guard's numbers, after the last page of the scan.

    A record that was read or written since the scan began is not missing, whether it was listed or not; nor is one that
    is known to be out of scope.
    """
    with store.read() as conn:
        return Missing(*conn.execute(_numbers(), _params(under_way)).one())


@cache
def _numbers() -> sa.Select[Any]:
    seen = sa.select(sa.func.count()).select_from(scan_seen).where(*as_asked(scan_seen, "scan"))
    old = sa.select(sa.func.count()).select_from(link).where(*_expected())
    gone = sa.select(sa.func.count()).select_from(link).where(*_expected(), ~_met())
    return sa.select(old.scalar_subquery(), seen.scalar_subquery(), gone.scalar_subquery())


def missing_records(store: Store, under_way: Scan) -> tuple[tuple[str, str], ...]:
    """Return (record, entity) of the linked records that the scan has not met, in the order of their links."""
    query = sa.select(link.c.external_id, link.c.entity).where(*_expected(), ~_met()).order_by(link.c.id)
    with store.read() as conn:
        return tuple((row.external_id, row.entity) for row in conn.execute(query, _params(under_way)))


def is_overtaken(store: Store, under_way: Scan) -> bool:
    """Say whether another scan of the same (system, kind) has begun since: what this one met before is forgotten."""
    with store.read() as conn:
        return not _stands(conn, under_way)


def _stands(conn: sa.Connection, under_way: Scan) -> bool:
    place = {"system": under_way.system, "kind": under_way.kind}
    row = conn.execute(_rows(scan, "system", "kind"), place).one_or_none()
    return row is not None and bool(row.id == under_way.id)


def end_full(store: Store, under_way: Scan, *, suspect: bool = True, other_than: str = "") -> int:
    """
    End the scan; with SUSPECT the records it did not meet become hints, unless it was overtaken: the linked ones, and
    strangers that were put aside for another reason than OTHER_THAN. Returns how many.

    Ask `missing` first, and do not suspect when a guard stops.
    """
    with store.write() as conn:
        hinted = _suspect(store, conn, under_way, other_than) if suspect and _stands(conn, under_way) else 0
        _drop(conn, under_way)
    return hinted


def _suspect(store: Store, conn: sa.Connection, under_way: Scan, other_than: str) -> int:
    given = {**_params(under_way), "now": store.clock(), "other_than": other_than}
    return many(conn, _suspecting(store.dialect), [given])


@cache
def _suspecting(dialect: str) -> Any:
    at = sa.bindparam("now", type_=hint.c.at.type)
    reason = sa.literal("not listed", hint.c.reason.type)
    linked = sa.select(link.c.system, link.c.kind, link.c.external_id, at, reason).where(*_older(), ~_met())
    strange = sa.select(inbox.c.system, inbox.c.kind, inbox.c.external_id, at, reason)
    absent = sa.union_all(linked, strange.where(*_old_strangers(), ~_met(inbox)))
    columns = ["system", "kind", "external_id", "at", "reason"]
    new = inserting(dialect, hint).from_select(columns, absent)
    set_: dict[str, Any] = {"at": new.excluded.at, "reason": new.excluded.reason}
    return new.on_conflict_do_update(index_elements=columns[:3], set_=set_)


def _params(under_way: Scan) -> dict[str, Any]:
    """The parameters of `_expected`, `_older` and `_met`."""
    return {"scan": under_way.id, "system": under_way.system, "kind": under_way.kind, "began": under_way.began}


def _older() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        *as_asked(link, "system", "kind"),
        link.c.tombstone.is_(False),
        sa.or_(link.c.touched.is_(None), link.c.touched <= sa.bindparam("began")),
    )


def _expected() -> tuple[sa.ColumnElement[bool], ...]:
    return (*_older(), link.c.in_scope)


def _old_strangers() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        *as_asked(inbox, "system", "kind"),
        inbox.c.in_scope,
        inbox.c.aside.not_in(["", sa.bindparam("other_than")]),
        inbox.c.put_at <= sa.bindparam("began"),
        ~sa.exists().where(same_record(inbox)),
    )


def _met(table: sa.Table = link) -> sa.ColumnElement[bool]:
    return sa.exists().where(*as_asked(scan_seen, "scan"), scan_seen.c.external_id == table.c.external_id)


def _drop(conn: sa.Connection, under_way: Scan) -> None:
    place = {"system": under_way.system, "kind": under_way.kind, "lane": "full"}
    many(conn, _deletion(scan_seen, "scan"), [{"scan": under_way.id}])
    many(conn, _deletion(scan, "id"), [{"id": under_way.id}])
    many(conn, _deletion(cursor, *_PLACE), [place])


@cache
def _rows(table: sa.Table, *names: str) -> sa.Select[Any]:
    return sa.select(table).where(*as_asked(table, *names))


@cache
def _deletion(table: sa.Table, *names: str) -> sa.Delete:
    return sa.delete(table).where(*as_asked(table, *names))
