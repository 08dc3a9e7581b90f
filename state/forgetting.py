"""
Forgetting: what was personal in the past of a case, or all that names a person, is replaced by a mark.

The present stays as long as a living record shows it: the hub is its mirror, and would read it again. That something
was forgotten, by whom and when, is a line of the history. `compacting` takes what was replaced off the disk.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mappings.reconcile.model import Event

from .attachments.held import IN_DOUBT
from .history import event_row, write_down
from .lines import drop
from .mentions import MARK, Mentions
from .people import forget_people
from .store import Store
from .tables import (
    IS_OPEN,
    answer,
    attachment,
    conflict,
    entity,
    event,
    file_copy,
    identity,
    inbox,
    link,
    outbox,
    parked,
    person,
    run,
)

QUOTING = ("parked", "made", "moved", "deleted", "kept")
PAPERS = ("page", "folder")
"""Kinds of documents, which have names in their addresses; a folder is known by its path."""
NAMED_BY_FILE = ("copied", "deleted", "renamed")
"""Words of the history whose lines are about a file by its name."""
OPEN_STATES = ("planned", "sent")
Plain = Callable[[str], bool]
"""Says of a field or fact that its content names nobody: a number, a day, a stage."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """
    What was replaced: LINES of the history, TOMBSTONES, closed ENTRIES of the attention list, closed WRITES. ALL: no
    living record is left, so the facts went too; else RECORDS (system, id) still show what they show.
    """

    lines: int = 0
    tombstones: int = 0
    entries: int = 0
    writes: int = 0
    all: bool = False
    records: tuple[tuple[str, str], ...] = ()


# --- a case -----------------------------------------------------------------------------------------------------------


def forget_entity(store: Store, owner: str, *, plain: Plain, by: str) -> Forgotten:
    """Forget the past of the entity *owner*, all but what is PLAIN; its facts too where no living record is left."""
    with store.write() as conn:
        links = conn.execute(sa.select(link).where(link.c.entity == owner)).mappings().all()
        living = [row for row in links if not row["tombstone"]]
        lines = _lines(conn, owner, links, plain)
        for row in (dead := [row for row in links if row["tombstone"]]):
            conn.execute(sa.update(link).where(link.c.id == row["id"]).values(**_bare(row, plain)))
            conn.execute(sa.delete(inbox).where(*_record(inbox, row)))
        _files(conn, owner, links, everything=not living)
        entries = _entries(conn, owner, everything=not living)
        writes = _writes(conn, owner, everything=not living)
        _entity(conn, owner, plain, everything=not living)
        drop(conn, owner)
        told = Event("forgotten", "", by=by, cause="personal content of its past" if living else "all personal content")
        write_down(store, conn, [event_row(told, entity=owner)])
    shown = tuple((row["system"], row["external_id"]) for row in living)
    return Forgotten(lines, len(dead), entries, writes, all=not living, records=shown)


def _lines(conn: sa.Connection, owner: str, links: Sequence[Any], plain: Plain) -> int:
    """The history keeps what happened, where and when; not what was said."""
    mine: list[sa.ColumnElement[bool]] = [event.c.entity == owner]
    mine += [sa.and_(event.c.entity.is_(None), *_record(event, row, name="record")) for row in links]
    names = ("id", "field", "what", "kind", "old", "new", "more", "parties", "cause")
    query = sa.select(*(event.c[name] for name in names))
    count = 0
    for row in conn.execute(query.where(sa.or_(*mine))).mappings().all():
        said = [row["field"], *(field for field, _, _ in row["more"])]
        if row["what"] == "forgotten" or all(map(plain, said)):
            continue
        first = (row["old"], row["new"]) if plain(row["field"]) else (_marked(row["old"]), _marked(row["new"]))
        values: dict[str, Any] = {
            "old": first[0],
            "new": first[1],
            "more": [one if plain(one[0]) else [one[0], *map(_marked, one[1:])] for one in row["more"]],
            "parties": [{"system": one.get("system"), "view": _marked(one.get("view"))} for one in row["parties"]],
        }
        if row["what"] in QUOTING:
            values["cause"] = MARK  # it may quote what was shown, or what a document or file is called
        if row["what"] in NAMED_BY_FILE and row["kind"] == "file":
            values["field"] = MARK
        if row["kind"] == "folder":
            values["record"] = MARK
        conn.execute(sa.update(event).where(event.c.id == row["id"]).values(values))
        count += sum(not plain(field) for field in said)
    return count


def _record(table: sa.Table, row: Any, *, name: str = "external_id") -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of *table* about the record of a link."""
    return (table.c.system == row["system"], table.c.kind == row["kind"], table.c[name] == row["external_id"])


