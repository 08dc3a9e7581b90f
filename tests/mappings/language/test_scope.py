from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.language.scope import Scope, overlapping


@pytest.mark.parametrize(
    ("shown", "inside"),
    [
        ({"тип": "кейс"}, True),
        ({"тип": "задача"}, False),
        ({"тип": None}, False),
        ({}, False),
        ({"тип": ["другое", "кейс"]}, True),
    ],
)
def test_a_record_is_inside_if_it_shows_one_of_the_views(shown, inside):
    assert Scope("тип", ("кейс", "сделка")).holds(shown) is inside


@pytest.mark.parametrize(
    ("shown", "inside"), [({"тип": "кейс"}, False), ({"тип": "x"}, True), ({"тип": None}, True), ({}, False)]
)
def test_a_negated_clause_still_wants_to_see_the_place(shown, inside):
    assert Scope("тип", ("кейс",), negated=True).holds(shown) is inside


def test_empty_can_be_asked_for():
    assert Scope("тип", (None,)).holds({"тип": None})
    assert Scope("тип", (None,)).holds({"тип": ""})


scopes = st.lists(
    st.builds(
        Scope,
        st.sampled_from(["p", "q"]),
        st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
    ),
    max_size=3,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(one=scopes, other=scopes)
def test_scopes_that_do_not_overlap_have_no_record_in_common(one, other):
    records = [{"p": p, "q": q} for p in ("a", "b", "c", "d", None) for q in ("a", "b", "c", "d", None)]
    both = [views for views in records if all(scope.holds(views) for scope in (*one, *other))]

    assert overlapping(one, other) or not both
    assert overlapping(one, other) == overlapping(other, one)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(one=scopes, other=scopes)
def test_a_place_of_several_keeps_apart_only_what_one_of_them_must_not_show(one, other):
    lists = [list(some) for size in range(4) for some in combinations("abcd", size)]
    records = [{"p": p, "q": q} for p in lists for q in ("a", "b", "c", "d", None)]
    both = [views for views in records if all(scope.holds(views) for scope in (*one, *other))]

    assert overlapping(one, other, lists=["p"]) or not both
    assert overlapping(one, other, lists=["p"]) >= overlapping(one, other)


def test_a_record_that_is_shown_with_its_name_is_meant_by_its_id():
    shown = {"companyId": {"id": "3", "name": "ООО «Ромашка»"}}

    assert Scope("companyId", ("3",)).holds(shown)
    assert not Scope("companyId", ("3",), negated=True).holds(shown)
    assert not Scope("companyId", ("4",)).holds(shown)
