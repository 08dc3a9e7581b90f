"""What can be parked is read from the code, however the code is spelled."""

from tools.attention import codes, told
from tools.sources import Source

SPELLED = """
NO_WAY = "no way"
def one(entry, done, first):
    changes.park(entry, Parked("gone", "it is gone"))
    yield Parked(NO_WAY, "none")
    yield Parked("altered" if done else "dropped", "so")
    code = "left scope" if first else "rejected"
    yield Parked(code, "so")
"""


def test_a_text_a_constant_a_choice_and_a_name_of_the_function_are_read() -> None:
    found, dark = codes([Source("flows/one.py", SPELLED)])

    assert found == {"conflict", "gone", "no way", "altered", "dropped", "left scope", "rejected"}
    assert dark == []


def test_a_constant_of_another_module_is_found() -> None:
    used = Source("flows/two.py", "from .one import NO_WAY\ndef f():\n    return Parked(NO_WAY, '')\n")

    assert codes([Source("flows/one.py", 'NO_WAY = "no way"\n'), used])[0] == {"conflict", "no way"}


def test_what_a_function_returns_for_a_code_is_found_with_what_it_was_given() -> None:
    text = (
        "ASIDE = 'unknown person'\ndef aside(why, other):\n    return ASIDE if why else other\n"
        "def f(why):\n    return Parked(aside(why, 'refused'), '')\n"
    )

    assert codes([Source("flows/one.py", text)]) == ({"conflict", "unknown person", "refused"}, [])


def test_a_code_that_cannot_be_read_is_told_with_its_place() -> None:
    _, dark = codes([Source("flows/one.py", "def f(code):\n    return Parked(code, '')\n")])

    assert [str(one) for one in dark] == ["flows/one.py:2: parks under code"]


def test_what_a_person_has_left_is_not_on_the_list() -> None:
    assert codes([Source("a.py", "def f():\n    return Parked('left', '')\n")])[0] == {"conflict"}


def test_a_row_of_the_page_tells_of_its_code() -> None:
    assert told("| code | means |\n| `no way` | x |\n| `gone` | `fault` |\n") == {"no way", "gone"}
