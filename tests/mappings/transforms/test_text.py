"""Text as it is, cut where the mapping says so."""

import pytest

from mappings.lens import Clash, Refusal
from mappings.transforms.settings import BadSettings
from mappings.transforms.text import Text
from mappings.transforms.vocabulary import Spot, Vocabulary

CUT = Text(max_length=6)


def test_the_empty_text_means_empty():
    assert Text().read("") is None
    assert Text().fits("", None)
    assert Text().fits(None, "")
    assert Text().write("", "Внедрение") is None


def test_nothing_is_stripped():
    assert Text().read("  Внедрение CRM \n") == "  Внедрение CRM \n"


def test_line_ends_do_not_count_and_are_left_alone():
    view = "первая\r\nвторая"

    assert Text().read(view) == "первая\nвторая"
    assert Text().write("первая\nвторая", view) == view


def test_a_changed_text_keeps_the_line_ends_of_the_place():
    assert Text().write("первая\nтретья", "первая\r\nвторая") == "первая\r\nтретья"
    assert Text().write("первая\nтретья", "вторая") == "первая\nтретья"


def test_line_ends_never_make_a_text_longer_than_its_place():
    assert Text(max_length=5).write("а\nб\nв", "г\r\nд") == "а\nб\nв"


@pytest.mark.parametrize("view", [5, True, ["текст"], {"text": "x"}])
def test_what_is_no_text_is_refused(view):
    refused = Text().read(view)

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_a_longer_text_is_cut_where_the_mapping_says_so():
    assert CUT.write("long title here", None) == "long t"
    assert CUT.fits("long title here", "long t")
    assert not CUT.lossless


def test_a_longer_text_is_refused_where_only_the_system_says_so():
    limited = Text(limit=6)

    refused = limited.write("long title here", "short")

    assert isinstance(refused, Refusal)
    assert refused.code == "too long"
    assert limited.lossless


def test_an_edit_of_a_cut_text_leaves_its_hidden_end():
    assert CUT.step("long t", "LONG t", "long title here") == "LONG title here"


@pytest.mark.parametrize("edited", ["long x", "long", "long cat", None, "", "long title"])
def test_an_edit_at_the_cut_is_not_guessed(edited):
    assert isinstance(CUT.step("long t", edited, "long title here"), Clash)


def test_an_edit_at_the_start_of_a_text_cut_after_a_word_is_applied():
    assert Text(max_length=5).step("один ", "ОДИН ", "один два") == "ОДИН два"


def test_a_cut_text_that_has_changed_elsewhere_is_not_overwritten():
    assert isinstance(CUT.step("long t", "LONG t", "another title"), Clash)


def test_a_single_line_takes_the_new_text():
    assert Text().step("Заявка", "Заявка 2", "Что-то другое") == "Заявка 2"


def test_texts_of_several_lines_are_merged_by_line():
    old, new, onto = "а\nб\nв\n", "а\nб\nв\nг\n", "А\nб\nв\n"

    assert Text().step(old, new, onto) == "А\nб\nв\nг\n"


def test_edits_of_one_line_clash():
    assert isinstance(Text().step("а\nб\nв", "а\nБ\nв", "а\nбб\nв"), Clash)


def test_emptying_a_text_that_has_grown_elsewhere_clashes():
    assert isinstance(Text().step("а\nб", None, "а\nб\nв"), Clash)


def test_a_value_that_is_no_text_is_refused():
    refused = Text().write(True, "да")

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_the_limit_of_the_place_is_taken_from_the_system():
    spot = Spot(("title",), ("subject",), Vocabulary(limits={"subject": 255}))

    assert Text.built({}, spot) == Text(limit=255)
    assert Text.built({"max_length": 40}, spot) == Text(max_length=40, limit=255)


def test_a_place_for_no_characters_is_a_mistake():
    with pytest.raises(BadSettings, match="max_length: must be at least 1"):
        Text.built({"max_length": 0}, Spot(("title",)))


def test_a_found_limit_is_no_setting_of_the_mapping():
    assert Text(limit=5).settings() == Text().settings()
    assert CUT.settings() != Text().settings()
