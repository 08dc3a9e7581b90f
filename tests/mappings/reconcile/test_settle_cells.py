"""Settling a cell that holds two facts: all its bases stand at the view that our write brought about."""

from mappings.reconcile import reconcile
from mappings.reconcile.judge import seen_view
from mappings.reconcile.model import FieldWrite
from tests.reconcile_builders import a_case, a_cell, a_side, rules, settled, writes

CELL = a_cell(
    {
        "НОВАЯ": {"stage": "lead", "outcome": "open"},
        "В РАБОТЕ": {"stage": "in_work", "outcome": "open"},
        "УСПЕХ": {"outcome": "won"},
        "ПРОВЕРКА": {"stage": "in_work", "outcome": "won"},
    }
)


def a_position(**values):
    return a_side("trk", 2, fields=[CELL], values=values, views={"position": "НОВАЯ"})


def test_a_fact_that_was_not_written_is_not_taken_for_an_edit_of_our_own_write():
    side = a_position(outcome="open")

    after = settled(side, [FieldWrite("position", {"outcome": "won"}, "УСПЕХ", "НОВАЯ")])
    idle = reconcile(a_case({"outcome": "won"}), [after], rules())

    assert seen_view(after, CELL) == "УСПЕХ"
    assert (writes(idle, [after]), idle.events, idle.entity.conflicts) == ({}, (), {})


def test_a_view_that_is_silent_on_a_fact_keeps_what_was_written_for_it():
    wish = FieldWrite("position", {"stage": "in_work", "outcome": "open"}, "В РАБОТЕ", "НОВАЯ")

    altered = settled(a_position(stage="lead", outcome="open"), [wish], {"position": "УСПЕХ"}, proved=True)

    assert altered.link.bases["position.stage"].value == {"stage": "in_work"}
    assert altered.link.bases["position.outcome"].value == {"outcome": "won"}


def test_what_our_write_said_beside_it_is_nobodys_edit():
    after = settled(a_position(outcome="open"), [FieldWrite("position", {"outcome": "won"}, "ПРОВЕРКА", "НОВАЯ")])

    idle = reconcile(a_case({"outcome": "won"}), [after], rules())

    assert after.link.bases["position.stage"].value == {"stage": "in_work"}
    assert (idle.entity.facts.keys(), idle.events) == ({"outcome"}, ())
