"""Date-times: an instant inside, whatever a system shows of it."""

from datetime import UTC, date, datetime

import pytest

from mappings.lens import Refusal
from mappings.transforms.moment import Moment
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

TEN = datetime(2026, 12, 1, 10, tzinfo=UTC)
BERLIN = Moment(zone="Europe/Berlin", local=True)
SUMMER = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
WINTER = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_instant_is_read_in_utc():
    assert Moment().read("2026-12-01T13:00:00+03:00") == TEN
    assert Moment().read("2026-12-01T10:00:00Z") == TEN
    assert Moment().read(None) is None


def test_the_same_instant_in_another_spelling_is_left_alone():
    assert Moment().write(TEN, "2026-12-01T13:00:00.000+0300") == "2026-12-01T13:00:00.000+0300"


def test_a_write_keeps_the_spelling_of_the_view():
    assert Moment().write(TEN, "2026-01-01T00:00:00+03:00") == "2026-12-01T13:00:00+03:00"
    assert Moment().write(TEN, "2026-01-01T00:00:00+0300") == "2026-12-01T13:00:00+0300"
    assert Moment().write(TEN, "2026-01-01 00:00:00Z") == "2026-12-01 10:00:00Z"
    assert Moment(zone="Europe/Berlin").write(TEN, "2026-07-01T00:00:00+02:00") == "2026-12-01T11:00:00+01:00"


def test_an_empty_place_is_written_in_the_zone_of_the_system():
    assert Moment().write(TEN, None) == "2026-12-01T10:00:00Z"
    assert Moment(zone="Europe/Moscow").write(TEN, None) == "2026-12-01T13:00:00+03:00"
    assert BERLIN.write(TEN, None) == "2026-12-01T11:00:00"


def test_a_local_time_without_a_zone_says_nothing():
    refused = Moment().read("2026-12-01T10:00:00")

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_a_local_time_that_was_there_twice_is_the_one_that_was_held():
    view = "2026-10-25T02:30:00"

    assert BERLIN.read(view) == SUMMER
    assert BERLIN.read(view, (TEN, WINTER, SUMMER)) == WINTER
    assert BERLIN.fits(SUMMER, view)
    assert BERLIN.fits(WINTER, view)
    assert BERLIN.write(WINTER, None) == view


def test_what_is_finer_than_the_place_keeps_is_a_declared_loss():
    exact = TEN.replace(second=30, microsecond=5)

    assert Moment(resolution="exact").write(exact, None) == "2026-12-01T10:00:30.000005Z"
    assert Moment().write(exact, None) == "2026-12-01T10:00:30Z"
    assert Moment(resolution="minute").write(exact, None) == "2026-12-01T10:00:00Z"
    assert Moment(resolution="minute").fits(exact, "2026-12-01T10:00:59Z")
    assert not Moment(resolution="minute").lossless


def test_a_place_of_days_has_the_days_of_its_zone():
    days = Moment(zone="Europe/Moscow", resolution="day")
    late = datetime(2026, 11, 30, 21, 30, tzinfo=UTC)

    assert days.write(late, None) == "2026-12-01"
    assert days.read("2026-12-01") == datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert days.fits(late, "2026-12-01")


def test_a_bare_date_is_no_moment_elsewhere():
    assert isinstance(Moment().read("2026-12-01"), Refusal)


@pytest.mark.parametrize("value", [date(2026, 12, 1), datetime(2026, 12, 1), "2026-12-01"])
def test_only_aware_date_times_are_written(value):
    refused = Moment(zone="Europe/Moscow").write(value, None)

    assert isinstance(refused, Refusal)
    assert refused.code == "malformed"


def test_a_time_outside_the_calendar_is_refused():
    refused = Moment().read("9999-12-31T23:59:59-03:00")

    assert isinstance(refused, Refusal)
    assert refused.code == "range"


def test_local_times_need_a_zone():
    with pytest.raises(BadSettings, match="zone: missing"):
        Moment.built({"local": True}, Spot(("x",)))

    spot = Spot(("x",), ("at",), Vocabulary(zone="Europe/Berlin"))
    assert Moment.built({"local": True}, spot) == BERLIN
