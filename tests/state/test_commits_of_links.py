"""What becomes of links when a decision is stored: strangers, markers, tombstones."""

from collections.abc import Callable

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord, Parked
from state import attention, cases, commits, history, outbox, rereading, settling
from state.attention import Place
from state.store import Store
from state.types import NewLink, Settled, Worker
from tests.state_builders import (
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
    put,
    the,
)


def test_a_record_that_somebody_linked_meanwhile_is_not_linked_twice(
    store: Store, worker: Worker, opener: Callable[[], Store], clock: Clock
) -> None:
    put(store, a_record())
    slow = claim(store, worker).strangers[0]
    clock.go(20)
    other = opener()
    opened_there = opening(claim(other, fast := other.worker()).strangers[0], 2)
    commits.commit(other, fast, decided=[opened_there])

    done = commits.commit(store, worker, decided=[opening(slow, 1)])

    assert (done.lost, done.keys) == (("entity0001",), {})
    assert cases.by_record(store, "crm", kind="deal", ids=["10"])["10"].entity.id == "entity0002"
    assert cases.count(store) == 1


def test_h24_a_record_with_our_marker_settles_the_open_create_however_it_arrives(store: Store, worker: Worker) -> None:
    [whole] = opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [going] = outbox.take(store, worker, system="tracker", limit=1)
    settling.settle(store, [Settled(going.key, "sent")])
    put(store, a_record("41", of=TRACKER, marker="ch-entity0001-1", title="t"))
    [stranger] = claim(store, worker).strangers

    found = cases.entities_by_marker(store, ["entity0001", "unknown"])
    [create] = found["entity0001"].creates
    claimed = due_claim(store, worker, whole)
    new = NewLink(-1, stranger, settles=create.write.key)
    decided(store, worker, claimed, a_change(-1, "t"), new_links=(new,))

    assert (outbox.open_writes(store), the(store).creates) == ((), ())
    assert link_in(the(store), "tracker").external_id == "41"
    assert settling.settle(store, [Settled(going.key, "settled", external_id="99")]) == (going.key,)


def test_h18_a_record_that_returns_revives_its_tombstone_with_its_old_bases(
    store: Store, worker: Worker, clock: Clock
) -> None:
    whole = linked(store, worker)
    clock.go(60)
    look(store, Found("41", "gone"), of=TRACKER)
    decided(store, worker, claim(store, worker).cases[0])
    assert link_in(the(store), "tracker").tombstone

    count = put(store, a_record("41", of=TRACKER), began=clock.go(60))
    [claimed] = claim(store, worker).cases
    assert link_in(claimed, "tracker").bases == link_in(whole, "tracker").bases
    decided(store, worker, claimed)

    assert count.stored == 1
    assert not link_in(the(store), "tracker").tombstone
    assert "returned" in [line.event.what for line in history.history(store, entity="entity0001")]


def test_h18_a_list_read_before_the_record_was_gone_revives_nothing(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    slow = clock.go(60)
    clock.go(60)
    look(store, Found("41", "gone"), of=TRACKER)

    count = put(store, a_record("41", of=TRACKER, version="9", title="старое"), began=slow)

    assert count.hinted == 1


def test_h19_a_marker_shows_whether_its_entity_has_a_live_link_and_a_copy_is_listed(
    store: Store, worker: Worker
) -> None:
    whole = linked(store, worker)
    put(store, a_record("42", of=TRACKER, marker="ch-entity0001-1"))
    [clone] = claim(store, worker).strangers

    found = cases.entities_by_marker(store, ["entity0001"])["entity0001"]

    assert [link.external_id for link in found.links if link.system == "tracker" and not link.tombstone] == ["41"]
    place = attention.Place("tracker", "issue", record=clone.record.id)
    attention.park_records(store, [(place, Parked("copy", f"a copy of {whole.entity.key}"))])
    assert [(one.code, one.record) for one in attention.parked_fields(store)] == [("copy", "42")]
    assert the(store).links == whole.links


def test_a_decision_made_before_a_record_was_to_be_met_anew_is_lost(store: Store, worker: Worker) -> None:
    """Else what was known of the record came back with it, and the older state that is read next would be an edit."""
    linked(store, worker)
    claimed = due_claim(store, worker)
    rereading.meet_anew(store, Place(*TRACKER, record="41"))

    done = decided(store, worker, claimed, a_change(link_in(claimed, "tracker").id, "новое"))

    assert done.lost == ("entity0001",)
    assert link_in(the(store), "tracker").bases == {}
