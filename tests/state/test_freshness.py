"""Fresh or not: the laws of order."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.freshness import LATEST, Known, Read, judge, later, went_back
from tests.state_builders import START

LATER = START + timedelta(seconds=1)
moments = st.integers(0, 3).map(lambda seconds: START + timedelta(seconds=seconds))
versions = st.none() | st.sampled_from(["1", "2", "3"])
reads = st.builds(Read, st.sampled_from("ab"), versions, moments)
knowns = st.builds(Known, st.sampled_from("ab"), versions, moments, st.booleans())
law = settings(derandomize=True, deadline=None, max_examples=200)


@law
@given(reads, st.booleans())
def test_what_nobody_knows_is_new(read: Read, lag: bool) -> None:
    assert judge(read, None, lag=lag) == "new"


@law
@given(reads, knowns)
def test_what_is_taken_for_new_is_proved_by_version_or_by_time(read: Read, known: Known) -> None:
    if judge(read, known) == "new":
        proved = read.version is not None and known.version is not None and read.version > known.version
        assert proved or (known.touched is not None and read.began >= known.touched)


@law
@given(reads, knowns)
def test_a_list_that_may_lag_proves_nothing_by_time(read: Read, known: Known) -> None:
    if judge(read, known, lag=True) == "new":
        assert read.version is not None
        assert known.version is not None
        assert read.version > known.version


@law
@given(reads, knowns)
def test_what_is_dropped_is_the_same_or_an_older_version(read: Read, known: Known) -> None:
    match judge(read, known):
        case "same":
            assert read.hash == known.hash
        case "stale":
            assert str(read.version) < str(known.version)


@pytest.mark.parametrize(("began", "verdict"), [(START, "unclear"), (LATER, "new")])
def test_a_record_known_to_be_gone_is_back_only_by_a_later_request(began, verdict) -> None:  # type: ignore[no-untyped-def]  # parameters above
    gone = Known("a", "1", LATER, tombstone=True)

    assert judge(Read("a", "9", began), gone) == verdict


@pytest.mark.parametrize(
    ("touched", "back"),
    [(START, True), (START + timedelta(seconds=1), False), (START + 2 * LATEST, False), (None, False)],
)
def test_an_older_version_is_a_late_answer_for_a_while(touched, back) -> None:  # type: ignore[no-untyped-def]  # parameters above
    assert went_back(Read("a", "1", START + LATEST), Known("b", "2", touched)) is back


def test_the_later_of_two_times_may_be_the_only_one() -> None:
    assert (later(START, LATER), later(None, START), later(START, None), later(None, None)) == (
        LATER,
        START,
        START,
        None,
    )
