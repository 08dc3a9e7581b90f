"""Values beside their texts: what was read or stored lately is not decoded or encoded again, and is the same."""

from collections.abc import Callable
from typing import Any

import pytest

from mappings.exchange import Json
from state import codec
from state.columns import Ready, loads, stored
from state.kept import Kept, Recent
from tests.state_builders import a_fact


def counting(calls: list[str], name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def counted(value: Any) -> Any:
        calls.append(name)
        return function(value)

    return counted


def a_memory(calls: list[str], **bounds: int) -> Recent[Any]:
    return Recent(counting(calls, "of", codec.fact_of), counting(calls, "form", codec.fact_form), **bounds)


def a_text(**facts: Any) -> str:
    return stored({name: codec.fact_form(a_fact(value)) for name, value in facts.items()})


def test_a_text_is_decoded_once_and_encoded_never() -> None:
    calls: list[str] = []
    memory = a_memory(calls)

    first, again = memory.decoded(a_text(title="Внедрение")), memory.decoded(a_text(title="Внедрение"))

    assert again is first
    assert memory.encoded(first, None) == a_text(title="Внедрение")
    assert calls == ["of"]


def test_what_was_stored_is_read_without_decoding_and_says_the_same() -> None:
    calls: list[str] = []
    memory = a_memory(calls)
    facts = {"title": a_fact("Внедрение"), "stage": a_fact("lead")}

    text = memory.encoded(facts, None)

    assert memory.decoded(str(text)) == facts == Recent(codec.fact_of, codec.fact_form).decoded(str(text))
    assert calls == ["form", "form"]


def test_only_what_has_changed_is_encoded() -> None:
    calls: list[str] = []
    memory = a_memory(calls)
    before = memory.decoded(a_text(title="а", stage="lead"))
    calls.clear()

    text = memory.encoded({**before, "title": a_fact("б")}, before)

    assert text == a_text(title="б", stage="lead")
    assert calls == ["form"]


def test_what_was_read_stays_as_it_was_when_something_else_is_made_of_it() -> None:
    memory = a_memory([])
    before = memory.decoded(a_text(title="а"))
    after = dict(before)
    after["title"] = a_fact("б")
    memory.encoded(after, before)
    after["title"] = a_fact("в")

    assert memory.decoded(a_text(title="а")) == {"title": a_fact("а")}
    assert memory.decoded(a_text(title="б")) == {"title": a_fact("б")}


@pytest.mark.parametrize("bounds", [{"most": 2}, {"longest": 2 * len(a_text(title="а"))}])
def test_the_last_ones_are_known_and_the_first_ones_are_forgotten(bounds: dict[str, int]) -> None:
    calls: list[str] = []
    memory = a_memory(calls, **bounds)
    for title in "абвгд":
        memory.decoded(a_text(title=title))
    calls.clear()

    for title in "гдгд":
        memory.decoded(a_text(title=title))
    known = list(calls)
    memory.decoded(a_text(title="а"))

    assert (known, calls) == ([], ["of"])


def test_a_text_that_is_ready_is_stored_as_it_is() -> None:
    text = a_text(title="«Ромашка»")
    form: Json = loads(text)

    assert stored(Ready(text)) == stored(form) == text
    assert type(stored(Ready(text))) is str


def test_no_values_are_none() -> None:
    memory = a_memory([])
    empty = memory.decoded("{}")

    assert (empty, type(empty), memory.encoded({}, None)) == ({}, Kept, "{}")
