"""
What systems told about themselves: cached dictionaries, learned workflows, and tokens that they rotate.

Tokens are encrypted (Fernet); the key is an argument and is never stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from mappings.exchange import Json, Transition

from .errors import WrongKey
from .prepared import many
from .rows import as_asked
from .store import Store, inserting
from .tables import dictionary, token, workflow


def remember(store: Store, system: str, *, name: str, form: Json) -> None:
    """Keep a dictionary (stages, statuses, users) of *system* as of now."""
    with store.write() as conn:
        many(conn, _keeping(store.dialect), [{"system": system, "name": name, "form": form, "at": store.clock()}])


@cache
def _keeping(dialect: str) -> Any:
    new = inserting(dialect, dictionary)
    return new.on_conflict_do_update(
        index_elements=["system", "name"], set_={"form": new.excluded.form, "at": new.excluded.at}
    )


def change(store: Store, system: str, *, name: str, how: Callable[[Json], Json]) -> Json:
    """
    Keep what HOW makes of a dictionary, however old it is (of None where there is none), and return that.

    Of two changes at the same time none is lost: the later one is made of what the earlier one has left.
    """
    row = {"system": system, "name": name, "at": store.clock()}
    kept = sa.select(dictionary.c.form).where(*as_asked(dictionary, "system", "name"))
    with store.write() as conn:
        conn.execute(store.insert(dictionary).on_conflict_do_nothing(), [{**row, "form": None}])
        form = how(conn.execute(kept.with_for_update(), {"system": system, "name": name}).scalar_one())
        many(conn, _keeping(store.dialect), [{**row, "form": form}])
    return form


_KEPT = sa.select(dictionary.c.form).where(
    *as_asked(dictionary, "system", "name"), dictionary.c.at > sa.bindparam("after")
)
"""Made once: a pass asks it a dozen times and more."""


def recall(store: Store, system: str, *, name: str, within: timedelta = timedelta(hours=1)) -> Json:
    """Return a dictionary that is not older than WITHIN, else None."""
    keys = {"system": system, "name": name, "after": store.clock() - within}
    with store.read() as conn:
        return conn.execute(_KEPT, keys).scalar_one_or_none()


def recall_all(store: Store, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Json]:
    """Return the dictionaries WANTED ((system, name)), however old; those that were never kept are left out."""
    if not wanted:
        return {}
    here = sa.tuple_(dictionary.c.system, dictionary.c.name).in_(list(wanted))
    with store.read() as conn:
        rows = conn.execute(sa.select(dictionary.c.system, dictionary.c.name, dictionary.c.form).where(here))
        return {(row.system, row.name): row.form for row in rows}


def forget(store: Store, system: str) -> None:
    """Drop all dictionaries of *system*."""
    with store.write() as conn:
        conn.execute(sa.delete(dictionary).where(dictionary.c.system == system))


def learn(store: Store, system: str, *, kind: str, transitions: Sequence[Transition]) -> None:
    """Remember steps that the workflow of (system, kind) allows; known ones are seen again."""
    new = store.insert(workflow)
    keys = ["system", "kind", "type", "role", "source", "target"]
    again = new.on_conflict_do_update(index_elements=keys, set_={"seen_at": new.excluded.seen_at})
    rows = [
        {
            "system": system,
            "kind": kind,
            "type": step.type,
            "role": step.role,
            "source": step.source,
            "target": step.target,
            "seen_at": store.clock(),
        }
        for step in transitions
    ]
    if rows:
        with store.write() as conn:
            conn.execute(again, rows)


def unlearn(store: Store, system: str, *, kind: str, transitions: Sequence[Transition]) -> None:
    """Forget steps that a workflow has refused."""
    with store.write() as conn:
        for step in transitions:
            conn.execute(
                sa.delete(workflow).where(
                    workflow.c.system == system,
                    workflow.c.kind == kind,
                    workflow.c.type == step.type,
                    workflow.c.role == step.role,
                    workflow.c.source == step.source,
                    workflow.c.target == step.target,
                )
            )


_STEPS = (
    sa.select(workflow)
    .where(*as_asked(workflow, "system", "kind"))
    .order_by(workflow.c.type, workflow.c.role, workflow.c.source, workflow.c.target)
)


def transitions(store: Store, system: str, *, kind: str) -> tuple[Transition, ...]:
    """Return the steps that are known to be allowed."""
    with store.read() as conn:
        rows = conn.execute(_STEPS, {"system": system, "kind": kind})
        return tuple(Transition(row.source, row.target, row.type, row.role) for row in rows)


@dataclass(frozen=True, slots=True)
class Token:
    """A secret that a system rotates. VERSION is given back to `replace_token`."""

    secret: str
    version: int
    changed: datetime

    def __repr__(self) -> str:
        return f"Token(version={self.version})"


def read_token(store: Store, system: str, *, name: str, key: bytes) -> Token | None:
    """Return a stored token, None if there is none. Raises `WrongKey`."""
    query = sa.select(token).where(token.c.system == system, token.c.name == name)
    with store.read() as conn:
        row = conn.execute(query).one_or_none()
    if row is None:
        return None
    try:
        secret = Fernet(key).decrypt(row.secret).decode()
    except InvalidToken as error:
        raise WrongKey(f"{system}: the stored token {name!r} cannot be read with this key") from error
    return Token(secret, row.version, row.changed)


def replace_token(store: Store, system: str, *, name: str, secret: str, key: bytes, old: Token | None) -> bool:
    """
    Store the token that takes the place of OLD; False if somebody replaced it first (read it again and use that).

    To rotate: hold a lease (``token:<system>``) while the request is under way, so that two processes do not spend one
    refresh token.
    """
    sealed = Fernet(key).encrypt(secret.encode())
    here = sa.and_(token.c.system == system, token.c.name == name)
    now = store.clock()
    with store.write() as conn:
        version = conn.execute(sa.select(token.c.version).where(here).with_for_update()).scalar_one_or_none()
        if version != (old.version if old else None):
            return False
        if version is None:
            row = {"system": system, "name": name, "secret": sealed, "version": 1, "changed": now}
            new = store.insert(token).on_conflict_do_nothing(index_elements=["system", "name"])
            return conn.execute(new.returning(token.c.version), row).first() is not None
        conn.execute(sa.update(token).where(here).values(secret=sealed, version=version + 1, changed=now))
    return True
