"""What is known of one system, kind, lane or case says nothing of its neighbours, however alike they look."""

from datetime import timedelta

from mappings.exchange import Cursor, Found
from mappings.reconcile.model import NewRecord
from state import cursors, history, inbox, outbox, settling
from state.store import Store
from state.types import CursorState, Missing, Settled, Worker
from tests.state_builders import (
    CRM,
    TRACKER,
    Clock,
    a_page,
    a_record,
    a_write,
    decided,
    due_claim,
    hinted,
    linked,
    look,
    opened,
    planned,
    put,
    the,
)


def in_doubt(store: Store, worker: Worker, *systems: str) -> list[str]:
    """Let all open writes to *systems* leave, and nobody know what became of them; returns their keys."""
    keys = [one.key for system in systems for one in outbox.take(store, worker, system=system, limit=9)]
    later = store.clock() + timedelta(hours=1)
    settling.settle(store, [Settled(key, "sent", not_before=later) for key in keys])
    return keys


def test_two_systems_whose_cursors_read_alike_have_one_each(store: Store) -> None:
    put(store, a_record())
    put(store, a_record("41", of=TRACKER))

    first, second = (cursors.state(store, system, kind=kind) for system, kind in (CRM, TRACKER))
    assert first == second != CursorState()


def test_forgetting_a_cursor_forgets_one_lane_of_one_kind(store: Store) -> None:
    others = [("tracker", "deal"), ("crm", "contact")]
    for system, kind in (CRM, *others):
        inbox.put(store, a_page(store, a_record("10", of=(system, kind))))
    scan = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record(), cursor=Cursor(resume="2"), more=True), lane="full", scan=scan)

    cursors.forget(store, "crm", kind="deal")

    left = [cursors.state(store, system, kind=kind) for system, kind in others]
    left.append(cursors.state(store, "crm", kind="deal", lane="full"))
    assert CursorState() not in left
    assert cursors.state(store, "crm", kind="deal") == CursorState()


def test_a_full_scan_suspects_neither_another_scope_nor_what_is_known_to_be_gone(
    store: Store, worker: Worker, clock: Clock
) -> None:
    linked(store, worker)
    clock.go(60)
    scan = cursors.begin_full(store, "crm", kind="deal")

    assert cursors.missing(store, scan) == Missing(linked=1, seen=0, gone=1)
    assert cursors.end_full(store, scan) == 1
    assert (hinted(store), hinted(store, TRACKER)) == (["10"], [])

    look(store, Found("10", "gone"))
    clock.go(60)
    assert cursors.end_full(store, cursors.begin_full(store, "crm", kind="deal")) == 0


def test_a_look_up_that_left_with_the_hint_answers_it(store: Store, worker: Worker) -> None:
    opened(store, worker)
    inbox.hint(store, "crm", kind="deal", ids=["10"])

    look(store, Found("10", "gone"), began=store.clock())

    assert hinted(store) == []


def test_what_was_decided_before_a_record_moved_counts_no_more(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(60)
    claimed = due_claim(store, worker)

    look(store, Found("41", "here", a_record("77", of=TRACKER), other="77"), of=TRACKER)

    assert decided(store, worker, claimed).lost == (claimed.entity.id,)
    [event] = [line.event for line in history.history(store, entity=claimed.entity.id) if line.event.what == "moved"]
    assert (event.system, event.old, event.new) == ("tracker", "41", "77")


def test_a_person_sends_the_create_of_one_case_again_and_no_other(store: Store, worker: Worker) -> None:
    create = NewRecord("tracker", "issue", (a_write("t"),))
    opened(store, worker, a_record("10"), a_record("11"), creates=[create])
    in_doubt(store, worker, "tracker")

    assert outbox.send_again(store, the(store).entity.id, system="tracker", kind="issue")

    assert [one.entity.id for one in outbox.take(store, worker, system="tracker", limit=9)] == ["entity0001"]


def test_an_update_in_doubt_is_not_sent_again_as_if_it_were_a_create(store: Store, worker: Worker) -> None:
    linked(store, worker)
    planned(store, worker)
    in_doubt(store, worker, "tracker")

    assert not outbox.send_again(store, the(store).entity.id, system="tracker", kind="issue")
