"""The history: append-only, read back as it was told."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mappings.canonical.values import Money
from mappings.reconcile.model import Event, Outcome
from state import commits, history
from state.store import Store
from state.types import Decided, Worker
from tests.state_builders import Clock, an_event, due_claim, linked


def tell(store: Store, worker: Worker, *events: Event, run: str = "") -> None:
    claimed = due_claim(store, worker)
    commits.commit(store, worker, decided=[Decided(Outcome(claimed.entity, events=events), claimed)], run=run)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "текст",
        True,
        0,
        Decimal("1500.5"),
        Money(Decimal(150000), "RUB"),
        date(2026, 12, 1),
        datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
        frozenset({"срочно", "vip"}),
        ["b", "a"],
        {"value": "a view that looks like ours"},
        {"number": "12"},
    ],
)
def test_values_and_views_come_back_as_what_they_were(store: Store, worker: Worker, said: object) -> None:
    linked(store, worker)

    tell(store, worker, an_event(old=said, new=[said] if isinstance(said, str) else None))

    event = history.history(store, entity="entity0001")[-1].event
    assert (event.old, type(event.old)) == (said, type(said))


def test_the_history_is_read_in_order_and_paged(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    tell(store, worker, *(an_event(new=str(number)) for number in range(5)), run="r1")

    first = history.history(store, run="r1", limit=3)
    second = history.history(store, run="r1", after=first[-1].id, limit=3)

    assert [line.event.new for line in (*first, *second)] == ["0", "1", "2", "3", "4"]
    assert {line.hub_at for line in first} == {clock.now}


def test_the_history_of_a_record_is_kept_by_its_id(store: Store, worker: Worker) -> None:
    linked(store, worker)
    tell(store, worker, an_event())

    assert history.record_history(store, "tracker", kind="issue", record="41") == ()
