"""Taking back what the hub wrote: a wish at the link, a write that is compared, and a field parked as `undone`."""

from dataclasses import replace

from mappings.exchange import Refused
from mappings.reconcile import reconcile
from mappings.reconcile.model import FieldWrite
from mappings.reconcile.resolve import retry
from mappings.reconcile.undo import UNDOING, UNDONE, after_undo, wish
from tests.reconcile_builders import a_case, a_cell, a_field, a_side, after, rules, settlement, value, writes, written

RULES = rules()


def wished(system="trk", number=2, *, wrote="новое", before="старое", says="новое", **link):
    """A link at what the hub wrote, with the wish that it shows again what it did before."""
    parked = {"title": wish({"title": says}, wrote=wrote, before=before)}
    return a_side(system, number, values={"title": wrote}, parked=parked, **link)


def taken_back(entity, side):
    """The side after its compensation has arrived."""
    outcome = reconcile(entity, [side], RULES)
    [done] = written([side], outcome)
    return done


def test_the_wish_becomes_a_write_from_what_stands_to_what_was():
    side = wished()

    outcome = reconcile(a_case({"title": "новое"}), [side], RULES)

    [change] = outcome.links
    [write] = change.write
    assert (write.expected, write.view, dict(write.value), dict(write.undoes or {})) == (
        "новое",
        "старое",
        {"title": "старое"},
        {"title": "новое"},
    )
    assert change.parked["title"].code == UNDOING
    assert value(outcome) == "новое"


def test_once_it_has_arrived_nothing_more_is_wanted():
    entity = a_case({"title": "новое"})

    done = taken_back(entity, wished())
    again = reconcile(entity, [done], RULES)

    assert done.link.bases["title"].value == {"title": "старое"}
    assert [entry.code for entry in again.links[0].parked.values()] == [UNDONE]
    assert writes(again, [done]) == {}
    assert again.events == ()


def test_what_moves_the_hub_afterwards_is_written_as_ever():
    done = taken_back(a_case({"title": "новое"}), wished())

    later = reconcile(a_case({"title": "третье"}), [done], RULES)

    assert writes(later, [done]) == {"trk": {"title": "третье"}}


def test_a_hub_that_comes_round_ends_it():
    done = taken_back(a_case({"title": "новое"}), wished())

    assert reconcile(a_case({"title": "старое"}), [done], RULES).links[0].parked == {}


def test_a_wish_that_was_overtaken_falls_away():
    moved = replace(wished(), fresh={"title": "чужое"})
    other = wished()

    edited = reconcile(a_case({"title": "новое"}), [moved], RULES)
    set_anew = reconcile(a_case({"title": "третье"}), [other], RULES)

    assert (value(edited), edited.links[0].write, edited.links[0].parked) == ("чужое", (), {})
    assert writes(set_anew, [other]) == {"trk": {"title": "третье"}}


def test_what_restores_what_the_hub_says_is_not_parked():
    done = taken_back(a_case({"title": "старое"}), wished(says="старое"))

    assert done.link.parked == {}


def test_a_step_of_a_workflow_keeps_the_wish_on_its_way():
    side = wished()
    [write] = reconcile(a_case({"title": "новое"}), [side], RULES).links[0].write
    hopping = write._replace(hops=("по пути",))

    on_the_way = settlement(side, [hopping], {"title": "по пути"})
    moved_on = replace(side, link=replace(side.link, bases=on_the_way.change.bases, parked=on_the_way.change.parked))
    onward = reconcile(a_case({"title": "новое"}), [moved_on], RULES)

    assert on_the_way.again
    assert writes(onward, [moved_on]) == {"trk": {"title": "старое"}}


def test_a_refused_step_with_another_way_keeps_the_wish_too():
    side = wished()
    outcome = reconcile(a_case({"title": "новое"}), [side], RULES)
    [write] = outcome.links[0].write
    refused = (Refused("title", "not from here", allowed=("по пути",)),)

    result = settlement(side, [write], {"title": "новое"}, refused=refused, onward=lambda *_: True)

    assert result.change.parked["title"].code == UNDOING


def test_a_field_that_is_only_written_is_taken_back_as_well():
    entry = a_field("title", direction="out")
    parked = {"title": wish({"title": "новое"}, wrote="новое", before=None)}
    side = a_side("trk", 2, fields=[entry], values={"title": "новое"}, parked=parked)
    entity = a_case({"title": "новое"})

    outcome = reconcile(entity, [side], RULES)
    [done] = written([side], outcome)

    assert writes(outcome, [side]) == {"trk": {"title": None}}
    assert writes(reconcile(entity, after([done], reconcile(entity, [done], RULES)), RULES), [done]) == {}


def test_what_stands_for_one_fact_of_two_is_still_another_than_the_hubs():
    cell = a_cell({"НОВАЯ": {"stage": "lead", "outcome": "open"}, "БРАК": {"stage": "lead", "outcome": "lost"}})
    undoes = {"stage": "lead", "outcome": "open"}

    parked = after_undo(cell, FieldWrite("position", {}, "БРАК", "НОВАЯ", undoes=undoes), "БРАК")

    assert parked is not None
    assert (parked.code, parked.value) == (UNDONE, undoes)


def test_what_is_put_back_where_the_hub_knows_nothing_waits_for_a_person_and_is_learnt_at_a_retry():
    parked = {"title": wish({}, wrote="новое", before="старое")}
    shown = a_side("trk", 2, values={"title": None}, views={"title": "новое"}, parked=parked)
    done = taken_back(a_case({}), shown)

    later = after([done], reconcile(a_case({}), [done], RULES))
    retried = [replace(side, link=retry(side.link, "title")) for side in later]

    assert [side.link.parked["title"].code for side in later] == [UNDONE]
    assert value(reconcile(a_case({}), later, RULES)) is None
    assert value(reconcile(a_case({}), retried, RULES)) == "старое"
