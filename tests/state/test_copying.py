"""The whole memory in another database: every row as it was, or none."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from state import commits, copying, engine, inbox, leases
from state.errors import AtWork, NotEmpty, OutOfDate, Unavailable
from state.history import history
from state.store import Store
from state.tables import event, link, metadata, run, token
from state.types import Worker
from state.workers import retire
from tests.state_builders import START, a_record, claim, opened, opening, put


def rows_of(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the database itself keeps it."""
    made = engine.make_engine(url)
    with made.connect() as conn:
        found = {
            table.name: sorted((tuple(row) for row in conn.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }
    made.dispose()
    return found


@pytest.fixture
def lived(store: Store, worker: Worker, url: str) -> str:
    """A memory in which something has happened, and nobody at work; its address."""
    opened(store, worker, a_record("10", title="Внедрение «CRM», 1 000 ₽"), a_record("11", title='с "кавычками"\n'))
    put(store, a_record("12", title="Ждёт"))
    inbox.hint(store, "tracker", kind="issue", ids=["7"])
    with store.write() as conn:
        conn.execute(
            sa.insert(token), {"system": "crm", "name": "t", "secret": b"\0\xff", "version": 1, "changed": START}
        )
        row = {"id": "r", "sync": "s", "what": "sync", "started": START, "state": "done", "by": "", "text": ""}
        conn.execute(sa.insert(run), {**row, "counts": {"писем": None}})
    retire(store, worker)
    return url


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'копия.db'}"


def test_every_row_of_every_table_arrives_as_it_was(lived: str, target: str) -> None:
    before = rows_of(lived)

    copied = copying.copy(lived, target)

    assert rows_of(target) == before == rows_of(lived)
    assert copied == {name: len(rows) for name, rows in before.items()}
    assert copied["entity"] == 2
    assert copied["token"] == copied["inbox"] == copied["hint"] == 1


def test_a_copy_goes_on_as_a_memory(lived: str, target: str) -> None:
    copying.copy(lived, target)

    store = engine.open_store(target)
    worker = store.worker()
    put(store, a_record("99", title="После переезда"))
    strangers = claim(store, worker).strangers
    commits.commit(store, worker, decided=[opening(one, number) for number, one in enumerate(strangers, 50)])
    with store.read() as conn:
        numbers = [sorted(conn.execute(sa.select(table.c.id)).scalars()) for table in (link, event)]
    assert [len(set(one)) for one in numbers] == [len(one) for one in numbers]
    assert [len(one) for one in numbers] == [4, len(history(store))]
    store.close()


def test_more_rows_than_are_held_at_once_arrive(store: Store, url: str, target: str) -> None:
    many = [str(number) for number in range(copying.AT_ONCE * 2 + 1)]
    inbox.hint(store, "crm", kind="deal", ids=many)

    assert copying.copy(url, target)["hint"] == len(many)


def test_a_database_that_holds_something_is_left_as_it_is(lived: str, target: str) -> None:
    engine.upgrade(target)
    other = engine.open_store(target)
    inbox.hint(other, "crm", kind="deal", ids=["1"])
    other.close()
    before = rows_of(target)

    with pytest.raises(NotEmpty, match="hint"):
        copying.copy(lived, target)

    assert rows_of(target) == before


def test_a_database_is_not_copied_into_itself(lived: str) -> None:
    before = rows_of(lived)

    with pytest.raises(NotEmpty):
        copying.copy(lived, lived)

    assert rows_of(lived) == before


def test_nothing_is_moved_while_a_pass_is_at_work_but_a_copy_may_be_kept(empty: Store, url: str, target: str) -> None:
    opened(empty, empty.worker())

    with pytest.raises(AtWork, match="stop"):
        copying.copy(url, target)

    assert sum(len(rows) for rows in rows_of(target).values()) == 0
    assert copying.copy(url, target, while_at_work=True)["entity"] == 1


def test_a_lease_alone_is_somebody_at_work(opener: Callable[[], Store], url: str, target: str) -> None:
    now = engine.open_store(url)
    held = leases.acquire(now, "presales", worker=now.worker(), seconds=60)
    assert held is not None

    with pytest.raises(AtWork):
        copying.copy(url, target)

    leases.release(now, held)
    now.close()
    assert copying.copy(url, target)["lease"] == 0


def test_a_memory_of_another_version_is_not_copied(tmp_path: Path, target: str) -> None:
    with pytest.raises(OutOfDate):
        copying.copy(f"sqlite:///{tmp_path / 'empty.db'}", target)

    assert engine.current(target) is None


def test_a_copy_that_breaks_off_leaves_nothing(lived: str, target: str) -> None:
    engine.upgrade(target)
    full = engine.make_engine(target)
    with full.begin() as conn:
        conn.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no room'); END")
    full.dispose()

    with pytest.raises(Unavailable):
        copying.copy(lived, target)

    assert sum(len(rows) for rows in rows_of(target).values()) == 0
