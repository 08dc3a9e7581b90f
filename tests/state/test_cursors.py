"""Cursors, and full scans that suspect what they did not meet."""

from typing import Literal

import pytest

from mappings.exchange import Cursor, Found
from state import attention, cursors, inbox, strangers
from state.store import Store
from state.types import CursorState, Missing, Worker
from tests.state_builders import Clock, a_page, a_record, claim, hinted, opened, put


def test_a_cursor_comes_back_exactly_as_it_was_stored(store: Store, clock: Clock) -> None:
    exact = Cursor(at="2026-11-21T09:00:00.000000001+03:00", ids=("10", "11"), resume="стр 2", full=True)

    inbox.put(store, a_page(store, a_record(), cursor=exact, more=True))

    assert cursors.state(store, "crm", kind="deal") == CursorState(exact, False, clock.now)


def test_a_first_read_is_done_with_the_page_after_which_no_other_follows(store: Store) -> None:
    inbox.put(store, a_page(store, a_record(), cursor=Cursor(resume="2"), more=True))
    assert not cursors.state(store, "crm", kind="deal").first_read_done

    inbox.put(store, a_page(store, cursor=Cursor(at="x")))
    inbox.put(store, a_page(store, cursor=Cursor(at="x", resume="3"), more=True))

    assert cursors.state(store, "crm", kind="deal").first_read_done


def test_a_scope_that_was_never_read_has_no_cursor(store: Store) -> None:
    assert cursors.state(store, "crm", kind="deal") == CursorState()


def test_a_forgotten_cursor_begins_at_the_beginning(store: Store) -> None:
    inbox.put(store, a_page(store, a_record()))

    cursors.forget(store, "crm", kind="deal")

    assert cursors.state(store, "crm", kind="deal") == CursorState()


def test_a_full_scan_keeps_a_cursor_of_its_own(store: Store) -> None:
    inbox.put(store, a_page(store, a_record(), cursor=Cursor(at="feed")))
    scan = cursors.begin_full(store, "crm", kind="deal")

    inbox.put(store, a_page(store, a_record(), cursor=Cursor(resume="page 2"), more=True), lane="full", scan=scan)

    assert cursors.state(store, "crm", kind="deal").cursor == Cursor(at="feed")
    assert cursors.state(store, "crm", kind="deal", lane="full").cursor == Cursor(resume="page 2")


def test_h11_what_a_full_scan_did_not_meet_is_suspected_and_nothing_more(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker, a_record("10"), a_record("11"), a_record("12"))
    clock.go(60)
    scan = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record("10"), cursor=Cursor(resume="2"), more=True), lane="full", scan=scan)
    inbox.put(store, a_page(store, a_record("12"), a_record("13"), cursor=Cursor()), lane="full", scan=scan)
    other = cursors.begin_full(store, "crm", kind="contact")
    with store.write() as conn:
        cursors.met(store, conn, other, ids=["11"])

    numbers = cursors.missing(store, scan)
    missing = [record for record, _ in cursors.missing_records(store, scan)]
    hinted = cursors.end_full(store, scan)

    assert (numbers, missing, hinted) == (Missing(linked=3, seen=3, gone=1), ["11"], 1)
    assert [(one.id, one.reason) for one in inbox.hints(store, "crm", kind="deal", limit=9)] == [("11", "not listed")]
    assert cursors.state(store, "crm", kind="deal", lane="full") == CursorState()


def test_a_record_made_while_the_scan_runs_is_not_missing(store: Store, worker: Worker, clock: Clock) -> None:
    scan = cursors.begin_full(store, "crm", kind="deal")
    clock.go(1)
    opened(store, worker, a_record("10"))

    assert cursors.missing(store, scan) == Missing(linked=0, seen=0, gone=0)


def test_a_scan_that_a_guard_stopped_suspects_nobody(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record("10"))
    clock.go(60)
    scan = cursors.begin_full(store, "crm", kind="deal")

    assert cursors.end_full(store, scan, suspect=False) == 0
    assert inbox.hints(store, "crm", kind="deal", limit=9) == ()


def test_an_interrupted_scan_goes_on_where_it_stopped(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record("10"), a_record("11"))
    clock.go(60)
    first = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record("10"), cursor=Cursor(resume="2"), more=True), lane="full", scan=first)

    again = cursors.begin_full(store, "crm", kind="deal", resume=True)
    assert (again, cursors.missing(store, again).gone) == (first, 1)

    anew = cursors.begin_full(store, "crm", kind="deal")
    assert cursors.missing(store, anew) == Missing(linked=2, seen=0, gone=2)


def test_a_scan_that_another_one_has_overtaken_suspects_nothing(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record("10"), a_record("11"))
    clock.go(60)
    first = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record("10"), cursor=Cursor(resume="2"), more=True), lane="full", scan=first)
    second = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record("11")), lane="full", scan=first)

    assert (cursors.is_overtaken(store, first), cursors.is_overtaken(store, second)) == (True, False)
    assert cursors.end_full(store, first) == 0
    assert not cursors.is_overtaken(store, second)


def test_strangers_that_a_full_scan_did_not_meet_are_suspected_too(store: Store, worker: Worker, clock: Clock) -> None:
    for number, reason in (("10", "matches no case"), ("11", "not taken"), ("12", "may be CASE-1")):
        put(store, a_record(number))
        inbox.set_aside(store, claim(store, worker).strangers, reason=reason)
    clock.go(60)
    scan = cursors.begin_full(store, "crm", kind="deal")
    inbox.put(store, a_page(store, a_record("12"), cursor=Cursor()), lane="full", scan=scan)
    put(store, a_record("13"))

    assert cursors.end_full(store, scan, other_than="not taken") == 1
    assert hinted(store) == ["10"]


@pytest.mark.parametrize("state", ["gone", "refused"])
def test_a_stranger_put_aside_that_cannot_be_seen_any_more_is_forgotten(
    store: Store, worker: Worker, clock: Clock, state: Literal["gone", "refused"]
) -> None:
    put(store, a_record("10"))
    inbox.set_aside(store, claim(store, worker).strangers, reason="may be CASE-1", listed=True)
    inbox.hint(store, "crm", kind="deal", ids=["10"])

    inbox.put_found(store, [Found("10", state)], system="crm", kind="deal", began=clock.go(1))

    assert strangers.aside(store, "crm", kind="deal") == ()
    assert attention.parked_fields(store) == ()
    assert hinted(store) == []
