"""
What people have said of who somebody is in a system.

Revision 0007.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Time, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("system", Words, primary_key=True),
        sa.Column("external_id", Words, primary_key=True),
        sa.Column("identity", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Time, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("answer")
