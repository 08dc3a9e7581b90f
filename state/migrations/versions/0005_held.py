"""
Entities of which a record was held back until strangers have been met: due again when a pass begins.

Revision 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entity", sa.Column("held_back", sa.Boolean, nullable=False, server_default=sa.false()))
    held = sa.text("held_back")
    op.create_index("ix_entity_held_back", "entity", ["id"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("ix_entity_held_back", "entity")
    op.drop_column("entity", "held_back")
