"""What is known of the files of cases: what each system holds, and what became of what was to be copied."""

import sqlalchemy as sa

from ..columns import Time, Words
from .base import metadata, only

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("sync", Words, nullable=False),
    sa.Column("system", Words, nullable=False),
    sa.Column("record", Words, nullable=False),
    sa.Column("parent_kind", Words, nullable=False),
    sa.Column("parent", Words, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("called", Words, nullable=False),  # the name that was last taken into account
    sa.Column("size", sa.BigInteger),
    sa.Column("digest", Words),  # SHA-256 of its content, once it was read
    sa.Column("version", Words),
    sa.Column("url", Words, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("looked", sa.Boolean, nullable=False),  # asked for by its id: whether it is private is known
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("unreadable", Words, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),  # its case is to be looked at
    sa.UniqueConstraint("sync", "system", "record"),
    sa.Index("ix_attachment_parent", "system", "parent_kind", "parent"),
    only("ix_attachment_open", "id", where="open"),
)

file_copy = sa.Table(
    "file_copy",
    metadata,
    sa.Column("entity", Words, sa.ForeignKey("entity.id"), primary_key=True),
    sa.Column("identity", Words, primary_key=True),  # the digest; system/record of what was not read
    sa.Column("system", Words, primary_key=True),
    sa.Column("state", Words, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("record", Words, nullable=False),
    sa.Column("by_limit", sa.Boolean, nullable=False),
    sa.Column("worker", Words),  # whose request is under way
    sa.Column("at", Time, nullable=False),
    only("ix_file_copy_sent", "entity", where="state IN ('sent', 'link sent')"),
)
