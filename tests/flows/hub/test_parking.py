"""Which entries of the attention list are meant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.hub.looking import all_parked
from flows.hub.parking import Chosen, NoSuchEntry, choose, retry_refused
from mappings.lens import UNKNOWN
from mappings.reconcile.model import Parked
from state import attention
from state.attention import Attention, Place
from tests.hub_builders import a_deal, opened

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LISTED = (
    Attention(1, "refused", "title", "", NOW, entity="e1", key="CASE-1", system="crm"),
    Attention(2, "dropped", "title", "", NOW, entity="e1", key="CASE-1", system="trk"),
    Attention(3, "dropped", "channel", "", NOW, entity="e1", key="CASE-1", system="trk"),
    Attention(4, "unlinked", "", "", NOW, system="trk", record="9"),
    Attention(5, "dropped", "title", "", NOW, entity="e2", key="CASE-2", system="trk"),
)


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        (Chosen(number=4), [4]),
        (Chosen(key="CASE-1"), [1, 2, 3]),
        (Chosen(key="case-1", field="title"), [1, 2]),
        (Chosen(key="CASE-1", system="trk"), [2, 3]),
        (Chosen(key="CASE-1", system="trk", field="channel"), [3]),
    ],
)
def test_entries_are_chosen_by_number_or_by_case(chosen, numbers):
    assert [entry.id for entry in choose(chosen, LISTED)] == numbers


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Chosen(number=9), "nothing is parked under number 9"),
        (Chosen(key="CASE-3"), "nothing is parked at CASE-3$"),
        (Chosen(key="CASE-2", system="crm", field="title"), "nothing is parked at CASE-2 in crm title"),
    ],
)
def test_a_choice_of_nothing_is_told(chosen, says):
    with pytest.raises(NoSuchEntry, match=says):
        choose(chosen, LISTED)


def codes(hub):
    return [entry.code for entry in attention.parked_fields(hub.installation.store, limit=9)]


def refusing(tmp_path):
    """A hub whose tracker does not take amounts, and a deal whose amount was changed."""
    hub, _ = opened(tmp_path)
    tracker = hub.systems["trk"]
    tracker.kinds["record"] = replace(tracker.traits("record"), refused=frozenset({"amount"}))
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    hub.sync()
    assert codes(hub) == ["rejected"]
    return hub


def retried(hub, *, later):
    def work(wired):
        clock = wired.store.clock
        wired.store = replace(wired.store, clock=lambda: clock() + later)
        return retry_refused(wired)

    return hub.wired(work)


def test_what_a_system_refused_is_written_once_it_takes_it(tmp_path):
    hub = refusing(tmp_path)
    tracker = hub.systems["trk"]
    tracker.kinds["record"] = replace(tracker.traits("record"), refused=frozenset())

    count = retried(hub, later=timedelta(hours=2))
    hub.sync()

    assert count == 1
    assert hub.records("trk")["1"]["amount"] == "175000"
    assert codes(hub) == []


def test_what_is_still_refused_is_parked_again_and_what_is_fresh_is_left_alone(tmp_path):
    hub = refusing(tmp_path)

    fresh = retried(hub, later=timedelta(minutes=1))
    late = retried(hub, later=timedelta(hours=2))
    hub.sync()

    assert (fresh, late) == (0, 1)
    assert codes(hub) == ["rejected"]


def test_what_a_record_refused_that_is_gone_now_is_not_tried_again_every_day(tmp_path):
    hub = refusing(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True)

    count = retried(hub, later=timedelta(hours=2))

    left = [(entry.key, entry.code) for entry in attention.parked_fields(hub.installation.store, limit=9)]
    assert (count, left) == (1, [("CASE-1", "rejected"), ("CASE-1", "gone")])


def test_what_is_parked_behind_ten_thousand_that_wait_for_one_answer_is_listed_and_chosen(tmp_path):
    hub, _ = opened(tmp_path)
    store, owner = hub.installation.store, hub.case().entity.id
    hanging = ((Place("trk", f"kind {n}", entity=owner), Parked(UNKNOWN, "who is #7?")) for n in range(10_001))
    attention.park_records(store, hanging)
    attention.park_records(store, [(Place("trk", "record", record="9"), Parked("unlinked", "it is nobody's"))])

    found = all_parked(store)

    assert [entry.code for entry in found] == ["unlinked"]
    assert choose(Chosen(number=found[0].id), found) == [found[0]]
