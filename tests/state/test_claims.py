"""Who decides what: claims of entities and strangers, by workers that live and die."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import sqlalchemy as sa

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord
from state import cases, claims, commits, inbox, outbox, settling, workers
from state.engine import open_store
from state.store import Store
from state.types import Settled, Worker
from tests.state_builders import (
    CRM,
    TRACKER,
    Clock,
    a_change,
    a_record,
    a_write,
    claim,
    decided,
    due_claim,
    link_in,
    linked,
    look,
    opened,
    opening,
    planned,
    put,
    the,
)


def test_an_entity_with_news_is_claimed_once_with_all_its_links(store: Store, worker: Worker, clock: Clock) -> None:
    whole = linked(store, worker)
    put(store, a_record(title="новое"), began=clock.go(60))

    first, second = claim(store, worker), claim(store, store.worker())

    [claimed] = first.cases
    assert claimed.entity == whole.entity
    assert claimed.links == whole.links
    assert list(claimed.snapshots) == [link_in(whole, "crm").id]
    assert (second.cases, second.strangers) == ((), ())


def test_a_snapshot_says_when_its_record_was_read_before(store: Store, worker: Worker, clock: Clock) -> None:
    first = clock.now
    opened(store, worker)
    second = clock.go(60)
    put(store, a_record(title="новое"))

    [snapshot] = claim(store, worker).cases[0].snapshots.values()

    assert (snapshot.read_after, snapshot.began) == (first, second)


def test_an_entity_marked_due_is_claimed_without_news(store: Store, worker: Worker) -> None:
    linked(store, worker)
    cases.mark_due(store, ["entity0001"])

    [claimed] = claim(store, worker).cases

    assert claimed.snapshots == {}


def test_a_pass_claims_only_its_own_syncs_entities(store: Store, worker: Worker) -> None:
    linked(store, worker)
    cases.mark_due(store, ["entity0001"])

    assert claim(store, worker, sync="support").cases == ()
    assert len(claim(store, worker, sync="presales").cases) == 1


def test_only_what_is_in_scope_is_claimed(store: Store, worker: Worker) -> None:
    put(store, a_record("10"))
    put(store, a_record("41", of=TRACKER))

    assert [one.record.id for one in claim(store, worker, scopes=[TRACKER]).strangers] == ["41"]


def test_a_limit_is_kept_and_the_oldest_news_come_first(store: Store, worker: Worker, clock: Clock) -> None:
    for number in range(5):
        put(store, a_record(str(number)), began=clock.go(1))

    first, second = claim(store, worker, limit=3), claim(store, worker, limit=3)

    assert [[one.record.id for one in batch.strangers] for batch in (first, second)] == [["0", "1", "2"], ["3", "4"]]


def test_chosen_entities_are_claimed_whatever_waits_unless_somebody_has_them(store: Store, worker: Worker) -> None:
    linked(store, worker)

    assert [one.entity.id for one in claim(store, worker, only=["entity0001"]).cases] == ["entity0001"]
    assert claim(store, store.worker(), only=["entity0001"]).cases == ()


def test_a_released_claim_is_free(store: Store, worker: Worker) -> None:
    linked(store, worker)
    put(store, a_record("11"))
    due_claim(store, worker)
    claim(store, worker)

    claims.release(store, worker)

    other = store.worker()
    assert len(claim(store, other, only=["entity0001"]).cases) == 1
    assert len(claim(store, other).strangers) == 1


# --- freshness, again -----------------------------------------------------------------------------------------------


def test_h14_a_row_that_was_put_before_our_write_ended_is_not_adopted_after_it(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker, title="наше")
    [going] = outbox.take(store, worker, system="tracker", limit=10)
    put(store, a_record("41", of=TRACKER, title="&lt;старое&gt;"), began=clock.go(1))
    clock.go(1)
    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"))])

    batch = claim(store, worker)

    assert batch.cases == ()
    assert [one.id for one in inbox.hints(store, "tracker", kind="issue", limit=9)] == ["41"]


def test_h14_freshness_is_tested_again_when_claimed(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker, title="наше")
    [going] = outbox.take(store, worker, system="tracker", limit=10)
    put(store, a_record("41", of=TRACKER, title="старое"), began=clock.go(1))
    clock.go(1)
    settling.settle(store, [Settled(going.key, "sent")])
    settling.settle(store, [Settled(going.key, "due")])

    [claimed] = claim(store, worker).cases

    assert claimed.snapshots == {}
    assert [one.id for one in inbox.hints(store, "tracker", kind="issue", limit=9)] == ["41"]


# --- frozen links ---------------------------------------------------------------------------------------------------


def test_h5_h30_a_sent_write_freezes_its_link_and_no_other(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    planned(store, worker)
    outbox.take(store, worker, system="tracker", limit=10)
    put(store, a_record("41", of=TRACKER, title="эхо"), began=clock.go(1))

    with store.recorded() as texts:
        assert claim(store, worker).cases == ()
    assert [text for text in texts if not text.lstrip().startswith("SELECT")] == []
    put(store, a_record(title="правка"), began=clock.go(1))
    [claimed] = claim(store, worker).cases
    assert list(claimed.snapshots) == [link_in(claimed, "crm").id]
    frozen = link_in(claimed, "tracker").write
    assert frozen is not None
    assert frozen.state == "sent"


def test_what_waited_for_a_frozen_link_is_claimed_once_its_write_is_settled(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    planned(store, worker)
    [going] = outbox.take(store, worker, system="tracker", limit=10)
    settling.settle(store, [Settled(going.key, "planned")])
    outbox.take(store, worker, system="tracker", limit=10)
    put(store, a_record("41", of=TRACKER, title="правка", version="9"), began=clock.go(1))
    settling.settle(store, [Settled(going.key, "parked", change=a_change(0))])

    [claimed] = claim(store, worker).cases

    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["правка"]


# --- the life of workers --------------------------------------------------------------------------------------------


def test_h29_a_claim_outlives_the_transaction_it_was_made_in(store: Store, opener: Callable[[], Store]) -> None:
    linked(store, store.worker())
    due_claim(store, store.worker())

    assert claim(opener(), store.worker(), only=["entity0001"]).cases == ()


def test_a_claim_is_free_when_its_worker_has_been_silent_for_fifteen_seconds(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    due_claim(store, worker)
    other = store.worker()

    clock.go(14)
    assert claim(store, other, only=["entity0001"]).cases == ()
    clock.go(2)
    assert len(claim(store, other, only=["entity0001"]).cases) == 1


def test_a_heartbeat_keeps_a_claim(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    due_claim(store, worker)
    for _ in range(5):
        clock.go(10)
        workers.beat(store, worker)

    assert claim(store, store.worker(), only=["entity0001"]).cases == ()


def test_a_claim_that_a_live_worker_forgot_ends_too(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    due_claim(store, worker)
    clock.go(claims.LASTS.total_seconds() + 1)
    workers.beat(store, worker)

    assert len(claim(store, store.worker(), only=["entity0001"]).cases) == 1


def test_a_claim_is_free_at_once_when_its_process_is_gone(store: Store, worker: Worker) -> None:
    linked(store, worker)
    due_claim(store, replace(worker, id="died", started="1"))  # the number lives on, as another process

    assert len(claim(store, worker, only=["entity0001"]).cases) == 1


def test_of_another_host_only_the_heartbeat_tells(store: Store, worker: Worker) -> None:
    linked(store, worker)
    due_claim(store, replace(worker, id="far", host="elsewhere", started="1"))

    assert claim(store, worker, only=["entity0001"]).cases == ()


def test_a_dead_workers_strangers_are_free(store: Store, worker: Worker) -> None:
    put(store, a_record())
    claim(store, replace(worker, id="died", started="1"))

    assert len(claim(store, worker).strangers) == 1


# --- side by side ---------------------------------------------------------------------------------------------------


def many_due(store: Store, worker: Worker, *, count: int) -> None:
    put(store, *(a_record(str(number)) for number in range(count)))
    strangers = claim(store, worker, limit=count).strangers
    commits.commit(store, worker, decided=[opening(one, number) for number, one in enumerate(strangers)])
    cases.mark_due(store, [f"entity{number:0>4}" for number in range(count)])
    workers.retire(store, worker)


def all_claims(store: Store) -> list[str]:
    """Claim until nothing is left, in batches of five."""
    worker, found = store.worker(), []
    while batch := claim(store, worker, limit=5).cases:
        found += [one.entity.id for one in batch]
    return found


def test_two_threads_never_claim_the_same_entity(store: Store, opener: Callable[[], Store]) -> None:
    many_due(store, store.worker(), count=40)
    stores = [opener(), opener()]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(all_claims, stores)

    assert len(one) + len(other) == len({*one, *other}) == 40


def claim_in_a_process(url: str) -> list[str]:
    store = open_store(url, clock=Clock())
    try:
        return all_claims(store)
    finally:
        store.close()


def test_two_processes_never_claim_the_same_entity_and_a_dead_ones_are_free(url: str, store: Store) -> None:
    many_due(store, store.worker(), count=40)

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        one, other = pool.map(claim_in_a_process, [url, url])

    assert len(one) + len(other) == len({*one, *other}) == 40
    assert sorted(all_claims(store)) == sorted([*one, *other])


# --- bounds ---------------------------------------------------------------------------------------------------------


def test_claim_and_commit_of_a_hundred_entities_take_at_most_twelve_statements(
    store: Store, worker: Worker, clock: Clock
) -> None:
    put(store, *(a_record(str(number), title="t") for number in range(100)))
    put(store, *(a_record(str(number), of=TRACKER, title="t") for number in range(100)))
    strangers = claim(store, worker, scopes=[CRM]).strangers
    commits.commit(store, worker, decided=[opening(one, number) for number, one in enumerate(strangers)])
    put(store, *(a_record(str(number), title="n") for number in range(100)), began=clock.go(1))
    before = store.statements

    batch = claim(store, worker, limit=100)
    outcomes = [
        replace(opening(snapshot, number), claimed=one, new_links=())
        for number, one in enumerate(batch.cases)
        for snapshot in one.snapshots.values()
    ]
    wanted = [NewRecord("tracker", "issue", (a_write("n"),))]
    rewritten = [
        replace(
            one,
            outcome=replace(
                one.outcome, entity=one.claimed.entity, links=[a_change(one.claimed.links[0].id)], creates=wanted
            ),
        )
        for one in outcomes
        if one.claimed
    ]
    done = commits.commit(store, worker, decided=rewritten)

    assert (len(batch.cases), len(done.keys), done.writes) == (100, 100, 100)
    assert store.statements - before <= 12


def test_looking_for_news_where_there_are_none_takes_three_statements(store: Store, worker: Worker) -> None:
    linked(store, worker)
    before = store.statements

    claim(store, worker)

    assert store.statements - before == 3


def test_decided_from_a_claim_that_was_lost_changes_nothing(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    stale = due_claim(store, worker)
    clock.go(claims.LASTS.total_seconds() + 1)
    fresh = due_claim(store, store.worker())

    done = decided(store, worker, stale, a_change(stale.links[0].id, "не должно быть"))

    assert done.lost == ("entity0001",)
    assert the(store).links == fresh.links


def test_an_entity_whose_rows_are_all_stale_is_not_claimed(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    put(store, a_record(title="новое"), began=clock.go(1))
    clock.go(1)
    look(store, Found("10", "gone"))
    claimed = claim(store, worker).cases[0]
    decided(store, worker, claimed)

    assert claim(store, worker).cases == ()


def test_looking_for_work_never_reads_a_whole_table(store: Store, worker: Worker) -> None:
    if store.engine.dialect.name != "sqlite":
        return  # PostgreSQL chooses by how much there is
    linked(store, worker)
    sent: list[tuple[str, object]] = []

    def note(*given: object) -> None:
        sent.append((str(given[2]), given[3]))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    claim(store, worker)
    outbox.take(store, worker, system="tracker", limit=10)
    outbox.doubtful(store, worker, systems=["tracker"])
    sa.event.remove(store.engine, "before_cursor_execute", note)

    with store.read() as conn:
        plans = [conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all() for text, given in sent]
    steps = [str(row[3]) for plan in plans for row in plan]
    assert [step for step in steps if step in {f"SCAN {name}" for name in ("entity", "link", "inbox", "outbox")}] == []
    assert any("ix_entity_due" in step for step in steps)
    assert any("ix_inbox_waiting" in step for step in steps), steps
