"""The demo's deals: as many as are promised, in every script, and no two that could be taken for one."""

from datetime import date

from flows.hub.demo import deals
from flows.hub.demo.compare import STATUSES

TODAY = date(2026, 11, 21)
ALL = list(deals.deals(TODAY))


def test_there_are_forty_and_most_are_in_cyrillic():
    cyrillic = [one for one in ALL if any("а" <= letter <= "я" for letter in one.title.casefold())]

    assert len(ALL) == 40
    assert 20 < len(cyrillic) < 40


def test_no_two_deals_share_title_and_client():
    assert len({(one.title, one.client) for one in ALL}) == len(ALL)


def test_every_stage_is_one_that_the_comparison_knows_and_open():
    assert {one.stage for one in ALL} == set(STATUSES) - {"C3:WON", "C3:LOSE", "C3:APOLOGY"}


def test_days_count_from_today():
    assert min(one.closes_on for one in ALL) > TODAY
    assert [one.closes_on for one in deals.deals(date(2026, 11, 22))] != [one.closes_on for one in ALL]


def test_the_deals_of_the_changes_begin_where_the_tracker_says_new():
    for number in (deals.BEGUN_BY_HAND, deals.CHANGED_IN_TRACKER):
        assert STATUSES[ALL[number - 1].stage] == {"New"}
