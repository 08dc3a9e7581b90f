"""Dates and times as systems spell them."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mappings.transforms.clock import Spelling, fixed, instants, local_time, shown_date, shown_moment, spelled, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime.min.replace(tzinfo=timezone(timedelta(hours=3)))


def test_only_a_whole_day_is_a_date():
    assert shown_date("2026-12-01") == date(2026, 12, 1)


@pytest.mark.parametrize(
    "text", ["20261201", "2026-W49-2", "2026-02-31", "01.12.2026", "2026-12-01T10:00", "", None, 5]
)
def test_what_only_looks_like_a_date_is_none(text):
    assert shown_date(text) is None


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("2026-12-01T10:00:00Z", Spelling("T", "Z")),
        ("2026-12-01T10:00:00.000+03:00", Spelling("T", "+03:00")),
        ("2026-12-01T10:00:00+0300", Spelling("T", "+0300")),
        ("2026-12-01 10:00", Spelling(" ", "none")),
    ],
)
def test_a_moment_is_read_with_its_spelling(text, spelling):
    shown = shown_moment(text)

    assert shown is not None
    assert shown.spelling == spelling
    assert shown.moment.replace(tzinfo=None) == datetime(2026, 12, 1, 10)


@pytest.mark.parametrize("text", ["2026-12-01", "2026-12-01T25:00", "1 Dec 2026 10:00", "2026-12-01T10:00+99:00", None])
def test_what_is_no_moment_is_none(text):
    assert shown_moment(text) is None


def test_a_local_time_that_was_there_twice_stands_for_two_instants():
    twice = instants(datetime(2026, 10, 25, 2, 30), BERLIN)

    assert twice == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_a_local_time_that_was_leapt_over_stands_for_one():
    assert instants(datetime(2026, 3, 29, 2, 30), BERLIN) == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC),)


def test_a_moment_beyond_all_years_stands_for_none():
    assert instants(FIRST, UTC) == ()
    assert local_time(FIRST, UTC) is None
    assert spelled(FIRST, Spelling(), zone=UTC) is None


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (Spelling("T", "Z"), "2026-07-01T09:00:00Z"),
        (Spelling("T", "+03:00"), "2026-07-01T11:00:00+02:00"),
        (Spelling(" ", "+0300"), "2026-07-01 11:00:00+0200"),
        (Spelling(" ", "none"), "2026-07-01 11:00:00"),
    ],
)
def test_an_instant_is_written_as_the_system_spells_it(spelling, text):
    assert spelled(datetime(2026, 7, 1, 9, tzinfo=UTC), spelling, zone=BERLIN) == text


def test_west_of_greenwich_offsets_are_negative():
    half = timezone(-timedelta(hours=3, minutes=30))

    assert spelled(datetime(2026, 7, 1, 9, tzinfo=UTC), Spelling(), zone=half) == "2026-07-01T05:30:00-03:30"


def test_an_offset_with_seconds_is_spelled_in_utc():
    moscow = ZoneInfo("Europe/Moscow")

    assert spelled(datetime(1900, 1, 1, tzinfo=UTC), Spelling(), zone=moscow) == "1900-01-01T00:00:00+00:00"


def test_without_a_name_the_zone_is_utc():
    assert zone_of(None) is UTC
    assert zone_of("Europe/Berlin") is BERLIN


def test_the_offset_of_a_moment_is_its_fixed_zone():
    assert fixed(datetime(2026, 7, 1, tzinfo=BERLIN)) == timezone(timedelta(hours=2))
    assert fixed(datetime(2026, 7, 1)) is None
