"""What arrives: fresh or not, hints, and a pass in which nothing changed."""

from dataclasses import replace

import pytest

from mappings.exchange import Cursor, Fault, Found, VendorRecord
from state import attention, cursors, history, inbox
from state.store import Store
from state.types import PutCount, Worker
from tests.state_builders import (
    CRM,
    SCOPES,
    TRACKER,
    Clock,
    a_change,
    a_page,
    a_record,
    claim,
    decided,
    hinted,
    link_in,
    linked,
    look,
    opened,
    put,
    the,
)


def test_a_new_record_is_stored_and_can_be_claimed(store: Store, worker: Worker) -> None:
    record = a_record("10", version="5", title="Ремонт крыши", amount="150000.00", vip=None)

    count = put(store, record)

    assert count == PutCount(stored=1)
    assert [stranger.record for stranger in claim(store, worker).strangers] == [record]


def test_a_repeat_of_what_waits_is_dropped_and_keeps_its_number(store: Store, worker: Worker, clock: Clock) -> None:
    put(store, a_record())
    before = claim(store, worker).strangers
    clock.go(20)

    count = put(store, a_record())

    assert count == PutCount(same=1)
    assert claim(store, store.worker()).strangers == before


def test_a_repeat_of_what_the_link_saw_is_dropped_by_content_whatever_its_stamp(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker)
    clock.go(60)

    count = put(store, replace(a_record(), stamp="2026-11-21T12:01:00+03:00", url="https://crm.test/10"))

    assert count == PutCount(same=1)
    assert claim(store, worker).cases == ()


def test_an_older_version_is_dropped(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker, a_record(version="5"))
    clock.go(60)

    count = put(store, a_record(version="4", title="old"))

    assert count == PutCount(stale=1)
    assert hinted(store) == []


def test_a_higher_version_is_stored_even_if_its_request_left_before_the_last_read(
    store: Store, worker: Worker, clock: Clock
) -> None:
    began = clock.now
    clock.go(60)
    opened(store, worker, a_record(version="5"))

    count = put(store, a_record(version="6", title="new"), began=began)

    assert count == PutCount(stored=1)


@pytest.mark.parametrize("version", [None, "5"])
def test_h4_a_page_read_before_the_last_read_or_write_becomes_a_hint(
    store: Store, worker: Worker, clock: Clock, version: str | None
) -> None:
    slow = clock.now
    opened(store, worker, a_record(title="old", version=version))
    clock.go(60)
    put(store, a_record(title="new", version=version))
    claimed = claim(store, worker).cases[0]
    decided(store, worker, claimed, a_change(claimed.links[0].id, "new"))
    clock.go(60)

    count = put(store, a_record(title="old", version=version), began=slow)

    assert count == PutCount(hinted=1)
    assert claim(store, worker).cases == ()
    assert hinted(store) == ["10"]


