"""What became of creates: their link, at once; what was left out, listed."""

from dataclasses import replace

import pytest

from mappings.exchange import Found
from mappings.reconcile.model import NewRecord, Parked
from state import attention, commits, history, inbox, outbox, settling
from state.store import Store
from state.types import Outgoing, Settled, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_change,
    a_record,
    a_write,
    an_event,
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


@pytest.fixture
def creating(store: Store, worker: Worker, clock: Clock) -> Outgoing:
    """One create in the tracker, sent."""
    left_out = {"status": Parked("no view", "нет статуса")}
    opened(store, worker, creates=[NewRecord("tracker", "issue", (a_write("t"),), left_out=left_out)])
    clock.go(1)
    return outbox.take(store, worker, system="tracker", limit=1)[0]


def another(store: Store, worker: Worker) -> None:
    """The one stranger in the tracker becomes an entity of its own."""
    [stranger] = claim(store, worker, scopes=[TRACKER]).strangers
    commits.commit(store, worker, decided=[opening(stranger, 2)])


def test_the_id_of_a_create_makes_its_link_at_once_even_in_doubt(store: Store, creating: Outgoing) -> None:
    settling.settle(store, [Settled(creating.key, "sent", external_id="41", version="1")])

    whole = the(store)
    link = link_in(whole, "tracker")
    assert (link.external_id, link.version, link.bases, whole.creates) == ("41", "1", {}, ())
    assert link.write is not None
    assert (link.write.key, link.write.state) == (creating.key, "sent")


def test_a_settled_create_links_its_record_and_keeps_what_was_left_out(
    store: Store, worker: Worker, creating: Outgoing, clock: Clock
) -> None:
    since = attention.parked_fields(store)[0].since
    record = a_record("41", of=TRACKER, title="t")
    change = a_change(0, "t", parked=dict(creating.left_out))

    settling.settle(
        store, [Settled(creating.key, "settled", change=change, external_id="41", record=record, began=clock.now)]
    )

    assert link_in(the(store), "tracker").bases == change.bases
    assert [(entry.field, entry.since) for entry in attention.parked_fields(store)] == [("status", since)]
    assert put(store, record, began=clock.go(60)).same == 1


def test_a_record_made_by_us_that_a_page_brought_first_is_no_stranger_any_more(
    store: Store, worker: Worker, creating: Outgoing, clock: Clock
) -> None:
    put(store, a_record("41", of=TRACKER, title="t"))
    inbox.set_aside(store, claim(store, worker).strangers, reason="to be matched")

    settling.settle(store, [Settled(creating.key, "sent", external_id="41")])

    clock.go(1)
    record = a_record("41", of=TRACKER, title="t")
    settling.settle(store, [Settled(creating.key, "settled", change=a_change(0, "t"), record=record, began=clock.now)])
    batch = claim(store, worker)
    assert (batch.cases, batch.strangers) == ((), ())


def test_an_edit_of_a_record_made_by_us_is_not_lost_among_those_put_aside(
    store: Store, worker: Worker, creating: Outgoing, clock: Clock
) -> None:
    put(store, a_record("41", of=TRACKER, title="правка", version="9"))
    inbox.set_aside(store, claim(store, worker).strangers, reason="to be matched")

    settling.settle(store, [Settled(creating.key, "settled", change=a_change(0, "t"), external_id="41", version="8")])

    [claimed] = claim(store, worker).cases
    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["правка"]


def test_p2_a_record_that_is_linked_to_another_entity_is_told_and_not_linked_twice(
    store: Store, worker: Worker, creating: Outgoing
) -> None:
    put(store, a_record("41", of=TRACKER))
    another(store, worker)

    settling.settle(store, [Settled(creating.key, "settled", external_id="41", change=a_change(0, "t"))])

    assert [link.system for link in the(store).links] == ["crm"]
    assert "double" in [entry.code for entry in attention.parked_fields(store, entity_id="entity0001")]
    assert outbox.open_writes(store) == ()


def test_a_create_that_was_refused_is_closed_with_its_reason(store: Store, creating: Outgoing) -> None:
    event = an_event("parked", field="", system="tracker", cause="not made")

    settling.settle(store, [Settled(creating.key, "parked", events=[event])])

    assert event in [line.event for line in history.history(store, entity="entity0001")]
    assert outbox.open_writes(store) == ()


def test_a_record_made_again_takes_over_its_tombstone(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(60)
    look(store, Found("41", "gone"), of=TRACKER)
    claimed = due_claim(store, worker)
    raised = replace(claimed.entity, generation=2)
    decided(store, worker, claimed, entity=raised, creates=[NewRecord("tracker", "issue", (a_write("t"),))])
    [going] = outbox.take(store, worker, system="tracker", limit=1)

    settling.settle(store, [Settled(going.key, "settled", external_id="55", change=a_change(0, "t"))])

    link = link_in(the(store), "tracker")
    assert (going.generation, link.external_id, link.tombstone) == (2, "55", False)
