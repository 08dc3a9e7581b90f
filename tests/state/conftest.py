"""
An empty store per test: SQLite always, PostgreSQL too where CASEHUB_TEST_POSTGRES names a server.

The tables are made once per run (a PostgreSQL database is made for the run and dropped after it) and emptied for every
test; statements are compiled once per run too.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from state.engine import open_store, upgrade
from state.store import Store
from state.tables import metadata
from state.types import Worker
from tests.state_builders import Clock

SERVER = os.environ.get("CASEHUB_TEST_POSTGRES")
DATABASES = ["sqlite", "postgresql"] if SERVER else ["sqlite"]


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('state') / 'hub.db'}"
    upgrade(url)
    store = open_store(url)
    store.engine.dispose()
    sa.event.listen(store.engine, "connect", _without_waiting_for_the_disk)
    yield store
    store.close()


def _without_waiting_for_the_disk(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")  # no test cuts the power


@pytest.fixture(scope="session")
def postgresql_store() -> Iterator[Store]:
    assert SERVER is not None
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    name = f"casehub_test_{secrets.token_hex(4)}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(sa.text(f'CREATE DATABASE "{name}"'))
    url = server.set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    store = open_store(url)
    yield store
    store.close()
    with admin.connect() as conn:
        conn.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest) -> Store:
    """The run's store, emptied."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    names = [table.name for table in reversed(metadata.sorted_tables)]
    with store.write() as conn:
        for name in names:
            conn.execute(sa.text(f'DELETE FROM "{name}"'))  # noqa: S608  # our own tables
    return store


@pytest.fixture
def url(empty: Store) -> str:
    """The address of the run's database, emptied."""
    return empty.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opener(empty: Store, clock: Clock) -> Callable[[], Store]:
    """Makes further stores on the same database, which remember nothing of each other."""
    return lambda: replace(empty, clock=clock, beaten={})


@pytest.fixture
def store(opener: Callable[[], Store]) -> Store:
    return opener()


@pytest.fixture
def worker(store: Store) -> Worker:
    return store.worker()
