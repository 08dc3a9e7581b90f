"""Taking off the disk what was replaced in the database."""

import sqlite3

from .errors import Busy, NoRoom, StateError, Unavailable
from .store import FULL, Store, translated
from .tables import (
    answer,
    attachment,
    conflict,
    entity,
    event,
    file_copy,
    identity,
    inbox,
    link,
    outbox,
    parked,
    person,
)

PERSONAL = (event, entity, link, outbox, conflict, parked, inbox, identity, person, answer, attachment, file_copy)
"""The tables that hold what people wrote and who they are."""


def compact(store: Store) -> None:
    """
    Take what was replaced off the disk. On SQLite the file is written anew; on PostgreSQL the space is given free, and
    its own files and backups keep old pages until they are overwritten. Raises `Busy` where somebody else is at work,
    `NoRoom` where there is no room for a second file, `Unavailable`.
    """
    if store.engine.dialect.name == "sqlite":
        _compact_sqlite(store)
        return
    with translated(), store.engine.connect() as plain:
        conn = plain.execution_options(isolation_level="AUTOCOMMIT")
        for table in PERSONAL:
            conn.exec_driver_sql(f'VACUUM "{table.name}"')


def _compact_sqlite(store: Store) -> None:
    """Without a transaction around it, which the engine would begin."""
    raw = store.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA secure_delete = ON")
        raw.cursor().execute("VACUUM")
        busy, *_ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Busy("somebody else reads in the database; do it again when nothing runs")
    except sqlite3.OperationalError as error:
        raise _meant(error) from error
    finally:
        raw.close()


def _meant(error: sqlite3.OperationalError) -> StateError:
    words = str(error).lower()
    if "locked" in words:
        return Busy("somebody else is at work in the database; do it again when nothing runs")
    if any(sign in words for sign in FULL):
        return NoRoom("the database cannot be written anew: there is no room for a second file")
    return Unavailable(f"the database cannot be written anew: {error}")
