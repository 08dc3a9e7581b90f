"""Yes and no, however a system spells them."""

import pytest

from mappings.lens import Refusal
from mappings.transforms.boolean import Bool
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

LETTERS = Bool(true_is=("Y", "да"), false_is=("N", "нет"))


def test_booleans_of_json():
    assert Bool().read(True) is True
    assert Bool().read(False) is False
    assert Bool().read(None) is None
    assert Bool().write(False, None) is False


def test_true_is_not_the_number_one():
    assert isinstance(Bool().read(1), Refusal)
    assert isinstance(Bool(true_is=(1,), false_is=(0,)).read(True), Refusal)


def test_the_first_view_is_written_and_the_others_are_left():
    assert LETTERS.write(True, None) == "Y"
    assert LETTERS.write(True, "да") == "да"
    assert LETTERS.write(False, "да") == "N"


def test_a_view_that_is_neither_is_refused():
    refused = LETTERS.read("может быть")

    assert isinstance(refused, Refusal)
    assert refused.code == "unlisted"


def test_an_empty_cell_can_mean_false_which_is_a_declared_loss():
    box = Bool(true_is=("1",), false_is=("0", None))

    assert box.read(None) is False
    assert box.fits(None, "0")
    assert box.write(None, "1") == "0"
    assert not box.lossless


def test_one_view_or_a_list_may_be_given():
    assert Bool.built({"true_is": "Y", "false_is": ["N", None]}, Spot(("x",))) == Bool(("Y",), ("N", None))
    assert Bool.built({}, Spot(("x",))) == Bool()


@pytest.mark.parametrize(
    ("given", "key"), [({"true_is": "Y", "false_is": ["N", "Y"]}, "false_is"), ({"true_is": [None, "Y"]}, "true_is")]
)
def test_a_view_with_two_meanings_is_a_mistake(given, key):
    with pytest.raises(BadSettings, match=key):
        Bool.built(given, Spot(("x",)))


def test_words_say_nothing_about_a_place_that_shows_true_or_false():
    flag = Spot(("key_client",), ("vip",), Vocabulary(types={"vip": "bool"}))

    with pytest.raises(BadSettings) as refused:
        Bool.built({"true_is": "1", "false_is": ["нет", None]}, flag)

    assert [str(problem) for problem in refused.value.problems] == [
        "true_is: '1' is a text; the place shows true or false, without quotes",
        "false_is: 'нет' is a text; the place shows true or false, without quotes",
    ]
    assert Bool.built({"true_is": False, "false_is": [True, "1"]}, flag).read(False) is True
