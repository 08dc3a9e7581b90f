"""How values become columns."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from state.columns import Time, dumps, storable

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


def test_ordinary_text_is_stored_as_it_is() -> None:
    assert storable("ООО «Ромашка» №1 😀") == "ООО «Ромашка» №1 😀"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Time().process_bind_param(datetime(2026, 1, 1), SQLITE)  # the very mistake


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    moscow = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))

    stored = Time().process_bind_param(moscow, SQLITE)

    assert Time().process_result_value(stored, SQLITE) == moscow
    assert stored == datetime(2026, 11, 21, 9, 0, 0, 5)  # SQLite keeps no zone
    assert Time().process_result_value(stored, SQLITE).tzinfo is UTC  # type: ignore[union-attr]  # not None: just stored
