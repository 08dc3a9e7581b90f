"""How a run ends, in the words that Prefect shows: no text of it holds what people wrote."""

from collections import Counter

import pytest

from connectors.errors import AuthFailed, RetryLater
from flows.hub.report import Report
from flows.hub.running import AlreadyRunning
from flows.scheduled.ends import NAMES, End, counted, end_of, end_of_error, rows
from mappings.reconcile.guards import Stop
from state.errors import LeaseLost


def a_report(**given):
    counts = {"read": Counter(crm=3), "created": Counter(trk=1), "requests": {"crm": 4, "trk": 2}}
    return Report("presales", **{**counts, **given})


def test_a_pass_that_did_its_work_is_completed_with_its_counts():
    assert end_of(a_report()) == End("Completed", "presales: read 3, made 1, changed 0")


def test_what_is_open_is_counted_too():
    assert counted(a_report(conflicts=2, in_doubt=1)) == "presales: read 3, made 1, changed 0, conflicts 2, in doubt 1"


def test_a_guard_stops_a_run_visibly_and_says_what_to_do():
    end = end_of(a_report(stops=[Stop("max_creates", "600 creates, more than 500")]))

    assert (end.name, end.good) == ("Stopped", False)
    assert "600 creates, more than 500" in end.text
    assert "casehub plan presales" in end.text


def test_a_system_that_is_away_fails_the_run_although_the_others_went_on():
    end = end_of(a_report(trouble={"trk": "trk: GET /issues.json did not arrive"}))

    assert (end.name, end.good) == ("Unreachable", False)
    assert "trk: GET /issues.json did not arrive" in end.text


def test_a_guard_weighs_more_than_a_system_that_is_away():
    assert end_of(a_report(stops=[Stop("empty", "…")], trouble={"trk": "…"})).name == "Stopped"


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (AlreadyRunning("another scheduled pass of presales is at work"), "Skipped"),
        (RetryLater("GET / did not arrive", system="trk"), "Unreachable"),
        (AuthFailed("GET / answered 401", system="trk"), "Unreachable"),
        (LeaseLost("lease 'sync:presales' was taken"), "Failed"),
    ],
)
def test_a_known_error_ends_the_run_with_its_advice(error, name):
    end = end_of_error(error)

    assert end is not None
    assert end.name == name
    assert str(error) in end.text


def test_a_run_that_stepped_aside_has_not_failed():
    end = end_of_error(AlreadyRunning("another scheduled pass of presales is at work"))

    assert end is not None
    assert end.good


def test_an_error_that_nobody_expected_has_no_end():
    assert end_of_error(KeyError("ООО «Ромашка»")) is None


def test_the_names_that_count_as_good_are_names_of_ends():
    assert {name for name in NAMES if End(name, "").good} == {"Completed", "Skipped"}


def test_the_counts_of_a_pass_are_a_row_per_system():
    report = a_report(writing={"trk": 1}, overhead={"crm": 2})

    assert rows(report) == [
        {"system": "crm", "read": 3, "created": 0, "updated": 0, "requests": 4, "overhead": 2, "writing": 0},
        {"system": "trk", "read": 0, "created": 1, "updated": 0, "requests": 2, "overhead": 0, "writing": 1},
    ]
