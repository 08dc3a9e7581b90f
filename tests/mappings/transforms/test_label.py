"""A choice without a table."""

import pytest

from mappings.exchange import Choice
from mappings.lens import Refusal
from mappings.transforms.label import Label
from mappings.transforms.vocabulary import Spot, Vocabulary

PRIORITY = Label({"1": "Низкий", "2": "Высокий", "3": "Высокий"})


def test_the_label_is_the_value():
    assert PRIORITY.read("1") == "Низкий"
    assert PRIORITY.write("Низкий", "2") == "1"
    assert PRIORITY.read(None) is None
    assert PRIORITY.write(None, "2") is None


def test_of_two_ids_with_one_label_the_one_that_stands_is_left():
    assert PRIORITY.write("Высокий", "3") == "3"
    assert PRIORITY.write("Высокий", "1") == "2"


def test_without_labels_the_id_is_the_value():
    assert Label().read("Высокий") == "Высокий"
    assert Label().write("Низкий", "Высокий") == "Низкий"


@pytest.mark.parametrize(("view", "code"), [("9", "unlisted"), (1, "malformed"), ([], "malformed")])
def test_what_is_not_among_the_choices_is_refused(view, code):
    refused = PRIORITY.read(view)

    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a_label_that_the_place_lacks_is_refused():
    refused = PRIORITY.write("Срочный", "1")

    assert isinstance(refused, Refusal)
    assert refused.code == "no view"


def test_a_renamed_label_does_not_make_bases_void():
    words = Vocabulary(choices={"priority": (Choice("1", "Low"),)})

    assert Label.built({}, Spot(("priority",), ("priority",), words)).settings() == PRIORITY.settings()
