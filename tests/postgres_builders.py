"""Empty PostgreSQL databases for tests: copies of one that has the tables, dropped when a test has ended."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from state.engine import upgrade


class PostgresServer:
    """The server at ADDRESS, whose account may make databases."""

    def __init__(self, address: str) -> None:
        self._address = sa.make_url(address).set(drivername="postgresql+psycopg")
        self._admin = sa.create_engine(self._address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._prefix = f"casehub_test_{secrets.token_hex(4)}"
        self._made: list[str] = []
        self._template = ""

    @contextmanager
    def databases(self) -> Iterator["PostgresServer"]:
        """Give the server for the while of a test; what was made meanwhile is dropped, whoever still uses it."""
        raw: list[Any] = []

        def connected(connection: Any, record: object) -> None:
            raw.append(connection)

        sa.event.listen(sa.pool.Pool, "connect", connected)
        try:
            yield self
        finally:
            sa.event.remove(sa.pool.Pool, "connect", connected)
            for connection in raw:
                connection.close()
            for name in self._made:
                self._run(f'DROP DATABASE "{name}" WITH (FORCE)')
            self._made.clear()

    def empty(self) -> str:
        """Return the address of a new database with the hub's tables; without the password, as in a hub.yaml."""
        if not self._template:
            self._template = f"{self._prefix}_template"
            self._run(f'CREATE DATABASE "{self._template}"')
            upgrade(self._url(self._template))
        name = f"{self._prefix}_{secrets.token_hex(4)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        self._made.append(name)
        at = self._address
        return sa.URL.create(at.drivername, at.username, host=at.host, port=at.port, database=name).render_as_string()

    @property
    def password(self) -> str:
        return str(self._address.password or "")

    def close(self) -> None:
        if self._template:
            self._run(f'DROP DATABASE "{self._template}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as conn:
            conn.execute(sa.text(statement))
