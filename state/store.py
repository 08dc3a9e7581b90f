"""
The open store: an engine, a clock, and the two kinds of transaction.

On SQLite a writing transaction takes the write lock at its start (BEGIN IMMEDIATE), so that what it reads cannot change
under it; a reading one sees one state. On PostgreSQL rows are locked where they are read for a change, and no lock
is waited for longer than two seconds.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .away import away
from .errors import Busy, NoRoom, Unusable
from .process import here, lives
from .types import Worker

Insert = postgresql.Insert | sqlite.Insert


def utc_now() -> datetime:
    """Return the present time; the default clock of a store."""
    return datetime.now(UTC)


def random_id() -> str:
    """Return a name that nobody else gives."""
    return secrets.token_hex(8)


@dataclass(slots=True)
class Counted:
    """Statements sent so far, an executemany counted once; TEXTS collects them while somebody listens."""

    total: int = 0
    texts: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """
    The hub's memory, opened by `open_store`.

    CLOCK and FRESH_ID are arguments so that tests can choose them; PROCESS_LIVES says of a worker of this host whether
    its process still runs.
    """

    engine: sa.Engine
    clock: Callable[[], datetime] = utc_now
    fresh_id: Callable[[], str] = random_id
    process_lives: Callable[[Worker], bool] = lives
    counted: Counted = field(default_factory=Counted)
    beaten: dict[str, datetime] = field(default_factory=dict)
    """Worker id -> its last heartbeat that this store wrote: spares a statement per claim."""

    @property
    def statements(self) -> int:
        """How many statements were sent since the store was opened."""
        return self.counted.total

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        """Give the list into which the texts of all statements go meanwhile."""
        texts: list[str] = []
        self.counted.texts = texts
        try:
            yield texts
        finally:
            self.counted.texts = None

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads and sees one state. Raises `Busy` and `Unavailable`."""
        with translated(), self.engine.connect() as conn:
            if self.engine.dialect.name == "postgresql":
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with conn.begin():
                yield conn

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write; all of it is stored, or nothing. Raises `Busy` and `Unavailable`."""
        with translated(), self.engine.connect() as conn:
            conn = conn.execution_options(casehub_writes=True)
            with conn.begin():
                yield conn

    def forget(self, key: sa.Column[Any], old: sa.Select[Any]) -> int:
        """Delete the rows whose KEY the query OLD finds, and return how many. Searching holds nobody up."""
        with self.read() as conn:
            found = conn.execute(old).scalars().all()
        if not found:
            return 0
        with self.write() as conn:
            return conn.execute(sa.delete(key.table).where(key.in_(found))).rowcount

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT. Both dialects spell it alike but share no type for it."""
        return inserting(self.dialect, table)

    @property
    def dialect(self) -> str:
        """The name of the database's language: what statements that know ON CONFLICT are made by."""
        return self.engine.dialect.name

    def worker(self) -> Worker:
        """Return a new worker of this process; nothing is stored before it claims."""
        host, pid, started = here()
        return Worker(self.fresh_id(), host, pid, started)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def inserting(dialect: str, table: sa.Table) -> Any:
    """As `Store.insert`, for statements that are made once per dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


FULL = ("disk is full", "no space left on device")
_UNUSABLE = (
    "unable to open database file",
    "readonly database",
    "file is not a database",
    "disk image is malformed",
    "disk i/o error",
)
"""What SQLite says of a file that nobody may open or write, or that is damaged."""
_HELD = ("database is locked", "lock timeout", "deadlock detected", "could not serialize")


@contextmanager
def translated() -> Iterator[None]:
    """No exception of the database library leaves this folder."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        words = str(error.orig).lower()
        if isinstance(error, sa.exc.IntegrityError) and "unique" in words:
            raise Busy("another transaction stored the same thing first; do it again") from error
        if any(sign in words for sign in _HELD):
            raise Busy("another transaction held the rows for too long; do it again") from error
        if any(sign in words for sign in FULL):
            raise NoRoom("the database has no room left: its disk is full") from error
        if isinstance(error.orig, sqlite3.Error) and any(sign in words for sign in _UNUSABLE):
            raise Unusable(f"the file of the database cannot be used: {error.orig}") from error
        raise away(words, type(error.orig).__name__) from error
    except sa.exc.TimeoutError as error:
        raise Busy("all connections are in use") from error
