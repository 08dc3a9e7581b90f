"""The revisions make the tables that the code works with, on every database."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from state import migrations
from state.engine import make_engine, open_store
from state.history import history
from state.store import Store
from state.tables import metadata
from tests.state_builders import revised

CONFIG = Config()
CONFIG.set_main_option("script_location", str(Path(migrations.__file__).parent))


def test_the_revision_that_is_asked_for_is_the_last_one() -> None:
    assert ScriptDirectory.from_config(CONFIG).get_heads() == [migrations.HEAD]


def test_revisions_and_tables_say_the_same(store: Store) -> None:
    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_object": _is_a_table_of_the_code})
        differences = compare_metadata(context, metadata)

    assert differences == []


def _is_a_table_of_the_code(_object: object, name: str | None, *_more: object) -> bool:
    """What finds words is made by the revision alone: each database has its own way."""
    return not str(name).startswith(("searched_words", "ix_searched_words"))


def test_unique_rules_and_partial_indexes_are_in_the_database(store: Store) -> None:
    with store.read() as conn:
        found = {index["name"] for index in sa.inspect(conn).get_indexes("outbox")}
        unique = {rule["name"] for rule in sa.inspect(conn).get_unique_constraints("link")}

    assert {"uq_outbox_open", "ix_outbox_open"} <= found
    assert unique == {"uq_link_system_kind_external_id", "uq_link_entity_system_kind"}


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    migrations.upgrade(engine)
    migrations.upgrade(engine)

    assert migrations.current(engine) == migrations.HEAD
    engine.dispose()


def test_every_revision_can_be_taken_back(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    migrations.upgrade(engine)
    with engine.begin() as conn:
        CONFIG.attributes["connection"] = conn
        command.downgrade(CONFIG, "base")

        assert sa.inspect(conn).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.parametrize("said", [2**63, 10**30, -(10**20), "1234567890123456789", 7])
def test_numbers_of_any_length_come_through_the_revision_that_marks_them(
    url: str, empty: Store, said: int | str
) -> None:
    text = json.dumps(said)
    with empty.write() as conn:
        revised(conn, command.downgrade, "0003")
        conn.execute(
            sa.text(
                "INSERT INTO event (what, field, old, new, by, system, kind, record, parties, hub_at, cause, run)"
                " VALUES ('set', 'amount', 'null', :new, '', '', '', '', '[]', '2026-11-21 09:00:00', '', '')"
            ),
            {"new": text},
        )
        revised(conn, command.upgrade, "head")

    again = open_store(url)
    assert history(again)[-1].event.new == said
    again.close()
