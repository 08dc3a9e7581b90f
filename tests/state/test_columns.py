"""How values become columns."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from state.columns import Json, Time, Words, converted, dumps, loads, storable, stored
from state.store import Store

SQLITE = sa.create_engine("sqlite://").dialect


def test_cyrillic_stays_readable_in_the_database() -> None:
    assert dumps({"б": 1, "а": "Ромашка"}) == '{"а":"Ромашка","б":1}'


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters(codec=None)))
def test_every_text_can_be_stored_and_json_loses_nothing(text: str) -> None:
    dumps(text).encode()
    storable(text).encode()

    assert json.loads(dumps(text)) == text
    assert "\x00" not in storable(text)
    assert "\x00" not in dumps(text)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.none() | st.text(alphabet=["я", "a", "\x00", "\ud83d", "\ude00", "😀"], max_size=3), max_size=4))
def test_texts_of_one_column_are_stored_as_each_of_them_is(texts: list[str | None]) -> None:
    convert = Words().bind_processor(SQLITE)

    assert list(converted(convert, texts)) == [None if text is None else storable(text) for text in texts]


FORMS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(FORMS)
def test_a_form_comes_back_as_it_was(form: object) -> None:
    back = loads(stored(form))

    assert back == form
    assert repr(back) == repr(form) or isinstance(form, dict | list)  # 1 stays 1, and 1.0 stays 1.0


@pytest.mark.parametrize("number", [2**63 - 1, 2**64 - 1, 2**64, -(2**63) - 1, 10**40])
def test_a_number_of_any_length_keeps_all_its_digits(number: int) -> None:
    assert loads(stored({"id": number})) == {"id": number}


def test_the_database_gives_back_what_it_was_given(store: Store) -> None:
    form = {"б": [None, True, "", 2**64, "\ud800"], "a": {"n": -1}}

    assert there_and_back(store, Json(), form) == form
    assert there_and_back(store, Json(), None) is None


@pytest.mark.parametrize("form", [{1: "a"}, {"б": {2: 10**30}}])
def test_keys_that_are_no_texts_become_texts_as_in_any_json(form: dict[object, object]) -> None:
    assert dumps(form) == json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        dumps({"at": datetime(2026, 1, 1, tzinfo=UTC)})


def test_ordinary_text_is_stored_as_it_is() -> None:
    assert storable("ООО «Ромашка» №1 😀") == "ООО «Ромашка» №1 😀"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Time().bind_processor(SQLITE)(datetime(2026, 1, 1))  # the very mistake


def test_a_time_of_another_zone_is_the_same_moment(store: Store) -> None:
    moscow = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))

    back = there_and_back(store, Time(), moscow)

    assert back == moscow
    assert back.utcoffset() == timedelta(0)


@pytest.mark.parametrize("moment", [datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 21, 9, 0, 0, 5, tzinfo=UTC)])
def test_times_are_kept_as_sqlalchemy_keeps_them(moment: datetime) -> None:
    of_house = Time().dialect_impl(SQLITE).bind_processor(SQLITE)
    of_sqlalchemy = sa.DateTime().dialect_impl(SQLITE).bind_processor(SQLITE)
    assert of_house is not None
    assert of_sqlalchemy is not None

    assert of_house(moment) == of_sqlalchemy(moment.replace(tzinfo=None))  # SQLite keeps no zone


def there_and_back(store: Store, kind: sa.types.TypeEngine[Any], value: object) -> Any:
    """What the database gives back of a value."""
    with store.read() as conn:
        return conn.execute(sa.select(sa.literal(value, kind))).scalar_one()
