"""
What one deed says of several fields is one row of the history.

Revision 0017.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from state.columns import Json, Time, Words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WIDTH = 100
EVENT = sa.Table(
    "event",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, primary_key=True),
    *(sa.Column(name, Json) for name in ("old", "new", "more", "parties")),
    *(sa.Column(name, sa.Integer if name == "lines" else Words) for name in ("lines", "entity", "what", "field", "by")),
    *(sa.Column(name, Words) for name in ("system", "kind", "record", "cause", "run")),
    *(sa.Column(name, Time) for name in ("at", "hub_at")),
)
SAID = "restored from line %"
PAGE = 1000


def upgrade() -> None:
    """Line 118 of before is now line 11800."""
    op.add_column("event", sa.Column("more", Json, nullable=False, server_default="[]"))
    op.add_column("event", sa.Column("lines", sa.Integer, nullable=False, server_default="1"))
    named = sa.update(EVENT).where(EVENT.c.cause.like(SAID))
    op.get_bind().execute(named.values(cause=EVENT.c.cause + "00"))


def downgrade() -> None:
    """Each line gets a row of its own again, under the number that it has: their order is what the history says."""
    conn = op.get_bind()
    for sign in (-WIDTH, -1):  # past each other, so that no number is there twice
        conn.execute(sa.update(EVENT).values(id=EVENT.c.id * sign))
    last = 0
    while rows := conn.execute(_several(last)).mappings().all():
        last = rows[-1]["id"]
        conn.execute(sa.insert(EVENT), [line for row in rows for line in _lines(dict(row))])
    if conn.dialect.name == "postgresql":
        highest = sa.select(sa.func.coalesce(sa.func.max(EVENT.c.id), 1)).scalar_subquery()
        conn.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("event", "id"), highest)))
    op.drop_column("event", "lines")
    op.drop_column("event", "more")


def _several(after: int) -> sa.Select[Any]:
    return sa.select(EVENT).where(EVENT.c.lines > 1, EVENT.c.id > after).order_by(EVENT.c.id).limit(PAGE)


def _lines(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for place, (field, old, new) in enumerate(row["more"], start=1):
        yield {**row, "id": row["id"] + place, "field": field, "old": old, "new": new, "more": [], "lines": 1}
