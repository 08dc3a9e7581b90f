"""What `status` tells of how the systems keep up."""

import asyncio

import pytest

from flows.hub.standing import status
from flows.hub.timeliness import Drifted, Visible
from state import runs
from tests.hub_builders import opened


@pytest.mark.parametrize(
    ("seconds", "half", "most"),
    [([3.0], 3.0, 3.0), ([1.0, 2.0, 9.0], 2.0, 9.0), ([float(number) for number in range(1, 101)], 50.5, 95.0)],
    ids=["one", "few", "a hundred"],
)
def test_95_percent_are_within_the_smallest_that_holds_them(seconds, half, most):
    assert Visible.of(seconds) == Visible(len(seconds), half, most)


def test_nothing_measured_is_nothing_told():
    assert Visible.of([]) is None
    assert Drifted.of([]) == Drifted(0, 0, None, ())


def test_status_tells_how_soon_a_change_was_visible(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"amount": "175000"})
    hub.sync()

    found = asyncio.run(status(hub.installation, ask=False)).form()["systems"]

    assert found["trk"]["visible_after"]["changes"] >= 1
    assert 0 < found["trk"]["visible_after"]["median"] <= found["trk"]["visible_after"]["p95"] < 60


def test_status_tells_when_all_cases_were_compared_and_only_a_whole_pass_does_that(tmp_path):
    hub, _ = opened(tmp_path)

    def compared():
        return asyncio.run(status(hub.installation, ask=False)).form()["syncs"]["presales"]["compared"]

    never = compared()
    hub.sync(full=True)
    once = compared()
    hub.sync()

    assert never is None
    assert compared() == once
    last = runs.last_compared(hub.installation.store, "presales")
    assert last is not None
    assert once == last.finished.isoformat()


def test_a_whole_pass_that_a_system_was_missing_from_compares_nothing(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].locked_out = True

    hub.sync(full=True)

    assert runs.last_compared(hub.installation.store, "presales") is None
