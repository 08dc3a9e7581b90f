"""Records that have to be taken in anew although their content is known: a mapping asks for other places of them."""

from collections.abc import Sequence

import sqlalchemy as sa

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
