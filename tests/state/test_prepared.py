"""Statements for many rows reach the database as SQLAlchemy itself would send them."""

import pytest
import sqlalchemy as sa

from state.prepared import inserted, many
from state.store import Store
from state.tables import hint, lease, run
from tests.state_builders import Clock


def a_run(clock: Clock, number: int) -> dict[str, object]:
    counts = {"решено": number, "big": 2**70}
    row = {"id": f"r{number}", "sync": "предпродажа", "what": "sync", "started": clock.now, "state": "done"}
    return {**row, "counts": counts, "by": "Анна\x00", "text": ""}


def test_rows_are_stored_as_an_ordinary_insert_stores_them(store: Store, clock: Clock) -> None:
    with store.write() as conn:
        many(conn, inserted(run), [a_run(clock, 1), a_run(clock, 2)])
        conn.execute(sa.insert(run), a_run(clock, 3))

    with store.read() as conn:
        first, second, third = conn.execute(sa.select(run).order_by(run.c.id)).all()
    assert (first.counts, first.started, first.finished) == ({"решено": 1, "big": 2**70}, clock.now, None)
    assert second[1:6] == third[1:6]
    assert (first.by, third.by) == ("Анна\N{REPLACEMENT CHARACTER}",) * 2


def test_values_that_stand_in_the_statement_go_with_every_row(store: Store, clock: Clock) -> None:
    update = sa.update(run).where(run.c.id == sa.bindparam("b_id")).values(state="failed", text="lost")
    with store.write() as conn:
        many(conn, inserted(run), [a_run(clock, number) for number in range(3)])
        many(conn, update, [{"b_id": "r0"}, {"b_id": "r2"}])

        found = conn.execute(sa.select(run.c.id).where(run.c.state == "failed", run.c.text == "lost")).scalars()
        assert sorted(found) == ["r0", "r2"]


def test_many_rows_are_one_statement_and_none_is_none(store: Store, clock: Clock) -> None:
    with store.recorded() as texts, store.write() as conn:
        many(conn, inserted(run), [a_run(clock, number) for number in range(5)])
        many(conn, inserted(hint), [])

    assert [text.split()[:3] for text in texts] == [["INSERT", "INTO", "run"]]


def test_a_row_that_lacks_a_name_is_an_error(store: Store, clock: Clock) -> None:
    broken = {name: value for name, value in a_run(clock, 2).items() if name != "state"}

    with pytest.raises(KeyError), store.write() as conn:
        many(conn, inserted(run), [a_run(clock, 1), broken])


def test_times_without_a_zone_are_refused_here_too(store: Store, clock: Clock) -> None:
    naive = clock.now.replace(tzinfo=None)
    row = {"name": "a", "token": "t", "until": naive, "worker": "w", "host": "h", "pid": 1, "started": "1"}

    with pytest.raises(ValueError, match="without a zone"), store.write() as conn:
        many(conn, inserted(lease), [row])
