"""Which entries of the attention list are meant."""

from datetime import UTC, datetime

import pytest

from flows.hub.parking import Chosen, NoSuchEntry, choose
from state.attention import Attention

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
