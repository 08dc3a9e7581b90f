"""
What of a kind the page does not know yet is found by an index: PostgreSQL takes `revision <> shown` for true of nearly
all rows, and would read every entity for the few documents among them.

Revision 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAME = "ix_entity_behind_kind"
BEHIND = sa.text("revision <> shown")


def upgrade() -> None:
    op.create_index(NAME, "entity", ["kind", "id"], sqlite_where=BEHIND, postgresql_where=BEHIND)


def downgrade() -> None:
    op.drop_index(NAME, "entity")
