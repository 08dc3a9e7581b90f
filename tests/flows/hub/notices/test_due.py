"""Who is told of what, and when."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from flows.hub.notices.due import after, away, digest_due, news_of, troubled
from mappings.reconcile.model import Conflict, Parked
from state.attention import Attention
from state.runs import Run

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PARKED = Attention(
    4, "rejected", "deadline", "must be later", NOW, "e1", key="CASE-1", system="trk", kind="issue", record="41",
    parked=Parked("rejected", "must be later"),
)  # fmt: skip
CONFLICT = replace(PARKED, id=4, code="conflict", system="", parked=None, conflict=Conflict("deadline", None, (), NOW))


def test_an_entry_is_told_once_for_as_long_as_it_is_open():
    told = after({}, [PARKED, CONFLICT], new=[PARKED, CONFLICT], now=NOW)

    assert news_of([PARKED, CONFLICT], {}, NOW) == [PARKED, CONFLICT]
    assert news_of([PARKED, CONFLICT], told, NOW + timedelta(days=9)) == []


def test_one_that_comes_back_is_told_again_only_a_day_after_the_last_telling():
    told = after({}, [PARKED], new=[PARKED], now=NOW)
    told = after(told, [], new=[], now=NOW + timedelta(hours=1))  # it went away
    again = replace(PARKED, id=9)

    assert news_of([again], told, NOW + timedelta(hours=23)) == []
    assert news_of([again], told, NOW + timedelta(hours=25)) == [again]


def test_a_sync_that_stops_again_on_one_day_is_told_of_once_more_the_day_after():
    first = Attention(0, "stopped", "", "600 records would be made in trk", NOW, key="presales")
    second = replace(first, text="crm lists none of the 40 linked records")
    told = after({}, [first], new=[first], now=NOW)
    told = after(told, [], new=[], now=NOW + timedelta(hours=1))  # somebody has approved it
    heard = []
    for hour in range(5, 60):
        now = NOW + timedelta(hours=hour)
        new = news_of([second], told, now)
        told = after(told, [second], new=new, now=now)
        heard += [(hour, one) for one in new]

    assert heard == [(24, second)]


def test_what_is_closed_and_a_day_old_is_forgotten():
    told = after({}, [PARKED], new=[PARKED], now=NOW)

    assert after(told, [PARKED], new=[], now=NOW + timedelta(days=5)) == told
    assert after(told, [], new=[], now=NOW + timedelta(days=2)) == {}


@pytest.mark.parametrize(
    ("hour", "last", "due"),
    [
        (5, "2026-11-20", False),
        (6, "2026-11-20", True),
        (20, "2026-11-20", True),
        (20, "2026-11-21", False),
        (6, "", True),
    ],
)
def test_the_digest_leaves_once_a_day_when_its_time_has_come_in_the_hubs_zone(hour, last, due):
    now = NOW.replace(hour=hour)  # Moscow is three hours ahead

    assert digest_due(time(9), "Europe/Moscow", last=last, now=now) is due
    assert digest_due(None, "Europe/Moscow", last=last, now=now) is False


@pytest.mark.parametrize(
    ("hour", "minute", "last", "due"),
    [
        (20, 55, "2026-11-20", False),
        (21, 0, "2026-11-20", True),
        (21, 0, "2026-11-21", False),
        (21, 59, "2026-11-20", False),
    ],
)
def test_a_digest_whose_time_comes_between_the_last_sending_of_a_day_and_midnight_leaves_after_it(
    hour, minute, last, due
):
    now = NOW.replace(hour=hour, minute=minute)  # in Moscow it is 23:55, 00:00 and 00:59

    assert digest_due(time(23, 58), "Europe/Moscow", last=last, now=now) is due


def runs(*states):
    return [
        Run(str(number), "продажи", "sync", NOW - timedelta(minutes=number), state=state, text="не отвечает")
        for number, state in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], None),
        (["done", "failed", "failed", "failed"], None),
        (["stopped"], "stopped"),
        (["running", "stopped", "done"], "stopped"),
        (["failed", "failed"], None),
        (["failed", "failed", "done"], None),
        (["failed", "running", "failed", "failed"], "failed"),
    ],
)
def test_a_sync_that_asks_is_told_at_once_and_one_that_fails_after_three_times(states, code):
    found = troubled(runs(*states))

    assert (found.code if found else None) == code


def runs_without(*missed):
    """Runs that could not talk to these systems, newest first; of None nothing is counted, as it never ended."""
    return [
        Run(str(number), "продажи", "sync", NOW - timedelta(minutes=number), counts=counts_of(names))
        for number, names in enumerate(missed)
    ]


def counts_of(names):
    return {} if names is None else {"trouble": dict.fromkeys(names.split(), "не отвечает")}


@pytest.mark.parametrize(
    ("missed", "systems"),
    [
        ([], []),
        (["trk", "trk"], []),
        (["trk", "trk", "trk"], ["trk"]),
        (["trk", None, "trk", "trk wiki", "wiki"], ["trk"]),
        (["trk", "", "trk", "trk"], []),
        (["", "trk", "trk", "trk"], []),
        (["trk wiki", "wiki trk", "trk wiki"], ["trk", "wiki"]),
    ],
)
def test_a_system_is_told_of_that_three_runs_in_a_row_could_not_talk_to(missed, systems):
    found = away(runs_without(*missed))

    assert [(one.system, one.code, one.text) for one in found] == [
        (name, "unreachable", "не отвечает") for name in systems
    ]
