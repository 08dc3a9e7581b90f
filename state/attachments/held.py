"""What each system holds of the files of cases; what is to be looked at is marked *open*."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.attachments import Copied, Held
from mappings.exchange import VendorRecord

from ..rows import Row, cut, names_of, nothing_of
from ..store import Store
from ..tables import attachment, entity, file_copy, link

IN_DOUBT = ("sent", "link sent")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a case, with the ROW it is kept in; LOOKED: it was asked for by its id."""

    row: int
    held: Held
    parent: tuple[str, str]
    looked: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A request under way, or one of which nobody knows what became of it, since AT."""

    entity: str
    copied: Copied
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Files:
    """All that is known of the files of one case."""

    listed: tuple[Listed, ...] = ()
    copied: tuple[Copied, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def held(self) -> tuple[Held, ...]:
        return tuple(one.held for one in self.listed)


# --- what systems hold ------------------------------------------------------------------------------------------------


def put(store: Store, sync: str, records: Sequence[VendorRecord]) -> int:
    """
    Keep what was read, and return how much of it is new.

    What is known already keeps its digest as long as neither its version nor its size has moved.
    """
    rows = [_row(sync, record) for record in records if record.parent is not None]
    if not rows:
        return 0
    system = rows[0]["system"]
    with store.write() as conn:
        query = sa.select(attachment).where(
            attachment.c.sync == sync,
            attachment.c.system == system,
            attachment.c.record.in_([row["record"] for row in rows]),
        )
        known = {row["record"]: row for row in conn.execute(query).mappings()}
        fresh = [row for row in rows if row["record"] not in known]
        if fresh:
            unique = {row["record"]: row for row in fresh}
            conn.execute(sa.insert(attachment), list(unique.values()))
        for row in rows:
            before = known.get(row["record"])
            changes = _changes(before, row) if before is not None else {}
            if before is not None and changes:
                conn.execute(sa.update(attachment).where(attachment.c.id == before["id"]).values(**changes, open=True))
    return len(fresh)


def _row(sync: str, record: VendorRecord) -> dict[str, Any]:
    views = record.views
    kind, parent = record.parent or ("", "")
    content = str(views.get("content") or "")
    size = str(views.get("size") or "")
    name = str(views.get("name") or "")
    return {
        "sync": sync,
        "system": record.system,
        "record": record.id,
        "parent_kind": kind,
        "parent": parent,
        "name": name,
        "called": name,
        "size": int(size) if size.isascii() and size.isdigit() else None,
        "digest": content.removeprefix("sha256:") if content.startswith("sha256:") else None,
        "version": record.version,
        "url": record.url or str(views.get("url") or ""),
        "private": bool(views.get("private")),
        "looked": False,
        "gone": False,
        "unreadable": "",
        "open": True,
    }


def _changes(before: Row, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has moved; a content that may be another one is read again."""
    names = ("parent_kind", "parent", "name", "size", "url", "gone")
    moved = {name: row[name] for name in names if before[name] != row[name]}
    if row["digest"] is not None and row["digest"] != before["digest"]:
        return moved | {"digest": row["digest"], "unreadable": ""}
    other = None not in (before["version"], row["version"]) and before["version"] != row["version"]
    resized = None not in (before["size"], row["size"]) and "size" in moved
    if row["digest"] is None and (resized or other):
        moved |= {"digest": None, "unreadable": ""}
    if before["version"] != row["version"]:
        moved["version"] = row["version"]
    return moved


def siblings(store: Store, sync: str, system: str, *, met: Collection[VendorRecord]) -> tuple[str, ...]:
    """Return the living files that hang on the same records as those just MET, and were not met."""
    parents = {record.parent[1] for record in met if record.parent is not None}
    ids = {record.id for record in met}
    query = sa.select(attachment.c.record).where(
        attachment.c.sync == sync,
        attachment.c.system == system,
        attachment.c.gone.is_(False),
        attachment.c.parent.in_(sorted(parents)),
    )
    with store.read() as conn:
        return tuple(record for record in conn.execute(query).scalars() if record not in ids)


def unmet(store: Store, sync: str, system: str, *, met: Collection[str]) -> tuple[str, ...]:
    """Return the living files of *system* that a full read has not MET."""
    query = sa.select(attachment.c.record).where(
        attachment.c.sync == sync, attachment.c.system == system, attachment.c.gone.is_(False)
    )
    with store.read() as conn:
        return tuple(record for record in conn.execute(query).scalars() if record not in met)


def bury(store: Store, sync: str, system: str, *, records: Sequence[str]) -> None:
    """Files of which a look-up has said that they are gone."""
    _set(store, sync, system, records=records, values={"gone": True, "open": True})


def looked(store: Store, sync: str, system: str, *, record: str, private: bool) -> None:
    """A file was asked for by its id, and says whether it is PRIVATE."""
    _set(store, sync, system, records=[record], values={"looked": True, "private": private})


def learned(
    store: Store, sync: str, system: str, *, record: str, digest: str = "", size: int = 0, why: str = ""
) -> None:
    """The content of a file was read, or it cannot be read, and WHY; or it is SIZE bytes large at least."""
    values: dict[str, Any] = {"digest": digest} if digest else {}
    values |= {"size": size} if size else {}
    values |= {"unreadable": why} if why else {}
    _set(store, sync, system, records=[record], values=values)


