"""
What one deed says of several fields is one row of the history.

Revision 0017.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Json, Time, Words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

EVENT = sa.Table(
    "event",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, Json) for name in ("old", "new", "more", "parties")),
    *(sa.Column(name, sa.Integer if name == "lines" else Words) for name in ("lines", "entity", "what", "field", "by")),
    *(sa.Column(name, Words) for name in ("system", "kind", "record", "cause", "run")),
    *(sa.Column(name, Time) for name in ("at", "hub_at")),
)


def upgrade() -> None:
    op.add_column("event", sa.Column("more", Json, nullable=False, server_default="[]"))
    op.add_column("event", sa.Column("lines", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    """Each line gets a row of its own again."""
    conn = op.get_bind()
    for row in conn.execute(sa.select(EVENT).where(EVENT.c.lines > 1)).mappings().all():
        kept = {**row, "more": [], "lines": 1}
        kept.pop("id")
        conn.execute(
            sa.insert(EVENT), [{**kept, "field": name, "old": old, "new": new} for name, old, new in row["more"]]
        )
    op.drop_column("event", "lines")
    op.drop_column("event", "more")
