"""Running numbers: keys for people, ``CASE-42``, one row per prefix."""

import sqlalchemy as sa

from .store import Store
from .tables import counter


def reserve(store: Store, conn: sa.Connection, prefix: str, *, count: int) -> int:
    """Take the next *count* numbers of *prefix*, and return the first. A rolled back transaction gives them back."""
    new = store.insert(counter)
    raised = new.on_conflict_do_update(index_elements=["prefix"], set_={"last": counter.c.last + count})
    last = conn.execute(raised.returning(counter.c.last), {"prefix": prefix, "last": count}).scalar_one()
    return int(last) - count + 1
