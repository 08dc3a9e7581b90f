"""Claims of several workers, dead and alive; and what claiming costs."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import sqlalchemy as sa

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord
from state import cases, claims, commits, outbox, workers
from state.engine import open_store
from state.store import Store
from state.types import Worker
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
    linked,
    look,
    opening,
    put,
    the,
)


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


def test_claim_and_commit_of_a_hundred_entities_take_at_most_eight_statements(
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
    assert store.statements - before <= 8


def test_looking_for_news_where_there_are_none_takes_three_statements(store: Store, worker: Worker) -> None:
    linked(store, worker)
    before = store.statements

    claim(store, worker)

    assert store.statements - before == 3


def test_strangers_are_looked_for_once_no_more_news_wait(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    put(store, a_record("99"))
    put(store, a_record(title="новое"), began=clock.go(1))
    put(store, a_record("41", of=TRACKER, title="новое"), began=clock.go(1))

    both = claim(store, worker, limit=2)  # of one entity, but for all that is known here there may be more behind

    assert (len(both.cases), both.strangers) == (1, ())
    assert len(both.cases[0].snapshots) == 2
    assert [one.record.id for one in claim(store, worker, limit=2).strangers] == ["99"]


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

    put(store, a_record("99"))

    found = claim(store, worker, limit=1)

    assert (found.cases, [one.record.id for one in found.strangers]) == ((), ["99"])


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
    pairs = zip(plans, sent, strict=True)
    leaving = [row[3] for plan, (text, _) in pairs if "ORDER BY outbox.planned_at" in text for row in plan]
    assert leaving
    assert not any("ORDER BY" in step for step in leaving), leaving  # what waits is not sorted to take some of it
