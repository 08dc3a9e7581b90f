"""What one deed says of several fields is one row of the history, and lines of their own for whoever reads them."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given
from hypothesis import strategies as st

from mappings.reconcile.model import Event
from state import forgetting, history, lines
from state.history import BELONGING, WIDTH, event_rows, lines_of, write_down
from state.mentions import MARK
from state.store import Store
from state.tables import event
from state.types import Worker
from tests.state_builders import START, linked, revised

OWNER = "entity0001"
EVENTS = st.builds(
    Event,
    st.sampled_from(["read", "set", "write", "opened", "parked"]),
    st.sampled_from(["title", "amount", "client", *BELONGING]),
    st.none() | st.text(max_size=3),
    st.none() | st.text(max_size=3),
    system=st.sampled_from(["", "crm", "trk"]),
    by=st.sampled_from(["", "анна"]),
    at=st.sampled_from([None, START]),
    cause=st.sampled_from(["", "undo"]),
    parties=st.sampled_from([(), ({"system": "crm", "view": "1"},)]),
)


def said(number: int, what: str = "read") -> list[Event]:
    return [Event(what, f"field{n}", None, f"новое {n}", "crm", "анна", START) for n in range(number)]


def put(store: Store, told: list[Event], *, later: float = 0.0, run: str = "r1") -> None:
    at = replace(store, clock=lambda: START + timedelta(seconds=later))
    with store.write() as conn:
        write_down(at, conn, event_rows(told, entity=OWNER, run=run))


def rows(store: Store) -> int:
    with store.read() as conn:
        return conn.execute(sa.select(sa.func.count()).select_from(event).where(event.c.run != "")).scalar_one()


@given(st.lists(EVENTS, max_size=12))
def test_lines_are_what_was_told_in_its_order(told: list[Event]) -> None:
    kept = [{**row, "id": n, "hub_at": START} for n, row in enumerate(event_rows(told, entity=OWNER), start=1)]

    found = lines_of(kept)

    assert [line.event for line in found] == told
    assert [line.id for line in found] == sorted({line.id for line in found})


@given(st.lists(EVENTS, min_size=2, max_size=12))
def test_lines_of_a_row_differ_in_nothing_but_what_they_say_of_which_field(told: list[Event]) -> None:
    for row in event_rows(told):
        inside = lines_of([{**row, "id": 1, "hub_at": START}])

        assert len({line.event._replace(field="", old=None, new=None, parties=()) for line in inside}) == 1
        assert len(inside) == 1 or not any(line.event.field in BELONGING or line.event.parties for line in inside)


def test_a_deed_is_one_row_and_others_are_others(store: Store, worker: Worker) -> None:
    linked(store, worker)

    put(store, [*said(3), *said(2, "write"), Event("opened", "", system="crm"), Event("opened", "", system="trk")])

    assert rows(store) == 4
    assert len(history.history(store, run="r1")) == 7


def test_a_deed_of_very_many_fields_takes_as_many_rows_as_it_needs(store: Store, worker: Worker) -> None:
    linked(store, worker)
    told = said(2 * WIDTH + 1)

    put(store, told)

    assert rows(store) == 3
    assert [line.event for line in history.history(store, run="r1")] == told


def test_a_history_is_read_on_from_any_of_its_lines(store: Store, worker: Worker) -> None:
    linked(store, worker)
    put(store, said(4))
    put(store, said(2, "write"))
    everything = history.history(store, run="r1")

    for place, line in enumerate(everything):
        assert history.history(store, run="r1", after=line.id) == everything[place + 1 :]
        assert history.history(store, run="r1", after=line.id, limit=1)[:1] == everything[place + 1 : place + 2]


def test_a_page_of_the_feed_may_end_within_a_deed(store: Store, worker: Worker) -> None:
    linked(store, worker)
    put(store, said(4))
    put(store, said(3), later=1)
    put(store, said(2, "write"), later=2)
    sifted = lines.Sifted((OWNER,))
    everything = lines.told(store, sifted, limit=100)

    seen: list[history.Line] = []
    while page := lines.told(store, replace(sifted, before=_end(seen)), limit=2)[:2]:
        seen += page

    assert tuple(seen) == everything
    assert len(everything) == len(history.history(store, entity=OWNER))


def _end(seen: list[history.Line]) -> tuple[object, int] | None:
    return (lines.moment_of(seen[-1]), seen[-1].id) if seen else None


def test_what_was_said_of_every_field_is_forgotten_but_for_what_is_plain(store: Store, worker: Worker) -> None:
    linked(store, worker)
    put(store, said(3))

    done = forgetting.forget_entity(store, OWNER, by="мария", plain=lambda field: field in ("field1", ""))

    told = {line.event.field: line.event.new for line in history.history(store, run="r1")}
    assert told == {"field0": MARK, "field1": "новое 1", "field2": MARK}
    assert done.lines >= 2


def test_a_person_is_forgotten_in_what_was_said_of_any_field_whose_names_stay(store: Store, worker: Worker) -> None:
    linked(store, worker)
    told = [Event("set", name, None, f"ведёт {who}") for name, who in (("a", "Анна"), ("анна", "Анна"), ("c", "Олег"))]
    put(store, told)

    forgetting.forget_person(store, ["анна"], by="мария")

    found = {line.event.field: line.event.new for line in history.history(store, run="r1")}
    assert found == {"a": f"ведёт {MARK}", "анна": f"ведёт {MARK}", "c": "ведёт Олег"}


def test_each_line_has_a_row_again_before_the_revision(store: Store, worker: Worker) -> None:
    linked(store, worker)
    told = [*said(3), *said(2, "write"), Event("set", "title", "а", "б")]
    put(store, told)
    before = history.history(store)

    with store.write() as conn:
        revised(conn, command.downgrade, "0016")
    numbers = [line.id for line in before]
    with store.read() as conn:
        assert list(conn.execute(sa.text("SELECT id FROM event ORDER BY id")).scalars()) == numbers
    with store.write() as conn:
        revised(conn, command.upgrade, "head")
    put(store, said(1), later=1)

    assert rows(store) == 7
    assert [line.event for line in history.history(store, run="r1")] == [*told, *said(1)]


def test_what_was_restored_from_a_line_still_names_it(store: Store, worker: Worker) -> None:
    linked(store, worker)
    put(store, said(1))
    with store.write() as conn:
        revised(conn, command.downgrade, "0016")
        [number] = conn.execute(sa.text("SELECT id FROM event WHERE run = 'r1'")).scalars()
        given = {"cause": f"restored from line {number}"}
        conn.execute(sa.text("UPDATE event SET cause = :cause WHERE run = 'r1'"), given)
        revised(conn, command.upgrade, "head")

    [line] = history.history(store, run="r1")
    assert line.event.cause == f"restored from line {line.id}"


@pytest.mark.parametrize(("by", "new", "counted"), [("Анна", "1", 3), ("crm", "Анна", 3), ("crm", "1", 0)])
def test_lines_in_which_a_person_was_forgotten_are_counted(
    store: Store, worker: Worker, by: str, new: str, counted: int
) -> None:
    linked(store, worker)
    put(store, [Event("set", f"field{n}", None, new, by=by) for n in range(3)])

    assert forgetting.forget_person(store, ["Анна"], by="мария").lines == counted
