"""Opening the database."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from . import migrations
from .errors import OutOfDate
from .store import Counted, Store, translated, utc_now

BUSY_MS = 5000
"""How long SQLite waits for the one writer it allows."""
LOCK_MS = 2000
"""How long PostgreSQL waits for a row."""


def open_store(url: str, *, clock: Callable[[], datetime] = utc_now, check: bool = True) -> Store:
    """
    Open the database at *url* (``sqlite:///casehub.db``, ``postgresql+psycopg://…``).

    Raises `OutOfDate` if its tables are not those of this version (unless CHECK is false), `Unavailable` if it does not
    answer.
    """
    engine = make_engine(url)
    store = Store(engine, clock=clock)
    _count(engine, store.counted)
    if check:
        _check(store)
    return store


def make_engine(url: str) -> sa.Engine:
    """Return an engine whose transactions are what `state.store` promises."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    options = f"-c lock_timeout={LOCK_MS} -c timezone=UTC"
    return sa.create_engine(parsed, connect_args={"options": options}, pool_pre_ping=True)


def upgrade(url: str) -> None:
    """
    Bring the tables of the database at *url* to this version; makes them where there are none.

    Raises `OutOfDate` where they are those of a later version, `Unavailable` if it does not answer.
    """
    engine = make_engine(url)
    try:
        with translated():
            migrations.upgrade(engine)
    finally:
        engine.dispose()


def current(url: str) -> str | None:
    """Return the revision of the database at *url*, None where it has no tables. Raises `Unavailable`."""
    engine = make_engine(url)
    try:
        with translated():
            return migrations.current(engine)
    finally:
        engine.dispose()


def _check(store: Store) -> None:
    with store.read() as conn:
        found = migrations.revision(conn)
    if found == migrations.HEAD:
        return
    store.close()
    have = "no tables" if found is None else f"revision {found}"
    known = found is None or found in migrations.revisions()
    advice = "run `casehub db upgrade`" if known else "it belongs to a later version of casehub: install that one"
    raise OutOfDate(f"the database has {have}, this version needs {migrations.HEAD}; {advice}")


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001  # SQLAlchemy's signature
    connection.isolation_level = None  # the driver would begin transactions by itself, and too late
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "foreign_keys = ON",
        "synchronous = FULL",  # what is `sent` must survive a power cut: the request leaves after the commit
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: sa.Connection) -> None:
    writes = conn.get_execution_options().get("casehub_writes", False)
    raw = conn.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _count(engine: sa.Engine, counted: Counted) -> None:
    def before(*given: Any) -> None:
        statement: str = given[2]  # after the connection and the cursor
        counted.total += 1
        if counted.texts is not None:
            counted.texts.append(statement)

    sa.event.listen(engine, "before_cursor_execute", before)
