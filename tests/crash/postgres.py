"""Hubs whose memory is a PostgreSQL: one database each, copied from the one before."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from .service import ROOT

HOME = "CASEHUB_LIVE_HOME"


class PostgresDatabases:
    """Databases of the server at ADDRESS, whose account may make them."""

    def __init__(self, address: str) -> None:
        self._address = sa.make_url(address).set(drivername="postgresql+psycopg")
        self._admin = sa.create_engine(self._address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def empty(self) -> str:
        return self._made("")

    def copy(self, address: str) -> str:
        return self._made(f' TEMPLATE "{sa.make_url(address).database}"')

    def drop(self, address: str) -> None:
        with self._admin.connect() as conn:
            conn.execute(sa.text(f'DROP DATABASE "{sa.make_url(address).database}" WITH (FORCE)'))

    def _made(self, like: str) -> str:
        name = f"casehub_crash_{secrets.token_hex(4)}"
        with self._admin.connect() as conn:
            conn.execute(sa.text(f'CREATE DATABASE "{name}"{like}'))
        at = self._address
        return sa.URL.create(at.drivername, at.username, host=at.host, port=at.port, database=name).render_as_string()

    @property
    def password(self) -> str:
        return str(self._address.password or "")


def live_address() -> str:
    """Return where the PostgreSQL of the live tests is. Raises FileNotFoundError where none was started."""
    home = Path(os.environ.get(HOME) or ROOT / "var" / "live")
    return str(json.loads((home / "env.json").read_text(encoding="utf-8"))["PG_URL"])


@contextmanager
def databases(address: str = "") -> Iterator[tuple[PostgresDatabases, dict[str, str]]]:
    """Give databases of the server at ADDRESS, or of the live tests, with what hubs need in their environment."""
    found = PostgresDatabases(address or live_address())
    before = os.environ.get("PGPASSWORD")
    os.environ["PGPASSWORD"] = found.password  # addresses in hub.yaml hold none
    try:
        yield found, {"PGPASSWORD": found.password}
    finally:
        if before is None:
            del os.environ["PGPASSWORD"]
        else:
            os.environ["PGPASSWORD"] = before
