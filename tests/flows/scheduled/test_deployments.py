"""The deployments of a hub, worked out from its hub.yaml; prefect.yaml shows those of the example hub."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from flows.scheduled.deployments import HEAD, as_yaml, deployments, too_short
from flows.scheduled.quiet import QUIET
from state.runs import Run
from tests.mappings.language.hubs import examples, loaded

FOLDER = "/srv/casehub"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def planned(folder=FOLDER, **given):
    return {one.full_name: one for one in deployments(loaded(examples()), folder, **given)}


OF_SYNC = ["sync/presales", "full-scan/presales", "retry-parked/presales"]


def test_a_sync_has_a_run_that_comes_often_one_that_reads_everything_and_one_that_tries_again():
    assert list(planned()) == [*OF_SYNC, "housekeeping/srv-casehub"]


def test_the_period_of_hub_yaml_is_an_interval_and_the_full_scan_a_cron_line_in_the_hubs_time_zone():
    often, whole = planned()["sync/presales"].schedule, planned()["full-scan/presales"].schedule

    assert (often["interval"], often["timezone"]) == (120.0, "Europe/Moscow")
    assert (whole["cron"], whole["timezone"]) == ("0 3 * * *", "Europe/Moscow")


def test_a_run_knows_the_folder_and_the_name_and_nothing_else():
    assert {name: one.parameters for name, one in planned().items()} == {
        **{name: {"hub": FOLDER, "name": "presales"} for name in OF_SYNC},
        "housekeeping/srv-casehub": {"hub": FOLDER},
    }


def test_passes_run_one_at_a_time_and_the_one_that_keeps_house_is_never_shut_out():
    limits = {name: one.form().get("concurrency_limit") for name, one in planned().items()}

    alone = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    assert limits == {**dict.fromkeys(OF_SYNC, alone), "housekeeping/srv-casehub": None}


def test_every_process_is_told_to_keep_quiet():
    assert all(one.form()["work_pool"]["job_variables"]["env"] == QUIET for one in planned().values())


def test_two_hubs_keep_house_under_names_of_their_own():
    first, second = planned("/srv/one/hub"), planned("/srv/two/hub")

    assert set(first) & set(second) == set(OF_SYNC)


def test_entrypoints_are_modules_that_hold_a_flow_of_the_name():
    from importlib import import_module

    from prefect import Flow

    for one in planned().values():
        module, _, name = one.entrypoint.rpartition(".")
        flow = getattr(import_module(module), name)
        assert isinstance(flow, Flow)
        assert flow.name == one.flow
        assert set(one.parameters) == set(flow.parameters.properties)


def test_prefect_yaml_is_what_deploy_prints_for_the_example_hub(root):
    assert (root / "prefect.yaml").read_text(encoding="utf-8") == as_yaml(tuple(planned().values()))


def test_what_deploy_prints_is_read_back_as_it_was_meant():
    text = as_yaml(tuple(planned(pool="другой").values()))

    assert text.startswith(HEAD)
    assert [one["work_pool"]["name"] for one in yaml.safe_load(text)["deployments"]] == ["другой"] * 4


def a_run(seconds):
    return Run("1", "presales", "sync", AT, AT + timedelta(seconds=seconds), "done")


@pytest.mark.parametrize(
    ("every", "took", "least"),
    [(120, 61.0, "122s"), (30, 11.0, "31s"), (10, 1.0, "21s")],
)
def test_a_period_that_is_too_short_for_its_runs_is_told_with_one_that_is_not(every, took, least):
    text = too_short("presales", timedelta(seconds=every), a_run(took))

    assert text.startswith("presales: every ")
    assert f"`every: {least}`" in text


@pytest.mark.parametrize(("every", "took"), [(120, 60.0), (120, 1.0), (21, 1.0)])
def test_a_period_of_twice_a_run_with_room_for_a_start_is_not_told(every, took):
    assert too_short("presales", timedelta(seconds=every), a_run(took)) == ""


def test_nothing_is_said_before_the_first_run():
    assert too_short("presales", timedelta(seconds=10), None) == ""
