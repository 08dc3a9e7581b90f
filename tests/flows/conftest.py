"""What the tests of flows share: a statement is compiled once for all hubs of a run, though each has its own engine."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """The compiled form belongs to a dialect: all SQLite files of the run are spoken to by the first one's."""
    first: list[sa.Dialect] = []
    compiled: dict[Any, Any] = {}

    def share(conn: sa.Connection) -> None:
        if conn.dialect.driver != "pysqlite":
            return  # PostgreSQL is asked what it can do; others' engines are theirs
        if not first:
            first.append(conn.dialect)
        conn.dialect = first[0]
        conn.execution_options(compiled_cache=compiled)

    sa.event.listen(sa.Engine, "engine_connect", share)
    yield
    sa.event.remove(sa.Engine, "engine_connect", share)
