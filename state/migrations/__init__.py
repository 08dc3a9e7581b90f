"""
The tables' history: Alembic revisions, run from code and packaged with it.

`HEAD` is written down so that opening a store does not have to load Alembic.
"""

from pathlib import Path

import sqlalchemy as sa

from ..errors import OutOfDate

HEAD = "0018"


def upgrade(engine: sa.Engine) -> None:
    """Run all revisions that the database has not seen, in one transaction. Raises `OutOfDate` for a later one."""
    from alembic import command
    from alembic.config import Config

    found = current(engine)
    if found is not None and found not in revisions():
        raise OutOfDate(
            f"the database has revision {found}, which this version ({HEAD}) does not know; install a later one"
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect() as conn:
        conn = conn.execution_options(casehub_writes=True)
        with conn.begin():
            config.attributes["connection"] = conn
            command.upgrade(config, "head")


def revisions() -> frozenset[str]:
    """Return the revisions that this version knows."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return frozenset(path.name.partition("_")[0] for path in files)


def current(engine: sa.Engine) -> str | None:
    """Return the revision that the database stands at, None where it has no tables."""
    with engine.connect() as conn:
        return revision(conn)


def revision(conn: sa.Connection) -> str | None:
    """As `current`, inside a transaction."""
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
