"""What a link is left with where one cell holds several facts and some of them are in conflict."""

import pytest

from mappings.reconcile import reconcile
from mappings.reconcile.model import Parked
from tests.reconcile_builders import a_case, a_cell, a_field, a_side, after, claims, rules, value, writes

CELL = {
    "НОВАЯ": {"stage": "lead", "outcome": "open"},
    "ОЦЕНКА": {"stage": "estimate", "outcome": "open"},
    "КП": {"stage": "proposal", "outcome": "open"},
    "УСПЕХ": {"stage": "proposal", "outcome": "won"},
    "ВЫИГРАНА": {"outcome": "won"},
}


def test_a_cell_of_which_one_fact_is_in_conflict_is_not_written_but_the_other_is_taken_in():
    said = {"stage": "lead", "outcome": "open"}
    cells = [
        a_side("crm", 1, fields=[a_cell(CELL)], values=said, views={"position": "НОВАЯ"}, fresh={"position": "УСПЕХ"}),
        a_side("trk", 2, fields=[a_cell(CELL)], values=said, views={"position": "НОВАЯ"}, fresh={"position": "ОЦЕНКА"}),
        a_side("wiki", 3, fields=[a_field("outcome")], values={"outcome": "open"}),
        a_side("доска", 4, fields=[a_cell(CELL)], values=said, views={"position": "НОВАЯ"}),
    ]

    outcome = reconcile(a_case(said), cells, rules())
    again = reconcile(outcome.entity, after(cells, outcome), rules())

    assert claims(outcome, "stage") == [("crm", "proposal"), ("trk", "estimate")]
    assert (value(outcome, "stage"), value(outcome, "outcome")) == ("lead", "won")
    assert writes(outcome, cells) == {"wiki": {"outcome": "won"}}
    assert (again.events, again.entity, again.links) == ((), outcome.entity, outcome.links)


def test_a_view_that_is_that_of_its_base_is_not_kept_twice():
    side = a_side("crm", values={"title": "t"}, fresh={"title": "новое"})

    outcome = reconcile(a_case({"title": "t"}), [side], rules())

    assert (outcome.links[0].seen, outcome.links[0].bases["title"].view) == ({}, "новое")


def test_the_fact_of_a_cell_that_is_not_in_conflict_is_taken_into_account():
    cell = a_cell({view: {"stage": view[0], "outcome": view[1]} for view in ("ao", "bo", "co", "bw")})
    at = {"stage": "a", "outcome": "o"}
    sides = [
        a_side("crm", 1, fields=[cell], values=at, views={"position": "ao"}, fresh={"position": "bw"}),
        a_side("trk", 2, fields=[cell], values=at, views={"position": "ao"}, fresh={"position": "co"}),
    ]

    outcome = reconcile(a_case(at), sides, rules())

    assert list(outcome.entity.conflicts) == ["stage"]
    assert outcome.links[0].bases["position.outcome"].value == {"outcome": "w"}
    assert outcome.links[0].bases["position.stage"].value == {"stage": "a"}


@pytest.mark.parametrize("code", ["dropped", "altered", "rejected", "no way"])
def test_what_a_system_has_not_taken_is_not_sent_again_for_another_value_that_says_the_same_there(code):
    cell = a_cell({"Old": {"stage": "idea"}, "New": {"stage": ["lead", "qualified"]}, "Next": {"stage": "estimate"}})
    aside = Parked(code, "?", {"stage": "lead"}, "Old")
    at, parked = {"position": "Old"}, {"position": aside}
    side = a_side("trk", 2, fields=[cell], values={"stage": "idea"}, views=at, parked=parked)

    same = reconcile(a_case({"stage": "qualified"}), [side], rules())
    idle = reconcile(same.entity, after([side], same), rules())
    other = reconcile(a_case({"stage": "estimate"}), [side], rules())

    told = {"position": Parked(code, "?", {"stage": "qualified"}, "Old")}
    assert (writes(same, [side]), same.links[0].parked) == ({}, told)
    assert (idle.events, idle.links[0].parked) == ((), told)
    assert writes(other, [side]) == {"trk": {"position": "Next"}}
