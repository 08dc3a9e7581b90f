"""The way of a status through a workflow."""

import pytest

from mappings.exchange import Transition
from mappings.reconcile.path import MOST_HOPS, hops, next_hop


def steps(*pairs: str) -> list[Transition]:
    return [Transition(*pair.split(">")) for pair in pairs]


KNOWN = steps("new>doing", "doing>review", "review>done", "new>closed", "closed>done", "new>active", "active>review")
LINE = steps(*(f"{n}>{n + 1}" for n in range(9)))


@pytest.mark.parametrize(
    ("source", "target", "way"),
    [
        ("new", "doing", ()),
        ("new", "review", ("active",)),
        ("doing", "done", ("review",)),
        ("done", "new", None),
        ("nowhere", "done", None),
        (None, "done", None),
    ],
)
def test_the_shortest_known_way_and_of_two_the_one_that_sorts_first(source, target, way):  # H39
    assert hops(KNOWN, source, target) == way


def test_no_way_leads_through_a_closing_status_unless_the_target_is_closed():
    assert hops(KNOWN, "new", "done") == ("closed",)
    assert hops(KNOWN, "new", "done", closing={"closed"}) == ("active", "review")
    assert hops(KNOWN, "new", "done", closing={"closed", "done"}) == ("closed",)


def test_a_way_has_at_most_six_steps():
    assert hops(LINE, "0", "6") == ("1", "2", "3", "4", "5")
    assert len(hops(LINE, "0", "6") or ()) + 1 == MOST_HOPS
    assert hops(LINE, "0", "7") is None


def test_a_workflow_with_a_circle_comes_to_an_end():
    assert hops(steps("a>b", "b>a"), "a", "c") is None


@pytest.mark.parametrize(
    ("allowed", "tried", "step"),
    [
        (["done", "doing"], [], "done"),
        (["doing", "active"], [], "active"),
        (["doing", "active"], ["active"], "doing"),
        (["б", "а"], [], "а"),
        (["а"], ["а"], None),
        (["new"], [], None),
        (["closed"], [], None),
        ([], [], None),
        (["б"], list("12345"), None),
        (["б"], list("1234"), "б"),
        (["done"], list("12345"), "done"),
        (["done"], list("123456"), None),
    ],
)
def test_the_next_step_is_the_target_a_known_way_or_what_nobody_has_tried(allowed, tried, step):  # H39
    assert next_hop(KNOWN, "new", "done", allowed=allowed, tried=tried, closing={"closed"}) == step


def test_a_known_way_that_is_too_long_by_now_is_not_begun():
    assert next_hop(LINE, "0", "6", allowed=["1"], tried=[]) == "1"
    assert next_hop(LINE, "0", "7", allowed=["1"], tried=[]) is None
    assert next_hop(LINE, "2", "6", allowed=["3"], tried=["а", "б"]) == "3"
    assert next_hop(LINE, "2", "6", allowed=["3"], tried=["а", "б", "в"]) is None


def test_a_known_way_that_leads_back_is_not_taken():
    assert next_hop(steps("b>a", "a>c", "c>done"), "b", "done", allowed=["a"], tried=["a"]) is None
    assert next_hop(steps("c>a", "a>done"), "b", "done", allowed=["c"], tried=["a"]) is None


def test_a_step_that_is_known_to_lead_nowhere_is_not_taken():
    assert next_hop(steps("тупик>new"), "new", "done", allowed=["тупик"], tried=[]) is None
