"""Who did what at the page, and to the accounts: an entry is added and never changed."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .store import Store
from .tables import audit

WHERE_FROM: ContextVar[str] = ContextVar("where_from", default="")
"""The address of whoever asks, for what is noted while they are answered."""


@dataclass(frozen=True, slots=True)
class Audited:
    """BY (a login, "" for whoever was not let in) did WHAT, ABOUT something, from an ADDRESS."""

    by: str
    what: str
    about: str = ""
    address: str = ""
    at: datetime | None = None


def note(store: Store, *done: Audited) -> None:
    """Add entries."""
    at, address = store.clock(), WHERE_FROM.get()
    rows = [
        {"at": at, "by": one.by, "what": one.what, "about": one.about, "address": one.address or address}
        for one in done
    ]
    if rows:
        with store.write() as conn:
            conn.execute(sa.insert(audit), rows)


def audited(store: Store, *, limit: int, skip: int = 0, by: str = "") -> tuple[Audited, ...]:
    """Return entries, newest first; those of one login where BY names it."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit).offset(skip)
    with store.read() as conn:
        rows = conn.execute(query.where(audit.c.by == by) if by else query)
        return tuple(Audited(row.by, row.what, row.about, row.address, row.at) for row in rows)