def _files(conn: sa.Connection, owner: str, links: Sequence[Any], *, everything: bool) -> None:
    """Names of files that are gone, or hung on a record that is; what became of them stays."""
    for row in links:
        here = (attachment.c.system == row["system"], attachment.c.parent_kind == row["kind"])
        mine = [*here, attachment.c.parent == row["external_id"]]
        if not row["tombstone"]:
            mine.append(attachment.c.gone)
        conn.execute(sa.update(attachment).where(*mine).values(name=MARK, called=MARK, url=""))
    if everything:
        conn.execute(sa.update(file_copy).where(file_copy.c.entity == owner).values(name=MARK, text=MARK))


def _marked(content: Any) -> Any:
    return None if content is None else MARK


def _bare(row: Any, plain: Plain) -> dict[str, Any]:
    """A tombstone keeps what is plain, and why it is on the attention list."""
    kept = {slot: base for slot, base in row["bases"].items() if plain(slot.partition(".")[0])}
    named = {"external_id": f"{MARK} {row['id']}"} if row["kind"] == "folder" else {}
    return {
        **({**named, "url": None, "gone": "gone"} if row["kind"] in PAPERS else {}),
        "bases": kept,
        "seen": {name: view for name, view in row["seen"].items() if plain(name)},
        "parked": {name: entry for name, entry in row["parked"].items() if not name},
        "hash": None,
    }


def _entries(conn: sa.Connection, owner: str, *, everything: bool) -> int:
    count = 0
    for table in (conflict, parked):
        mine = [table.c.entity == owner, *([] if everything else [table.c.closed.is_not(None)])]
        for row in conn.execute(sa.select(table.c.id, table.c.shown).where(*mine)).all():
            conn.execute(sa.update(table).where(table.c.id == row.id).values(text=MARK, shown=_bare_entry(row.shown)))
            count += 1
    return count


