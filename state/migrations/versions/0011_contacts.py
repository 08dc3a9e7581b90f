"""
Contacts can be found: those there are become known to the page with the next reading.

Revision 0011.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE entity SET shown = -1 WHERE kind = 'contact'")


def downgrade() -> None:
    op.execute("DELETE FROM searched WHERE kind = 'contact'")
