"""
Who changed a waiting record last, where its system says so.

Revision 0013.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("editor", Words))


def downgrade() -> None:
    op.drop_column("inbox", "editor")
