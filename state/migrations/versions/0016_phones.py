"""
A phone is found however its digits are grouped: what there is to be found is made anew with the next reading.

Revision 0016.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE entity SET shown = -1 WHERE id IN (SELECT entity FROM searched)")


def downgrade() -> None:
    """What was made anew is found by the version before, too."""
