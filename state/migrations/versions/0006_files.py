"""
Files of cases: what each system holds, and what became of what was to be copied.

Revision 0006.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Time, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        *(sa.Column(name, Words, nullable=False) for name in ("sync", "system", "record", "parent_kind", "parent")),
        sa.Column("name", Words, nullable=False),
        sa.Column("called", Words, nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("digest", Words),
        sa.Column("version", Words),
        sa.Column("url", Words, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("looked", sa.Boolean, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("unreadable", Words, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.UniqueConstraint("sync", "system", "record", name="uq_attachment_sync_system_record"),
    )
    op.create_index("ix_attachment_parent", "attachment", ["system", "parent_kind", "parent"])
    waiting = sa.text("open")
    op.create_index("ix_attachment_open", "attachment", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "file_copy",
        sa.Column("entity", Words, sa.ForeignKey("entity.id", name="fk_file_copy_entity"), primary_key=True),
        sa.Column("identity", Words, primary_key=True),
        sa.Column("system", Words, primary_key=True),
        *(sa.Column(name, Words, nullable=False) for name in ("state", "name", "text", "record")),
        sa.Column("by_limit", sa.Boolean, nullable=False),
        sa.Column("worker", Words),
        sa.Column("at", Time, nullable=False),
    )
    doubt = sa.text("state IN ('sent', 'link sent')")
    op.create_index("ix_file_copy_sent", "file_copy", ["entity"], sqlite_where=doubt, postgresql_where=doubt)


def downgrade() -> None:
    op.drop_table("file_copy")
    op.drop_table("attachment")
