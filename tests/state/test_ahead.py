"""What was noted while the clock was ahead stands in nobody's way once it is right again."""

from datetime import timedelta

import sqlalchemy as sa

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord
from state import ahead, inbox, leases, outbox, runs, settling, workers
from state.store import Store
from state.tables import link
from state.types import PutCount, Settled, Worker
from tests.state_builders import TRACKER, Clock, a_record, claim, hinted, link_in, linked, look, opened, put, the

YEAR = 365 * 86_400.0


def noted_ahead(store: Store, worker: Worker, clock: Clock) -> None:
    """A case that was read, and a webhook that came, in a year that has not come yet."""
    clock.go(YEAR)
    runs.start(store, "presales", by="ann")
    linked(store, worker)
    inbox.hint(store, "crm", kind="deal", ids=["10"], reason=inbox.WEBHOOK)
    put(store, a_record("11"))
    clock.go(-YEAR)


def test_an_edit_is_taken_in_once_the_clock_is_right(store: Store, worker: Worker, clock: Clock) -> None:
    noted_ahead(store, worker, clock)

    assert ahead.set_back(store) == 5  # two links, a hint, a record that waits, a heartbeat
    clock.go(1)
    count = look(store, Found("10", "here", a_record(title="Новое имя")))

    assert (count.stored, count.closed_hints, hinted(store)) == (1, 1, [])
    assert [one.key for case in claim(store, worker).cases for one in [case.entity]] == [the(store).entity.key]
    assert inbox.newest_hint(store, reason=inbox.WEBHOOK) is None


def test_a_record_that_is_gone_is_gone(store: Store, worker: Worker, clock: Clock) -> None:
    noted_ahead(store, worker, clock)
    ahead.set_back(store)
    clock.go(1)

    assert look(store, Found("41", "gone"), of=TRACKER).gone == 1
    assert link_in(the(store), "tracker").tombstone


def test_a_read_of_before_counts_for_no_newer_than_it_is(store: Store, worker: Worker, clock: Clock) -> None:
    early = clock.now
    clock.go(60)
    noted_ahead(store, worker, clock)

    ahead.set_back(store)

    assert put(store, a_record(title="Старое имя"), began=early) == PutCount(hinted=1)


ELSEWHERE = Worker("far", "another-host", 7, "1")


def sent_ahead(store: Store, worker: Worker, clock: Clock) -> str:
    """A create that left in a year that has not come yet; the clock still says so."""
    clock.go(YEAR)
    runs.start(store, "presales", by="ann")
    opened(store, worker, creates=[NewRecord(*TRACKER, ())])
    return outbox.take(store, worker, system="tracker", limit=1)[0].key


def test_what_a_write_in_doubt_came_to_is_found_out(store: Store, worker: Worker, clock: Clock) -> None:
    key = sent_ahead(store, worker, clock)
    settling.settle(store, [Settled(key, "sent", not_before=clock.now + timedelta(minutes=5))])
    clock.go(-YEAR)

    ahead.set_back(store)
    clock.go(60)

    [doubtful] = outbox.doubtful(store, worker, systems=["tracker"])
    assert doubtful.key == key
    assert doubtful.sent_at == clock.now - timedelta(seconds=60)


def test_a_write_that_was_put_off_leaves(store: Store, worker: Worker, clock: Clock) -> None:
    key = sent_ahead(store, worker, clock)
    settling.settle(store, [Settled(key, "planned", not_before=clock.now + timedelta(minutes=5))])
    clock.go(-YEAR)

    ahead.set_back(store)
    clock.go(1)

    assert [one.key for one in outbox.take(store, worker, system="tracker", limit=1)] == [key]


def test_a_worker_that_was_killed_on_another_host_is_dead(store: Store, worker: Worker, clock: Clock) -> None:
    key = sent_ahead(store, ELSEWHERE, clock)
    clock.go(-YEAR)

    ahead.set_back(store)
    clock.go(20)

    assert [one.key for one in outbox.doubtful(store, worker, systems=["tracker"])] == [key]


def test_a_worker_that_lives_beats_on(store: Store, worker: Worker, clock: Clock) -> None:
    sent_ahead(store, ELSEWHERE, clock)
    clock.go(-YEAR)

    ahead.set_back(store)
    for _ in range(5):
        clock.go(6)
        workers.beat(store, ELSEWHERE)

    assert outbox.doubtful(store, worker, systems=["tracker"]) == ()


def test_its_lease_ends(store: Store, worker: Worker, clock: Clock) -> None:
    sent_ahead(store, ELSEWHERE, clock)
    assert leases.acquire(store, "sync:presales", worker=ELSEWHERE, seconds=60)
    clock.go(-YEAR)

    ahead.set_back(store)

    assert leases.acquire(store, "sync:presales", worker=worker, seconds=60)


def test_where_the_clock_was_right_nothing_is_written(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    runs.start(store, "presales", by="ann")
    clock.go(-600)  # as clocks of two machines may differ
    with store.read() as conn:
        before = conn.execute(sa.select(link.c.touched)).all()

    with store.recorded() as texts:
        assert ahead.set_back(store) == 0

    assert [text for text in texts if text.startswith("UPDATE")] == []
    with store.read() as conn:
        assert conn.execute(sa.select(link.c.touched)).all() == before
