"""
What the page reads: a line of every case, its people, and the words of everything that can be found.

On SQLite the words are found through FTS5, which follows the table by triggers; on PostgreSQL through an index over the
same words. Revision 0009.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Json, Time, Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEHIND = sa.text("revision <> shown")
WAITING = sa.text("closed IS NULL")

_IN = "INSERT INTO searched_words(rowid, words) VALUES (new.id, new.words);"
_OUT = "INSERT INTO searched_words(searched_words, rowid, words) VALUES ('delete', old.id, old.words);"
_OTHER = "UPDATE OF words ON searched WHEN old.words <> new.words"
_OPTIONS = "content='searched', content_rowid='id', detail='none', tokenize='unicode61 remove_diacritics 0'"
FTS5 = (
    f"CREATE VIRTUAL TABLE searched_words USING fts5(words, {_OPTIONS})",
    f"CREATE TRIGGER searched_in AFTER INSERT ON searched BEGIN {_IN} END",
    f"CREATE TRIGGER searched_out AFTER DELETE ON searched BEGIN {_OUT} END",
    f"CREATE TRIGGER searched_moved AFTER {_OTHER} BEGIN {_OUT} {_IN} END",
)
GIN = "CREATE INDEX ix_searched_words ON searched USING gin (array_to_tsvector(string_to_array(words, ' ')))"


def upgrade() -> None:
    op.add_column("entity", sa.Column("shown", sa.BigInteger, nullable=False, server_default=sa.text("-1")))
    op.create_index("ix_entity_behind", "entity", ["id"], sqlite_where=BEHIND, postgresql_where=BEHIND)
    op.create_index("ix_parked_waiting", "parked", ["entity", "code"], sqlite_where=WAITING, postgresql_where=WAITING)
    _lines()
    _words()
    for statement in FTS5 if op.get_bind().dialect.name == "sqlite" else (GIN,):
        op.execute(statement)


def _lines() -> None:
    op.create_table(
        "case_line",
        sa.Column("key", Words, primary_key=True),
        sa.Column("entity", Words, nullable=False, unique=True),
        sa.Column("sync", Words, nullable=False),
        sa.Column("prefix", Words, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("client", Words, nullable=False),
        sa.Column("ordered_title", Words, nullable=False),
        sa.Column("ordered_client", Words, nullable=False),
        sa.Column("stage", Words, nullable=False),
        sa.Column("outcome", Words, nullable=False),
        sa.Column("case_type", Words, nullable=False),
        sa.Column("amount", sa.Float),
        sa.Column("currency", Words, nullable=False),
        sa.Column("deadline", Words, nullable=False),
        sa.Column("owner", Words, nullable=False),
        sa.Column("manager", Words, nullable=False),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("created", Time, nullable=False),
        sa.Column("changed", Time, nullable=False),
        sa.Column("stage_since", Time, nullable=False),
    )
    op.create_index("ix_case_line_stage", "case_line", ["outcome", "stage", "key"])
    op.create_index("ix_case_line_client", "case_line", ["client"])
    op.create_table(
        "case_person",
        sa.Column("person", Words, primary_key=True),
        sa.Column("key", Words, primary_key=True),
    )
    op.create_index("ix_case_person_key", "case_person", ["key"])


def _words() -> None:
    op.create_table(
        "searched",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("entity", Words, nullable=False, unique=True),
        sa.Column("kind", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("case_key", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("client", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("words", Words, nullable=False),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("at", Time, nullable=False),
    )
    op.create_index("ix_searched_case_key", "searched", ["case_key"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE searched_words")
    for table in ("searched", "case_person", "case_line"):
        op.drop_table(table)
    op.drop_index("ix_parked_waiting", "parked")
    op.drop_index("ix_entity_behind", "entity")
    op.drop_column("entity", "shown")
