"""What is known of records: entities, their links, what arrives and leaves, the history and the attention list."""

import sqlalchemy as sa

from ..columns import Json, Time, Words
from .base import metadata, only

entity = sa.Table(
    "entity",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("key", Words, nullable=False, unique=True),
    sa.Column("prefix", Words, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("sync", Words, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("held", Json, nullable=False),
    sa.Column("conflicts", Json, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),  # moves with every change of the entity or its links
    sa.Column(
        "due", sa.Integer, nullable=False
    ),  # marks; each moves the revision too, so a decision made before is lost
    sa.Column("claimed_by", Words),
    sa.Column("claimed_until", Time),
    sa.Column("parent", Words),  # the entity that it belongs to: the case of an item, the item of a part of it
    sa.Column("held_back", sa.Boolean, nullable=False, server_default=sa.false()),  # see `Decided.held`
    sa.Column("shown", sa.BigInteger, nullable=False, server_default=sa.text("-1")),  # revision of what pages read
    sa.UniqueConstraint("prefix", "number"),
    only("ix_entity_held_back", "id", where="held_back"),
    only("ix_entity_behind", "id", where="revision <> shown"),
    only("ix_entity_behind_kind", "kind", "id", where="revision <> shown"),
    only("ix_entity_due", "id", where="due > 0"),
    only("ix_entity_claimed", "claimed_by", where="claimed_by IS NOT NULL"),
    only("ix_entity_parent", "parent", where="parent IS NOT NULL"),
)

link = sa.Table(
    "link",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("entity", Words, sa.ForeignKey("entity.id"), nullable=False),
    sa.Column("system", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("external_id", Words, nullable=False),
    sa.Column("version", Words),
    sa.Column("hash", sa.Text),  # of the content last seen: repeats are dropped by it
    sa.Column("bases", Json, nullable=False),
    sa.Column("seen", Json, nullable=False),
    sa.Column("parked", Json, nullable=False),
    sa.Column("answers", Json, nullable=False),
    sa.Column("tombstone", sa.Boolean, nullable=False),
    sa.Column("gone", Words),  # why: "gone", "merged into 12"
    sa.Column("in_scope", sa.Boolean, nullable=False),
    sa.Column("url", Words),
    sa.Column("touched", Time),  # end of the last read or write: what began before it cannot be ordered after it
    sa.Column("began", Time),  # when the request of the last read left
    sa.UniqueConstraint("system", "kind", "external_id"),
    sa.UniqueConstraint("entity", "system", "kind"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("kind", Words, primary_key=True),
    sa.Column("external_id", Words, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("began", Time, nullable=False),
    sa.Column("put_at", Time, nullable=False),
    sa.Column("version", Words),
    sa.Column("stamp", Words),
    sa.Column("marker", Words),
    sa.Column("url", Words),
    sa.Column("in_scope", sa.Boolean, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("views", Json, nullable=False),
    sa.Column("open", Words),  # '': waits for anybody; '|a|b|': for these syncs; NULL: put aside
    sa.Column("aside", Words, nullable=False),  # why it was put aside
    sa.Column("claimed_by", Words),
    sa.Column("claimed_until", Time),
    sa.Column("parent_kind", Words),  # of the record that this one hangs on
    sa.Column("parent_id", Words),
    sa.Column("editor", Words),  # who changed it last, where its system says so
    only("ix_inbox_parent", "system", "parent_kind", "parent_id", where="parent_id IS NOT NULL"),
    only("ix_inbox_waiting", "sequence", where="open IS NOT NULL"),
    only("ix_inbox_claimed", "claimed_by", where="claimed_by IS NOT NULL"),
)

hint = sa.Table(
    "hint",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("kind", Words, primary_key=True),
    sa.Column("external_id", Words, primary_key=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("reason", Words, nullable=False),
)

OPEN_WRITE = "state IN ('planned', 'sent')"
IS_OPEN = sa.text(f"outbox.{OPEN_WRITE}")
"""Say this beside any narrower condition: SQLite uses a partial index only for its very words, not for parameters."""
IS_DUE = sa.text("entity.due > 0")
"""As IS_OPEN, for marked entities."""
IS_BEHIND = sa.text("entity.revision <> entity.shown")
"""As IS_OPEN, for entities of which the page knows an earlier state."""


outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("key", Words, primary_key=True),
    sa.Column("entity", Words, sa.ForeignKey("entity.id"), nullable=False),
    sa.Column("system", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("fixed", Json, nullable=False),
    sa.Column("left_out", Json, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("mapping", Words, nullable=False),  # fingerprint of the mappings it was planned with
    sa.Column("planned_at", Time, nullable=False),
    sa.Column("sent_at", Time),
    sa.Column("closed_at", Time),
    sa.Column("not_before", Time),
    sa.Column("worker", Words),  # who knows its end; NULL while sent: nobody
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("again", sa.Boolean, nullable=False),  # decided while this write was on its way: due once it is settled
    sa.Column("window", sa.Float),
    sa.Column("run", Words, nullable=False),
    sa.Column("parent_kind", Words),  # of the record that a new one is to hang on
    sa.Column("parent_id", Words),
    only("uq_outbox_open", "entity", "system", "kind", where=OPEN_WRITE, unique=True),
    only("ix_outbox_open", "system", "state", "planned_at", "key", where=OPEN_WRITE),
    sa.Index("ix_outbox_closed_at", "closed_at"),
)

OF_RECORD = "record <> ''"
IS_OF_RECORD = sa.text(f"event.{OF_RECORD}")
"""As IS_OPEN, for the lines of the history that name a record: most are of an entity alone."""


event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("entity", Words),
    sa.Column("what", Words, nullable=False),
    sa.Column("field", Words, nullable=False),
    sa.Column("old", Json, nullable=False),
    sa.Column("new", Json, nullable=False),
    sa.Column("more", Json, nullable=False, server_default="[]"),  # [field, old, new] of what the same deed said else
    sa.Column("lines", sa.Integer, nullable=False, server_default="1"),
    sa.Column("by", Words, nullable=False),
    sa.Column("system", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("record", Words, nullable=False),
    sa.Column("parties", Json, nullable=False),  # of a conflict: what each party showed
    sa.Column("at", Time),
    sa.Column("hub_at", Time, nullable=False),
    sa.Column("cause", Words, nullable=False),
    sa.Column("run", Words, nullable=False),
    sa.Index("ix_event_entity", "entity", "id"),
    only("ix_event_record", "system", "kind", "record", where=OF_RECORD),
    sa.Index("ix_event_run", "run"),
)

conflict = sa.Table(
    "conflict",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("entity", Words, sa.ForeignKey("entity.id"), nullable=False),
    sa.Column("fact", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("shown", Json, nullable=False),
    sa.Column("since", Time, nullable=False),
    sa.Column("closed", Time),
    only("uq_conflict_open", "entity", "fact", where="closed IS NULL", unique=True),
)

parked = sa.Table(
    "parked",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("subject", Words, nullable=False),  # the entity, or the record where no entity knows it
    sa.Column("entity", Words, sa.ForeignKey("entity.id")),
    sa.Column("system", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("record", Words, nullable=False),
    sa.Column("field", Words, nullable=False),  # '': the record as a whole
    sa.Column("code", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("shown", Json, nullable=False),
    sa.Column("since", Time, nullable=False),
    sa.Column("closed", Time),
    only("uq_parked_open", "subject", "system", "kind", "field", where="closed IS NULL", unique=True),
    only("ix_parked_record", "system", "kind", "record", where="closed IS NULL"),
    sa.Index("ix_parked_entity", "entity"),
    only("ix_parked_waiting", "entity", "code", where="closed IS NULL"),
)
