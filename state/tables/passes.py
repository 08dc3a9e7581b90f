"""Who works, and how far they are: cursors, scans, leases, workers, runs."""

import sqlalchemy as sa

from ..columns import Json, Time, Words
from .base import metadata

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("system", Words, primary_key=True),
    sa.Column("kind", Words, primary_key=True),
    sa.Column("lane", sa.Text, primary_key=True),
    sa.Column("form", Json, nullable=False),
    sa.Column("first_read_done", sa.Boolean, nullable=False),
    sa.Column("pulled_at", Time, nullable=False),
)

scan = sa.Table(
    "scan",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("system", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("began", Time, nullable=False),
    sa.UniqueConstraint("system", "kind"),
)

scan_seen = sa.Table(
    "scan_seen",
    metadata,
    sa.Column("scan", Words, primary_key=True),
    sa.Column("external_id", Words, primary_key=True),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("token", Words, nullable=False),
    sa.Column("until", Time, nullable=False),
    sa.Column("worker", Words, nullable=False),
    sa.Column("host", Words, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("started", Words, nullable=False),
)

worker = sa.Table(
    "worker",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("host", Words, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("started", Words, nullable=False),
    sa.Column("heartbeat", Time, nullable=False),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("sync", Words, nullable=False),
    sa.Column("what", Words, nullable=False),
    sa.Column("started", Time, nullable=False),
    sa.Column("finished", Time),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Index("ix_run_started", "started"),
)

sync = sa.Table(
    "sync",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("mapping", Words, nullable=False),
    sa.Column("since", Time, nullable=False),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("prefix", Words, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)
