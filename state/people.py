"""
People as systems know them, who each of them is, and what has been answered about them.

Who an id was when it was first met is kept, whatever its system shows of it later.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mappings.exchange import SystemPerson
from mappings.lens import UNKNOWN
from mappings.reconcile.model import Parked

from . import codec
from .prepared import inserted, many
from .rows import as_asked
from .store import Store
from .tables import answer, identity, parked, person


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as one system knows them. PERSON is the hub's own id of them, NAMED their canonical name, if known."""

    person: str
    system: str
    known: SystemPerson
    named: str | None = None


def store_people(store: Store, system: str, *, people: Sequence[SystemPerson], who: Mapping[str, str]) -> None:
    """
    Keep the people of *system*; WHO says which person an id is, by the canonical name. One of whom it says nothing is
    a person of their own, known in this system only.
    """
    with store.write() as conn:
        named = {row.email: row.id for row in conn.execute(sa.select(person.c.email, person.c.id)) if row.email}
        query = sa.select(identity.c.external_id, identity.c.person).where(identity.c.system == system)
        taken = set(named.values())
        alone = {row.external_id: row.person for row in conn.execute(query) if row.person not in taken}
        fresh, rows = [], []
        for one in people:
            name = who.get(one.id)
            owner = named.get(name) if name else alone.get(one.id)
            if owner is None:
                owner = store.fresh_id()
                fresh.append({"id": owner, "name": one.name, "email": name})
                if name:
                    named[name] = owner
            rows.append(_row(system, one, owner))
        many(conn, inserted(person), fresh)
        new = store.insert(identity)
        names = ("person", "name", "email", "login", "active")
        replaces = {name: new.excluded[name] for name in names}
        if rows:
            conn.execute(new.on_conflict_do_update(index_elements=["system", "external_id"], set_=replaces), rows)


def identities(store: Store, *, system: str | None = None) -> tuple[Identity, ...]:
    """Return all identities, or those of one system."""
    with store.read() as conn:
        rows = conn.execute(_identities(*(["system"] if system is not None else [])), {"system": system})
        return tuple(
            Identity(
                row.person,
                row.system,
                SystemPerson(row.external_id, row.name, email=row.email, login=row.login, active=row.active),
                row.named,
            )
            for row in rows
        )


@cache
def _identities(*names: str) -> sa.Select[Any]:
    query = sa.select(identity, person.c.email.label("named")).join(person, person.c.id == identity.c.person)
    return query.where(*as_asked(identity, *names)).order_by(identity.c.system, identity.c.external_id)


def names(store: Store, wanted: Collection[str]) -> dict[str, str]:
    """
    Return canonical name -> what the person is called now, of those WANTED that systems have told of: by the first
    system, in the order of their names, in which their account is active.
    """
    if not wanted:
        return {}
    query = sa.select(person.c.email, identity.c.name).join(identity, identity.c.person == person.c.id)
    last = (identity.c.active, identity.c.system.desc(), identity.c.external_id.desc())
    with store.read() as conn:
        rows = conn.execute(query.where(person.c.email.in_(sorted(wanted))).order_by(*last))
        return {row.email: row.name for row in rows if row.name}


def names_of(everybody: Sequence[Identity]) -> dict[str, str]:
    """As `names`, of EVERYBODY as `identities` gives them."""
    found: dict[str, str] = {}
    for one in sorted(everybody, key=lambda one: not one.known.active):
        if one.named and one.known.name:
            found.setdefault(one.named, one.known.name)
    return found


def _row(system: str, one: SystemPerson, owner: str) -> dict[str, object]:
    return {
        "system": system,
        "external_id": one.id,
        "person": owner,
        "name": one.name,
        "email": one.email,
        "login": one.login,
        "active": one.active,
    }


# --- what people have answered ----------------------------------------------------------------------------------------


AGAIN = "?"
"""Stands in the place of a person whom somebody has named and taken back: who it is, is asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody (BY) has said that ID of SYSTEM is the person IDENTITY, or nobody we work with (""), or AGAIN."""

    system: str
    id: str
    identity: str
    by: str = ""
    at: datetime | None = None


def keep_answer(store: Store, given: Answer) -> None:
    """Keep an answer, in the place of an earlier one about the same id."""
    new = store.insert(answer)
    replaces = {name: new.excluded[name] for name in ("identity", "by", "at")}
    row = {"system": given.system, "external_id": given.id, "identity": given.identity, "by": given.by}
    with store.write() as conn:
        again = new.on_conflict_do_update(index_elements=["system", "external_id"], set_=replaces)
        conn.execute(again, {**row, "at": store.clock()})


_ANSWERS = sa.select(answer).order_by(answer.c.system, answer.c.external_id)


def answers(store: Store) -> tuple[Answer, ...]:
    """Return what has been answered."""
    with store.read() as conn:
        rows = conn.execute(_ANSWERS)
        return tuple(Answer(row.system, row.external_id, row.identity, row.by, row.at) for row in rows)


def forget_answer(store: Store, system: str, id_: str) -> bool:
    """
    Forget what was answered about an id; False where nothing was.

    Where it was a person, nothing waits any more that would ask who it is: it is kept that this is asked again.
    """
    mine = (answer.c.system == system, answer.c.external_id == id_)
    with store.write() as conn:
        nobody = conn.execute(sa.delete(answer).where(*mine, answer.c.identity == "")).rowcount
        again = (
            sa.update(answer).where(*mine, answer.c.identity != AGAIN).values(identity=AGAIN, by="", at=store.clock())
        )
        return bool(nobody or conn.execute(again).rowcount)


def forget_people(conn: sa.Connection, *, named: Collection[str], ids: Collection[tuple[str, str]]) -> None:
    """Forget whom these names and these ids (system, id) stand for, and what was answered about them."""
    folded = {name.casefold() for name in named}
    for row in conn.execute(sa.select(answer.c.system, answer.c.external_id, answer.c.identity)).all():
        if (row.system, row.external_id) in ids or row.identity.casefold() in folded:
            mine = (answer.c.system == row.system, answer.c.external_id == row.external_id)
            conn.execute(sa.delete(answer).where(*mine))
    for system, id_ in ids:
        conn.execute(sa.delete(identity).where(identity.c.system == system, identity.c.external_id == id_))
    nobodys = ~sa.exists().where(identity.c.person == person.c.id)
    conn.execute(sa.delete(person).where(nobodys))


# --- who waits for an answer ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A field of an entity (CASE: its key) that is set aside in a system because of somebody unknown."""

    entity: str
    system: str
    parked: Parked


def waiting(store: Store) -> tuple[Waiting, ...]:
    """Return what is set aside because of somebody unknown, oldest first."""
    query = sa.select(parked.c.entity, parked.c.system, parked.c.shown)
    query = query.where(parked.c.closed.is_(None), parked.c.code == UNKNOWN, parked.c.entity.is_not(None))
    with store.read() as conn:
        rows: Iterable[sa.Row[tuple[str, str, object]]] = conn.execute(query.order_by(parked.c.id))
        return tuple(Waiting(row.entity, row.system, codec.parked_of(row.shown)) for row in rows)


def asked(store: Store) -> dict[tuple[str, str], str]:
    """Return (system, id) -> the question about somebody unknown that stands on the attention list."""
    query = sa.select(parked.c.system, parked.c.record, parked.c.text)
    query = query.where(parked.c.closed.is_(None), parked.c.code == UNKNOWN, parked.c.entity.is_(None))
    with store.read() as conn:
        return {(row.system, row.record): row.text for row in conn.execute(query)}
