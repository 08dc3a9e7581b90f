"""Where the hubs of these tests live: in SQLite; in PostgreSQL too where CASEHUB_TEST_POSTGRES names a server."""

import os
from collections.abc import Iterator

import pytest

from tests.hub_builders import DATABASE
from tests.postgres_builders import PostgresServer

SERVER = os.environ.get("CASEHUB_TEST_POSTGRES")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server, for the whole run."""
    server = PostgresServer(SERVER or "")
    yield server
    server.close()


@pytest.fixture(autouse=True, params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Says where `a_hub` keeps what it knows during a test."""
    if request.param == "sqlite":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    monkeypatch.setenv("PGPASSWORD", server.password)
    with server.databases():
        before = DATABASE.set(server.empty)
        yield
        DATABASE.reset(before)
