"""Values as people write and read them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.show import LONGEST, Unreadable, contrasted, parse, show, spelled
from mappings.canonical.values import Money


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (True, "yes"),
        (Money(Decimal(175000), "RUB"), "175\u00a0000\u00a0₽"),
        (Money(Decimal("1500.50"), "RSD"), "1\u00a0500.50\u00a0RSD"),
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 7, tzinfo=UTC), "2026-12-01 10:00"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31 23:59"),
        (frozenset({"б", "а"}), "а, б"),
        ("две\nстроки", "две строки"),
        ("х" * 80, "х" * 59 + "…"),
    ],
)
def test_a_value_is_one_line(value, text):
    assert show(value, zone="Europe/Moscow") == text


GOAL = "Цель проекта: один реестр заявок на всех, с историей и сроками, "


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["нет", "да"], ["нет", "да"]),
        (["175\u00a0000\u00a0₽", "—"], ["175\u00a0000\u00a0₽", "—"]),
        (
            [f"{GOAL}до конца года", f"{GOAL}до конца марта"],
            ["…сроками, до конца года", "…сроками, до конца марта"],
        ),
        ([GOAL * 2, f"Общая {GOAL}"], [f"{GOAL[:59]}…", f"Общая {GOAL[:53]}…"]),
        (["х" * 80, "х" * 79 + "у"], ["…" + "х" * 21, "…" + "х" * 20 + "у"]),
        (
            [GOAL + "а" * 80, GOAL, GOAL + "б" * 80],
            [f"…и сроками, {'а' * 47}…", "…и сроками, ", f"…и сроками, {'б' * 47}…"],
        ),
    ],
)
def test_of_long_texts_that_part_shows_which_differs(lines, shown):
    assert contrasted(lines) == shown
    assert all(len(one) <= LONGEST for one in shown)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "175 000,50 ₽", Money(Decimal("175000.50"), "RUB")),
        ("money", "10 eur", Money(Decimal(10), "EUR")),
        ("bool", "да", True),
        ("date", "2026-12-01", date(2026, 12, 1)),
        ("datetime", "2026-12-01T10:00+03:00", datetime(2026, 12, 1, 7, tzinfo=UTC)),
        ("set", "а, б ,", frozenset({"а", "б"})),
        ("set", '"Москва, центр", "срочно" , "б', frozenset({"Москва, центр", "срочно", '"б'})),
        ("set", '"Альфа" и "Бета", в', frozenset({'"Альфа" и "Бета"', "в"})),
        ("text", "  ", None),
        ("markdown", "раз\r\n\r\nдва\r\n", "раз\n\nдва"),
        ("markdown", "\r\n  - раз\r\n  - два\r\n", "  - раз\n  - два"),
        ("markdown", "    код\n\n    ещё", "    код\n\n    ещё"),
        ("markdown", "    с отступом\nи без него", "с отступом\nи без него"),
        ("markdown", "    одна строка ", "одна строка"),
    ],
)
def test_what_a_person_writes_is_read(kind, text, value):
    assert parse(kind, text) == value


@pytest.mark.parametrize("value", [Money(Decimal(175000), "RUB"), Money(Decimal("-1500.50"), "RSD"), Decimal(175000)])
def test_an_amount_is_read_as_it_is_shown(value):
    assert parse("number" if isinstance(value, Decimal) else "money", show(value)) == value


@given(st.frozensets(st.text('ab",', min_size=1, max_size=6)))
@settings(derandomize=True, deadline=None)
def test_a_set_that_is_spelled_out_is_read_as_it_was(members: frozenset[str]) -> None:
    assert (parse("set", spelled(members)) or frozenset()) == members


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "175000"),
        ("money", "много RUB"),
        ("money", "175000 руб"),
        ("money", "500 тыс"),
        ("bool", "maybe"),
        ("date", "1.12.26"),
        ("datetime", "2026-12-01T10:00"),
        ("datetime", "0001-01-01T00:00+03:00"),
        ("number", "NaN"),
        ("number", "1e999999999"),
        ("money", "1e-999999 RUB"),
    ],
)
def test_what_is_no_value_is_refused_with_an_example(kind, text):
    with pytest.raises(Unreadable, match=r"is not .*like|neither"):
        parse(kind, text)


@pytest.mark.parametrize("text", ["5 mln", "5 MLN", "5 mio", "500 тыс.", "1,5 млн", "2 Млрд", "7 k", "5 m", "1 bn"])
def test_a_short_form_of_a_million_is_no_currency(text):
    word = text.split()[1]

    with pytest.raises(Unreadable, match=f"; write the number out, without '{re.escape(word)}'$"):
        parse("money", text)


@pytest.mark.parametrize(
    ("text", "whole", "exact"),
    [("150.000", "150000", "150.00"), ("150,000", "150000", "150.00"), ("-1.125", "-1125", "-1.1250")],
)
def test_a_point_or_comma_before_three_digits_of_an_amount_may_be_either(text, whole, exact):
    with pytest.raises(Unreadable, match=f"'{text}' may be {whole} or {exact}; write the one that is meant"):
        parse("money", f"{text} RUB")

    assert parse("money", f"{whole} RUB") == Money(Decimal(whole), "RUB")
    assert parse("money", f"{exact} RUB") == Money(Decimal(text.replace(",", ".")), "RUB")


def test_an_amount_of_a_currency_with_three_places_may_have_them():
    assert parse("money", "1.125 KWD") == Money(Decimal("1.125"), "KWD")


def test_a_comma_before_three_digits_may_be_either_and_is_not_guessed():
    with pytest.raises(Unreadable, match=r"'150,000' may be 150000 or 150\.000; write the one that is meant"):
        parse("number", "150,000")

    assert parse("number", "0,125") == Decimal("0.125")
