"""Amounts with a currency."""

from decimal import Decimal

import pytest

from mappings.canonical.values import Money
from mappings.exchange import Choice
from mappings.lens import Refusal
from mappings.transforms.money import Amount
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

RUBLES = Amount(currency="RUB")
PAIR = Amount(pair=("opportunity", "currencyId"))
PIPE = Amount(pipe=True)


def rub(amount: str) -> Money:
    return Money(Decimal(amount), "RUB")


def both(amount, currency):
    return {"opportunity": amount, "currencyId": currency}


def code(refused):
    return refused.code if isinstance(refused, Refusal) else None


def test_a_place_in_a_fixed_currency():
    assert RUBLES.read("150000.00") == rub("150000")
    assert RUBLES.write(rub("175000"), "150000.00") == "175000"
    assert RUBLES.write(rub("150000"), "150000.00") == "150000.00"


def test_another_currency_is_refused_and_never_converted():
    assert code(RUBLES.write(Money(Decimal(100), "USD"), None)) == "currency"
    assert not RUBLES.fits(Money(Decimal(150000), "USD"), "150000")


def test_a_short_form_of_a_million_is_no_currency():
    assert code(PIPE.read("5|MLN")) == "malformed"
    assert code(PAIR.read(both("5", "MLN"))) == "malformed"
    assert code(PIPE.write(Money(Decimal(5), "MLN"), None)) == "currency"


def test_empty_is_not_zero():
    assert RUBLES.read(None) is None
    assert RUBLES.read("0") == rub("0")
    assert not RUBLES.fits(None, "0.00")


def test_zero_is_empty_where_the_mapping_says_so():
    careless = Amount(currency="RUB", zero_is_empty=True)

    assert careless.read("0.00") is None
    assert careless.fits(None, "0.00")
    assert careless.write(None, "5") == "0"
    assert not careless.lossless


def test_two_decimal_places_are_kept_unless_told_otherwise():
    assert RUBLES.write(rub("2.345"), None) == "2.35"
    assert Amount(currency="RUB", places=None).write(rub("2.345"), None) == "2.345"


def test_an_amount_with_its_currency_beside_it():
    assert PAIR.read(both("100.00", "EUR")) == Money(Decimal(100), "EUR")
    assert PAIR.write(rub("100"), both("100.00", "EUR")) == both("100", "RUB")
    assert PAIR.write(Money(Decimal(7), "EUR"), both("100.00", "EUR")) == both("7", "EUR")


def test_emptying_an_amount_leaves_the_currency_beside_it():
    assert PAIR.read(both(None, "EUR")) is None
    assert PAIR.write(None, both("100.00", "EUR")) == both(None, "EUR")


@pytest.mark.parametrize("view", [both("100", None), both("100", "рубли"), both("100", 5), "100", {"opportunity": "1"}])
def test_an_amount_of_nobody_knows_what_is_refused(view):
    assert code(PAIR.read(view)) == "malformed"


def test_a_default_currency_says_what_an_empty_one_means():
    defaulted = Amount(currency="RUB", pair=("opportunity", "currencyId"))

    assert defaulted.read(both("100", None)) == rub("100")
    assert defaulted.write(rub("7"), both("100", None)) == both("7", None)
    assert defaulted.write(Money(Decimal(7), "USD"), both("100", None)) == both("7", "USD")


def test_currencies_by_id():
    listed = Vocabulary(choices={"cur": (Choice("1", "RUB"), Choice("2", "USD"), Choice("9", "Баллы"))})
    money = Amount.built({}, Spot(("amount",), ("sum", "cur"), listed))

    assert money.read({"sum": "5", "cur": "2"}) == Money(Decimal(5), "USD")
    assert money.write(rub("5"), {"sum": "5", "cur": "2"}) == {"sum": "5", "cur": "1"}
    assert code(money.write(Money(Decimal(5), "EUR"), {"sum": "5", "cur": "2"})) == "currency"
    assert code(money.read({"sum": "5", "cur": "9"})) == "malformed"


def test_amount_and_currency_in_one_text():
    assert PIPE.read("100|RUB") == rub("100")
    assert PIPE.read("|RUB") is None
    assert PIPE.write(rub("7.5"), "100|RUB") == "7.5|RUB"
    assert code(PIPE.read("100")) == "malformed"
    assert code(PIPE.read("1|2|RUB")) == "malformed"


def test_a_fixed_currency_holds_in_one_text_too():
    fixed = Amount(currency="RUB", pipe=True)

    assert code(fixed.read("100|USD")) == "currency"
    assert code(fixed.write(Money(Decimal(1), "USD"), "100|RUB")) == "currency"


@pytest.mark.parametrize(
    ("given", "places", "problem"),
    [
        ({}, ("amount",), "currency: missing"),
        ({"currency": "rub"}, ("amount",), "currency: must be a currency code"),
        ({"form": "pipe"}, ("a", "b"), "form: 100|RUB is one place"),
        ({"currency": "RUB"}, ("a", "b", "c"), "at: money has one place"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, places, problem):
    with pytest.raises(BadSettings) as refused:
        Amount.built(given, Spot(("amount",), places))

    assert problem in str(refused.value)


def test_what_decides_how_it_reads_is_in_its_settings():
    kinds = [RUBLES, PAIR, PIPE, Amount(currency="USD"), Amount(currency="RUB", places=0)]

    assert len({str(kind.settings()) for kind in kinds}) == len(kinds)
