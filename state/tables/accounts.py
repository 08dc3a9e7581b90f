"""
Who may look at the page: accounts, units, sessions, one-time links, tokens; and who did what there.

What lets somebody in (a session, a link, a token) is kept as its SHA-256 only: whoever reads the database gets nothing
that opens a door.
"""

import sqlalchemy as sa

from ..columns import Time, Words
from .base import metadata

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("parent", Words),
    sa.Column("head", Words),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("login", Words, nullable=False, unique=True),
    sa.Column("person", Words, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("hash", Words),
    sa.Column("role", Words, nullable=False),
    sa.Column("level", Words, nullable=False),
    sa.Column("unit", Words, sa.ForeignKey("unit.id")),
    sa.Column("language", Words),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Index("ix_account_unit", "unit"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("hash", Words, primary_key=True),
    sa.Column("account", Words, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("seen", Time, nullable=False),
    sa.Column("expires", Time, nullable=False),
    sa.Index("ix_session_account", "account"),
)

login_link = sa.Table(
    "login_link",
    metadata,
    sa.Column("hash", Words, primary_key=True),
    sa.Column("account", Words, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("expires", Time, nullable=False),
)

api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("hash", Words, nullable=False, unique=True),
    sa.Column("account", Words, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("used", Time),
    sa.Column("expires", Time),
    sa.Index("ix_api_token_account", "account"),
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("key", Words, nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.Index("ix_login_attempt_key_at", "key", "at"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("what", Words, nullable=False),
    sa.Column("about", Words, nullable=False),
    sa.Column("address", Words, nullable=False),
)
