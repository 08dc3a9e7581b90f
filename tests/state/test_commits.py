"""What was decided: stored whole, counted once, never from an old state."""

from dataclasses import replace

import pytest

from mappings.reconcile.model import Conflict, NewRecord, Outcome, Parked, Party
from state import LeaseLost, attention, cases, commits, history, leases, outbox, settling
from state.store import Store
from state.types import Decided, Settled, Worker
from tests.state_builders import (
    Clock,
    a_change,
    a_fact,
    a_record,
    a_write,
    an_entity,
    an_event,
    claim,
    decided,
    due_claim,
    link_in,
    linked,
    opened,
    opening,
    planned,
    put,
    the,
)


def test_a_stranger_becomes_an_entity_with_a_key_of_its_own(store: Store, worker: Worker) -> None:
    wholes = opened(store, worker, a_record("10"), a_record("11"), a_record("12"))

    assert sorted(one.entity.key for one in wholes) == ["CASE-1", "CASE-2", "CASE-3"]
    assert [one.links[0].external_id for one in sorted(wholes, key=lambda one: one.entity.key)] == ["10", "11", "12"]
    assert claim(store, worker).strangers == ()


def test_numbers_go_on_and_every_prefix_has_its_own(store: Store, worker: Worker) -> None:
    put(store, a_record("10"), a_record("11"), a_record("12"))
    first, second, third = claim(store, worker).strangers

    commits.commit(store, worker, decided=[opening(first, 1)])
    done = commits.commit(store, worker, decided=[opening(second, 2), replace(opening(third, 3), prefix="LEAD")])

    assert done.keys == {"entity0002": "CASE-2", "entity0003": "LEAD-1"}


def test_what_was_decided_reads_back_as_it_was(store: Store, worker: Worker, clock: Clock) -> None:
    whole = linked(store, worker)
    claimed = due_claim(store, worker)
    party = Party("crm", "в", view="v", record="10", origin=a_fact("в").origin)
    after = replace(
        claimed.entity,
        facts={"title": a_fact("Новое")},
        held={"title": ("Внедрение CRM",)},
        conflicts={"deadline": Conflict("deadline", None, (party,), "park")},
        generation=2,
    )
    parked = {"status": Parked("no way", "нет пути", {"stage": "won"}, "2", allowed=("3", "4"))}
    change = a_change(
        link_in(whole, "crm").id, "Новое", seen={"title": "Новое!"}, parked=parked, answers={"title": (clock.now,)}
    )

    decided(store, worker, claimed, change, entity=after)

    stored = the(store)
    assert stored.entity == after
    expected = link_in(whole, "crm")
    assert link_in(stored, "crm") == replace(
        expected, bases=change.bases, seen=change.seen, parked=parked, answers=change.answers
    )
    assert link_in(stored, "tracker") == link_in(whole, "tracker")


def test_a_consumed_snapshot_moves_version_and_address(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record(version="1"))
    put(
        store,
        replace(a_record(version="2", title="новое"), url="https://crm.test/10", in_scope=False),
        began=clock.go(9),
    )
    claimed = claim(store, worker).cases[0]

    decided(store, worker, claimed, a_change(claimed.links[0].id, "новое"))

    link = the(store).links[0]
    assert (link.version, link.url, link.in_scope, link.touched) == ("2", "https://crm.test/10", False, clock.now)


def test_h13_a_row_that_was_replaced_while_it_was_decided_upon_stays(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker)
    put(store, a_record(title="one"), began=clock.go(1))
    claimed = claim(store, worker).cases[0]
    put(store, a_record(title="two"), began=clock.go(1))

    decided(store, worker, claimed, a_change(claimed.links[0].id, "one"))

    [again] = claim(store, worker).cases
    assert [one.record.views["title"] for one in again.snapshots.values()] == ["two"]


