"""What leaves: sent is stored before the request, and doubt is taken over from the dead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from mappings.reconcile.model import NewRecord, Parked
from state import LeaseLost, claims, leases, outbox, settling, workers
from state.store import Store
from state.types import Settled, Worker
from tests.state_builders import TRACKER, Clock, a_change, a_record, a_write, due_claim, linked, opened, planned, the


def sent(store: Store, worker: Worker) -> list[str]:
    return [one.key for one in outbox.take(store, worker, system="tracker", limit=10)]


def test_a_taken_write_carries_all_that_the_request_needs(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    whole = planned(store, worker)

    [going] = outbox.take(store, worker, system="tracker", limit=10)

    assert (going.verb, going.fields, going.entity) == ("update", (a_write("Новое"),), whole.entity)
    assert going.link is not None
    assert (going.external_id, going.version, going.sent_at, going.tries) == ("41", None, clock.now, 1)
    assert going.link.write is not None
    assert going.link.bases == {"title": a_change(0).bases["title"]}


def test_a_taken_create_carries_its_scope_its_generation_and_what_it_left_out(store: Store, worker: Worker) -> None:
    left_out = {"status": Parked("no view", "нет статуса")}
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),), {"tracker": "1"}, left_out)])

    [going] = outbox.take(store, worker, system="tracker", limit=10)

    assert (going.verb, going.link, going.generation) == ("create", None, 1)
    assert (going.fixed, going.left_out) == ({"tracker": "1"}, left_out)


def test_h6_sent_is_committed_before_take_returns(store: Store, worker: Worker, opener: Callable[[], Store]) -> None:
    linked(store, worker)
    planned(store, worker)

    sent(store, worker)

    [seen_elsewhere] = outbox.open_writes(opener())
    assert seen_elsewhere.link is not None
    assert seen_elsewhere.link.write is not None
    assert seen_elsewhere.link.write.state == "sent"


def test_a_write_is_taken_once(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)

    assert (len(sent(store, worker)), sent(store, store.worker())) == (1, [])


def test_writes_to_another_system_stay(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)

    assert outbox.take(store, worker, system="crm", limit=10) == ()


def test_taking_nothing_writes_nothing(store: Store, worker: Worker) -> None:
    linked(store, worker)

    with store.recorded() as texts:
        sent(store, worker)

    assert [text for text in texts if not text.lstrip().startswith("SELECT")] == []


def test_a_write_of_a_claimed_entity_waits_for_the_decision(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    other = store.worker()
    due_claim(store, other)

    assert sent(store, worker) == []
    claims.release(store, other)
    assert len(sent(store, worker)) == 1


def test_a_write_of_an_entity_that_a_dead_worker_claimed_goes(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    due_claim(store, replace(worker, id="died", started="1"))

    assert len(sent(store, worker)) == 1


def test_a_postponed_write_waits_for_its_time(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    [key] = sent(store, worker)
    settling.settle(store, [Settled(key, "planned", not_before=clock.now + timedelta(seconds=30))])

    assert sent(store, worker) == []
    clock.go(30)
    [going] = outbox.take(store, worker, system="tracker", limit=10)
    assert going.tries == 2


def test_nothing_is_taken_under_a_lost_lease(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    leases.release(store, held)

    with pytest.raises(LeaseLost):
        outbox.take(store, worker, system="tracker", limit=10, lease=held)

    assert len(sent(store, worker)) == 1


# --- doubt ----------------------------------------------------------------------------------------------------------


def test_a_living_workers_writes_are_not_doubtful(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    sent(store, worker)

    assert outbox.doubtful(store, store.worker(), systems=["tracker"]) == ()


def test_a_create_is_being_sent_only_while_the_worker_that_sent_it_lives(
    store: Store, worker: Worker, clock: Clock
) -> None:
    creates = [NewRecord("tracker", "issue", (a_write("t"),), {})]
    owners = {one.entity.id for one in opened(store, worker, a_record("10"), a_record("11"), creates=creates)}
    [going] = outbox.take(store, worker, system="tracker", limit=1)

    def being_sent() -> set[str]:
        return {one for one in owners if outbox.is_being_sent(store, one, system="tracker", kind="issue")}

    assert being_sent() == {going.entity.id} < owners

    clock.go(workers.SILENCE.total_seconds())
    assert being_sent() == set()


def test_a_dead_workers_writes_are_taken_over_once(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    keys = sent(store, worker)
    clock.go(16)
    other = store.worker()

    assert [one.key for one in outbox.doubtful(store, other, systems=["tracker"])] == keys
    assert outbox.doubtful(store, store.worker(), systems=["tracker"]) == ()


def test_a_retired_workers_writes_are_doubtful_at_once(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    keys = sent(store, worker)

    workers.retire(store, worker)

    assert [one.key for one in outbox.doubtful(store, store.worker(), systems=["tracker"])] == keys


def test_h21_an_unclear_write_is_looked_at_again_but_not_too_soon(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    keys = sent(store, worker)
    later = clock.now + timedelta(seconds=90)
    settling.settle(store, [Settled(keys[0], "sent", not_before=later)])

    assert outbox.doubtful(store, worker, systems=["tracker"]) == ()
    clock.now = later
    [doubt] = outbox.doubtful(store, worker, systems=["tracker"])
    assert (doubt.key, doubt.not_before) == (keys[0], later)


def test_doubts_of_other_systems_are_left(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    sent(store, worker)
    clock.go(16)

    assert outbox.doubtful(store, worker, systems=["crm"]) == ()


def test_closed_writes_are_forgotten_after_a_while_and_open_ones_never(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker, title="первое")
    settling.settle(store, [Settled(sent(store, worker)[0], "settled", change=a_change(0, "первое"))])
    planned(store, worker, title="второе")
    clock.go(100)

    assert outbox.purge(store, before=clock.now) == 1
    assert len(outbox.open_writes(store)) == 1
    assert the(store).links[1].write is not None


def test_closed_writes_are_forgotten_piece_by_piece_the_oldest_first(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    keys = []
    for title in ("первое", "второе", "третье"):
        planned(store, worker, title=title)
        keys += sent(store, worker)
        settling.settle(store, [Settled(keys[-1], "settled", change=a_change(0, title))])
        clock.go(1)

    found = [outbox.purge(store, before=clock.now, most=2) for _ in range(3)]

    assert (len(set(keys)), found) == (3, [2, 1, 0])


def test_what_the_hub_has_made_is_known_for_good(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [key] = sent(store, worker)
    settling.settle(store, [Settled(key, "settled", change=a_change(0), external_id="7")])
    clock.go(100)

    assert outbox.purge(store, before=clock.now) == 0
    assert [one.record for one in outbox.made(store, "tracker", kind="issue")] == ["7"]


def test_a_create_in_doubt_is_planned_again_when_a_person_says_so_but_not_under_a_worker(
    store: Store, worker: Worker
) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [key] = sent(store, worker)

    early = outbox.send_again(store, the(store).entity.id, system="tracker", kind="issue")
    settling.settle(store, [Settled(key, "sent", not_before=store.clock() + timedelta(hours=1))])
    asked = outbox.send_again(store, the(store).entity.id, system="tracker", kind="issue")

    assert (early, asked) == (False, True)
    assert sent(store, worker) == [key]


def test_a_create_in_doubt_of_a_worker_that_died_is_planned_again_too(store: Store, worker: Worker) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [key] = sent(store, replace(worker, id="died", started="1"))

    assert outbox.send_again(store, the(store).entity.id, system="tracker", kind="issue")
    assert sent(store, worker) == [key]


def test_writes_in_doubt_are_counted_by_system_and_kind(store: Store, worker: Worker) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    settling.settle(store, [Settled(sent(store, worker)[0], "sent")])

    assert outbox.count_doubtful(store) == (("tracker", "issue", 1),)


@pytest.mark.parametrize(("in_scope", "known"), [(True, ["41"]), (False, [])])
def test_what_was_made_is_known_while_lists_still_show_it(
    in_scope: bool, known: list[str], store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    record = replace(a_record("41", of=TRACKER, title="t"), in_scope=in_scope)
    made = Settled(sent(store, worker)[0], "settled", change=a_change(0, "t"), external_id="41", record=record)

    settling.settle(store, [replace(made, began=clock.now)])

    assert [one.record for one in outbox.made(store, "tracker", kind="issue")] == known
