"""Which runs are stuck: nobody works on them, and they hold the place of others."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.schemas.objects import FlowRun, State, StateType

from flows.scheduled.sweeping import STUCK, why_stuck

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OLD = NOW - STUCK - timedelta(seconds=1)
HUB = "/srv/casehub"


def a_run(type_=StateType.PENDING, at=OLD, **parameters):
    state = State(type=type_, timestamp=at)
    return FlowRun(flow_id=uuid.uuid4(), state=state, parameters={"hub": HUB, "name": "presales", **parameters})


def stuck(run, at_work=()):
    return why_stuck(run, HUB, at_work=at_work, before=NOW - STUCK)


def test_a_run_whose_process_never_began_is_stuck():
    assert "never began" in stuck(a_run())


def test_a_run_that_holds_no_lease_is_stuck():
    assert "lease" in stuck(a_run(StateType.RUNNING))


def test_one_that_somebody_works_on_is_not():
    assert stuck(a_run(StateType.RUNNING), at_work={"presales"}) == ""


def test_one_that_never_began_is_stuck_even_while_another_one_works():
    assert stuck(a_run(), at_work={"presales"}) != ""


@pytest.mark.parametrize("type_", [StateType.PENDING, StateType.RUNNING])
def test_a_young_one_is_not(type_):
    assert stuck(a_run(type_, at=NOW - STUCK)) == ""


@pytest.mark.parametrize("type_", [StateType.SCHEDULED, StateType.CANCELLING, StateType.COMPLETED])
def test_one_that_holds_nobodys_place_is_not(type_):
    assert stuck(a_run(type_)) == ""


def test_runs_of_other_hubs_are_left_to_them():
    assert stuck(a_run(hub="/srv/other")) == ""
