"""
Who works and how far they are, and what systems told about themselves.

Revision 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for make in (
        _budget,
        _counter,
        _cursor,
        _dictionary,
        _lease,
        _person,
        _run,
        _scan,
        _scan_seen,
        _sync,
        _token,
        _worker,
        _workflow,
        _identity,
    ):
        make()


def downgrade() -> None:
    for name in (
        "identity",
        "workflow",
        "worker",
        "token",
        "sync",
        "scan_seen",
        "scan",
        "run",
        "person",
        "lease",
        "dictionary",
        "cursor",
        "counter",
        "budget",
    ):
        op.drop_table(name)


def _budget() -> None:
    op.create_table(
        "budget",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("level", sa.Float, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system", name="pk_budget"),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="pk_counter"),
    )


def _cursor() -> None:
    op.create_table(
        "cursor",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("first_read_done", sa.Boolean, nullable=False),
        sa.Column("pulled_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "lane", name="pk_cursor"),
    )


def _dictionary() -> None:
    op.create_table(
        "dictionary",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system", "name", name="pk_dictionary"),
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("sync", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("finished", TIME, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_started", "run", ["started"], unique=False)


def _scan() -> None:
    op.create_table(
        "scan",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("began", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan"),
        sa.UniqueConstraint("system", "kind", name="uq_scan_system_kind"),
    )


def _scan_seen() -> None:
    op.create_table(
        "scan_seen",
        sa.Column("scan", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scan", "external_id", name="pk_scan_seen"),
    )


def _sync() -> None:
    op.create_table(
        "sync",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sync"),
    )


def _token() -> None:
    op.create_table(
        "token",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system", "name", name="pk_token"),
    )


def _worker() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("heartbeat", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )


def _workflow() -> None:
    op.create_table(
        "workflow",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "type", "role", "source", "target", name="pk_workflow"),
    )


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=True),
        sa.Column("login", sa.Text, nullable=True),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_identity_person"),
        sa.PrimaryKeyConstraint("system", "external_id", name="pk_identity"),
    )
    op.create_index("ix_identity_person", "identity", ["person"], unique=False)
