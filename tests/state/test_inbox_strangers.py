"""Strangers: put aside until they change, for one sync or for all."""

from mappings.reconcile.model import NewRecord
from state import attention, commits, inbox, outbox, settling
from state.store import Store
from state.types import PutCount, Settled, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_record,
    claim,
    opened,
    opening,
    put,
)


def test_a_stranger_that_was_put_aside_waits_for_a_change(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    inbox.set_aside(store, claim(store, worker).strangers, reason="not taken")

    assert put(store, a_record(), began=clock.go(60)) == PutCount(same=1)
    assert claim(store, worker).strangers == ()
    put(store, a_record(title="другое"), began=clock.go(60))
    assert [one.aside for one in claim(store, worker).strangers] == ["not taken"]


def test_a_stranger_that_was_put_aside_can_be_woken(store: Store, worker: Worker) -> None:
    put(store, a_record())
    inbox.set_aside(store, claim(store, worker).strangers, reason="not taken")

    assert inbox.wake_strangers(store, "crm", kind="deal") == 1
    assert len(claim(store, worker).strangers) == 1


def test_another_sync_still_sees_what_one_has_put_aside(store: Store, worker: Worker) -> None:
    put(store, a_record())
    seen = claim(store, worker, sync="presales").strangers
    inbox.set_aside(store, seen, reason="not taken", left=["support_1"])

    assert claim(store, worker, sync="presales").strangers == ()
    assert claim(store, worker, sync="supportX1").strangers == ()
    assert len(claim(store, worker, sync="support_1").strangers) == 1


def test_a_stranger_changed_since_it_was_judged_is_not_put_aside(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    judged = claim(store, worker).strangers
    put(store, a_record(title="new"), began=clock.go(1))

    inbox.set_aside(store, judged, reason="not taken")

    clock.go(20)
    assert [one.record.views["title"] for one in claim(store, store.worker()).strangers] == ["new"]


def test_a_listed_stranger_that_becomes_a_case_leaves_the_list(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    inbox.set_aside(store, claim(store, worker).strangers, reason="may be CASE-1 or CASE-2", listed=True)
    put(store, a_record(title="new"), began=clock.go(1))

    commits.commit(store, worker, decided=[opening(one) for one in claim(store, worker).strangers])

    assert attention.parked_fields(store) == ()


def test_a_listed_stranger_leaves_the_list_with_its_reason(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    inbox.set_aside(store, claim(store, worker).strangers, reason="may be CASE-1 or CASE-2", listed=True)
    assert [entry.code for entry in attention.parked_fields(store)] == ["unlinked"]

    put(store, a_record(title="new"), began=clock.go(1))
    inbox.set_aside(store, claim(store, worker).strangers, reason="not taken")

    assert attention.parked_fields(store) == ()


def test_a_stranger_changed_since_it_was_judged_is_not_listed(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    judged = claim(store, worker).strangers
    put(store, a_record(title="new"), began=clock.go(1))

    inbox.set_aside(store, judged, reason="may be CASE-1 or CASE-2", listed=True)

    assert attention.parked_fields(store) == ()


def test_what_another_worker_has_just_made_is_no_copy_of_itself(store: Store, worker: Worker, clock: Clock) -> None:
    """One worker sends a create; the other one reads what it has made before the first has noted its number."""
    making, reading = worker, store.worker()
    opened(store, making, creates=[NewRecord(*TRACKER, ())])
    [sent] = outbox.take(store, making, system="tracker", limit=1)
    put(store, a_record("41", of=TRACKER), began=clock.go(1))
    met = claim(store, reading, scopes=[TRACKER]).strangers
    made = a_record("41", of=TRACKER)
    settling.settle(store, [Settled(sent.key, "settled", external_id="41", record=made, began=clock.go(1))])

    inbox.set_aside(store, met, reason="a copy of CASE-1", listed=True)

    assert [one.record.id for one in met] == ["41"]
    assert attention.parked_fields(store) == ()
