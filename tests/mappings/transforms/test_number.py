"""Decimal numbers."""

from decimal import Decimal

import pytest

from mappings.lens import Refusal
from mappings.transforms.number import Number, in_range, plain_digits
from mappings.transforms.vocabulary import Spot


@pytest.mark.parametrize("view", ["15005.0", "15005", 15005, "+15005.00", "1.5005e4"])
def test_one_number_has_many_spellings(view):
    assert Number().read(view) == Decimal(15005)
    assert Number().write(Decimal(15005), view) == view


def test_empty_and_zero_are_two_things():
    assert Number().read(None) is None
    assert Number().read("") is None
    assert Number().read("0.0") == Decimal(0)
    assert not Number().fits(None, "0")
    assert Number().write(None, "5") is None


@pytest.mark.parametrize("view", [True, "5,5", "1 000", "NaN", "Infinity", "١٢", "1_000", [5], " 5"])
def test_what_is_no_decimal_number_is_not_guessed(view):
    refused = Number().read(view)

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


@pytest.mark.parametrize("view", ["1e999", 10**31, "1e-99", "1" * 31, "0." + "1" * 31])
def test_a_number_beyond_all_counting_is_refused(view):
    refused = Number().read(view)

    assert isinstance(refused, Refusal)
    assert refused.code == "range"


@pytest.mark.parametrize("view", ["1" * 30, "0." + "1" * 30, "-" + "9" * 30 + "." + "9" * 30, "1e29", "1e-30", "0e-99"])
def test_a_number_up_to_the_bounds_is_read_exactly(view):
    assert Number().read(view) == Decimal(view)


def test_a_number_beyond_all_counting_is_not_written():
    refused = Number().write(Decimal("NaN"), "5")

    assert isinstance(refused, Refusal)
    assert refused.code == "range"


def test_rounding_is_declared_and_half_goes_up():
    cents = Number(places=2)

    assert cents.write(Decimal("2.345"), None) == "2.35"
    assert cents.write(Decimal("-2.345"), None) == "-2.35"
    assert cents.fits(Decimal("2.345"), "2.350")
    assert not cents.lossless


def test_a_view_that_rounds_to_the_value_is_left_alone():
    assert Number(places=0).write(Decimal(3), "2.7") == "2.7"


def test_a_whole_number_stays_a_number_of_json():
    assert Number().write(Decimal("7.00"), 5) == 7
    assert Number().write(Decimal("7.5"), 5) == "7.5"
    assert Number().write(Decimal(7), "5") == "7"


def test_numbers_are_written_without_exponent_and_idle_zeros():
    assert plain_digits(Decimal("1E+3")) == "1000"
    assert plain_digits(Decimal("1.500")) == "1.5"
    assert plain_digits(Decimal("-0.00")) == "0"


def test_a_long_number_is_rounded_without_losing_digits():
    long = Decimal("123456789012345678901234567890.125")

    assert Number(places=2).write(long, None) == "123456789012345678901234567890.13"


def test_zero_is_in_range_however_it_is_spelled():
    assert in_range(Decimal("0e999"))


def test_its_places_are_its_settings():
    assert Number.built({"places": 3}, Spot(("x",))) == Number(places=3)
    assert Number(places=3).settings() == {"places": 3}
