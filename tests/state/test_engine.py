"""Opening the database: the right tables, the right transactions."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from state import Busy, OutOfDate, Unavailable, current, inbox, open_store, upgrade
from state.engine import make_engine
from state.errors import Unusable
from state.migrations import HEAD
from state.store import Store, translated
from state.tables import hint
from tests.state_builders import START


def test_a_new_database_is_refused_until_it_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'папка' / 'hub.db'}"

    with pytest.raises(
        OutOfDate, match=f"^the database has no tables, this version needs {HEAD}; run `casehub db upgrade`$"
    ):
        open_store(url)

    assert current(url) is None
    upgrade(url)
    assert current(url) == HEAD
    open_store(url).close()


def test_a_database_of_another_version_is_refused(url: str, store: Store) -> None:
    with store.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(OutOfDate, match="revision 9999"):
            open_store(url)
        open_store(url, check=False).close()
    finally:
        with store.write() as conn:
            conn.execute(sa.text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})


def test_sqlite_is_opened_for_several_processes_and_power_cuts(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 2}

    with engine.connect() as conn:
        found = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}

    assert found == wanted
    engine.dispose()


def test_postgresql_waits_two_seconds_for_a_row(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        return
    with store.read() as conn:
        assert conn.exec_driver_sql("SHOW lock_timeout").scalar_one() == "2s"


def test_a_short_address_of_postgresql_means_psycopg() -> None:
    engine = make_engine("postgresql://u:p@localhost/db")

    assert engine.dialect.driver == "psycopg"


def test_a_reading_transaction_sees_one_state(store: Store, opener: Callable[[], Store]) -> None:
    other = opener()
    with store.read() as conn:
        before = conn.execute(sa.select(sa.func.count()).select_from(hint)).scalar_one()
        inbox.hint(other, "crm", kind="deal", ids=["1"])
        after = conn.execute(sa.select(sa.func.count()).select_from(hint)).scalar_one()

    assert (before, after) == (0, 0)


def test_a_writing_transaction_that_fails_stores_nothing(store: Store) -> None:
    row = {"system": "crm", "kind": "deal", "external_id": "1", "at": START, "reason": ""}

    def fail_in_the_middle() -> None:
        with store.write() as conn:
            conn.execute(sa.insert(hint), row)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        fail_in_the_middle()

    assert inbox.hints(store, "crm", kind="deal", limit=1) == ()


def test_two_that_store_the_same_thing_are_told_to_do_it_again(store: Store) -> None:
    row = {"system": "crm", "kind": "deal", "external_id": "1", "at": START, "reason": ""}

    def store_twice() -> None:
        with store.write() as conn:
            conn.execute(sa.insert(hint), row)
            conn.execute(sa.insert(hint), row)

    with pytest.raises(Busy):
        store_twice()


def test_a_statement_that_the_database_refuses_is_our_own_error(store: Store) -> None:
    with pytest.raises(Unavailable, match=r"^the database refused or did not answer: "), store.read() as conn:
        conn.execute(sa.text("SELECT * FROM nothing_of_the_kind"))


@pytest.mark.parametrize(
    "says",
    [
        "unable to open database file",
        "attempt to write a readonly database",
        "file is not a database",
        "database disk image is malformed",
        "disk I/O error",
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_the_words_of_sqlite(says: str) -> None:
    def refused() -> None:
        with translated():
            raise sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError(says))

    with pytest.raises(Unusable, match=says):
        refused()


def test_two_writers_wait_for_each_other(store: Store, opener: Callable[[], Store]) -> None:
    other, order = opener(), []
    entered = threading.Event()

    def second() -> None:
        entered.wait()
        inbox.hint(other, "crm", kind="deal", ids=["2"])
        order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with store.write() as conn:
        conn.execute(sa.insert(hint), {"system": "crm", "kind": "deal", "external_id": "1", "at": START, "reason": ""})
        entered.set()
        order.append("first")
    thread.join()

    assert order == ["first", "second"]
    assert len(inbox.hints(store, "crm", kind="deal", limit=9)) == 2


def test_statements_are_counted_and_recorded(store: Store) -> None:
    before = store.statements
    with store.recorded() as texts:
        inbox.hint(store, "crm", kind="deal", ids=["1", "2", "3"])

    assert store.statements - before == len(texts) == 1
