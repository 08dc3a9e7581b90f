"""Values and their JSON form."""

from decimal import Decimal

import pytest

from mappings.canonical.values import Money, decode, encode
from mappings.transforms.number import Number


@pytest.mark.parametrize("digits", ["1500.50", "-0.00", "1E+3", "0.000", "-12.30", "100", "1E-30"])
def test_equal_numbers_have_one_form(digits):
    number = Decimal(digits)

    assert encode(number) == encode(number.normalize() + 0)
    assert decode(encode(number)) == number


def test_a_number_of_many_digits_comes_back_with_all_of_them():
    number = Number().read("20260105123456789012345678901.55")

    assert decode(encode(number)) == number
    assert decode(encode(Money(number, "RUB"))) == Money(number, "RUB")
