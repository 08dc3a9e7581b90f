"""`db …`, and databases that are not as they should be."""

import sqlite3

import pytest
from alembic import command
from alembic.config import Config

from state import migrations
from state.engine import make_engine
from state.migrations import HEAD


def old_database(hub):
    """Put tables of the first revision into the hub's database."""
    (hub.folder / "casehub.db").unlink()
    engine = make_engine(f"sqlite:///{hub.folder / 'casehub.db'}")
    config = Config()
    config.set_main_option("script_location", str(migrations.__path__[0]))
    with engine.connect() as conn, conn.begin():
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
    engine.dispose()


def later_database(hub):
    with sqlite3.connect(hub.folder / "casehub.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()


def test_a_database_of_an_older_version_is_refused_and_upgraded(hub):
    old_database(hub)

    refused = hub.run("sync")
    told = hub.done("db", "current")
    upgraded = hub.done("db", "upgrade", "--json")

    assert (refused.code, refused.out) == (2, "")
    assert "the database has revision 0001" in refused.err
    assert "casehub db upgrade" in refused.err
    assert told.out == f"the database is at 0001; this version needs {HEAD}\n"
    assert upgraded.json == {"before": "0001", "current": HEAD}
    assert hub.run("sync").code == 0


def test_a_database_of_a_later_version_is_left_alone(hub):
    later_database(hub)

    commands = [hub.run("sync"), hub.run("db", "upgrade")]
    told = hub.done("db", "current")

    assert [one.code for one in commands] == [2, 2]
    assert "install" in commands[0].err
    assert "install" in commands[1].err
    assert "later version" in told.err


def test_an_empty_database_is_filled_by_the_first_command(hub):
    (hub.folder / "casehub.db").unlink()

    before = hub.done("db", "current", "--json").json
    hub.done("sync")

    assert before == {"current": None, "needed": HEAD}
    assert hub.done("db", "current", "--json").json == {"current": HEAD, "needed": HEAD}


def test_upgrading_what_is_up_to_date_changes_nothing(hub):
    assert hub.done("db", "upgrade").out == f"the database was at {HEAD} and is at {HEAD}\n"


def test_a_file_that_is_no_database_is_told(hub):
    (hub.folder / "casehub.db").write_text("not a database at all, " * 100)

    ended = hub.run("sync")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("the file of the database cannot be used: file is not a database.")
    assert "docs/guide/backup.md" in ended.err


def test_a_file_that_cannot_be_opened_is_told_and_no_server_is_asked_after(hub):
    (hub.folder / "casehub.db").unlink()
    (hub.folder / "casehub.db").mkdir()

    ended = hub.run("db", "current")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("the file of the database cannot be used: unable to open database file.")
    assert "May this user read and write the file" in ended.err
    assert "running" not in ended.err


def test_a_hub_goes_on_in_the_database_that_it_was_copied_into(opened):
    copied = opened.done("db", "copy", "sqlite:///новая.db", "--json").json
    path = opened.folder / "hub.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("casehub.db", "новая.db"), encoding="utf-8")
    (opened.folder / "casehub.db").unlink()
    opened.edit("crm", "1", next_step="КП")
    opened.done("sync")

    assert copied["rows"] == sum(copied["tables"].values()) > 5
    assert opened.records("trk")["1"]["next_step"] == "КП"
    assert [case["key"] for case in opened.done("case", "list", "--json").json] == ["CASE-1"]


def test_a_copy_is_told_in_rows_and_the_next_step(opened):
    told = opened.done("db", "copy", "sqlite:///copy.db")

    assert " rows of " in told.out
    assert "write the new address under database: in hub.yaml" in told.err


def test_an_address_takes_what_the_environment_knows(opened):
    ended = opened.run("db", "copy", "sqlite:///${WHERE}.db", env={"WHERE": "там"})

    assert ended.code == 0
    assert (opened.folder / "там.db").is_file()


def test_a_database_that_is_not_empty_is_not_copied_into(opened):
    opened.done("db", "copy", "sqlite:///copy.db")

    again = opened.run("db", "copy", "sqlite:///copy.db")

    assert (again.code, again.out) == (1, "")
    assert "holds something already" in again.err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///${NOT_SET_ANYWHERE}", "${NOT_SET_ANYWHERE} is not set"),
        ("postgresql://hub:geheim@db/hub", "a password does not belong on a command line"),
        ("sqlite:///a$", "a $ stands alone"),
        ("mysql://db/hub", "not a database URL"),
        ("postgresql://hub@db:casehub/hub", "the port behind its host is a number"),
    ],
)
def test_a_wrong_address_is_told_and_never_shown(opened, url, told):
    ended = opened.run("db", "copy", url)

    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert "geheim" not in ended.err
