import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.bitrix24.errors import Refused
from connectors.sandbox.bitrix24.filters import NOTHING, Column, compiled, ordered

ROWS: list[dict[str, Any]] = [
    {"id": 1, "title": "Пилот", "sum": 10.0, "tags": ("облако",), "company": 0},
    {"id": 2, "title": "ПИЛОТ №2", "sum": None, "tags": (), "company": 7},
    {"id": 3, "title": "Ёлка_1", "sum": 20.0, "tags": ("облако", "срочно"), "company": 7},
    {"id": 4, "title": None, "sum": 0.0, "tags": (), "company": 8},
]


def column(name: str) -> Column | None:
    return Column(operator.itemgetter(name), _read) if name in ROWS[0] else None


def _read(value: Any) -> Any:
    return NOTHING if value == "rubbish" else value


def found(form: Any) -> list[int]:
    fits = compiled(form, column)
    return [row["id"] for row in ROWS if fits(row)]


@pytest.mark.parametrize(
    ("form", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"title": "пилот"}, [1]),
        ({"%title": "пилот"}, [1, 2]),
        ({"!%title": "пилот"}, [3, 4]),
        ({"=%title": "Пилот%"}, [1, 2]),
        ({"%=title": "%№_"}, [2]),
        ({"!=%title": "Пилот%"}, [3, 4]),
        ({">sum": 0}, [1, 3]),
        ({">=sum": 0, "<sum": 20}, [1, 4]),
        ({">sum": "rubbish"}, []),
        ({"@id": [1, 3, 9]}, [1, 3]),
        ({"@id": {"0": 1, "1": 3}}, [1, 3]),
        ({"!@id": [1, 3]}, [2, 4]),
        ({"!id": 1}, [2, 3, 4]),
        ({"!=id": 1}, [2, 3, 4]),
        ({"id": [1, 2]}, [1, 2]),
        ({"tags": "облако"}, [1, 3]),
        ({"tags": ""}, [2, 4]),
        ({"company": ""}, [1]),
        ({"company": 0}, [1]),
        ({"!company": ""}, [2, 3, 4]),
        ({"company": 7, "0": {"logic": "OR", "0": {"id": 2}, "1": {"id": 1}}}, [2]),
        ([{"id": 2}], [2]),
        ({"logic": "OR", "0": {"id": 1}, "1": {"id": 4}}, [1, 4]),
    ],
)
def test_a_filter_finds(form: Any, ids: list[int]) -> None:
    assert found(form) == ids


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"colour": 1}, "field 'colour' is not allowed in filter"),
        ({"0": {">=colour": 1}}, "field 'colour' is not allowed in filter"),
        ({">id": [1, 2]}, "field 'id' has invalid value"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(form: Any, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        found(form)

    assert refused.value.code == "INVALID_ARG_VALUE"


def test_an_order_has_several_keys_and_no_value_comes_first() -> None:
    rows = ordered(list(ROWS), {"company": "DESC", "sum": "asc"}, column, default="id")

    assert [row["id"] for row in rows] == [4, 2, 3, 1]


values = st.one_of(st.none(), st.integers(-3, 3).map(float))
comparisons: list[tuple[str, Callable[[Any, Any], bool]]] = [
    (">", operator.gt),
    (">=", operator.ge),
    ("<", operator.lt),
    ("<=", operator.le),
]


@given(held=values, bound=st.integers(-3, 3), pair=st.sampled_from(comparisons))
def test_comparisons_never_find_what_has_no_value(
    held: float | None, bound: int, pair: tuple[str, Callable[[Any, Any], bool]]
) -> None:
    prefix, compare = pair
    fits = compiled({f"{prefix}sum": bound}, column)

    assert fits({"sum": held}) == (held is not None and compare(held, bound))


@given(wanted=st.lists(st.integers(1, 6), max_size=4))
def test_in_and_not_in_share_out_all_rows(wanted: list[int]) -> None:
    assert sorted(found({"@id": wanted}) + found({"!@id": wanted})) == [1, 2, 3, 4]
