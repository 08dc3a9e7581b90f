"""
The lines of the history are found by their record only where they name one: of a first pass that is one in three.

Revision 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_event_record", ["system", "kind", "record"]
OF_RECORD = sa.text("record <> ''")


def upgrade() -> None:
    op.drop_index(NAME, "event")
    op.create_index(NAME, "event", COLUMNS, sqlite_where=OF_RECORD, postgresql_where=OF_RECORD)


def downgrade() -> None:
    op.drop_index(NAME, "event")
    op.create_index(NAME, "event", COLUMNS)
