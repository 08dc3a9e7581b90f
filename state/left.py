"""
What a person has left as it is where no link keeps that: at a document, at a template. Its entry is closed under the
code of its own.

It is off the list, and not told anew while it is all that is to be told there.
"""

import sqlalchemy as sa

from mappings.reconcile.model import Parked

from . import codec
from .attention import LEFT, Changes, Place
from .store import Store
from .tables import parked


def leave_field(store: Store, place: Place, field: str) -> None:
    """Take what is parked at one field from the list because a person leaves it, and remember what that was."""
    with store.write() as conn:
        conn.execute(sa.update(parked).where(*_at(place, field)).values(closed=store.clock(), code=LEFT))


def told_at(conn: sa.Connection, place: Place, field: str) -> Parked | None:
    """Return what is parked at a field, or was left there by a person and has not been over since."""
    told = sa.select(parked.c.shown).where(*_at(place, field)).order_by(parked.c.id.desc()).limit(1)
    shown = conn.execute(told).scalar_one_or_none()
    return codec.parked_of(shown) if shown is not None else None


def attend(store: Store, conn: sa.Connection, place: Place, *, field: str, entry: Parked | None) -> None:
    """ENTRY is what is to be told at a field now (None: nothing); what a person has left there is not told anew."""
    before = told_at(conn, place, field)
    if entry == before:
        return
    if before is not None:  # what was left is over, or something else is to be told
        left = sa.update(parked).where(*_at(place, field), parked.c.code == LEFT)
        conn.execute(left.values(code=before.code))
    changes = Changes()
    if entry is None:
        changes.unpark(place, field=field)
    else:
        changes.park(place, field=field, entry=entry)
    changes.write(store, conn)


def _at(place: Place, field: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        parked.c.entity == place.entity,  # the index of what is open knows nothing of what was left
        parked.c.subject == place.subject,
        parked.c.system == place.system,
        parked.c.kind == place.kind,
        parked.c.field == field,
        sa.or_(parked.c.closed.is_(None), parked.c.code == LEFT),
    )
