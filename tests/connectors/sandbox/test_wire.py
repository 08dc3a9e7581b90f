from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.wire import Request, nested


@pytest.mark.parametrize(
    ("pairs", "meant"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("fields[title]", "Ёлка"), ("fields[sum]", "")], {"fields": {"title": "Ёлка", "sum": ""}}),
        ([("select[]", "id"), ("select[]", "title")], {"select": ["id", "title"]}),
        ([("filter[0][logic]", "OR"), ("filter[0][0][id]", "1")], {"filter": {"0": {"logic": "OR", "0": {"id": "1"}}}}),
        (
            [("cf[][id]", "1"), ("cf[][value]", "x"), ("cf[][id]", "2"), ("cf[][value]", "y")],
            {"cf": [{"id": "1", "value": "x"}, {"id": "2", "value": "y"}]},
        ),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
    ],
)
def test_bracketed_names_mean_what_lies_inside(pairs: list[tuple[str, str]], meant: dict[str, Any]) -> None:
    assert nested(pairs) == meant


names = st.text("abc", min_size=1, max_size=3)
trees = st.recursive(
    st.text(max_size=4), lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=6
)


def flat(tree: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Return the pairs that a form would have."""
    pairs = []
    for name, value in tree.items():
        here = f"{above}[{name}]" if above else name
        pairs += flat(value, here) if isinstance(value, dict) else [(here, value)]
    return pairs


@given(st.dictionaries(names, trees, max_size=3))
def test_a_mapping_comes_back_from_its_form(tree: dict[str, Any]) -> None:
    assert nested(flat(tree)) == tree


def test_a_body_is_a_form_only_if_it_says_so() -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}

    assert Request("POST", "/", headers=form, body=b"a=%D0%AF").form() == [("a", "Я")]
    assert Request("POST", "/", headers={"content-type": "text/plain"}, body=b"a=1").form() == []
