"""Heartbeats: who is alive, and what is left by those who are not."""

from dataclasses import replace

from state import workers
from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, a_record, claim, due_claim, linked, put


def living(store: Store) -> list[str]:
    with store.read() as conn:
        return workers.alive(store, conn)


def test_a_worker_that_never_claimed_writes_nothing(store: Store, worker: Worker) -> None:
    with store.recorded() as texts:
        workers.beat(store, worker)
        workers.retire(store, worker)

    assert texts == []


def test_a_worker_is_alive_from_its_first_claim_until_it_retires(store: Store, worker: Worker) -> None:
    linked(store, worker)
    due_claim(store, worker)
    assert living(store) == [worker.id]

    workers.retire(store, worker)

    assert living(store) == []
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


def test_a_process_that_is_gone_is_not_alive_whatever_its_heartbeat(store: Store, worker: Worker) -> None:
    put(store, a_record())
    claim(store, replace(worker, started="1"))

    assert living(store) == []


def test_workers_silent_for_a_day_are_forgotten(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(25 * 3600)

    assert (workers.sweep(store), workers.sweep(store)) == (1, 0)
