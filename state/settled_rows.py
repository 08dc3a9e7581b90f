"""The rows that settling reads, and what it does to writes and entities."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from .outbox import Joined, its_link
from .rows import cut, same_record
from .tables import entity, inbox, link, outbox

_NEEDED = {
    outbox: ("key", "entity", "system", "kind", "verb", "again", "left_out"),
    link: (
        ["id", "external_id", "version", "hash", "url", "in_scope", "touched", "began", "tombstone", "gone", "parked"]
    ),
    inbox: ("system", "kind", "external_id", "sequence", "version", "hash", "put_at", "views"),
}


def sent_rows(conn: sa.Connection, keys: Sequence[str]) -> list[Joined]:
    """Return the rows of writes that are `sent`, of their links and of what waits in the inbox for those."""
    return list(cut(conn.execute(_sent(), {"keys": keys}), *_NEEDED.values()))


@cache
def _sent() -> sa.Select[Any]:
    joined = (
        outbox.join(entity, entity.c.id == outbox.c.entity)
        .outerjoin(link, its_link())
        .outerjoin(inbox, same_record(inbox))
    )
    columns = [table.c[name] for table, names in _NEEDED.items() for name in names]
    return (
        sa.select(*columns)
        .select_from(joined)
        .where(outbox.c.key.in_(sa.bindparam("keys", expanding=True)), outbox.c.state == "sent")
        .order_by(outbox.c.entity, outbox.c.key)
        .with_for_update(of=[outbox, entity])
    )


@cache
def raised() -> sa.Update:
    values = {"due": entity.c.due + sa.bindparam("b_due", type_=sa.Integer()), "revision": entity.c.revision + 1}
    return sa.update(entity).where(entity.c.id == sa.bindparam("b_id")).values(values)


@cache
def closing() -> sa.Update:
    given = {
        name: sa.bindparam(f"b_{name}", type_=outbox.c[name].type)
        for name in ("state", "not_before", "closed_at", "again")
    }
    window = sa.bindparam("b_window", type_=sa.Float())
    return (
        sa.update(outbox)
        .where(outbox.c.key == sa.bindparam("b_key"))
        .values(**given, worker=None, window=sa.func.coalesce(window, outbox.c.window))
    )
