"""A Prefect server for the while of a test, its own memory in a PostgreSQL as in production."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.prefect_world import PrefectWorld, a_world

from .postgres import PostgresDatabases, databases

SAID = ("PREFECT_", "DO_NOT_TRACK")


@contextmanager
def known_prefect() -> Iterator[dict[str, str]]:
    """Start a Prefect server and give what processes of a hub need in their environment to know it."""
    with (
        tempfile.TemporaryDirectory(prefix="casehub-crash-") as place,
        databases() as (server, _),
        a_prefect(Path(place), server) as prefect,
    ):
        yield {name: value for name, value in prefect.environment.items() if name.startswith(SAID)}


@contextmanager
def a_prefect(place: Path, server: PostgresDatabases, **more: str) -> Iterator[PrefectWorld]:
    """
    Start a Prefect server with a database of its own; MORE is for the environment of it and of all beside it.

    On SQLite it holds its own requests up for a minute now and then: two of its services wait for each other there.
    """
    address = server.empty()
    url = f"postgresql+asyncpg://{_with_password(address, server.password)}"
    try:
        prefect = a_world(place, PREFECT_SERVER_DATABASE_CONNECTION_URL=url, PGPASSWORD=server.password, **more)
        try:
            yield prefect
        finally:
            prefect.close()
    finally:
        server.drop(address)


def _with_password(address: str, password: str) -> str:
    user, _, place = address.partition("://")[2].partition("@")
    return f"{user}:{password}@{place}"
