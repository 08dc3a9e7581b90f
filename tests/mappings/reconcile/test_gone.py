"""A record that is gone: what happens to the case."""

from dataclasses import replace

import pytest

from mappings.reconcile import reconcile
from mappings.reconcile.gone import attention, lost
from mappings.reconcile.model import Origin
from tests.reconcile_builders import NOW, a_case, a_field, a_side, rules

RULE = Origin("rule", "gone: close", NOW)


def world(**crm: object):
    """A case whose tracker record is gone, and the side that is left."""
    left = a_side("crm", 1, fields=[a_field()], values={"title": "Смета"}, **crm)
    gone = a_side("trk", 2, values={"title": "Смета"}, tombstone=True).link
    return a_case({"title": "Смета", "outcome": "open"}), left, gone


def test_by_default_the_others_stay_and_attention_says_so():  # H50
    entity, left, gone = world(seen={"title": "правка"})

    after, events = lost(entity, [left], gone, rule="detach", origin=RULE)

    assert after == entity
    assert [(e.what, e.system, e.cause) for e in events] == [("gone", "trk", "#trk-2 is gone; the other records stay")]
    assert attention(gone, after, rule="detach").text == (
        "#trk-2 is deleted there; the other records stay as they are. "
        "Restore it there, or `casehub case unlink CASE-1 trk` frees the case for another one"
    )


def test_what_is_made_again_carries_the_next_generation():
    entity, left, gone = world()

    after, events = lost(entity, [left], gone, rule="restore", origin=RULE)

    assert (after, [e.what for e in events]) == (replace(entity, generation=2), ["gone"])


def test_a_case_that_is_closed_with_its_record_is_withdrawn_and_says_what_it_was():
    entity, left, gone = world()

    after, events = lost(entity, [left], gone, rule="close", origin=RULE)

    assert (after.facts["outcome"].value, after.facts["outcome"].origin) == ("withdrawn", RULE)
    assert after.held["outcome"] == ("open",)
    assert [(e.what, e.old, e.new) for e in events] == [("gone", None, None), ("set", "open", "withdrawn")]


def test_a_case_that_was_won_is_not_withdrawn():
    _, left, gone = world()
    won = a_case({"title": "Смета", "outcome": "won"})

    after, events = lost(won, [left], gone, rule="close", origin=RULE)

    assert (after, [e.cause for e in events]) == (won, ["#trk-2 is gone; the case is closed already: won"])


def test_a_case_whose_other_record_goes_too_is_closed_already():
    entity, left, gone = world()
    agreed = {"title": "Смета", "outcome": "open"}
    other = a_side("wiki", 3, fields=[a_field(), a_field("outcome")], values=agreed, tombstone=True).link
    closed, _ = lost(entity, [left], gone, rule="close", origin=RULE)

    after, events = lost(closed, [left], other, rule="close", origin=RULE)

    assert (after, [e.cause for e in events]) == (closed, ["#wiki-3 is gone; the case is closed already: withdrawn"])


@pytest.mark.parametrize("edit", [{"fresh": {"title": "правка"}}, {"seen": {"title": "правка"}}])
def test_an_edit_newer_than_the_last_agreed_state_stops_the_closing(edit):  # H50
    entity, left, gone = world(**edit)

    after, events = lost(entity, [left], gone, rule="close", origin=RULE)

    assert after == entity
    assert "not closed" in events[0].cause


def test_a_value_that_some_system_does_not_have_yet_stops_the_closing_too():  # H50
    _, left, gone = world()
    edited = a_case({"title": "правка в хабе", "outcome": "open"})

    assert lost(edited, [left], gone, rule="close", origin=RULE)[0] == edited


def test_a_record_that_came_back_is_compared_as_ever():
    sides = [
        a_side("crm", 1, values={"title": "новое"}),
        a_side(
            "trk",
            2,
            values={"title": "Смета"},
            fresh={"title": "Смета"},
            parked={"": attention(world()[2], a_case(), rule="detach")},
        ),
    ]

    outcome = reconcile(a_case({"title": "новое"}), sides, rules())

    assert (outcome.entity.conflicts, outcome.links[1].parked) == ({}, {})
    assert [write.view for write in outcome.links[1].write] == ["новое"]


def test_a_record_that_came_back_as_it_was_is_off_the_list():
    side = a_side(
        "trk",
        2,
        values={"title": "Смета"},
        fresh={"title": "Смета"},
        parked={"": attention(world()[2], a_case(), rule="detach")},
    )

    assert reconcile(a_case({"title": "Смета"}), [side], rules()).links[0].parked == {}
