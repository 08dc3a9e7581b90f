"""Whether a deployment on the server is what the hub wants."""

import uuid
from dataclasses import replace

import pytest
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse, GlobalConcurrencyLimitResponse

from flows.scheduled.deploying import other_owner, schedule_of, stands
from flows.scheduled.deployments import Planned, deployments
from tests.mappings.language.hubs import examples, loaded

SYNC, FULL, _, HOUSE = deployments(loaded(examples()), "/srv/casehub")


def on_the_server(one: Planned, **given):
    """The deployment as the server tells it."""
    schedule = schedule_of(one.schedule, active=True)
    number = uuid.uuid4()
    limit = GlobalConcurrencyLimitResponse(name="d", limit=1, active=True, active_slots=0, slot_decay_per_second=0.0)
    form = {
        "name": one.name,
        "flow_id": uuid.uuid4(),
        "entrypoint": one.entrypoint,
        "parameters": dict(one.parameters),
        "work_pool_name": one.pool,
        "job_variables": one.variables,
        "pull_steps": one.pull,
        "tags": ["casehub"],
        "schedules": [DeploymentSchedule(deployment_id=number, schedule=schedule.schedule, slug=schedule.slug)],
        "global_concurrency_limit": limit if one.alone else None,
        "labels": {},
    }
    return DeploymentResponse(**{**form, **given})


@pytest.mark.parametrize("one", [SYNC, FULL, HOUSE], ids=lambda one: one.flow)
def test_what_was_made_stands(one):
    assert stands(one, on_the_server(one))


def test_one_that_somebody_paused_stands():
    assert stands(SYNC, on_the_server(SYNC, paused=True))


@pytest.mark.parametrize(
    "other",
    [
        {"entrypoint": "flows.scheduled.other.other"},
        {"parameters": {"hub": "/srv/casehub", "name": "sales"}},
        {"work_pool_name": "other"},
        {"job_variables": {"env": {}}},
        {"pull_steps": []},
        {"schedules": []},
        {"global_concurrency_limit": None},
    ],
    ids=lambda other: next(iter(other)),
)
def test_one_that_differs_does_not(other):
    assert not stands(SYNC, on_the_server(SYNC, **other))


def test_another_period_is_another_deployment():
    sooner = replace(SYNC, schedule={**SYNC.schedule, "interval": 60.0})

    assert not stands(sooner, on_the_server(SYNC))


def test_a_cron_line_keeps_its_time_zone():
    schedule = schedule_of(FULL.schedule, active=False)

    assert (schedule.schedule.cron, schedule.schedule.timezone) == ("0 3 * * *", "Europe/Moscow")
    assert (schedule.active, schedule.slug) == (False, "full-scan")


def test_what_worked_for_a_folder_from_which_the_hub_has_moved_is_its_own():
    before = on_the_server(SYNC)

    assert other_owner(before, "/srv/hub", lambda _: False) == "the hub in /srv/casehub"
    assert other_owner(before, "/srv/hub", lambda folder: folder == "/srv/casehub") == ""
    assert other_owner(before, "/srv/casehub", lambda _: False) == ""


def test_what_is_not_marked_as_ours_is_never_taken_over():
    assert other_owner(on_the_server(SYNC, tags=[]), "/srv/casehub", lambda _: True) == "something else"