def test_a_snapshot_that_was_not_consumed_goes_on_waiting(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    put(store, a_record(title="one"), began=clock.go(1))
    claimed = claim(store, worker).cases[0]

    decided(store, worker, claimed, consumed={})

    assert len(claim(store, worker).cases) == 1


def test_a_mark_that_came_after_the_claim_stays(store: Store, worker: Worker) -> None:
    linked(store, worker)
    cases.mark_due(store, ["entity0001"])
    claimed = claim(store, worker).cases[0]
    decided(store, worker, claimed)
    assert claim(store, worker).cases == ()

    cases.mark_due(store, ["entity0001"])
    late = claim(store, worker).cases[0]
    cases.mark_due(store, ["entity0001"])
    decided(store, worker, late)

    assert len(claim(store, worker).cases) == 1


def test_a_decision_made_before_a_link_was_settled_is_lost_and_made_again(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker, title="наше")
    [going] = outbox.take(store, worker, system="tracker", limit=1)
    put(store, a_record(title="правка"), began=clock.go(1))
    claimed = claim(store, worker).cases[0]
    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"))])

    done = decided(store, worker, claimed, a_change(link_in(claimed, "crm").id, "правка"))

    assert done.lost == ("entity0001",)
    [again] = claim(store, worker).cases
    assert link_in(again, "tracker").bases["title"].view == "наше"
    assert [one.record.views["title"] for one in again.snapshots.values()] == ["правка"]


def test_one_lost_decision_does_not_stop_the_others(store: Store, worker: Worker) -> None:
    opened(store, worker, a_record("10"), a_record("11"))
    batch = claim(store, worker, only=["entity0001", "entity0002"])
    cases.mark_due(store, ["entity0001"])

    done = commits.commit(
        store, worker, decided=[Decided(Outcome(one.entity, events=[an_event()]), one) for one in batch.cases]
    )

    assert (done.lost, set(done.keys)) == (("entity0001",), {"entity0002"})


# --- planned writes -------------------------------------------------------------------------------------------------


def test_each_reconcile_replaces_the_planned_write(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker, title="первое")
    planned(store, worker, title="второе")

    [going] = outbox.take(store, worker, system="tracker", limit=10)

    assert [write.view for write in going.fields] == ["второе"]


def test_a_write_that_is_not_wanted_any_more_is_dropped(store: Store, worker: Worker) -> None:
    linked(store, worker)
    whole = planned(store, worker)
    claimed = due_claim(store, worker)

    decided(store, worker, claimed, a_change(link_in(whole, "tracker").id))

    assert outbox.open_writes(store) == ()


def test_a_planned_write_stays_if_the_decision_does_not_speak_of_its_link(store: Store, worker: Worker) -> None:
    linked(store, worker)
    whole = planned(store, worker)

    decided(store, worker, due_claim(store, worker), a_change(link_in(whole, "crm").id))

    assert len(outbox.open_writes(store)) == 1


def test_h53_an_entity_has_one_open_create_in_a_system(store: Store, worker: Worker) -> None:
    wanted = NewRecord("tracker", "issue", (a_write("t"),), fixed={"tracker": "1"})
    [whole] = opened(store, worker, creates=[wanted])
    claimed = due_claim(store, worker, whole)
    assert [(one.system, one.write.verb, one.fixed) for one in claimed.creates] == [
        ("tracker", "create", {"tracker": "1"})
    ]

    decided(store, worker, claimed, creates=[replace(wanted, fields=(a_write("u"),))])

    [going] = outbox.take(store, worker, system="tracker", limit=10)
    assert [write.view for write in going.fields] == ["u"]
    decided(store, worker, due_claim(store, worker, whole), creates=[wanted])
    assert len(outbox.open_writes(store)) == 1


def test_a_planned_create_that_is_not_wanted_any_more_goes_with_what_it_left_out(store: Store, worker: Worker) -> None:
    left_out = {"status": Parked("no view", "нет статуса", {"stage": "won"})}
    wanted = NewRecord("tracker", "issue", (a_write("t"),), left_out=left_out)
    opened(store, worker, creates=[wanted])
    assert [entry.text for entry in attention.parked_fields(store)] == ["нет статуса"]

    decided(store, worker, due_claim(store, worker))

    assert (outbox.open_writes(store), attention.parked_fields(store)) == ((), ())


def test_an_entity_decided_while_its_write_was_on_its_way_is_due_once_it_is_settled(
    store: Store, worker: Worker
) -> None:
    linked(store, worker)
    planned(store, worker)
    [going] = outbox.take(store, worker, system="tracker", limit=1)
    decided(store, worker, due_claim(store, worker))
    assert claim(store, worker).cases == ()

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "Новое"))])

    assert len(claim(store, worker).cases) == 1


# --- history and leases ---------------------------------------------------------------------------------------------


def test_h48_events_are_stored_as_they_are_given_once_with_run_and_entity(store: Store, worker: Worker) -> None:
    linked(store, worker)
    claimed = due_claim(store, worker)
    event = an_event(
        "read", old=["a", "b"], new={"text": "в"}, system="crm", by="Анна", cause="first", parties=({"crm": "v"},)
    )

    commits.commit(store, worker, decided=[Decided(Outcome(claimed.entity, events=[event]), claimed)], run="run7")

    assert [line.event for line in history.history(store, run="run7")] == [event]


def test_a_commit_under_a_lost_lease_stores_nothing(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    claimed = due_claim(store, worker)
    clock.go(31)
    assert leases.acquire(store, "presales", worker=store.worker(), seconds=30) is not None
    one = Decided(Outcome(replace(claimed.entity, generation=9)), claimed)

    with pytest.raises(LeaseLost):
        commits.commit(store, worker, decided=[one], lease=held)

    assert the(store).entity.generation == 1


def test_a_commit_whose_lease_row_is_gone_stores_nothing(store: Store, worker: Worker) -> None:
    linked(store, worker)
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    leases.release(store, held)
    claimed = due_claim(store, worker)

    with pytest.raises(LeaseLost):
        commits.commit(store, worker, decided=[Decided(Outcome(claimed.entity), claimed)], lease=held)


def test_a_new_entity_under_a_lost_lease_is_not_stored(store: Store, worker: Worker) -> None:
    put(store, a_record())
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    leases.release(store, held)

    with pytest.raises(LeaseLost):
        commits.commit(store, worker, decided=[opening(claim(store, worker).strangers[0])], lease=held)

    assert cases.count(store) == 0


def test_an_entity_can_be_opened_at_the_hub_without_a_record(store: Store, worker: Worker) -> None:
    commits.commit(store, worker, decided=[Decided(Outcome(an_entity(title="С нуля")))])

    assert (the(store).entity.key, the(store).links) == ("CASE-1", ())


def test_what_is_not_judged_whole_when_it_is_opened_is_due_with_its_opening(store: Store, worker: Worker) -> None:
    put(store, a_record())
    [stranger] = claim(store, worker).strangers
    commits.commit(store, worker, decided=[replace(opening(stranger), again=True)])

    assert [one.entity.key for one in claim(store, worker).cases] == ["CASE-1"]
