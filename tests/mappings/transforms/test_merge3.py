"""Three-way merge of texts by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.lens import Clash
from mappings.transforms.merge3 import merge3

LINES = st.lists(st.sampled_from(["а", "б", "в", "г", ""]), max_size=6)
TEXTS = st.tuples(LINES, st.sampled_from(["\n", "\r\n"])).map(lambda parts: parts[1].join(parts[0]))


def test_changes_in_different_places_are_both_taken():
    assert merge3("а\nб\nв\nг\nд", "А\nб\nв\nг\nд", "а\nб\nв\nг\nД") == "А\nб\nв\nг\nД"


def test_the_same_change_on_both_sides_is_taken_once():
    assert merge3("а\nб\nв", "а\nБ\nв", "а\nБ\nв") == "а\nБ\nв"
    assert merge3("а\nб\nв\nг", "а\nновая\nб\nв\nГ", "а\nновая\nб\nв\nг") == "а\nновая\nб\nв\nГ"


@pytest.mark.parametrize(
    ("new", "onto"),
    [
        ("а\nБ\nв", "а\nбб\nв"),  # one line, two texts
        ("А\nб\nв", "а\nБ\nв"),  # neighbours
        ("а\nв", "а\nБ\nв"),  # removed here, changed there
        ("а\nx\nб\nв", "а\ny\nб\nв"),  # two lines put in one place
    ],
)
def test_changes_that_touch_clash(new, onto):
    assert isinstance(merge3("а\nб\nв", new, onto), Clash)


def test_a_clash_names_its_line():
    clash = merge3("а\nб\nв", "а\nб\nВ", "а\nб\nвв")

    assert clash == Clash("both sides changed the text at line 3")


def test_a_missing_last_line_end_is_merged_like_a_line():
    assert merge3("а\nб\nв", "а\nб\nв\n", "А\nб\nв") == "А\nб\nв\n"
    assert merge3("а\nб\nв\n", "а\nб\nв", "А\nб\nв\n") == "А\nб\nв"


def test_a_line_put_behind_an_unfinished_last_line_ends_that_line():
    assert merge3("а\nб", "а\nб\nв", "ё\nа\nб") == "ё\nа\nб\nв"


def test_line_ends_are_those_of_the_text_that_is_merged_onto():
    assert merge3("а\nб\nв\n", "а\nб\nв\nг\n", "А\r\nб\r\nв\r\n") == "А\r\nб\r\nв\r\nг\r\n"
    assert merge3("а\r\nб\r\nв\r\n", "а\r\nб\r\nв\r\nг\r\n", "А\nб\nв\n") == "А\nб\nв\nг\n"


def test_other_separators_are_content():
    assert merge3("а\u2028б\nв\nг", "а\u2028б\nв\nГ", "а\u2028Б\nв\nг") == "а\u2028Б\nв\nГ"


def test_removed_and_added_lines_far_apart_are_merged():
    old = "".join(f"строка {n}\n" for n in range(40))
    new = old.replace("строка 3\n", "")
    onto = old.replace("строка 30\n", "строка 30\nещё одна\n")

    assert merge3(old, new, onto) == onto.replace("строка 3\n", "")


@settings(max_examples=150)
@given(old=TEXTS, new=TEXTS)
def test_without_changes_there_the_new_text_is_taken(old, new):
    assert merge3(old, new, old) == new
    assert merge3(old, old, new) == new
    assert merge3(old, new, new) == new


@settings(max_examples=250)
@given(old=LINES, new=LINES, onto=LINES)
def test_sides_can_be_swapped(old, new, onto):
    texts = ["\n".join(lines) for lines in (old, new, onto)]

    one, other = merge3(*texts), merge3(texts[0], texts[2], texts[1])

    assert one == other


@settings(max_examples=250)
@given(old=LINES, new=LINES, onto=LINES)
def test_a_merge_invents_no_line_and_loses_none_that_only_one_side_has(old, new, onto):
    merged = merge3("\n".join(old), "\n".join(new), "\n".join(onto))

    if not isinstance(merged, Clash):
        lines = merged.split("\n")
        added = {line for line in (*new, *onto) if line not in old}
        assert added <= set(lines)
        assert set(lines) <= {*old, *new, *onto, ""}
