"""Scheduled runs on a real Prefect server with a real worker: nothing is lost, doubled, or run twice at a time."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.postgres import databases
from tests.crash.serving import a_prefect
from tests.live.file_hub import FileHub, a_file_hub, wait_for
from tests.live.prefect_world import PrefectWorld

THREE = ("Внедрение CRM", "Склад", "Pilot")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectWorld]:
    """A server and a worker, for all tests of this file."""
    with databases() as (server, _), a_prefect(tmp_path_factory.mktemp("prefect"), server) as world:
        world.ask("POST", "/work_pools/", {"name": "casehub", "type": "process"})
        words = ("worker", "start", "--pool", "casehub", "--type", "process", "--limit", "4")
        world.start("worker", "-m", "prefect", *words)
        yield world


def deployed(world: PrefectWorld, folder: Path, *deals: str, sync: str) -> FileHub:
    """A hub with *deals* in its CRM, whose schedules are on the server."""
    hub = a_file_hub(folder / "hub", *deals, sync=sync)
    done = world.casehub(hub, "deploy", "--json")
    assert done.returncode == 0, done.stderr
    return hub


def titles(hub: FileHub, system: str) -> list[str]:
    return sorted(str(views["title"]) for views in hub.records(system).values())


def test_the_server_plans_runs_by_itself(world: PrefectWorld, tmp_path: Path) -> None:
    deployed(world, tmp_path, sync="по-часам")
    chosen = {
        "deployments": {"name": {"any_": ["по-часам"]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }

    planned = wait_for(lambda: world.ask("POST", "/flow_runs/count", chosen) or None, what="run by schedule")

    assert planned > 1


def test_a_scheduled_run_brings_a_deal_to_the_tracker_and_leaves_its_counts(
    world: PrefectWorld, tmp_path: Path
) -> None:
    hub = deployed(world, tmp_path, "Внедрение CRM", sync="первый")

    run = world.run("sync/первый")
    state = world.end_of(run)

    [issue] = hub.records("trk").values()
    [artifact] = world.artifacts(run)
    assert state == ("COMPLETED", "Completed", "первый: read 1, made 1, changed 1")
    assert (issue["title"], issue["status"]) == ("Внедрение CRM", "New")
    assert [deal["link"] for deal in hub.records("crm").values()] == ["memory://trk/record/1"]
    assert [(row["system"], row["created"], row["updated"]) for row in json.loads(artifact["data"])] == [
        ("crm", 0, 1),
        ("trk", 1, 0),
    ]
    assert world.tasks_of(run, 6)[2:] == ["decide 1", "push trk 1", "decide 1", "push crm 1"]
    assert not any(word in json.dumps(world.kept_of(run), ensure_ascii=False) for word in ("Внедрение", "Ромашка"))


def test_after_a_kill_in_mid_create_the_next_run_carries_on(world: PrefectWorld, tmp_path: Path) -> None:
    hub = deployed(world, tmp_path, *THREE, sync="killed")
    hub.shut()
    first = world.run("sync/killed")
    os.kill(hub.waiting_process(), signal.SIGKILL)
    killed = world.end_of(first)
    made = titles(hub, "trk")
    hub.open()

    again = world.end_of(world.run("sync/killed"))

    assert (killed[0], len(made)) == ("CRASHED", 1)
    assert again[:2] == ("COMPLETED", "Completed"), again
    assert titles(hub, "trk") == sorted(THREE)
    assert {deal["link"] for deal in hub.records("crm").values()} == {f"memory://trk/record/{n}" for n in (1, 2, 3)}


def test_a_second_run_is_kept_out_while_one_runs(world: PrefectWorld, tmp_path: Path) -> None:
    hub = deployed(world, tmp_path, "Внедрение CRM", sync="single")
    hub.shut()
    first = world.run("sync/single")
    hub.waiting_process()

    by_prefect = world.end_of(world.run("sync/single"))
    by_lease = world.end_of(world.run_beside(hub, "single"))
    hub.open()

    assert by_prefect == ("CANCELLED", "Cancelled", "Deployment concurrency limit reached.")
    assert by_lease[:2] == ("COMPLETED", "Skipped")
    assert "another scheduled pass of single is at work" in by_lease[2]
    assert world.end_of(first)[:2] == ("COMPLETED", "Completed")
    assert titles(hub, "trk") == ["Внедрение CRM"]


def test_what_waits_for_a_person_and_what_is_away_are_failures_of_their_own_names(
    world: PrefectWorld, tmp_path: Path
) -> None:
    hub = deployed(world, tmp_path, "Внедрение CRM", sync="ends")
    assert world.casehub(hub, "sync", "ends").returncode == 0
    mapping, tracker = hub.folder / "record.trk.yaml", hub.folder / "trk.json"
    known = mapping.read_text(encoding="utf-8")

    mapping.write_text(known + "  channel: null\n", encoding="utf-8")
    stopped = world.end_of(world.run("sync/ends"))
    mapping.write_text(known, encoding="utf-8")
    tracker.write_text("{", encoding="utf-8")
    away = world.end_of(world.run("sync/ends"))

    assert (*stopped[:2], "the mapping of ends has changed" in stopped[2]) == ("FAILED", "Stopped", True)
    assert (*away[:2], "trk" in away[2]) == ("FAILED", "Unreachable", True)


def test_a_run_that_never_began_gives_its_place_back(world: PrefectWorld, tmp_path: Path) -> None:
    hub = deployed(world, tmp_path, "Внедрение CRM", sync="stuck")
    world.pause(hub)  # the sweep looks ahead, where a housekeeping that has just begun would count as stuck too
    stuck = world.run_without_process("sync/stuck")
    assert world.end_of(world.run("sync/stuck"))[0] == "CANCELLED"

    early, late = world.sweep(hub, minutes_later=4), world.sweep(hub, minutes_later=6)
    after = world.end_of(world.run("sync/stuck"))

    assert (early, late) == ([], [world.name_of(stuck)])
    assert world.state(stuck)[:2] == ("CRASHED", "Crashed")
    assert after[:2] == ("COMPLETED", "Completed"), after


def test_what_is_deployed_already_is_left_alone_and_what_is_paused_stays_paused(
    world: PrefectWorld, tmp_path: Path
) -> None:
    hub = a_file_hub(tmp_path / "hub", sync="again")
    first = json.loads(world.casehub(hub, "deploy", "--json").stdout)
    number = world.deployment("sync/again")["id"]
    world.ask("PATCH", f"/deployments/{number}", {"paused": True})
    second = json.loads(world.casehub(hub, "deploy", "--json").stdout)
    text = (hub.folder / "hub.yaml").read_text(encoding="utf-8")
    (hub.folder / "hub.yaml").write_text(text.replace("every: 1h", "every: 30m"), encoding="utf-8")

    third = json.loads(world.casehub(hub, "deploy", "--json").stdout)

    assert {"sync/again", "full-scan/again"} < set(first["made"])
    assert (second["made"], second["changed"], second["removed"]) == ([], [], [])
    assert (third["made"], third["changed"], third["removed"]) == ([], ["sync/again"], [])
    assert world.deployment("sync/again")["paused"] is True
    assert [one["schedule"]["interval"] for one in world.deployment("sync/again")["schedules"]] == [1800.0]


def test_a_webhook_is_worked_on_without_waiting_for_the_schedule(world: PrefectWorld, tmp_path: Path) -> None:
    hub = a_file_hub(tmp_path / "hub", "Внедрение CRM", sync="fast")
    assert world.casehub(hub, "sync", "fast").returncode == 0
    world.serve_inbox(hub)
    hub.edit("crm", "1", amount="175000")

    told = world.webhook(hub, "1")

    wait_for(lambda: hub.records("trk")["1"]["amount"] == "175000" or None, what="edit in the tracker")
    assert told == "True"
