"""
A fresh store per test: SQLite always, PostgreSQL too where CASEHUB_TEST_POSTGRES names a server.

The tables are made once per run: a SQLite file is copied, a PostgreSQL database (made for the run, dropped after it) is
emptied.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

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
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("state") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a database of this run."""
    assert SERVER is not None
    server = sa.make_url(SERVER).set(drivername="postgresql+psycopg")
    name = f"casehub_test_{secrets.token_hex(4)}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(sa.text(f'CREATE DATABASE "{name}"'))
    url = server.set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    yield url
    with admin.connect() as conn:
        conn.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database with this version's tables."""
    if request.param == "sqlite":
        path = tmp_path / "hub.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(address)
    with engine.begin() as conn:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        conn.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opener(url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens further stores on the same database, as other processes would."""
    stores: list[Store] = []

    def open_another() -> Store:
        stores.append(open_store(url, clock=clock))
        return stores[-1]

    yield open_another
    for store in stores:
        store.close()


@pytest.fixture
def store(opener: Callable[[], Store]) -> Store:
    return opener()


@pytest.fixture
def worker(store: Store) -> Worker:
    return store.worker()
