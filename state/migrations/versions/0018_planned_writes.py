"""
The writes that wait are found in the order in which they leave: none is sorted to be left where it is.

Revision 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN_WRITE = sa.text("state IN ('planned', 'sent')")


def upgrade() -> None:
    _index("system", "state", "planned_at", "key")


def downgrade() -> None:
    _index("system", "state")


def _index(*columns: str) -> None:
    op.drop_index("ix_outbox_open", table_name="outbox")
    op.create_index("ix_outbox_open", "outbox", columns, sqlite_where=OPEN_WRITE, postgresql_where=OPEN_WRITE)
