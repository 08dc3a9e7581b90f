"""Calls as text: a portal reads back exactly what was meant."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bitrix24.query import Earlier, command_text, expressible
from connectors.sandbox.wire import nested

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
NAMES = st.sampled_from(["title", ">id", ">=updatedTime", "@id", "ufCrm_1690000001"])
VALUES = st.one_of(WORDS, st.integers(0, 999), st.lists(WORDS, min_size=1, max_size=3))


def as_sent(value: Any) -> Any:
    """What a portal reads: everything is text, and a list has numbered places."""
    if isinstance(value, dict):
        return {key: as_sent(each) for key, each in value.items()}
    if isinstance(value, list):
        return {str(number): as_sent(each) for number, each in enumerate(value)}
    return "" if value is None else str(value)


@given(filters=st.dictionaries(NAMES, VALUES, min_size=1), number=st.integers(1, 9))
@settings(derandomize=True, deadline=None, max_examples=80)
def test_what_is_written_is_read_back(filters: dict[str, Any], number: int):
    params = {"entityTypeId": number, "filter": filters}

    method, _, query = command_text("crm.item.list", params).partition("?")

    assert method == "crm.item.list"
    assert nested(parse_qsl(query, keep_blank_values=True)) == as_sent(params)


def test_a_call_without_parameters_is_its_name():
    assert command_text("profile", {}) == "profile"


def test_a_result_of_an_earlier_call_is_left_for_the_portal_to_find():
    assert command_text("a", {"filter": {">id": Earlier("$result[c0][items][49][id]")}}) == (
        "a?filter[%3Eid]=$result[c0][items][49][id]"
    )
    assert command_text("a", {"title": "$result[c0]"}) == "a?title=%24result%5Bc0%5D"


def test_an_empty_list_is_told_and_never_left_out_in_silence():
    assert not expressible({"fields": {"contactIds": []}})
    assert expressible({"fields": {"contactIds": ["1"], "title": ""}})
    assert not expressible({"fields": {"title": "echo $result[0]"}})
    assert expressible({"id": Earlier("$result[c0]"), "fields": {"title": "$result = [0]"}})
    with pytest.raises(ValueError, match="contactIds"):
        command_text("crm.item.update", {"fields": {"contactIds": []}})
