"""Finding cases, clients, contacts, items, notes and documents by words, among those that a reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..store import Store
from ..tables import case_line, case_person, searched
from .asking import having, holds
from .stems import TITLE


@dataclass(frozen=True, slots=True)
class Sought:
    """
    What is asked for: WORDS are stems, the last one may be the beginning of one; at least one.

    PERSONS are those whose cases may be read (None: all); INTERNAL: internal notes too. KINDS: () for all. What has KEY
    comes first.
    """

    words: tuple[str, ...]
    persons: frozenset[str] | None
    internal: bool = False
    kinds: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. CASE is the key of the case it belongs to, with that case's title; "" for a client."""

    kind: str
    key: str
    case: str
    case_title: str
    title: str
    client: str
    text: str
    at: datetime
    internal: bool = False


def numbers(store: Store, sought: Sought) -> dict[str, int]:
    """Return kind -> how much there is to be found, whatever KINDS are asked for."""
    query = sa.select(searched.c.kind, sa.func.count()).where(*_visible(store, sought)).group_by(searched.c.kind)
    with store.read() as conn:
        return {kind: int(number) for kind, number in conn.execute(query)}


def find(store: Store, sought: Sought, *, skip: int = 0, limit: int = 20) -> tuple[Found, ...]:
    """Return what was found: by its key first, then by its title, then the newest."""
    of_title = searched.c.id.in_(having(store.dialect, sought.words, mark=TITLE))
    first = sa.case((searched.c.key == sought.key, 0), (of_title, 1), else_=2)
    ordered = (first, searched.c.at.desc(), searched.c.id)
    wanted = [*_visible(store, sought), *([searched.c.kind.in_(sought.kinds)] if sought.kinds else [])]
    ids = sa.select(searched.c.id).where(*wanted).order_by(*ordered).offset(skip).limit(limit)
    joined = searched.outerjoin(case_line, case_line.c.key == searched.c.case_key)
    query = sa.select(searched, case_line.c.title.label("case_title")).select_from(joined)
    query = query.where(searched.c.id.in_(ids)).order_by(*ordered)  # the rows are wide to be sorted
    with store.read() as conn:
        return tuple(map(_found, conn.execute(query).mappings()))


def _visible(store: Store, sought: Sought) -> Sequence[sa.ColumnElement[bool]]:
    conditions = [holds(store.dialect, sought.words)]
    if not sought.internal:
        conditions.append(searched.c.internal.is_(False))
    if sought.persons is None:
        return conditions
    keys = sa.select(case_person.c.key).where(case_person.c.person.in_(sorted(sought.persons)))
    clients = sa.select(case_line.c.client).where(case_line.c.key.in_(keys), case_line.c.client != "")
    their_client = sa.and_(searched.c.kind.in_(("client", "contact")), searched.c.client.in_(clients))
    return [*conditions, sa.or_(searched.c.case_key.in_(keys), their_client)]


def _found(row: Any) -> Found:
    return Found(
        row["kind"],
        row["key"],
        row["case_key"],
        row["case_title"] or "",
        row["title"],
        row["client"],
        row["text"],
        row["at"],
        internal=bool(row["internal"]),
    )