def test_a_list_that_may_lag_is_never_believed_without_a_version(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    clock.go(60)

    assert put(store, a_record(title="new"), lag=True) == PutCount(hinted=1)
    assert put(store, a_record(title="new")).stored == 1


def test_the_same_content_under_a_higher_version_moves_only_the_version(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker, a_record(version="5"))
    clock.go(60)

    count = put(store, a_record(version="6"))

    assert count == PutCount(same=1)
    assert link_in(the(store), "crm").version == "6"
    assert claim(store, worker).cases == ()


def test_h20_a_waiting_record_that_is_replaced_leaves_its_differences_in_the_history(
    store: Store, worker: Worker, clock: Clock
) -> None:
    opened(store, worker, a_record(title="t", amount="1"))
    put(store, a_record(title="первая правка", amount="1"), began=clock.go(60))

    put(store, a_record(title="вторая правка", amount="1"), began=clock.go(60))

    [line] = [one for one in history.history(store, entity="entity0001") if one.event.what == "read"]
    assert (line.event.field, line.event.old, line.event.new) == ("title", "первая правка", "вторая правка")
    [claimed] = claim(store, worker).cases
    assert [one.record.views["title"] for one in claimed.snapshots.values()] == ["вторая правка"]


def test_a_hundred_edits_of_one_record_are_one_reconcile(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    for number in range(20):
        put(store, a_record(title=f"edit {number}"), began=clock.go(1))

    batch = claim(store, worker)

    assert [one.record.views["title"] for one in batch.cases[0].snapshots.values()] == ["edit 19"]


# --- hints ----------------------------------------------------------------------------------------------------------


def test_a_hint_is_cleared_only_by_a_read_that_began_after_it(store: Store, clock: Clock) -> None:
    early = clock.now
    clock.go(5)
    inbox.hint(store, "crm", kind="deal", ids=["10"], reason="webhook")

    assert look(store, Found("10", "here", a_record()), began=early).closed_hints == 0
    assert hinted(store) == ["10"]
    clock.go(1)
    assert look(store, Found("10", "here", a_record())).closed_hints == 1
    assert hinted(store) == []


def test_a_second_webhook_makes_the_hint_new_again(store: Store, clock: Clock) -> None:
    inbox.hint(store, "crm", kind="deal", ids=["10"])
    began = clock.go(1)
    clock.go(1)
    inbox.hint(store, "crm", kind="deal", ids=["10"])

    look(store, Found("10", "here", a_record()), began=began)

    assert hinted(store) == ["10"]


def test_a_page_that_shows_the_record_answers_its_hint_too(store: Store, clock: Clock) -> None:
    inbox.hint(store, "crm", kind="deal", ids=["10", "11"])
    clock.go(1)

    count = put(store, a_record("10"))

    assert count == PutCount(stored=1, closed_hints=1)
    assert hinted(store) == ["11"]


def test_a_lagging_list_answers_no_hint(store: Store, clock: Clock) -> None:
    inbox.hint(store, "crm", kind="deal", ids=["10"])
    clock.go(1)

    put(store, a_record("10"), lag=True)

    assert hinted(store) == ["10"]


# --- faults ---------------------------------------------------------------------------------------------------------


def test_a_record_that_cannot_be_read_is_listed_until_it_can(store: Store, worker: Worker, clock: Clock) -> None:
    opened(store, worker)
    fault = Fault("10", "поле без конца")
    inbox.put(store, a_page(store, faults=(fault,)))
    since = clock.now
    clock.go(60)
    inbox.put(store, a_page(store, faults=(fault,)))

    [entry] = attention.parked_fields(store)
    assert (entry.code, entry.text, entry.key, entry.record, entry.since) == (
        "fault",
        "поле без конца",
        "CASE-1",
        "10",
        since,
    )
    put(store, a_record("10", title="читается"))
    assert attention.parked_fields(store) == ()


# --- nothing changed ------------------------------------------------------------------------------------------------


def test_p3_a_page_with_nothing_new_writes_nothing(store: Store, worker: Worker, clock: Clock) -> None:
    whole = linked(store, worker)
    page = a_page(store, a_record(), cursor=Cursor(at="12:00", ids=("10",)))
    inbox.put(store, page)
    clock.go(60)

    with store.recorded() as texts:
        count = inbox.put(store, replace(page, began=clock.now))
        batch = claim(store, worker)

    assert (count, batch.cases, batch.strangers) == (PutCount(same=1), (), ())
    assert [text for text in texts if not text.lstrip().startswith("SELECT")] == []
    assert the(store) == whole


def test_p3_a_cursor_that_moved_is_the_only_thing_written(store: Store, worker: Worker, clock: Clock) -> None:
    linked(store, worker)
    clock.go(60)

    with store.recorded() as texts:
        inbox.put(store, a_page(store, a_record(), cursor=Cursor(at="13:00")))

    writing = [text for text in texts if not text.lstrip().startswith("SELECT")]
    assert [text.split()[:3] for text in writing] == [["INSERT", "INTO", "cursor"]]
    assert cursors.state(store, "crm", kind="deal").cursor == Cursor(at="13:00")


def test_a_page_of_a_hundred_new_records_takes_at_most_three_statements(store: Store) -> None:
    page = a_page(store, *(a_record(str(number), title=f"дело {number}") for number in range(100)))
    before = store.statements

    inbox.put(store, page)

    assert store.statements - before <= 3


def test_the_same_record_twice_on_a_page_is_stored_once(store: Store, worker: Worker) -> None:
    put(store, a_record(version="1", title="a"), a_record(version="2", title="b"))

    assert [one.record.views["title"] for one in claim(store, worker).strangers] == ["b"]


def test_records_of_one_id_in_two_systems_are_two(store: Store, worker: Worker) -> None:
    put(store, a_record("7"))
    put(store, a_record("7", of=TRACKER))

    assert {(one.record.system, one.record.kind) for one in claim(store, worker).strangers} == set(SCOPES)


def test_a_record_that_no_database_likes_stops_nobody(store: Store, worker: Worker) -> None:
    bad: VendorRecord = a_record("1\x00", marker="\ud800", title="нуль \x00 и половина \ud83d")
    put(store, bad, a_record("2"))

    views = {one.record.id: one.record.views for one in claim(store, worker).strangers}

    assert views["1\N{REPLACEMENT CHARACTER}"]["title"] == "нуль \x00 и половина \ud83d"
    assert "2" in views


def test_what_a_record_hangs_on_waits_with_it(store, worker):
    hung = replace(a_record("41/137", of=("tracker", "comment")), parent=("issue", "41"))
    put(store, hung)

    [stranger] = claim(store, worker, scopes=[("tracker", "comment")]).strangers

    assert stranger.record.parent == ("issue", "41")


def test_each_lane_has_a_cursor_of_its_own(store):
    page = a_page(store, a_record())
    inbox.put(store, page)

    inbox.put(store, page, lane="full", scan=cursors.begin_full(store, *CRM[:1], kind=CRM[1]))

    assert cursors.state(store, "crm", kind="deal", lane="full").cursor == page.cursor
    inbox.put(store, replace(page, system="tracker"))
    assert cursors.state(store, "tracker", kind="deal").cursor == page.cursor
