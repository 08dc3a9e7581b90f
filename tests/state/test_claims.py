"""Who decides what: claims of entities and strangers, by workers that live and die."""

from mappings.exchange import Cursor, Page
from state import cases, claims, inbox, outbox, settling
from state.store import Store
from state.types import Settled, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_change,
    a_record,
    claim,
    decided,
    due_claim,
    link_in,
    linked,
    opened,
    planned,
    put,
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


def test_strangers_fill_up_what_entities_leave_of_the_limit(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    put(store, a_record(title="новое"), began=clock.go(60))
    for number in range(100, 105):
        put(store, a_record(str(number)), began=clock.go(1))

    batch = claim(store, worker, limit=3)

    assert (len(batch.cases), len(batch.strangers)) == (1, 2)


def test_who_has_no_record_in_a_system_is_due_once_it_was_read_whole_for_the_first_time(
    store: Store, worker: Worker
) -> None:
    opened(store, worker)

    def due_after(*, more: bool) -> int:
        page = Page(*TRACKER, (), began=store.clock(), cursor=Cursor(at="2026-11-21"), more=more)
        inbox.put(store, page, wakes=["presales"])
        found = claim(store, worker).cases
        for one in found:
            decided(store, worker, one)
        return len(found)

    assert [due_after(more=True), due_after(more=False), due_after(more=False)] == [0, 1, 0]
