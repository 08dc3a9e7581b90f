"""What became of writes: settled field by field, and never without a trace."""

from dataclasses import replace

import pytest

from mappings.reconcile.model import Base, Outcome, Parked
from state import LeaseLost, attention, cases, claims, commits, history, inbox, leases, outbox, runs, settling
from state.store import Store
from state.types import Decided, Outgoing, Settled, Worker
from tests.state_builders import (
    TRACKER,
    Clock,
    a_change,
    a_record,
    a_write,
    an_event,
    claim,
    due_claim,
    link_in,
    linked,
    opened,
    opening,
    planned,
    put,
    the,
)


@pytest.fixture
def going(store: Store, worker: Worker, clock: Clock) -> Outgoing:
    """One update of the tracker's record, sent."""
    linked(store, worker)
    planned(store, worker, title="наше")
    clock.go(1)
    return outbox.take(store, worker, system="tracker", limit=1)[0]


def hinted(store: Store) -> list[str]:
    return [one.id for one in inbox.hints(store, "tracker", kind="issue", limit=9)]


def test_a_settled_write_moves_bases_version_and_address(store: Store, going: Outgoing, clock: Clock) -> None:
    record = replace(a_record("41", of=TRACKER, version="7", title="наше"), url="https://tracker.test/41")

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), record=record, began=clock.now)])

    link = link_in(the(store), "tracker")
    assert link.bases == {"title": Base({"title": "наше"}, "наше", "lens")}
    assert (link.version, link.url, link.write) == ("7", "https://tracker.test/41", None)


def test_p3_our_own_write_read_again_is_a_repeat(store: Store, worker: Worker, going: Outgoing, clock: Clock) -> None:
    record = a_record("41", of=TRACKER, title="наше")
    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), record=record, began=clock.now)])

    count = put(store, record, began=clock.go(60))

    assert count.same == 1
    assert claim(store, worker).cases == ()


def test_h3_the_rest_of_the_fresh_record_is_an_ordinary_snapshot(
    store: Store, worker: Worker, going: Outgoing, clock: Clock
) -> None:
    began = clock.go(1)
    record = a_record("41", of=TRACKER, title="наше", amount="99", version="8")
    clock.go(1)

    one = Settled(going.key, "settled", change=a_change(0, "наше"), record=record, began=began, rest=True)
    settling.settle(store, [one])

    [claimed] = claim(store, worker).cases
    assert [(one.record.views["amount"], one.began) for one in claimed.snapshots.values()] == [("99", began)]
    assert hinted(store) == []


def test_h14_settling_turns_older_waiting_rows_into_hints_and_keeps_what_they_said(
    store: Store, worker: Worker, going: Outgoing, clock: Clock
) -> None:
    put(store, a_record("41", of=TRACKER, title="чужое"), began=clock.now)
    clock.go(1)

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"))])

    assert hinted(store) == ["41"]
    assert claim(store, worker).cases == ()
    assert {"title": "чужое"} in [line.event.new for line in history.history(store, entity="entity0001")]


def test_a_waiting_row_with_a_higher_version_survives_the_settling(
    store: Store, worker: Worker, going: Outgoing, clock: Clock
) -> None:
    put(store, a_record("41", of=TRACKER, title="после нас", version="9"), began=clock.now)
    record = a_record("41", of=TRACKER, title="наше", version="8")

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), record=record, began=clock.now)])

    [claimed] = claim(store, worker).cases
    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["после нас"]


def test_a_waiting_row_that_the_fresh_record_covers_needs_no_hint(store: Store, going: Outgoing, clock: Clock) -> None:
    put(store, a_record("41", of=TRACKER, title="раньше"), began=clock.now)
    began = clock.go(1)
    record = a_record("41", of=TRACKER, title="наше")

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), record=record, began=began)])

    assert hinted(store) == []
    reads = [line.event for line in history.history(store, entity="entity0001") if line.event.what == "read"]
    assert [(event.old, event.new) for event in reads] == [("раньше", "наше")]


def test_a_write_that_was_never_sent_leaves_what_waits_alone(
    store: Store, worker: Worker, going: Outgoing, clock: Clock
) -> None:
    put(store, a_record("41", of=TRACKER, title="чужое"), began=clock.now)
    clock.go(1)

    settling.settle(store, [Settled(going.key, "planned")])

    [claimed] = claim(store, worker).cases
    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["чужое"]


