"""What may stand beside ``as:``, and how it is checked."""

import pytest

from mappings.transforms.settings import BadSettings, Problem, Setting, check, complete, nearest

DECLARED = (
    Setting("max_length", "count", "how much it holds"),
    Setting("form", "word", "how it looks", "plain", words=("plain", "pipe")),
    Setting("zone", "zone", "where it stands"),
    Setting("views", "views", "what it shows", True),
)


def told(given):
    return [str(problem) for problem in check(DECLARED, given)]


def test_what_is_left_out_has_its_default():
    assert complete(DECLARED, {"max_length": 5}) == {"max_length": 5, "form": "plain", "zone": None, "views": True}


def test_an_unknown_key_comes_with_the_nearest_right_one():
    assert told({"max_lenght": 5}) == ["max_lenght: unknown; did you mean 'max_length'?"]
    assert told({"colour": 5}) == ["colour: unknown"]


def test_an_unknown_word_comes_with_the_nearest_right_one():
    assert told({"form": "pip"}) == ["form: must be one of plain, pipe, not 'pip'; did you mean 'pipe'?"]


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(BadSettings) as refused:
        complete(DECLARED, {"max_length": -1, "zone": "Europe/Moskow", "x": 1})

    assert [problem.key for problem in refused.value.problems] == ["max_length", "zone", "x"]
    assert "not a time zone: 'Europe/Moskow'" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("text", ["x", ","], ["", 5, ["x"]]),
        ("count", [0, 7, None], [-1, 1.5, "5", True]),
        ("flag", [True, False], [1, "true"]),
        ("zone", ["UTC", "Europe/Moscow"], ["Moscow", "", "../etc", "Europe", 5]),
        ("currency", ["RUB"], ["rub", "RUBL", "₽", 5]),
        ("views", ["Y", True, 0, None, ["N", None]], [[], {"a": 1}, [["x"]], 1.5]),
        ("texts", [[], ["a"]], ["a", [1], {"a": 1}]),
        ("table", [{}, {"a": 1}], [[], "a", 5]),
    ],
)
def test_each_type_takes_what_is_its_own(kind, right, wrong):
    setting = Setting("key", kind, "what it means", "some default")

    assert [value for value in right if check([setting], {"key": value})] == []
    assert [value for value in wrong if not check([setting], {"key": value})] == []


def test_null_stands_for_no_setting_where_that_is_the_default():
    assert told({"zone": None, "max_length": None}) == []
    assert told({"form": None}) == ["form: must be one of plain, pipe, not None"]


def test_the_nearest_word_is_found_in_any_script_and_case():
    assert nearest("СТАДИА", ["стадия", "исход"]) == "стадия"
    assert nearest("xyz", ["стадия"]) == ""


def test_a_problem_reads_like_a_sentence():
    assert str(Problem("at", "missing")) == "at: missing"
