"""The hub's block in a page: found for sure or not at all, and nothing else of the page moves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.documents import BlockLost, put_block, split_block, stamp_block

PAGE = "Вступление  \n<!-- casehub:facts -->\nСумма: 1\n<!-- /casehub:facts -->\n\n== Заметки ==\nвсё\t \n"


def test_a_stamped_page_says_whose_it_is() -> None:
    parts = split_block(stamp_block(PAGE, "d41d8c"))

    assert (parts.owner, parts.inner) == ("d41d8c", "\nСумма: 1\n")


def test_stamping_again_changes_the_owner_only() -> None:
    once = stamp_block(PAGE, "one")

    assert stamp_block(stamp_block(PAGE, "two"), "one") == once


ANY = st.text(max_size=60).filter(lambda text: "casehub:facts" not in text)


@settings(max_examples=80)
@given(before=ANY, inner=ANY, after=ANY, new=ANY)
def test_everything_outside_the_block_stays_byte_for_byte(before: str, inner: str, after: str, new: str) -> None:
    begin, end = "<!-- casehub:facts x: y -->", "<!-- /casehub:facts -->"

    assert put_block(before + begin + inner + end + after, new) == before + begin + new + end + after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing", "the comment casehub:facts is missing and the comment /casehub:facts is missing"),
        (PAGE + PAGE, "is there 2 times"),
        ("<!-- casehub:facts -->", "/casehub:facts is missing"),
        ("<!-- /casehub:facts --> <!-- casehub:facts -->", "stands before"),
    ],
)
def test_a_block_that_is_not_there_exactly_once_is_not_guessed(text: str, words: str) -> None:
    with pytest.raises(BlockLost, match=words):
        put_block(text, "x")
