"""Heartbeats: who is alive, and what is left by those who are not."""

from dataclasses import replace

import sqlalchemy as sa

from state import outbox, workers
from state.store import Store
from state.tables import worker as table
from state.types import Worker
from tests.state_builders import Clock, a_record, claim, due_claim, linked, planned, put


def dead(store: Store) -> list[str]:
    with store.read() as conn:
        return workers.dead(store, conn)


def test_a_worker_that_never_claimed_writes_nothing(store: Store, worker: Worker) -> None:
    with store.recorded() as texts:
        workers.beat(store, worker)
        workers.retire(store, worker)

    assert texts == []


def test_a_worker_that_retires_leaves_its_claims(store: Store, worker: Worker) -> None:
    linked(store, worker)
    due_claim(store, worker)
    assert dead(store) == []

    workers.retire(store, worker)

    assert dead(store) == []
    assert len(claim(store, store.worker(), only=["entity0001"]).cases) == 1


def test_a_heartbeat_is_written_at_most_every_five_seconds(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(4)
    with store.recorded() as early:
        workers.beat(store, worker)
    clock.go(1)
    with store.recorded() as late:
        workers.beat(store, worker)

    assert (len(early), len(late)) == (0, 1)


def test_a_process_that_is_gone_is_dead_whatever_its_heartbeat(store: Store, worker: Worker) -> None:
    put(store, a_record())
    claim(store, replace(worker, id="died", started="1"))

    assert dead(store) == ["died"]


def test_a_worker_that_nobody_has_heard_of_yet_is_not_dead(store: Store, worker: Worker) -> None:
    """Two workers claim at once: the first registers in the very transaction that the other does not see yet."""
    linked(store, worker)
    due_claim(store, store.worker())
    with store.write() as conn:
        conn.execute(sa.delete(table))

    assert claim(store, worker, only=["entity0001"]).cases == ()


def test_workers_silent_for_a_day_are_forgotten_with_all_that_they_held(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker)
    keys = [one.key for one in outbox.take(store, worker, system="tracker", limit=1)]
    clock.go(25 * 3600)

    assert (workers.sweep(store), workers.sweep(store)) == (1, 0)
    assert [one.key for one in outbox.doubtful(store, store.worker(), systems=["tracker"])] == keys
