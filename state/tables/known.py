"""What systems told about themselves: people, workflows, dictionaries; tokens and request budgets."""

import sqlalchemy as sa

from ..columns import Json, Time, Words
from .base import metadata

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("email", Words, unique=True),
)

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("external_id", Words, primary_key=True),
    sa.Column("person", Words, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("email", Words),
    sa.Column("login", Words),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Index("ix_identity_person", "person"),
)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("external_id", Words, primary_key=True),
    sa.Column("identity", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", Time, nullable=False),
)

workflow = sa.Table(
    "workflow",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("kind", Words, primary_key=True),
    sa.Column("type", Words, primary_key=True),
    sa.Column("role", Words, primary_key=True),
    sa.Column("source", Words, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("seen_at", Time, nullable=False),
)

dictionary = sa.Table(
    "dictionary",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("form", Json, nullable=False),
    sa.Column("at", Time, nullable=False),
)

token = sa.Table(
    "token",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed", Time, nullable=False),
)

budget = sa.Table(
    "budget",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("level", sa.Float, nullable=False),
    sa.Column("at", Time, nullable=False),
)
