"""What follows from what each system says: the rules in their order, one fact at a time."""

from mappings.policy import Home
from mappings.reconcile import chosen, reconcile, set_fact
from tests.reconcile_builders import HUB, a_case, a_cell, a_side, after, passes, rules, value, writes


def two(crm: str | None = None, trk: str | None = None, *, agreed: str = "t"):
    return [
        a_side("crm", 1, values={"title": agreed}, fresh=None if crm is None else {"title": crm}),
        a_side("trk", 2, values={"title": agreed}, fresh=None if trk is None else {"title": trk}),
    ]


def test_nothing_new_changes_nothing():
    sides = two("t", "t")

    outcome = reconcile(a_case({"title": "t"}), sides, rules())

    assert (writes(outcome, sides), outcome.events, outcome.entity) == ({}, (), a_case({"title": "t"}))


def test_an_edit_on_one_side_goes_to_the_other():
    sides = two("Новое название")

    outcome = reconcile(a_case({"title": "t"}), sides, rules())

    assert value(outcome) == "Новое название"
    assert writes(outcome, sides) == {"trk": {"title": "Новое название"}}
    assert outcome.entity.facts["title"].origin.name == "crm"
    assert outcome.entity.held["title"] == ("t",)


def test_two_different_edits_are_parked_and_nobody_is_written():
    sides = two("A", "B")

    outcome = reconcile(a_case({"title": "t"}), sides, rules())

    assert value(outcome) == "t"
    assert writes(outcome, sides) == {}
    assert [(p.system, p.value) for p in outcome.entity.conflicts["title"].parties] == [("crm", "A"), ("trk", "B")]


def test_a_resolved_conflict_is_over_and_written():  # H1
    sides = two("A", "B")
    parked = reconcile(a_case({"title": "t"}), sides, rules())
    taken = chosen(parked.entity.conflicts["title"], "trk")

    entity, sides, _ = set_fact(parked.entity, after(sides, parked), "title", value=taken.value, origin=HUB)
    outcome, sides = passes(entity, sides, rules())
    again = reconcile(outcome.entity, sides, rules())

    assert outcome.entity.conflicts == {}
    assert value(outcome) == "B"
    assert (writes(again, sides), again.events) == ({}, ())


def test_what_moved_since_it_was_shown_is_a_new_conflict():  # H44
    sides = two("A", "B")
    parked = reconcile(a_case({"title": "t"}), sides, rules())
    later = after(sides, parked, fresh={"trk": {"title": "B2"}})
    moved = reconcile(parked.entity, later, rules())

    entity, sides, _ = set_fact(parked.entity, after(later, moved), "title", value="A", origin=HUB)
    outcome = reconcile(entity, sides, rules())

    assert [(p.system, p.value) for p in outcome.entity.conflicts["title"].parties] == [("hub", "A"), ("trk", "B2")]


def test_a_parked_view_lives_on_when_only_the_other_side_brings_a_snapshot():  # H2
    sides = two("A", "B")
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    again = reconcile(parked.entity, after(sides, parked, fresh={"crm": {"title": "A"}}), rules())

    assert again.entity.conflicts == parked.entity.conflicts
    assert writes(again, sides) == {}
    assert again.events == ()


def test_home_decides_also_as_the_origin_of_the_hubs_value():  # H16
    sides = two("A")
    first = reconcile(a_case({"title": "t"}), sides, rules({"title": Home("crm")}))

    outcome = reconcile(first.entity, after(sides, first, fresh={"trk": {"title": "B"}}), rules({"title": Home("crm")}))

    assert value(outcome) == "A"
    assert writes(outcome, sides) == {"trk": {"title": "A"}}


def test_an_unreadable_view_freezes_its_field_there_only():
    sides = two("!", "B")

    outcome = reconcile(a_case({"title": "t"}), sides, rules())

    assert value(outcome) == "B"
    assert writes(outcome, sides) == {}
    assert outcome.links[0].parked["title"].code == "unreadable"


def test_an_edit_of_one_fact_of_a_cell_is_read_as_an_edit():
    values = {"НОВАЯ": {"stage": "lead", "outcome": "open"}, "РАБОТА": {"stage": "in_work", "outcome": "open"}}
    said = {"stage": "lead", "outcome": "open"}
    side = a_side(
        "crm", 1, fields=[a_cell(values)], values=said, views={"position": "НОВАЯ"}, fresh={"position": "РАБОТА"}
    )

    outcome = reconcile(a_case(said), [side], rules())

    [read] = [event for event in outcome.events if event.what == "read"]
    assert (read.old, read.new, read.cause) == ("НОВАЯ", "РАБОТА", "")
