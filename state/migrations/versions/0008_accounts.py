"""
Who may look at the page, and who did what there.

Revision 0008.
"""

import sqlalchemy as sa
from alembic import op

from state.columns import Time, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", Words, primary_key=True),
        sa.Column("name", Words, nullable=False),
        sa.Column("parent", Words),
        sa.Column("head", Words),
    )
    op.create_table(
        "account",
        sa.Column("id", Words, primary_key=True),
        sa.Column("login", Words, nullable=False),
        sa.Column("person", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("hash", Words),
        sa.Column("role", Words, nullable=False),
        sa.Column("level", Words, nullable=False),
        sa.Column("unit", Words, sa.ForeignKey("unit.id", name="fk_account_unit")),
        sa.Column("language", Words),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created", Time, nullable=False),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )
    op.create_index("ix_account_unit", "account", ["unit"])
    _ways_in()
    _what_was_done()


def _ways_in() -> None:
    op.create_table(
        "session",
        sa.Column("hash", Words, primary_key=True),
        _of_an_account("session"),
        *(sa.Column(name, Time, nullable=False) for name in ("created", "seen", "expires")),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_table(
        "login_link",
        sa.Column("hash", Words, primary_key=True),
        _of_an_account("login_link"),
        sa.Column("expires", Time, nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("id", Words, primary_key=True),
        sa.Column("hash", Words, nullable=False),
        _of_an_account("api_token"),
        sa.Column("name", Words, nullable=False),
        sa.Column("created", Time, nullable=False),
        sa.Column("used", Time),
        sa.UniqueConstraint("hash", name="uq_api_token_hash"),
    )
    op.create_index("ix_api_token_account", "api_token", ["account"])


def _what_was_done() -> None:
    op.create_table(
        "login_attempt",
        _number(),
        sa.Column("key", Words, nullable=False),
        sa.Column("at", Time, nullable=False),
    )
    op.create_index("ix_login_attempt_key_at", "login_attempt", ["key", "at"])
    op.create_table(
        "audit",
        _number(),
        sa.Column("at", Time, nullable=False),
        *(sa.Column(name, Words, nullable=False) for name in ("by", "what", "about", "address")),
    )


def _of_an_account(table: str) -> sa.Column[str]:
    return sa.Column("account", Words, sa.ForeignKey("account.id", name=f"fk_{table}_account"), nullable=False)


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=True)


def downgrade() -> None:
    for name in ("audit", "login_attempt", "api_token", "login_link", "session", "account", "unit"):
        op.drop_table(name)
