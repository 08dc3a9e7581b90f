"""The JSON forms: every value comes back through JSON as it was."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.values import Money
from mappings.exchange import Cursor, VendorRecord
from mappings.reconcile.model import Base, Conflict, Fact, FieldWrite, Origin, Parked, Party
from state import codec
from state.columns import dumps

text = st.text(max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
YEARS = datetime(1990, 1, 1), datetime(2100, 1, 1)  # Hypothesis wants bounds without a zone
times = st.datetimes(*YEARS, timezones=st.just(UTC))
dates = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
views = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
values = (
    st.none()
    | text
    | st.booleans()
    | numbers
    | times
    | dates
    | st.builds(Money, numbers, st.sampled_from(["RUB", "EUR"]))
    | st.frozensets(text, max_size=3)
)
facts = st.dictionaries(text, values, max_size=3)
origins = st.builds(Origin, st.sampled_from(["person", "rule", "system"]), text, st.none() | times, text, text)
parties = st.builds(Party, text, values, view=views, record=text, origin=st.none() | origins)
view_tuples = st.lists(views, max_size=3).map(tuple)

FORMS: list[tuple[str, st.SearchStrategy[Any], Callable[[Any], Any], Callable[[Any], Any]]] = [
    ("fact", st.builds(Fact, values, origins, st.none() | times), codec.fact_form, codec.fact_of),
    ("held", st.lists(values, max_size=4).map(tuple), codec.held_form, codec.held_of),
    (
        "conflict",
        st.builds(Conflict, text, values, st.lists(parties, max_size=3).map(tuple), text),
        codec.conflict_form,
        codec.conflict_of,
    ),
    ("base", st.builds(Base, facts, views, text, st.booleans(), view_tuples), codec.base_form, codec.base_of),
    ("parked", st.builds(Parked, text, text, facts, views, view_tuples), codec.parked_form, codec.parked_of),
    (
        "write",
        st.builds(FieldWrite, text, facts, views, views, view_tuples, st.none() | facts),
        codec.write_form,
        codec.write_of,
    ),
    ("answers", st.lists(times, max_size=3).map(tuple), codec.answers_form, codec.answers_of),
    (
        "cursor",
        st.builds(Cursor, st.none() | text, st.lists(text).map(tuple), st.none() | text, st.booleans()),
        codec.cursor_form,
        codec.cursor_of,
    ),
    ("either", values | views, codec.either_form, codec.either_of),
]


@pytest.mark.parametrize(("values_of", "form", "back"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.data())
def test_what_was_stored_comes_back(
    values_of: st.SearchStrategy[Any], form: Callable[[Any], Any], back: Callable[[Any], Any], data: st.DataObject
) -> None:
    value = data.draw(values_of)

    again = back(json.loads(dumps(form(value))))

    assert again == value
    assert type(again) is type(value)


def a_record(**given: Any) -> VendorRecord:
    given.setdefault("views", {"title": "Дело", "labels": ["a", "b"]})
    return VendorRecord("crm", "deal", "1", **given)


def test_what_a_record_shows_decides_its_hash_and_nothing_else() -> None:
    same = [
        a_record(version="2"),
        a_record(stamp="2026"),
        a_record(url="https://crm.test/1"),
        a_record(views={"labels": ["a", "b"], "title": "Дело"}),
    ]
    other = [
        a_record(views={"title": "Дело"}),
        a_record(views={"title": "Дело", "labels": ["b", "a"]}),
        a_record(views={"title": "Дело", "labels": ["a", "b"], "vip": None}),
        a_record(marker="ch-entity0001-1"),
        a_record(in_scope=False),
    ]

    assert {codec.digest(record) for record in same} == {codec.digest(a_record())}
    assert len({codec.digest(record) for record in [a_record(), *other]}) == len(other) + 1


def test_yes_one_and_the_word_are_three_contents() -> None:
    shown = [a_record(views={"x": view}) for view in (True, 1, "1", "true", None)]

    assert len({codec.digest(record) for record in shown}) == len(shown)


def test_equal_values_have_equal_forms() -> None:
    assert dumps(codec.held_form([Decimal("1.50")])) == dumps(codec.held_form([Decimal("1.5")]))
