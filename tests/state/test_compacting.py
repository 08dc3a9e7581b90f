"""What was replaced is taken off the disk, or it is told truly why not."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from state.compacting import compact
from state.errors import Busy, NoRoom, StateError, Unavailable
from state.store import Store


def failing(says: str) -> type[sqlite3.Connection]:
    """Connections to a database that cannot be written anew."""

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
            if statement == "VACUUM":
                raise sqlite3.OperationalError(says)
            return super().execute(statement, *given)

    class Connection(sqlite3.Connection):
        def cursor(self, *given: Any, **named: Any) -> sqlite3.Cursor:
            return super().cursor(Cursor, *given, **named)

    return Connection


@pytest.mark.parametrize(
    ("says", "meant"),
    [("database or disk is full", NoRoom), ("disk I/O error", Unavailable), ("database is locked", Busy)],
)
def test_why_a_file_cannot_be_written_anew_is_told(tmp_path: Path, says: str, meant: type[StateError]) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'hub.db'}", connect_args={"factory": failing(says)})

    with pytest.raises(StateError) as told:
        compact(Store(engine))

    engine.dispose()
    assert type(told.value) is meant
