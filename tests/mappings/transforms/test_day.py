"""Dates: a day, or the day of a date-time."""

from datetime import UTC, date, datetime

import pytest

from mappings.lens import Refusal
from mappings.transforms.day import Day
from mappings.transforms.vocabulary import Spot, Vocabulary

MOSCOW = Day(zone="Europe/Moscow", timed=True)
FIRST = date(2026, 12, 1)


def test_a_date_is_a_day():
    assert Day().read("2026-12-01") == FIRST
    assert Day().write(FIRST, "2026-11-30") == "2026-12-01"
    assert Day().read(None) is None
    assert Day().write(None, "2026-12-01") is None


def test_the_day_of_a_date_time_is_that_of_the_system():
    assert MOSCOW.read("2026-11-30T21:30:00Z") == FIRST
    assert Day(zone="Europe/Berlin").read("2026-11-30T21:30:00Z") == date(2026, 11, 30)


def test_the_day_of_a_local_time_needs_no_zone():
    assert Day().read("2026-12-01 23:59:00") == FIRST


def test_a_date_time_that_has_the_day_is_left_alone():
    view = "2026-12-01T15:30:00+03:00"

    assert MOSCOW.write(FIRST, view) == view


def test_another_day_keeps_the_time_and_the_spelling():
    assert MOSCOW.write(FIRST, "2026-11-20T15:30:00+03:00") == "2026-12-01T15:30:00+03:00"
    assert MOSCOW.write(FIRST, "2026-11-20T12:30:00Z") == "2026-12-01T12:30:00Z"
    assert MOSCOW.write(FIRST, "2026-11-20 15:30:00") == "2026-12-01 15:30:00"


def test_an_empty_date_time_is_written_as_midnight():
    assert MOSCOW.write(FIRST, None) == "2026-12-01T00:00:00+03:00"
    assert Day(zone="Europe/Moscow", timed=True, local=True).write(FIRST, None) == "2026-12-01T00:00:00"


def test_a_day_that_a_zone_has_leapt_over_is_refused():
    refused = Day(zone="Pacific/Apia", timed=True).write(date(2011, 12, 30), None)

    assert isinstance(refused, Refusal)
    assert refused.code == "no view"


@pytest.mark.parametrize("view", ["01.12.2026", "2026-13-01", 20261201, "tomorrow", "0000-00-00"])
def test_what_is_no_date_is_refused(view):
    refused = Day().read(view)

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_a_day_outside_the_calendar_is_refused():
    refused = Day().read("0001-01-01T00:00:00+03:00")

    assert isinstance(refused, Refusal)
    assert refused.code == "range"
    assert isinstance(MOSCOW.write(date.min, None), Refusal)


def test_a_date_time_is_no_date():
    refused = Day().write(datetime(2026, 12, 1, tzinfo=UTC), None)

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_the_system_says_its_zone_and_what_the_place_holds():
    words = Vocabulary(zone="Europe/Moscow", types={"due": "datetime"})

    assert Day.built({}, Spot(("deadline",), ("due",), words)) == MOSCOW
    assert Day.built({"zone": "UTC", "form": "date"}, Spot(("deadline",), ("due",), words)) == Day(zone="UTC")
