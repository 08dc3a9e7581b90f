"""What most transforms share."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from mappings.lens import Refusal, Single, Transform
from mappings.transforms.base import Plain, malformed, same
from mappings.transforms.vocabulary import Spot


@dataclass(frozen=True, slots=True)
class Upper(Plain):
    """Shows texts in capitals and cannot say that of a letter without one."""

    name: ClassVar[str] = "upper"
    holds: ClassVar[type] = str

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Upper":
        return cls()

    @property
    def lossless(self) -> bool:
        return True

    def settings(self) -> Mapping[str, Any]:
        return {}

    def means(self, view):
        return view.lower() if isinstance(view, str) else malformed("text", view)

    def say(self, value, view):
        return value.upper()


def test_what_would_read_back_as_something_else_is_never_written():
    refused = Upper().write("straße", "x")

    assert isinstance(refused, Refusal)
    assert refused.code == "no view"
    assert Upper().write("дом", "x") == "ДОМ"


def test_a_value_of_another_type_neither_fits_nor_is_written():
    assert not Upper().fits(Decimal(1), "1")
    refused = Upper().write(Decimal(1), "1")
    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_nothing_fits_a_view_that_cannot_be_read():
    assert not Upper().fits("1", 1)
    assert not Upper().fits(None, 1)


def test_a_plain_edit_takes_the_new_value():
    assert Upper().step("а", "б", "в") == "б"
    assert Upper().step("а", "а", "в") == "в"


def test_true_is_not_the_number_one():
    assert not same(True, Decimal(1))
    assert same(Decimal("1.0"), Decimal(1))


def test_a_refusal_does_not_repeat_what_may_be_personal():
    assert "Иванов" not in malformed("date", "Иванов").text


def test_it_is_a_transform_and_makes_the_lens_of_one_fact():
    assert isinstance(Upper(), Transform)
    assert Upper.make({}, Spot(("title",))) == Single("title", Upper())
