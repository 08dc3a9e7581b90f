"""Leases: at most one scheduled pass of a name."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from state import LeaseLost, inbox, leases
from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, a_page, a_record


def test_a_lease_is_held_by_one(store: Store, worker: Worker) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)

    assert held is not None
    assert leases.acquire(store, "presales", worker=store.worker(), seconds=30) is None
    assert leases.acquire(store, "support", worker=store.worker(), seconds=30) is not None


def test_a_released_lease_is_free(store: Store, worker: Worker) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None

    leases.release(store, held)

    assert leases.acquire(store, "presales", worker=store.worker(), seconds=30) is not None


def test_a_lease_that_ran_out_can_be_taken_and_is_lost_then(store: Store, worker: Worker, clock: Clock) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    clock.go(31)
    assert leases.acquire(store, "presales", worker=store.worker(), seconds=30) is not None

    with pytest.raises(LeaseLost, match=r"^lease 'presales' was taken by another pass; this one stops$"):
        leases.renew(store, held, seconds=30)
    with pytest.raises(LeaseLost):
        inbox.put(store, a_page(store, a_record()), lease=held)
    leases.release(store, held)
    assert leases.acquire(store, "presales", worker=worker, seconds=30) is None


def test_a_lease_whose_process_is_gone_can_be_taken_at_once(store: Store, worker: Worker) -> None:
    leases.acquire(store, "presales", worker=replace(worker, started="1"), seconds=3000)

    assert leases.acquire(store, "presales", worker=worker, seconds=30) is not None


def test_a_renewed_lease_lasts_longer(store: Store, worker: Worker, clock: Clock) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    clock.go(20)

    renewed = leases.renew(store, held, seconds=30)

    assert renewed.until == clock.now + timedelta(seconds=30)
    clock.go(20)
    assert leases.acquire(store, "presales", worker=store.worker(), seconds=30) is None


def test_h29_a_request_may_leave_only_if_the_lease_outlives_it(store: Store, worker: Worker, clock: Clock) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None

    assert leases.holds(store, held, seconds=30)
    assert not leases.holds(store, held, seconds=31)
    clock.go(31)
    assert not leases.holds(store, held)


def test_a_page_under_a_good_lease_is_stored(store: Store, worker: Worker) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)

    assert inbox.put(store, a_page(store, a_record()), lease=held).stored == 1


def test_of_two_at_once_one_gets_it(store: Store, opener: Callable[[], Store]) -> None:
    def get(one: Store) -> bool:
        return leases.acquire(one, "presales", worker=one.worker(), seconds=30) is not None

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(get, [opener() for _ in range(4)]))

    assert won.count(True) == 1


def test_a_lease_is_held_until_it_is_given_back_or_runs_out(store: Store, worker: Worker, clock: Clock) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    seen = [leases.is_held(store, name) for name in ("presales", "sales")]

    clock.go(31)
    run_out = leases.is_held(store, "presales")
    leases.release(store, leases.renew(store, held, seconds=30))

    assert (seen, run_out, leases.is_held(store, "presales")) == ([True, False], False, False)


def test_nobody_holds_a_lease_whose_process_is_gone(store: Store, worker: Worker) -> None:
    leases.acquire(store, "presales", worker=worker, seconds=30)

    assert not leases.is_held(replace(store, process_lives=lambda _: False), "presales")
