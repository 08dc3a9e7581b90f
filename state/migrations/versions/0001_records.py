"""
What is known of records: entities, links, inbox, outbox, history, attention list.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for make in (_entity, _event, _hint, _inbox, _conflict, _link, _outbox, _parked):
        make()


def downgrade() -> None:
    for name in ("parked", "outbox", "link", "conflict", "inbox", "hint", "event", "entity"):
        op.drop_table(name)


def _entity() -> None:
    op.create_table(
        "entity",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("sync", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("conflicts", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=True),
        sa.Column("claimed_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_entity"),
        sa.UniqueConstraint("key", name="uq_entity_key"),
        sa.UniqueConstraint("prefix", "number", name="uq_entity_prefix_number"),
    )
    op.create_index(
        "ix_entity_claimed",
        "entity",
        ["claimed_by"],
        unique=False,
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    op.create_index(
        "ix_entity_due",
        "entity",
        ["id"],
        unique=False,
        sqlite_where=sa.text("due > 0"),
        postgresql_where=sa.text("due > 0"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text, nullable=True),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("parties", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=True),
        sa.Column("hub_at", TIME, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_entity", "event", ["entity", "id"], unique=False)
    op.create_index("ix_event_record", "event", ["system", "kind", "record"], unique=False)
    op.create_index("ix_event_run", "event", ["run"], unique=False)


def _hint() -> None:
    op.create_table(
        "hint",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name="pk_hint"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("began", TIME, nullable=False),
        sa.Column("put_at", TIME, nullable=False),
        sa.Column("version", sa.Text, nullable=True),
        sa.Column("stamp", sa.Text, nullable=True),
        sa.Column("marker", sa.Text, nullable=True),
        sa.Column("url", sa.Text, nullable=True),
        sa.Column("in_scope", sa.Boolean, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("views", sa.Text, nullable=False),
        sa.Column("open", sa.Text, nullable=True),
        sa.Column("aside", sa.Text, nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=True),
        sa.Column("claimed_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("system", "kind", "external_id", name="pk_inbox"),
    )
    op.create_index(
        "ix_inbox_claimed",
        "inbox",
        ["claimed_by"],
        unique=False,
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["sequence"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )


def _conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("closed", TIME, nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name="fk_conflict_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_conflict"),
    )
    op.create_index(
        "uq_conflict_open",
        "conflict",
        ["entity", "fact"],
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=True),
        sa.Column("hash", sa.Text, nullable=True),
        sa.Column("bases", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("parked", sa.Text, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("tombstone", sa.Boolean, nullable=False),
        sa.Column("gone", sa.Text, nullable=True),
        sa.Column("in_scope", sa.Boolean, nullable=False),
        sa.Column("url", sa.Text, nullable=True),
        sa.Column("touched", TIME, nullable=True),
        sa.Column("began", TIME, nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name="fk_link_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("entity", "system", "kind", name="uq_link_entity_system_kind"),
        sa.UniqueConstraint("system", "kind", "external_id", name="uq_link_system_kind_external_id"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("fixed", sa.Text, nullable=False),
        sa.Column("left_out", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("worker", sa.Text, nullable=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.Column("window", sa.Float, nullable=True),
        sa.Column("run", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name="fk_outbox_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_outbox"),
    )
    op.create_index("ix_outbox_closed_at", "outbox", ["closed_at"], unique=False)
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["system", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('planned', 'sent')"),
        postgresql_where=sa.text("state IN ('planned', 'sent')"),
    )
    op.create_index(
        "uq_outbox_open",
        "outbox",
        ["entity", "system", "kind"],
        unique=True,
        sqlite_where=sa.text("state IN ('planned', 'sent')"),
        postgresql_where=sa.text("state IN ('planned', 'sent')"),
    )


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("entity", sa.Text, nullable=True),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("closed", TIME, nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name="fk_parked_entity"),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
    )
    op.create_index("ix_parked_entity", "parked", ["entity"], unique=False)
    op.create_index(
        "ix_parked_record",
        "parked",
        ["system", "kind", "record"],
        unique=False,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
    op.create_index(
        "uq_parked_open",
        "parked",
        ["subject", "system", "kind", "field"],
        unique=True,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
