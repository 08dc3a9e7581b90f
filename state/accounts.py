"""Accounts of the page and the tree of units they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .errors import Taken
from .store import Store
from .tables import account, api_token, login_link, session, unit


@dataclass(frozen=True, slots=True)
class Account:
    """
    Somebody who may look at the page.

    PERSON is the name that cases know them by (e-mail, or the key under `people:`, in small letters; "" where no case
    knows them). HASH is that of the password, None where they come in by a link only.
    """

    id: str
    login: str
    name: str
    role: str
    level: str
    person: str = ""
    unit: str | None = None
    language: str | None = None
    hash: str | None = None
    disabled: bool = False
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the firm: PARENT is the one above, HEAD the id of the account that leads it."""

    id: str
    name: str
    parent: str | None = None
    head: str | None = None


_FIELDS = ("id", "login", "name", "role", "level", "person", "unit", "language", "hash", "disabled", "created")
COLUMNS = tuple(account.c[name] for name in _FIELDS)
"""What `account_of` makes an account from."""


def account_of(row: Sequence[Any]) -> Account:
    """Return the account in a row that begins with `COLUMNS`."""
    return Account(**dict(zip(_FIELDS, row, strict=False)))


def add(store: Store, new: Account) -> Account:
    """Keep a new account, and return it with its id. Raises `Taken` where the login has one."""
    made = {name: getattr(new, name) for name in _FIELDS} | {"id": store.fresh_id(), "created": store.clock()}
    with store.write() as conn:
        if conn.execute(sa.select(account.c.id).where(account.c.login == new.login)).first():
            raise Taken(f"there is an account {new.login!r} already")
        conn.execute(sa.insert(account), made)
    return Account(**made)


def accounts(store: Store) -> tuple[Account, ...]:
    """Return all accounts, by login."""
    with store.read() as conn:
        return tuple(account_of(row) for row in conn.execute(sa.select(*COLUMNS).order_by(account.c.login)))


def named(store: Store, login: str) -> Account | None:
    """Return the account with that login."""
    return _one(store, account.c.login == login)


def by_id(store: Store, id_: str) -> Account | None:
    """Return the account with that id."""
    return _one(store, account.c.id == id_)


def _one(store: Store, which: sa.ColumnElement[bool]) -> Account | None:
    with store.read() as conn:
        row = conn.execute(sa.select(*COLUMNS).where(which)).first()
    return account_of(row) if row else None


def change(store: Store, id_: str, *, to: Mapping[str, object], keep: str | None = None) -> None:
    """
    Change fields of an account. Another password ends all sessions but KEEP, the hash of one, and so does it to be
    disabled, which takes its tokens as well.
    """
    with store.write() as conn:
        conn.execute(sa.update(account).where(account.c.id == id_).values(**to))
        if "hash" in to or to.get("disabled"):
            others = session.c.account == id_
            conn.execute(sa.delete(session).where(others if keep is None else others & (session.c.hash != keep)))
            conn.execute(sa.delete(login_link).where(login_link.c.account == id_))
        if to.get("disabled"):
            conn.execute(sa.delete(api_token).where(api_token.c.account == id_))


# --- units ------------------------------------------------------------------------------------------------------------


def add_unit(store: Store, new: Unit) -> Unit:
    """Keep a new unit, and return it with its id. Raises `Taken` where there is one of that name."""
    made = Unit(store.fresh_id(), new.name, new.parent, new.head)
    row = {"id": made.id, "name": made.name, "parent": made.parent, "head": made.head}
    with store.write() as conn:
        if conn.execute(sa.select(unit.c.id).where(unit.c.name == new.name)).first():
            raise Taken(f"there is a unit {new.name!r} already")
        conn.execute(sa.insert(unit), row)
    return made


def lead(store: Store, id_: str, head: str | None) -> None:
    """Have the account HEAD lead a unit, or nobody."""
    with store.write() as conn:
        conn.execute(sa.update(unit).where(unit.c.id == id_).values(head=head))


def units(store: Store) -> tuple[Unit, ...]:
    """Return all units, by name."""
    with store.read() as conn:
        rows = conn.execute(sa.select(unit.c.id, unit.c.name, unit.c.parent, unit.c.head).order_by(unit.c.name))
        return tuple(Unit(*row) for row in rows)


def tree(store: Store) -> tuple[tuple[Unit, ...], tuple[tuple[str, str], ...]]:
    """
    Return all units by name, and (unit, person) of everybody in them whom cases know, whether they may still come in or
    not: in one statement, as it is asked for with every page of who reads beyond their own cases.
    """
    known = (account.c.unit == unit.c.id) & (account.c.person != "")
    columns = (unit.c.id, unit.c.name, unit.c.parent, unit.c.head, account.c.person)
    query = sa.select(*columns).join_from(unit, account, known, isouter=True).order_by(unit.c.name, account.c.person)
    with store.read() as conn:
        rows = conn.execute(query).all()
    found = dict.fromkeys(Unit(row.id, row.name, row.parent, row.head) for row in rows)
    return tuple(found), tuple((row.id, row.person) for row in rows if row.person is not None)
