"""
A program's token has an end; those there are keep none, until somebody drops them.

Revision 0010.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Time

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_token", sa.Column("expires", Time))


def downgrade() -> None:
    op.drop_column("api_token", "expires")
