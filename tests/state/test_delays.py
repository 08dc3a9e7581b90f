"""From a change to its being visible elsewhere: what the history says of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mappings.reconcile.model import Event
from state.delays import delays
from state.history import event_row, write_down

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at_second(store, second):
    return replace(store, clock=lambda: NOON + timedelta(seconds=second))


def told(store, *lines):
    """Write down lines of (entity, run, what, system, source's second, hub's second)."""
    for entity, run, what, system, at, hub_at in lines:
        stamp = None if at is None else NOON + timedelta(seconds=at)
        row = event_row(Event(what, "amount", system=system, at=stamp), entity=entity, run=run)
        with store.write() as conn:
            write_down(at_second(store, hub_at), conn, [row])


def a_change(entity="e1", run="r1", *, made=0.0, visible=2.5, into="trk", source="crm"):
    return (
        (entity, run, "read", source, made, made + 1),
        (entity, run, "set", "", None, made + 1),
        (entity, run, "write", into, None, visible),
    )


def test_a_change_is_visible_when_the_write_that_it_brought_about_has_been_read_back(store):
    told(store, *a_change())

    assert delays(store) == {"trk": (2.5,)}


def test_each_system_is_measured_by_itself_and_each_change_once(store):
    first = a_change(visible=2.5)
    told(store, *first, ("e1", "r1", "write", "trk", None, 3.0), ("e1", "r1", "write", "wiki", None, 4.0))

    assert delays(store) == {"trk": (2.5,), "wiki": (4.0,)}


def test_a_system_that_was_away_for_a_while_is_measured_from_the_change_and_not_from_the_run(store):
    read, decided, _ = a_change()
    told(store, read, decided, ("e1", "r2", "write", "trk", None, 600.0))

    assert delays(store) == {"trk": (600.0,)}


def test_a_change_at_the_hub_counts_from_when_it_was_made_there(store):
    told(store, ("e1", "", "set", "", None, 10.0), ("e1", "r1", "write", "trk", None, 13.0))

    assert delays(store) == {"trk": (3.0,)}


def test_a_change_at_the_hub_counts_from_then_on_although_a_record_was_linked_by_hand_before(store):
    told(
        store,
        ("e1", "", "read", "trk", 1.0, 2.0),  # by `casehub case link`, which is of no run, either
        ("e1", "", "set", "", None, 2.0),
        ("e1", "r1", "write", "crm", None, 5.0),
        ("e1", "", "set", "", None, 90_000.0),
        ("e1", "r2", "write", "crm", None, 90_003.0),
        ("e1", "r2", "write", "trk", None, 90_004.0),
    )

    assert delays(store) == {"crm": (4.0, 3.0), "trk": (4.0,)}


def test_of_two_changes_that_were_decided_together_the_older_one_counts(store):
    told(
        store,
        ("e1", "r1", "read", "crm", 5.0, 9.0),
        ("e1", "r1", "read", "wiki", 2.0, 9.0),
        ("e1", "r1", "set", "", None, 9.0),
        ("e1", "r1", "write", "trk", None, 10.0),
    )

    assert delays(store) == {"trk": (8.0,)}


@pytest.mark.parametrize(
    "lines",
    [
        [("e1", "r1", "write", "trk", None, 3.0)],
        a_change(source="trk"),
    ],
    ids=["a repair", "its own change, written back"],
)
def test_what_shows_nothing_from_elsewhere_is_not_measured(store, lines):
    told(store, *lines)

    assert delays(store) == {}


def test_clocks_that_differ_make_no_delay_less_than_none(store):
    told(store, *a_change(made=0.0, visible=-3.0))

    assert delays(store) == {"trk": (0.0,)}


def test_only_the_latest_lines_are_looked_at(store):
    told(store, *a_change("e1"), *a_change("e2", made=10.0, visible=14.0))

    assert delays(store, latest=3) == {"trk": (4.0,)}
