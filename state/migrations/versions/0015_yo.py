"""
What has a ё in what it is sorted or found by is made anew with the next reading: it counts as е there.

Revision 0015.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE entity SET shown = -1 WHERE id IN"
        " (SELECT entity FROM case_line WHERE ordered_title LIKE '%ё%' OR ordered_client LIKE '%ё%')"
        " OR id IN (SELECT entity FROM searched WHERE words LIKE '%ё%')"
    )


def downgrade() -> None:
    """What was made anew is found and sorted by the version before, too."""
