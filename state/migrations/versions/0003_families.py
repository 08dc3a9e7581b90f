"""
What hangs on what: the record that a record hangs on, and the entity that an entity belongs to.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entity", sa.Column("parent", sa.Text))
    op.add_column("inbox", sa.Column("parent_kind", sa.Text))
    op.add_column("inbox", sa.Column("parent_id", sa.Text))
    op.add_column("outbox", sa.Column("parent_kind", sa.Text))
    op.add_column("outbox", sa.Column("parent_id", sa.Text))
    held = sa.text("parent IS NOT NULL")
    op.create_index("ix_entity_parent", "entity", ["parent"], sqlite_where=held, postgresql_where=held)
    hung = sa.text("parent_id IS NOT NULL")
    columns = ["system", "parent_kind", "parent_id"]
    op.create_index("ix_inbox_parent", "inbox", columns, sqlite_where=hung, postgresql_where=hung)


def downgrade() -> None:
    op.drop_index("ix_inbox_parent", "inbox")
    op.drop_index("ix_entity_parent", "entity")
    for table, names in (
        ("outbox", ("parent_id", "parent_kind")),
        ("inbox", ("parent_id", "parent_kind")),
        ("entity", ("parent",)),
    ):
        for name in names:
            op.drop_column(table, name)
