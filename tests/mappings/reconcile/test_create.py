"""A record that is to be made: what is written into it, and what of it the server filled in."""

from dataclasses import replace

from mappings.exchange import Refused
from mappings.reconcile import new_record, reconcile
from mappings.reconcile.model import Base, FieldWrite, Parked
from mappings.reconcile.settle import left_out
from tests.reconcile_builders import (
    a_case,
    a_cell,
    a_choice,
    a_field,
    a_side,
    rules,
    settled,
    settlement,
    value,
    writes,
)


def record_of(entity, *entries, fixed=None, derived=None):
    return new_record(
        entity,
        system="trk",
        kind="issue",
        fields={e.name: e for e in entries},
        fixed=fixed or {},
        derived=derived or {},
    )


def test_every_value_that_has_a_field_is_written_and_nothing_else():
    entries = [a_field(), a_field("channel"), a_field("budget", direction="in"), a_field("once", direction="once")]
    case = a_case({"title": "Внедрение", "channel": None, "budget": "100", "once": "x", "deadline": "завтра"})

    made = record_of(case, *entries)

    assert made.fields == (
        FieldWrite("title", {"title": "Внедрение"}, "Внедрение", None),
        FieldWrite("once", {"once": "x"}, "x", None),
    )
    assert made.left_out == {}


def test_what_cannot_be_written_is_left_out_and_parked():  # H32
    stage = a_choice(values={"New": "lead"})

    made = record_of(a_case({"title": "т", "stage": "won"}), a_field(), stage)

    assert [write.field for write in made.fields] == ["title"]
    assert {name: parked.code for name, parked in made.left_out.items()} == {"stage": "refused"}


def test_what_was_left_out_stays_on_the_list_when_the_record_shows_something_else():  # H32
    stage = a_choice(values={"New": "lead", "Open": "work"})
    case = a_case({"stage": "won"})
    made = record_of(case, stage)
    side = a_side("trk", 2, fields=[stage])
    change = settlement(side, made.fields, {"stage": "New"}, verb="create").change
    change = left_out(change, made.left_out)
    linked = replace(side, link=replace(side.link, bases=change.bases, parked=change.parked))

    outcome = reconcile(case, [linked], rules())

    assert (value(outcome, "stage"), outcome.entity.conflicts, writes(outcome, [side])) == ("won", {}, {})
    assert outcome.links[0].parked["stage"].code == "refused"


def test_places_that_scope_the_record_are_not_written_twice():
    made = record_of(a_case({"title": "т", "tracker": "Case"}), a_field(), a_field("tracker"), fixed={"tracker": "5"})

    assert ([write.field for write in made.fields], made.fixed) == (["title"], {"tracker": "5"})


def test_derived_facts_are_written_where_they_are_known():
    link = a_field("link", direction="out")

    assert [w.view for w in record_of(a_case(), link, derived={"link": "https://crm/deal/10"}).fields] == [
        "https://crm/deal/10"
    ]
    assert record_of(a_case(), link, derived={"link": None}).fields == ()


def test_what_the_server_filled_in_is_a_default():  # H33
    entries = [a_field(), a_field("amount"), a_field("owner")]
    side = a_side("trk", 2, fields=entries)
    wish = FieldWrite("title", {"title": "т"}, "т", None)

    made = settlement(side, [wish], {"amount": "1.00", "owner": None}, verb="create")
    idle = reconcile(a_case({"title": "т"}), [settled(side, [wish], {"amount": "1.00"}, verb="create")], rules())

    assert made.change.bases["amount"] == Base({"amount": None}, "1.00", entries[1].fingerprint, default=True)
    assert made.change.bases["owner"] == Base({"owner": None}, None, entries[2].fingerprint)
    assert (made.change.parked, made.absorbed, made.again) == ({}, True, False)
    assert (idle.entity.facts.keys(), idle.events, writes(idle, [side])) == ({"title"}, (), {})


def test_a_default_is_adopted_where_the_mapping_says_so():  # H33
    amount = a_field("amount", adopt_defaults=True)
    side = a_side("trk", 2, fields=[a_field(), amount])
    wish = FieldWrite("title", {"title": "т"}, "т", None)

    made = settlement(side, [wish], {"amount": "1.00"}, verb="create")
    shown = replace(settled(side, [wish], {"amount": "1.00"}, verb="create"), fresh={"amount": "1.00"})

    assert ("amount" in made.change.bases, made.absorbed) == (False, False)
    assert value(reconcile(a_case({"title": "т"}), [shown], rules()), "amount") == "1.00"


def test_a_field_that_the_create_was_refused_is_parked_and_what_stands_there_is_a_default():
    side = a_side("trk", 2, fields=[a_field(), a_field("owner")])
    wanted = [FieldWrite("title", {"title": "т"}, "т", None), FieldWrite("owner", {"owner": "Анна"}, "Анна", None)]

    after = settled(side, wanted, {"owner": "робот"}, verb="create", refused=(Refused("owner", "no right"),))
    idle = reconcile(a_case({"title": "т", "owner": "Анна"}), [after], rules())

    assert after.link.bases["owner"].default
    assert (value(idle, "owner"), idle.entity.conflicts, writes(idle, [after])) == ("Анна", {}, {})
    assert idle.links[0].parked == {"owner": Parked("rejected", "no right", {"owner": "Анна"}, "робот")}


def test_a_value_that_the_server_changed_at_creation_is_written_once_more():
    side = a_side("trk", 2)
    wish = FieldWrite("title", {"title": "т"}, "т", None)

    made = settlement(side, [wish], {"title": "#17"}, verb="create")
    outcome = reconcile(a_case({"title": "т"}), [settled(side, [wish], {"title": "#17"}, verb="create")], rules())

    assert (made.change.bases["title"].value, made.again) == ({"title": "#17"}, True)
    assert writes(outcome, [side]) == {"trk": {"title": "т"}}


def test_what_is_written_once_has_no_base():  # H37
    once = a_field(direction="once")

    made = settlement(a_side("trk", 2, fields=[once]), [FieldWrite("title", {"title": "т"}, "т", None)], verb="create")

    assert (made.change.bases, made.change.seen, made.absorbed) == ({}, {}, True)


def test_of_a_cell_of_two_facts_the_one_that_is_known_is_enough():
    cell = a_cell({"NEW": {"stage": "lead", "outcome": "open"}, "WON": {"outcome": "won"}})

    assert [w.view for w in record_of(a_case({"outcome": "won"}), cell).fields] == ["WON"]


def test_a_record_that_was_made_some_time_ago_and_found_again_is_met_where_it_is_not_as_written():  # H24
    side = a_side("trk", 2, fields=[a_field(), a_field("owner"), a_field("amount")])
    wanted = [FieldWrite("title", {"title": "т"}, "т", None), FieldWrite("owner", {"owner": "Анна"}, "Анна", None)]

    made = settlement(side, wanted, {"owner": "Пётр", "amount": "1.00"}, verb="create", found_again=True)

    assert list(made.change.bases) == ["title"]
    assert (made.change.parked, made.again, made.absorbed) == ({}, True, False)
