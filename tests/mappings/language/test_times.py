from datetime import time, timedelta
from decimal import Decimal

import pytest

from mappings.language.times import clock, cron_problem, duration, share


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("2m", timedelta(minutes=2)),
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        ("2 w", timedelta(weeks=2)),
    ],
)
def test_a_span_is_a_number_and_a_unit(text, span):
    assert duration(text) == span


@pytest.mark.parametrize("text", ["", "2", "m", "2min", "-2m", "1.5h", "2м", "9999999d"])
def test_anything_else_is_no_span(text):
    assert duration(text) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [("10%", Decimal("0.1")), ("0.5 %", Decimal("0.005")), ("100%", Decimal(1)), ("101%", None), ("10", None)],
)
def test_a_share_is_a_part_of_the_whole(text, part):
    assert share(text) == part


@pytest.mark.parametrize(
    ("text", "moment"), [("09:00", time(9)), ("23:59", time(23, 59)), ("24:00", None), ("9:00", None)]
)
def test_a_time_of_day_has_two_digits_on_both_sides(text, moment):
    assert clock(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "0 3 * * *",
        "*/5 * * * *",
        "0-30/10 8-18 1,15 jan-mar MON-FRI",
        "0 0 * * 7",
        "0 3 29 2 *",
        "0 3 31 4-5 *",
        "0 3 31 2/1 *",
        "0 3 */31 2 *",
    ],
)
def test_a_cron_line_of_five_fields_is_right(text):
    assert cron_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0 3 * *", "a cron line has 5 fields, not 4"),
        ("61 3 * * *", "'61' is no minute"),
        ("0 3 0 * *", "'0' is no day of the month"),
        ("0 5-3 * * *", "'5-3' is no hour"),
        ("*/0 * * * *", "'*/0' is no minute"),
        ("0 3 * янв *", "'янв' is no month"),
        ("0 3 * * 1-2-3", "'1-2-3' is no day of the week"),
        ("0 ² * * *", "'²' is no hour"),
        ("0 3 31 2 *", "'31' never comes in month '2'"),
        ("0 3 30-31 feb *", "'30-31' never comes in month 'feb'"),
        ("0 3 31 2-6/2 *", "'31' never comes in month '2-6/2'"),
        ("0 3 31 4,jun 1", "'31' never comes in month '4,jun'"),
    ],
)
def test_a_wrong_cron_line_is_told_by_the_field(text, problem):
    assert cron_problem(text) == problem
