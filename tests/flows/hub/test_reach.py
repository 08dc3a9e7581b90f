"""Whose cases somebody reads, and what they may do: the table of rights, and the tree of units."""

from dataclasses import replace
from itertools import pairwise, product

import pytest

from flows.hub.access import Access
from flows.hub.reach import Reach, below, reach_of
from flows.hub.rights import (
    CASE_ACTIONS,
    CASES,
    HUB,
    HUB_ACTIONS,
    LEVELS,
    REACH,
    RELATIONS,
    ROLES,
    may,
    may_with_case,
)
from state import accounts
from state.accounts import Account, Unit
from tests.hub_builders import a_hub


def allowed(role, action, level):
    return {one for one in RELATIONS if may_with_case(role, action, level=level, relation=one)}


def test_the_table_has_a_word_for_everybody_and_everything():
    assert set(CASES) == set(CASE_ACTIONS)
    assert all(set(row) == set(ROLES) for row in CASES.values())
    assert set(HUB) == set(HUB_ACTIONS)
    assert set(REACH) == set(LEVELS)


@pytest.mark.parametrize(("role", "level"), [*product(ROLES, LEVELS)])
def test_nobody_does_anything_with_a_case_that_they_do_not_read(role, level):
    for action in CASE_ACTIONS:
        assert allowed(role, action, level) <= allowed(role, "read", level)
    assert allowed(role, "edit", level) <= allowed(role, "comment", level)


@pytest.mark.parametrize("action", CASE_ACTIONS)
def test_a_higher_role_or_level_never_takes_anything_away(action):
    for level, (low, high) in product(LEVELS, pairwise(ROLES)):
        assert allowed(low, action, level) <= allowed(high, action, level)
    for role, (near, far) in product(ROLES, pairwise(LEVELS)):
        assert allowed(role, action, near) <= allowed(role, action, far)


def test_what_the_words_say():
    assert allowed("viewer", "edit", "all") == allowed("viewer", "comment", "all") == set()
    assert allowed("participant", "edit", "all") == {"responsible", "manager", "head"}
    assert "participant" in allowed("participant", "comment", "own")
    assert allowed("admin", "edit", "all") == set(RELATIONS)
    assert allowed("participant", "read", "own") == {"responsible", "manager", "participant", "head"}
    assert [role for role in ROLES if may(role, "manage")] == ["admin"]
    assert may("head", "start_pass")
    assert not may("participant", "see_runs")


# --- the tree ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def firm(tmp_path):
    """Коммерция (led by Глава) over Пресейл (Анна, Борис) over Эксперты (Вера), beside Продажи (Пётр)."""
    store = a_hub(tmp_path).installation.store
    units = {}
    for name, above in {"Коммерция": "", "Пресейл": "Коммерция", "Эксперты": "Пресейл", "Продажи": "Коммерция"}.items():
        units[name] = accounts.add_unit(store, Unit("", name, units[above].id if above else None))
    people = {"глава": "Коммерция", "анна": "Пресейл", "борис": "Пресейл", "вера": "Эксперты", "пётр": "Продажи"}
    made = {
        name: accounts.add(store, Account("", name, name, "participant", "own", person=name, unit=units[unit].id))
        for name, unit in people.items()
    }
    accounts.lead(store, units["Коммерция"].id, made["глава"].id)
    return store, made


@pytest.mark.parametrize(
    ("who", "level", "persons"),
    [
        ("анна", "own", {"анна"}),
        ("анна", "team", {"анна", "борис"}),
        ("анна", "department", {"анна", "борис", "вера"}),
        ("анна", "all", None),
        ("вера", "department", {"вера"}),
        ("глава", "own", {"глава", "анна", "борис", "вера", "пётр"}),
    ],
)
def test_a_level_reaches_through_the_tree_and_a_head_reads_everything_below(firm, who, level, persons):
    store, made = firm
    account = replace(made[who], level=level)

    reach = reach_of(store, account, leads=who == "глава")

    assert reach.access(level) == Access(None if persons is None else frozenset(persons), who)


def test_somebody_whom_no_case_knows_reads_nobodys_cases():
    assert Reach("").access("own") == Access(frozenset(), "")
    assert Reach("").relation(owner="", manager=None, participants=()) == "elsewhere"


def test_what_somebody_is_to_a_case_is_what_allows_the_most():
    reach = Reach("я", headed=frozenset("h"), team=frozenset("th"), below=frozenset("b"))

    def is_(owner=None, manager=None, participants=()):
        return reach.relation(owner=owner, manager=manager, participants=participants)

    assert is_("я", "я", ["я"]) == "responsible"
    assert is_("t", "я") == "manager"
    assert is_("h", participants=["я"]) == "head"
    assert is_("t", participants=["я"]) == "participant"
    assert [is_("h"), is_("t"), is_("b"), is_("x"), is_()] == ["head", "team", "below", "elsewhere", "elsewhere"]


@pytest.mark.parametrize(("role", "action"), [*product(ROLES, CASE_ACTIONS)])
def test_who_takes_part_in_a_case_of_somebody_they_lead_loses_nothing_by_it(role, action):
    reach = Reach("я", headed=frozenset({"h", "я"}))
    before, after = (reach.relation(owner="h", manager=None, participants=those) for those in ((), ["я"]))

    assert may_with_case(role, action, level="own", relation=after) >= may_with_case(
        role, action, level="own", relation=before
    )


def test_who_leads_their_own_unit_only_takes_part_in_a_case_of_somebody_elsewhere():
    reach = Reach("я", headed=frozenset({"h", "я"}))

    assert reach.relation(owner="x", manager=None, participants=["Я"]) == "participant"


def test_a_ring_of_units_has_an_end():
    ring = [Unit("1", "a", "2"), Unit("2", "b", "1"), Unit("3", "c", "2")]

    assert below(ring, ["1"]) == {"1", "2", "3"}


def test_people_of_a_case_are_known_in_large_letters_too():
    reach = Reach("anna@example.org", headed=frozenset({"boris@example.org"}))

    def relation(owner="", manager="", *participants):
        return reach.relation(owner=owner, manager=manager, participants=frozenset(participants))

    assert relation("Anna@Example.org") == "responsible"
    assert relation("", "Anna@Example.org") == "manager"
    assert relation("", "", "Anna@Example.org") == "participant"
    assert relation("", "", "Boris@Example.org") == "head"
    assert relation() == "elsewhere"


def test_a_key_of_hub_yaml_and_every_e_mail_of_a_person_are_that_person(firm):
    store, made = firm
    owners = {"анна": "anna@example.org", "борис": "boris@example.org"}

    reach = reach_of(store, replace(made["анна"], level="team"), leads=False, owners=owners)

    assert reach.access("team") == Access(frozenset(owners.values()), "anna@example.org")
