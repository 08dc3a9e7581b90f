"""What waited for a record while we wrote to it, and whether the fresh record tells all that it could."""

import pytest

from state import claims, codec, history, outbox, overtaken, settling
from state.store import Store
from state.types import PutCount, Settled, Worker
from tests.state_builders import SCOPES, START, TRACKER, Clock, a_change, a_record, hinted, linked, planned, put, the

FRESH = a_record("41", of=TRACKER, title="наше")
OTHER = codec.digest(a_record("41", of=TRACKER, title="чужое"))
BEFORE, AFTER = START, Clock(START).go(60)


@pytest.mark.parametrize(
    ("hash_of_row", "put_at", "began", "covered"),
    [
        (codec.digest(FRESH), AFTER, BEFORE, True),  # the same, whenever it came
        (OTHER, BEFORE, AFTER, True),
        (OTHER, BEFORE, BEFORE, True),
        (OTHER, AFTER, BEFORE, False),
        (OTHER, BEFORE, None, False),
    ],
)
def test_a_fresh_record_covers_the_same_and_what_had_come_before_it_was_asked_for(hash_of_row, put_at, began, covered):
    one = Settled("w", "settled", record=FRESH, began=began)

    assert overtaken.covered({"hash": hash_of_row, "put_at": put_at}, one) is covered


@pytest.mark.parametrize(("asked_before", "hints"), [(False, []), (True, ["41"])])
def test_what_waited_goes_with_the_write_into_the_history_and_is_asked_for_again_where_it_may_be_newer(
    asked_before: bool, hints: list[str], store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker, title="наше")
    asked = clock.go(1) if asked_before else None
    clock.go(1)
    [going] = outbox.take(store, worker, system="tracker", limit=1)
    put(store, a_record("41", of=TRACKER, title="чужое"), began=clock.now)
    asked = asked or clock.go(1)
    clock.go(60)

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), record=FRESH, began=asked)])

    assert claims.claim(store, worker, scopes=SCOPES, limit=9).cases == ()
    assert hinted(store, TRACKER) == hints
    said = [line.event for line in history.history(store, entity=the(store).entity.id)]
    assert [(event.what, event.old) for event in said if event.old == "чужое"] == [("read", "чужое")]


@pytest.mark.parametrize(("waits", "comes", "count"), [("5", "4", PutCount(stale=1)), (None, None, PutCount(hinted=1))])
def test_what_is_older_than_what_waits_is_dropped_and_what_may_be_is_asked_for(
    store: Store, clock: Clock, waits: str | None, comes: str | None, count: PutCount
) -> None:
    slow = clock.now
    put(store, a_record(version=waits, title="новое"), began=clock.go(60))

    assert put(store, a_record(version=comes, title="старое"), began=slow) == count
