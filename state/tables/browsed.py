"""
What the page reads: a line of every case, its people, the words of everything that can be found.

All of it follows from the entities and can be made anew at any time (`state.lines`). `entity.shown` is the revision
that these rows tell of; where it is another one, they are behind.
"""

import sqlalchemy as sa

from ..columns import Json, Time, Words
from .base import metadata

case_line = sa.Table(
    "case_line",
    metadata,
    sa.Column("key", Words, primary_key=True),
    sa.Column("entity", Words, nullable=False, unique=True),
    sa.Column("sync", Words, nullable=False),
    sa.Column("prefix", Words, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("client", Words, nullable=False),
    sa.Column("ordered_title", Words, nullable=False),  # `search.folded`: SQLite knows no small letters but ASCII
    sa.Column("ordered_client", Words, nullable=False),
    sa.Column("stage", Words, nullable=False),
    sa.Column("outcome", Words, nullable=False),
    sa.Column("case_type", Words, nullable=False),
    sa.Column("amount", sa.Float),  # to put in order; FACTS have the exact value
    sa.Column("currency", Words, nullable=False),
    sa.Column("deadline", Words, nullable=False),
    sa.Column("owner", Words, nullable=False),
    sa.Column("manager", Words, nullable=False),
    sa.Column("blocked", sa.Boolean, nullable=False),
    sa.Column("facts", Json, nullable=False),  # what is shown of the case in a line, in its exact form
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.Column("stage_since", Time, nullable=False),
    sa.Index("ix_case_line_stage", "outcome", "stage", "key"),
    sa.Index("ix_case_line_client", "client"),
)

case_person = sa.Table(
    "case_person",
    metadata,
    sa.Column("person", Words, primary_key=True),  # in small letters
    sa.Column("key", Words, primary_key=True),  # of the case
    sa.Index("ix_case_person_key", "key"),
)

searched = sa.Table(
    "searched",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("entity", Words, nullable=False, unique=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("case_key", Words, nullable=False),  # the case that it belongs to; of a client: ''
    sa.Column("title", Words, nullable=False),
    sa.Column("client", Words, nullable=False),  # the client's name, of a case and of itself
    sa.Column("text", Words, nullable=False),
    sa.Column("words", Words, nullable=False),  # stems, one space between; see `state.search`
    sa.Column("internal", sa.Boolean, nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.Index("ix_searched_case_key", "case_key"),
)