def test_what_is_parked_is_on_the_attention_list_with_since(store: Store, going: Outgoing, clock: Clock) -> None:
    parked = {"title": Parked("dropped", "осталось как было", {"title": "наше"}, "Внедрение CRM")}

    settling.settle(store, [Settled(going.key, "parked", change=a_change(0, parked=parked))])

    [entry] = attention.parked_fields(store, entity_id="entity0001")
    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "tracker", "title", "dropped")
    assert (entry.since, entry.parked) == (clock.now, parked["title"])
    assert link_in(the(store), "tracker").parked == parked


def test_h23_a_write_that_leaves_otherwise_makes_its_entity_due(store: Store, worker: Worker, going: Outgoing) -> None:
    settling.settle(store, [Settled(going.key, "due")])

    assert outbox.open_writes(store) == ()
    assert [one.entity.id for one in claim(store, worker).cases] == ["entity0001"]


def test_h23_no_way_to_close_a_write_is_silent(store: Store, worker: Worker, going: Outgoing, clock: Clock) -> None:
    settling.settle(store, [Settled(going.key, "due", gone="gone")])

    [claimed] = claim(store, worker).cases
    assert link_in(claimed, "tracker").tombstone
    assert "gone" in [line.event.what for line in history.history(store, entity="entity0001")]


def test_a_record_that_moved_away_under_a_write_keeps_its_link(store: Store, going: Outgoing) -> None:
    settling.settle(store, [Settled(going.key, "due", gone="moved", rekey="77")])

    link = link_in(the(store), "tracker")
    assert (link.external_id, link.tombstone) == ("77", False)


def test_h41_a_record_that_was_merged_into_a_linked_one_is_gone(
    store: Store, worker: Worker, going: Outgoing, clock: Clock
) -> None:
    put(store, a_record("77", of=TRACKER))
    another(store, worker)

    settling.settle(store, [Settled(going.key, "due", gone="moved", rekey="77")])

    link = link_in(the(store), "tracker")
    assert (link.external_id, link.tombstone) == ("41", True)
    assert "merged into 77" in [line.event.cause for line in history.history(store, entity="entity0001")]


def another(store: Store, worker: Worker) -> None:
    """The one stranger in the tracker becomes an entity of its own."""
    [stranger] = claim(store, worker, scopes=[TRACKER]).strangers
    commits.commit(store, worker, decided=[opening(stranger, 2)])


# --- once, and under a lease ----------------------------------------------------------------------------------------


def test_a_write_is_settled_once(store: Store, worker: Worker, going: Outgoing) -> None:
    first = settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"))])
    second = settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "другое"))])

    assert (first, second) == ((), (going.key,))
    assert link_in(the(store), "tracker").bases["title"].view == "наше"


def test_each_settling_counts_its_entity_on(store: Store, worker: Worker, going: Outgoing) -> None:
    before = due_claim(store, worker).revision
    claims.release(store, worker)

    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"))])

    assert due_claim(store, worker).revision > before


def test_nothing_is_settled_under_a_lost_lease(store: Store, worker: Worker, going: Outgoing) -> None:
    held = leases.acquire(store, "presales", worker=worker, seconds=30)
    assert held is not None
    leases.release(store, held)

    with pytest.raises(LeaseLost):
        settling.settle(store, [Settled(going.key, "settled")], lease=held)

    assert len(outbox.open_writes(store)) == 1


def test_the_longest_window_between_compare_and_write_is_kept(store: Store, going: Outgoing) -> None:
    settling.settle(store, [Settled(going.key, "settled", change=a_change(0, "наше"), window=0.25)])

    assert {one.system: one.window for one in runs.status(store)}["tracker"] == 0.25


def test_taking_and_settling_a_hundred_writes_takes_at_most_seven_statements(
    store: Store, worker: Worker, clock: Clock
) -> None:
    records = [a_record(str(number), title="t") for number in range(100)]
    opened(store, worker, *records)
    batch = claim(store, worker, only=[f"entity{number:0>4}" for number in range(1, 101)])
    changes = [replace(a_change(one.links[0].id, "t"), write=(a_write("u"),)) for one in batch.cases]
    wanted = [
        Decided(Outcome(one.entity, links=[change]), one) for one, change in zip(batch.cases, changes, strict=True)
    ]
    commits.commit(store, worker, decided=wanted)
    before = store.statements

    sent = outbox.take(store, worker, system="crm", limit=100)
    answers = [
        Settled(
            one.key,
            "settled",
            change=a_change(0, "u"),
            record=a_record(one.external_id or "", title="u"),
            began=clock.now,
            events=[an_event("write")],
        )
        for one in sent
    ]
    settling.settle(store, answers)

    assert len(sent) == 100
    assert store.statements - before <= 7
    assert cases.count(store) == 100
