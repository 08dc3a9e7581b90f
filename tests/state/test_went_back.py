"""A record that shows an older version than is known, long after it was known: looked at by id, then told of."""

from datetime import timedelta

import pytest

from mappings.exchange import Found
from mappings.reconcile.model import Parked
from state import attention, cursors, inbox
from state.attention import Changes, Place
from state.freshness import LATEST
from state.store import Store
from state.types import PutCount, Worker
from tests.state_builders import CRM, TRACKER, Clock, a_page, a_record, hinted, look, opened, put

OLD, NEW = a_record(version="4", title="Старое"), a_record(version="5")
TOLD = [("crm", "10", "older")]


@pytest.fixture
def gone_back(store: Store, worker: Worker, clock: Clock) -> Store:
    """A case whose deal was seen in version 5, and an hour later."""
    opened(store, worker, NEW)
    clock.go(3600)
    return store


def whole(store: Store, *, lag: bool = False) -> PutCount:
    """Read the deals whole; the list shows the old version."""
    scan = cursors.begin_full(store, CRM[0], kind=CRM[1])
    return inbox.put(store, a_page(store, OLD), lane="full", scan=scan, lag=lag)


def told(store: Store) -> list[tuple[str, str, str]]:
    return [(one.system, one.record, one.code) for one in attention.parked_fields(store)]


def aside(store: Store, place: Place, field: str) -> None:
    changes = Changes()
    changes.park(place, field=field, entry=Parked("not deleted", "…"))
    with store.write() as conn:
        changes.write(store, conn)


@pytest.mark.parametrize("lag", [False, True])
def test_a_full_read_has_it_looked_at_by_id_and_that_look_tells_of_it(gone_back: Store, lag: bool) -> None:
    assert whole(gone_back, lag=lag) == PutCount(stale=1, hinted=1)
    assert (hinted(gone_back), told(gone_back)) == (["10"], [])

    found = look(gone_back, Found("10", "here", OLD))

    assert (found.stored, found.stale, hinted(gone_back), told(gone_back)) == (0, 1, [], TOLD)


def test_a_list_of_changes_says_nothing_of_it(gone_back: Store) -> None:
    assert put(gone_back, OLD) == PutCount(stale=1)
    assert hinted(gone_back) == []


def test_what_is_told_is_not_looked_at_night_after_night(gone_back: Store) -> None:
    look(gone_back, Found("10", "here", OLD))

    assert whole(gone_back) == PutCount(stale=1)
    assert hinted(gone_back) == []


def test_an_answer_that_is_late_is_not_told_and_is_asked_for_again(gone_back: Store, clock: Clock) -> None:
    inbox.hint(gone_back, CRM[0], kind=CRM[1], ids=["10"])

    look(gone_back, Found("10", "here", OLD), began=clock.now - timedelta(seconds=3600) + LATEST / 2)

    assert (hinted(gone_back), told(gone_back)) == (["10"], [])


@pytest.mark.parametrize("now", [NEW, a_record(version="6", title="Новее")])
def test_it_is_over_once_the_record_shows_no_older_state_and_may_be_told_again(
    gone_back: Store, clock: Clock, now: object
) -> None:
    look(gone_back, Found("10", "here", OLD))
    put(gone_back, OLD)
    stays = told(gone_back)
    put(gone_back, now)  # type: ignore[arg-type]  # a record
    over = told(gone_back)
    clock.go(3600)
    if now is NEW:
        look(gone_back, Found("10", "here", OLD))

    assert (stays, over) == (TOLD, [])
    assert told(gone_back) == (TOLD if now is NEW else [])


def test_an_entry_of_a_field_or_of_another_record_of_that_number_is_another_matter(gone_back: Store) -> None:
    aside(gone_back, Place(*CRM, entity="entity0001", record="10"), "title")
    aside(gone_back, Place(*TRACKER, record="10"), "")
    aside(gone_back, Place(*CRM, record="11"), "")

    look(gone_back, Found("10", "here", OLD))

    assert ("crm", "10", "older") in told(gone_back)


def test_what_waits_to_be_looked_at_is_not_talked_over(gone_back: Store, clock: Clock) -> None:
    put(gone_back, a_record(version="6", title="Новее"))
    clock.go(3600)

    assert whole(gone_back) == PutCount(stale=1)
    look(gone_back, Found("10", "here", OLD))

    assert told(gone_back) == []