def _bare_entry(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a conflict or of something parked, with nothing in it."""
    if "parties" in shown:
        return {**shown, "hub": None, "parties": [], "why": ""}
    return {**shown, "text": MARK, "value": {}, "view": None, "allowed": []}


def _writes(conn: sa.Connection, owner: str, *, everything: bool) -> int:
    mine = [outbox.c.entity == owner]
    where = mine if everything else [*mine, outbox.c.state.not_in(OPEN_STATES)]
    if everything:  # else it would be made, without a word in it
        conn.execute(sa.delete(outbox).where(*mine, outbox.c.state == "planned", IS_OPEN))
    return conn.execute(sa.update(outbox).where(*where).values(fields=[], fixed={}, left_out={})).rowcount


def _entity(conn: sa.Connection, owner: str, plain: Plain, *, everything: bool) -> None:
    row = conn.execute(sa.select(entity.c.held, entity.c.facts).where(entity.c.id == owner)).one()
    values: dict[str, Any] = {"held": {name: held for name, held in row.held.items() if plain(name)}}
    if everything:
        values["facts"] = {name: fact for name, fact in row.facts.items() if plain(name)}
        values["conflicts"] = {}
    raised = {"revision": entity.c.revision + 1}
    conn.execute(sa.update(entity).where(entity.c.id == owner).values(**values, **raised))


# --- a person ---------------------------------------------------------------------------------------------------------


_SAID = ("field", "old", "new", "parties", "by", "cause")
"""The field only where it is a file's name: others are ours."""
_OF_ALL = frozenset({"by", "cause"})


def forget_person(store: Store, words: Collection[str], *, by: str) -> Forgotten:
    """
    Replace every one of *words* (names, addresses, log-ins) wherever the past holds it; whole words, large or small.

    What living records show stays: see `Forgotten.records`.
    """
    search = Mentions(words)
    with store.write() as conn:
        lines = _history(conn, search)
        dead = search.through(conn, link, ("bases", "seen", "parked"), where=link.c.tombstone)
        entries = sum(
            search.through(conn, table, ("shown", "text"), where=table.c.closed.is_not(None))
            for table in (conflict, parked)
        )
        closed = outbox.c.state.not_in(OPEN_STATES)
        writes = search.through(conn, outbox, ("fields", "fixed", "left_out"), where=closed, key="key")
        living = sa.exists().where(link.c.entity == entity.c.id, link.c.tombstone.is_(False))
        search.through(conn, entity, ("held",))
        search.through(conn, entity, ("facts", "conflicts"), where=~living)
        search.origins(conn)
        search.through(conn, run, ("by",))
        search.through(conn, attachment, ("name", "called"), where=attachment.c.gone)
        _copies(conn, search)
        _drop_person(conn, search)
        drop(conn)
        told = Event("forgotten", "", by=by, cause="a person")
        write_down(store, conn, [event_row(told)])
        shown = tuple(_shown(conn, search))
    return Forgotten(lines, dead, entries, writes, all=not shown, records=shown)


def _history(conn: sa.Connection, search: Mentions) -> int:
    """Of how many lines something was forgotten: who did a deed, and why, is told of each of its lines."""
    count = 0
    for row in search.rows(conn, event, ("id", "kind", "what", "lines", "more", *_SAID), where=None):
        names = _SAID if row["kind"] == "file" and row["what"] in NAMED_BY_FILE else _SAID[1:]
        marked = {name: search.marked(row[name]) for name in names}
        marked["more"] = [[field, *map(search.marked, said)] for field, *said in row["more"]]
        values = {name: form for name, form in marked.items() if form != row[name]}
        if values:
            conn.execute(sa.update(event).where(event.c.id == row["id"]).values(values))
            further = sum(after != before for after, before in zip(marked["more"], row["more"], strict=True))
            count += row["lines"] if values.keys() & _OF_ALL else further + bool(values.keys() - {"more"})
    return count


def _copies(conn: sa.Connection, search: Mentions) -> None:
    """Names of files that could not be copied; those of requests in doubt stay, as these are looked for by them."""
    known = sa.select(file_copy).where(file_copy.c.name != "", file_copy.c.state.not_in(IN_DOUBT))
    for row in conn.execute(known).mappings().all():
        marked = search.marked(row["name"])
        if marked != row["name"]:
            mine = [file_copy.c[key.name] == row[key.name] for key in file_copy.primary_key]
            conn.execute(sa.update(file_copy).where(*mine).values(name=marked))


def _drop_person(conn: sa.Connection, search: Mentions) -> None:
    """Who they were in the systems, what was answered and asked about them; a system that knows them tells it again."""

    def names(row: sa.RowMapping, columns: Sequence[str]) -> bool:
        return any(search.is_one(row[name]) for name in columns)

    mine = [row for row in conn.execute(sa.select(identity)).mappings() if names(row, ("name", "email", "login"))]
    same = [row for row in conn.execute(sa.select(person)).mappings() if names(row, ("name", "email"))]
    also = conn.execute(sa.select(identity).where(identity.c.person.in_([row["id"] for row in same]))).mappings()
    ids = {(row["system"], row["external_id"]) for row in (*mine, *also)}
    answered = [row["identity"] for row in conn.execute(sa.select(answer)).mappings() if names(row, ("identity",))]
    forget_people(conn, named=answered, ids=ids)
    search.through(conn, parked, ("shown", "text", "record"), where=parked.c.kind == "person")


def _shown(conn: sa.Connection, search: Mentions) -> Iterator[tuple[str, str]]:
    """Yield the living records that still show one of the words."""
    query = sa.select(link.c.system, link.c.external_id, link.c.bases, link.c.seen).where(link.c.tombstone.is_(False))
    for row in conn.execute(query.order_by(link.c.id)):
        if search.found([row.bases, row.seen]):
            yield row.system, row.external_id
