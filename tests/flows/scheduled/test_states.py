"""What Prefect sees of the end of a run."""

import re

import pytest
from prefect.client.schemas.objects import StateType

from flows.scheduled.automation import without_heartbeat
from flows.scheduled.ends import NAMES, End
from flows.scheduled.quiet import QUIET, keep_quiet
from flows.scheduled.states import artifact_key, state_of


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("Completed", StateType.COMPLETED),
        ("Skipped", StateType.COMPLETED),
        ("Stopped", StateType.FAILED),
        ("Unreachable", StateType.FAILED),
        ("Failed", StateType.FAILED),
    ],
)
def test_every_end_is_a_state_of_its_own_name(name, type_):
    state = state_of(End(name, "presales: read 3"))

    assert (state.type, state.name, state.message) == (type_, name, "presales: read 3")


def test_the_automation_takes_every_end_for_an_end():
    trigger = without_heartbeat().trigger

    assert {f"prefect.flow-run.{name}" for name in NAMES} < trigger.expect


def test_the_automation_waits_for_three_heartbeats_of_the_hubs_own_runs():
    trigger = without_heartbeat().trigger

    assert trigger.within.total_seconds() >= 3 * float(QUIET["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])
    assert trigger.match_related.root == {
        "prefect.resource.id": "prefect.tag.casehub",
        "prefect.resource.role": "tag",
    }


@pytest.mark.parametrize("sync", ["presales", "pre-sales-2", "Presales", "пресейл", "pre_sales"])
def test_the_key_of_an_artifact_is_one_that_prefect_takes(sync):
    assert re.fullmatch(r"sync-[a-z0-9-]+", artifact_key("sync", sync))


def test_two_syncs_never_share_a_key():
    names = ["presales", "Presales", "pre-sales", "pre_sales", "пресейл", "Пресейл"]

    assert len({artifact_key("sync", name) for name in names}) == len(names)


def test_what_somebody_has_set_already_stands():
    environment = {"DO_NOT_TRACK": "0"}

    keep_quiet(environment)

    assert environment == {**QUIET, "DO_NOT_TRACK": "0"}
