"""Times of a portal: one text for one moment, and what its filters read."""

import pytest

from connectors.bitrix24.times import DateForm, day_view, filter_text, later_of, moment_of, moment_view, utc_of


def test_one_moment_has_one_text_whatever_the_portals_offset_is():
    assert utc_of("2026-11-20T12:30:05+03:00") == utc_of("2026-11-20T11:30:05+02:00") == "2026-11-20T09:30:05+00:00"


def test_texts_in_utc_stand_in_the_order_of_time_where_clocks_are_turned_back():
    before, after = "2026-10-25T02:59:59+02:00", "2026-10-25T02:00:00+01:00"

    assert before > after
    assert utc_of(before) < utc_of(after)
    assert later_of(before, after) == after


def test_the_later_stamp_is_kept_as_it_was_sent():
    assert later_of(None, "2026-11-20T12:30:05+03:00") == "2026-11-20T12:30:05+03:00"
    assert later_of("2026-11-20T12:30:05+03:00", "2026-11-20T09:30:05+00:00") == "2026-11-20T12:30:05+03:00"


@pytest.mark.parametrize(("form", "text"), [("iso", "2026-11-20T00:00:02+03:00"), ("plain", "2026-11-20 00:00:02")])
def test_a_filter_begins_earlier_in_the_portals_own_zone(form: DateForm, text: str):
    assert filter_text("2026-11-20T00:00:12+03:00", form, shift=-10.0) == text


def test_a_stamp_without_an_offset_is_no_stamp():
    with pytest.raises(ValueError, match="offset"):
        moment_of("2026-11-20T12:30:05")


def test_a_day_is_the_day_that_was_written_and_what_is_none_stays():
    assert day_view("2026-12-24T03:00:00+03:00") == "2026-12-24"
    assert (day_view("завтра"), moment_view("завтра")) == ("завтра", "завтра")
