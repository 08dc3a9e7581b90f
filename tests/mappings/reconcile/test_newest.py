"""The policy `newest`: an edit wins only if it was made last beyond doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.policy import Home, Newest, Park, When
from mappings.reconcile import reconcile
from mappings.reconcile.model import Interval, Origin
from mappings.reconcile.newest import SKEW, facts_by_time, logged_at, seen_between
from tests.reconcile_builders import a_case, a_side, claims, rules, value

TEN = datetime(2026, 11, 21, 10, tzinfo=UTC)
NEWEST = rules({"title": Newest()})
SECOND = timedelta(seconds=1)


def at(minutes, until=None):
    """An edit between *minutes* after ten and *until*."""
    return Interval(TEN + timedelta(minutes=minutes), TEN + timedelta(minutes=minutes if until is None else until))


def moved(system, number, title, when):
    """A system whose title was moved from `t` to *title*, within *when*."""
    side = a_side(system, number, values={"title": "t"}, fresh={"title": title})
    return replace(side, edits={} if when is None else {"title": when})


def decided(*sides, hub="t", origin=None):
    return reconcile(a_case({"title": hub}, **({"origin": origin} if origin else {})), sides, NEWEST)


def test_the_later_edit_wins_whatever_the_order_of_the_systems():  # H22
    crm, trk = moved("crm", 1, "раньше", at(0, 5)), moved("trk", 2, "позже", at(7, 9))

    assert value(decided(crm, trk)) == value(decided(trk, crm)) == "позже"
    assert decided(crm, trk).entity.facts["title"].origin.name == "trk"


def test_who_says_the_same_as_the_last_one_has_nothing_against_it():
    crm, trk, wiki = (
        moved("crm", 1, "раньше", at(0, 5)),
        moved("trk", 2, "позже", at(7, 9)),
        moved("wiki", 3, "позже", at(8)),
    )

    for order in permutations((crm, trk, wiki)):
        assert value(decided(*order)) == "позже"
        assert decided(*order).entity.facts["title"].origin.name == "trk"
    assert value(decided(crm, trk, moved("wiki", 3, "позже", None))) == "позже"
    assert len(claims(decided(crm, trk, moved("wiki", 3, "иначе", at(8))))) == 3


UNSURE = [
    (at(0, 5), at(4, 9)),  # they overlap
    (at(0, 5), at(5.5, 9)),  # apart, by less than clocks may differ
    (at(0, 5), None),  # nothing is known of one
    (at(0, 5), Interval(None, TEN + timedelta(minutes=9))),  # it may have been there for long
    (Interval(TEN, None), at(7, 9)),  # it may have come at any time
]


@pytest.mark.parametrize(("one", "other"), UNSURE)
def test_what_may_have_been_the_other_way_round_is_parked(one, other):
    outcome = decided(moved("crm", 1, "а", one), moved("trk", 2, "б", other))

    assert (value(outcome), claims(outcome)) == ("t", [("crm", "а"), ("trk", "б")])


def test_an_edit_wins_over_what_a_person_said_at_the_hub_before():
    outcome = decided(moved("crm", 1, "а", at(5, 6)), hub="h", origin=Origin("person", "ann", TEN))

    assert value(outcome) == "а"


def test_what_a_person_said_at_the_hub_wins_over_an_edit_before():
    late = Origin("person", "ann", TEN + timedelta(minutes=20))

    assert value(decided(moved("crm", 1, "а", at(5, 6)), hub="h", origin=late)) == "h"


def test_what_the_hub_took_from_a_system_can_lose_and_never_win():
    taken = Origin("system", "wiki", TEN)

    assert value(decided(moved("crm", 1, "а", at(5, 6)), hub="h", origin=taken)) == "а"
    assert claims(decided(moved("crm", 1, "а", at(-9, -8)), hub="h", origin=taken)) == [("hub", "h"), ("crm", "а")]


def test_what_was_never_agreed_upon_has_no_time():  # no base
    crm = replace(a_side("crm", 1, fresh={"title": "а"}), edits={"title": at(0)})
    trk = replace(a_side("trk", 2, fresh={"title": "б"}), edits={"title": at(30)})

    assert claims(reconcile(a_case(), [crm, trk], NEWEST)) == [("crm", "а"), ("trk", "б")]


def test_lag_and_resolution_widen_an_interval():
    seen = seen_between(TEN, TEN + 9 * SECOND, lag=5 * SECOND, resolution=SECOND)

    assert seen == Interval(TEN - 5 * SECOND, TEN + 10 * SECOND)
    assert seen_between(None, None, lag=SECOND, resolution=SECOND) == Interval(None, None)


def test_a_reading_after_the_stamp_has_overlooked_the_edit_and_says_nothing_of_it():
    overlooked = seen_between(TEN + SKEW + 2 * SECOND, TEN, lag=0 * SECOND, resolution=SECOND)
    as_clocks_differ = seen_between(TEN + SKEW + SECOND, TEN, lag=0 * SECOND, resolution=SECOND)

    assert overlooked == Interval(None, TEN + SECOND)
    assert as_clocks_differ.after == TEN + SKEW + SECOND


# --- simulation: random pairs of edits --------------------------------------------------------------------------------


@st.composite
def edits(draw):
    """
    One system with one edit: when it truly was, and the interval that the hub gets to know. Its clock is wrong by up to
    half the skew, stamps are cut, lists lag, other edits and our writes move the stamp, some have a change log.
    """
    true = draw(st.sampled_from([0, 40, 80, 130, 200, 290]))
    wrong = draw(st.integers(-30, 30))
    cut = draw(st.sampled_from([1, 60]))
    lag = draw(st.integers(0, 20))
    period = draw(st.sampled_from([10, 60, 120, 300]))
    logged = draw(st.booleans())
    resolution = timedelta(seconds=cut)
    if logged:
        return true, logged_at(_stamp(true + wrong, cut), resolution=resolution)
    read = (true + lag) // period * period + period  # the first reading that must show it
    bumped = draw(st.sampled_from([true, read]))
    before = TEN + timedelta(seconds=read - period)
    stamp = _stamp(bumped + wrong, cut)
    return true, seen_between(before, stamp, lag=timedelta(seconds=lag), resolution=resolution)


def _stamp(seconds, cut):
    return TEN + timedelta(seconds=seconds // cut * cut)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(edits(), min_size=2, max_size=3))
def test_there_is_never_a_wrong_winner(made):
    sides = [moved(f"s{number}", number, f"v{number}", when) for number, (_, when) in enumerate(made)]

    outcome = decided(*sides)

    if "title" not in outcome.entity.conflicts:
        last = max(true for true, _ in made)
        assert made[int(str(value(outcome))[1:])][0] == last


def test_the_simulation_decides_some_and_parks_some():
    """With one edit after the other, minutes apart and read every minute, the later one wins."""
    first = seen_between(TEN, TEN + 30 * SECOND, lag=0 * SECOND, resolution=SECOND)
    later = TEN + timedelta(minutes=5)
    second = seen_between(later, later + 30 * SECOND, lag=0 * SECOND, resolution=SECOND)

    assert value(decided(moved("crm", 1, "а", first), moved("trk", 2, "б", second))) == "б"
    assert "title" in decided(moved("crm", 1, "а", first), moved("trk", 2, "б", first)).entity.conflicts


def test_apart_by_no_more_than_clocks_may_differ_is_not_beyond_doubt():
    first, second = at(0, 5), Interval(at(5, 5).until + SKEW, at(9, 9).until)

    assert claims(decided(moved("crm", 1, "раньше", first), moved("trk", 2, "позже", second)))


def test_who_was_last_is_only_asked_of_facts_whose_policy_may_ask_it():
    when = When(((lambda facts: True, Home("crm")),), Newest())

    asked = facts_by_time({"title": Newest(), "amount": when, "stage": Home("crm"), "client": Park()})

    assert asked == {"title", "amount"}
