"""The attention list: entered once, closed when it is no longer true."""

from dataclasses import replace

from mappings.reconcile.model import Conflict, Parked, Party
from state import attention
from state.store import Store
from state.types import Worker
from tests.state_builders import Clock, a_change, decided, due_claim, link_in, linked

DROPPED = Parked("dropped", "осталось как было", {"title": "а"}, "б")


def park(store: Store, worker: Worker, **parked: Parked) -> None:
    claimed = due_claim(store, worker)
    decided(store, worker, claimed, a_change(link_in(claimed, "tracker").id, parked=parked))


def quarrel(store: Store, worker: Worker, **conflicts: Conflict) -> None:
    claimed = due_claim(store, worker)
    decided(store, worker, claimed, entity=replace(claimed.entity, conflicts=conflicts))


def test_an_entry_that_stays_keeps_its_number_and_since(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    park(store, worker, title=DROPPED)
    [before] = attention.parked_fields(store)
    clock.go(3600)

    park(store, worker, title=DROPPED)
    park(store, worker, title=replace(DROPPED, view="в"))

    [after] = attention.parked_fields(store)
    assert (after.id, after.since, after.parked) == (before.id, before.since, replace(DROPPED, view="в"))


def test_an_entry_for_another_reason_is_as_of_now(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    park(store, worker, title=DROPPED)
    clock.go(3600)

    park(store, worker, title=Parked("unclear", "кто это был?"))

    assert [(one.code, one.since) for one in attention.parked_fields(store)] == [("unclear", clock.now)]


def test_what_is_no_longer_parked_is_closed_and_may_come_again(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    park(store, worker, title=DROPPED, amount=DROPPED)
    park(store, worker, amount=DROPPED)
    assert [one.field for one in attention.parked_fields(store)] == ["amount"]
    clock.go(60)

    park(store, worker, title=DROPPED)

    assert [(one.field, one.since) for one in attention.parked_fields(store)] == [("title", clock.now)]


def test_an_ordinary_decision_does_not_touch_the_list(store: Store, worker: Worker) -> None:
    linked(store, worker)
    park(store, worker, title=DROPPED)

    with store.recorded() as texts:
        park(store, worker, title=DROPPED)

    assert [text for text in texts if "parked" in text and "INSERT INTO parked" in text] == []


def test_a_conflict_is_listed_once_with_its_parties_and_goes_with_the_quarrel(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    parties = (Party("crm", "1 дек", "2026-12-01", "10"), Party("tracker", "5 дек", "2026-12-05", "41"))
    conflict = Conflict("deadline", None, parties, "no rule decides")
    quarrel(store, worker, deadline=conflict)
    since = clock.now
    clock.go(60)
    moved = replace(conflict, parties=(*parties[:1], replace(parties[1], value="6 дек")))

    quarrel(store, worker, deadline=moved)

    [entry] = attention.conflicts(store)
    assert (entry.key, entry.code, entry.field, entry.since, entry.conflict) == (
        "CASE-1",
        "conflict",
        "deadline",
        since,
        moved,
    )
    quarrel(store, worker)
    assert attention.conflicts(store) == ()


def test_the_list_is_paged_and_kept_apart_by_system_and_entity(store: Store, worker: Worker) -> None:
    linked(store, worker)
    park(store, worker, title=DROPPED, amount=DROPPED, status=DROPPED)

    first = attention.parked_fields(store, limit=2)
    second = attention.parked_fields(store, after=first[-1].id, limit=2)

    assert {one.field for one in (*first, *second)} == {"title", "amount", "status"}
    assert attention.parked_fields(store, system="crm") == ()
    assert attention.parked_fields(store, entity_id="nobody") == ()


def test_a_whole_record_can_be_listed_and_taken_off(store: Store) -> None:
    place = attention.Place("tracker", "issue", record="42")
    attention.park_records(store, [(place, Parked("copy", "a copy of CASE-1"))])
    assert [(one.record, one.code, one.entity) for one in attention.parked_fields(store)] == [("42", "copy", None)]

    attention.unpark_records(store, [place])

    assert attention.parked_fields(store) == ()
