"""Who did what at the page, and to the accounts: an entry is added and never changed."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .store import Store
from .tables import audit


@dataclass(frozen=True, slots=True)
class Audited:
    """BY (a login, "" for whoever was not let in) did WHAT, ABOUT something, from an ADDRESS."""

    by: str
    what: str
    about: str = ""
    address: str = ""
    at: datetime | None = None


def note(store: Store, done: Audited) -> None:
    """Add an entry."""
    row = {"at": store.clock(), "by": done.by, "what": done.what, "about": done.about, "address": done.address}
    with store.write() as conn:
        conn.execute(sa.insert(audit), row)


def audited(store: Store, *, limit: int, skip: int = 0, by: str = "") -> tuple[Audited, ...]:
    """Return entries, newest first; those of one login where BY names it."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit).offset(skip)
    with store.read() as conn:
        rows = conn.execute(query.where(audit.c.by == by) if by else query)
        return tuple(Audited(row.by, row.what, row.about, row.address, row.at) for row in rows)