def called(store: Store, sync: str, system: str, *, record: str, name: str, version: str | None = None) -> None:
    """The NAME of a file was taken into account; VERSION is what our renaming left."""
    values = {"called": name, **({"name": name, "version": version} if version else {})}
    _set(store, sync, system, records=[record], values=values)


def _set(store: Store, sync: str, system: str, *, records: Sequence[str], values: Mapping[str, Any]) -> None:
    if not records:
        return
    where = (attachment.c.sync == sync, attachment.c.system == system, attachment.c.record.in_(records))
    with store.write() as conn:
        conn.execute(sa.update(attachment).where(*where).values(**values))


# --- cases --------------------------------------------------------------------------------------------------------


def newest_link(store: Store) -> int:
    """Return the number of the link that was made last."""
    with store.read() as conn:
        return int(conn.execute(sa.select(sa.func.max(link.c.id))).scalar_one() or 0)


def to_look_at(store: Store, sync: str, *, links_after: int = 0, every: bool = False) -> tuple[str, ...]:
    """
    Return the cases whose files are to be looked at: something new was read of them, a request is in doubt, or they
    have got a record since the link LINKS_AFTER. EVERY: all that have files.
    """
    theirs = sa.select(link.c.entity).join(attachment, _on_link())
    mine = theirs.where(attachment.c.sync == sync)
    doubtful = sa.select(file_copy.c.entity).where(file_copy.c.state.in_(IN_DOUBT))
    lately = sa.select(link.c.entity).where(link.c.id > links_after)
    chosen = mine if every else mine.where(attachment.c.open.is_(True))
    later = mine.where(link.c.entity.in_(lately))
    query = (
        sa.select(entity.c.id)
        .where(
            entity.c.sync == sync,
            entity.c.kind == "case",
            sa.or_(entity.c.id.in_(chosen), entity.c.id.in_(later), entity.c.id.in_(doubtful)),
        )
        .order_by(entity.c.prefix, entity.c.number)
    )
    with store.read() as conn:
        return tuple(conn.execute(query).scalars())


def _on_link() -> sa.ColumnElement[bool]:
    return sa.and_(
        link.c.system == attachment.c.system,
        link.c.kind == attachment.c.parent_kind,
        link.c.external_id == attachment.c.parent,
        link.c.tombstone.is_(False),
    )


def of_case(store: Store, sync: str, owner: str) -> Files:
    """Return all that is known of the files of the case *owner* (id), in one statement."""
    with store.read() as conn:
        asked = conn.execute(_of_case(), {"owner": owner, "of_sync": sync})
        found = list(cut(asked, names_of(attachment), names_of(file_copy)))
    rows = [row for row, _ in found if row["id"] is not None]
    copies = sorted(
        (copy for row, copy in found if row["id"] is None), key=lambda one: (one["identity"], one["system"])
    )
    listed = tuple(
        Listed(row["id"], _held(row), (row["parent_kind"], row["parent"]), bool(row["looked"])) for row in rows
    )
    copied = tuple(_copied(row) for row in copies)
    doubts = tuple(Doubt(owner, _copied(row), row["name"], row["at"]) for row in copies if row["state"] in IN_DOUBT)
    return Files(listed, copied, doubts)


@cache
def _of_case() -> sa.CompoundSelect[Any]:
    """Files and what became of their copies are asked for at once, below each other."""
    owner: sa.BindParameter[str] = sa.bindparam("owner")
    listing = sa.select(attachment, *nothing_of(*file_copy.c)).join(link, _on_link())
    listing = listing.where(link.c.entity == owner, attachment.c.sync == sa.bindparam("of_sync"))
    told = sa.select(*nothing_of(*attachment.c), file_copy).where(file_copy.c.entity == owner)
    return sa.union_all(listing, told).order_by(sa.literal_column("1"))


def _held(row: Row) -> Held:
    return Held(
        row["system"],
        row["record"],
        row["name"],
        row["size"],
        digest=row["digest"],
        called=row["called"],
        url=row["url"],
        private=bool(row["private"]),
        gone=bool(row["gone"]),
        unreadable=row["unreadable"],
    )


def _copied(row: Row) -> Copied:
    return Copied(
        row["system"],
        row["identity"],
        row["state"],
        text=row["text"],
        record=row["record"],
        by_limit=bool(row["by_limit"]),
    )


def close(store: Store, listed: Sequence[Listed]) -> None:
    """Nothing more is to be done about these for now."""
    if listed:
        with store.write() as conn:
            rows = [one.row for one in listed]
            conn.execute(sa.update(attachment).where(attachment.c.id.in_(rows)).values(open=False))


def close_strangers(store: Store, sync: str) -> None:
    """Files on records that are no case's wait for these to become one: a new link has them looked at."""
    of_cases = sa.exists().where(_on_link())
    with store.write() as conn:
        strangers = sa.and_(attachment.c.sync == sync, attachment.c.open.is_(True), ~of_cases)
        conn.execute(sa.update(attachment).where(strangers).values(open=False))
