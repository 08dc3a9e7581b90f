"""
Records that have to be taken in anew although their content is known (a mapping asks for other places of them) or
older than what is known.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from .attention import Place
from .gone import mark
from .rows import frozen
from .store import Store
from .tables import entity, link


def forget_content(store: Store, sync: str, *, scopes: Sequence[tuple[str, str]]) -> int:
    """
    Have the linked records of *sync* in SCOPES ((system, kind) pairs) taken for news when they are next read, whatever
    they show; returns how many. Their bases and views stay.
    """
    mine = sa.exists().where(entity.c.id == link.c.entity, entity.c.sync == sync)
    there = sa.or_(*(sa.and_(link.c.system == system, link.c.kind == kind) for system, kind in scopes))
    known = sa.update(link).where(mine, there, link.c.hash.is_not(None), sa.not_(link.c.tombstone))
    with store.write() as conn:
        return int(conn.execute(known.values(hash=None)).rowcount) if scopes else 0


def meet_anew(store: Store, place: Place) -> None:
    """
    Have the linked record of *place* looked at as if its entity met it for the first time, when it is next read: in
    whatever state it is then. Only what its server had filled in by itself is known as that. One to which a write is on
    its way is left as it is.
    """
    there = (link.c.system == place.system, link.c.kind == place.kind, link.c.external_id == place.record)
    with store.write() as conn:
        meet_links_anew(conn, conn.execute(sa.select(link.c.id).where(*there)).scalars().all())


def meet_links_anew(conn: sa.Connection, ids: Sequence[int]) -> None:
    """As `meet_anew` of the links *ids*, inside a transaction."""
    if not ids:
        return
    query = sa.select(link.c.id, link.c.entity, link.c.bases).where(link.c.id.in_(ids), ~frozen())
    for row in conn.execute(query).all():
        defaults = {slot: form for slot, form in row.bases.items() if form.get("default")}
        anew = {"hash": None, "version": None, "bases": defaults, "seen": {}}
        conn.execute(sa.update(link).where(link.c.id == row.id).values(anew))
        mark(conn, [row.entity])
