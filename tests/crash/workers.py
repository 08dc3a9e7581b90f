"""
``python -m tests.crash.workers --n 10000``: two workers and two task servers on one PostgreSQL, one of each killed.

The hub meets N deals of a Bitrix24 and makes an issue of each in a Redmine, with the Prefect server on PostgreSQL too.
All processes work on it together: the flow reads and writes, the task servers are woken as webhooks would wake them.
In the middle the flow's process with its worker, and a task server, are killed (-9). Then every deal is held against
the issues, and the CRM's own log says whether the vendor's budget was kept. ``--alone`` is one worker and one task
server, and nobody is killed: what the throughput is held against. Prints one JSON object.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.bench.sandboxes import DEAL, Sandboxes, day, hub_folder, running
from tests.live.prefect_world import Child, PrefectWorld

from .postgres import PostgresDatabases, databases
from .serving import a_prefect

SYNC = "sync/presales"
PER_SECOND = 2
"""Requests a second that the vendor drains; the sandbox's clock, and the hub's settings, are turned up alike."""
AT_ONCE = 4000
"""So many changes a method of the vendor carries out within ten minutes."""
WAKER = """
import asyncio, time
from flows.wake import wake
while True:
    asyncio.run(wake())
    time.sleep(0.5)
"""
PATIENCE = 3600.0
QUIET = 20.0


@dataclass
class Fleet:
    """Everything that runs: the systems, the Prefect server, the workers and task servers of one hub."""

    systems: Sandboxes
    prefect: PrefectWorld
    folder: Path
    workers: list[Child] = field(default_factory=list)
    servers: list[Child] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def start(self, pairs: int) -> None:
        """Start so many workers and task servers, and what wakes them."""
        self.casehub("db", "upgrade")
        self.casehub("deploy")
        for number in range(pairs):
            pool = ("worker", "start", "--pool", "casehub", "--type", "process", "--limit", "4")
            self.workers.append(self.prefect.start(f"worker-{number}", "-m", "prefect", *pool))
            words = ("-m", "flows.cli", "--hub", str(self.folder), "serve", "inbox")
            self.servers.append(self.prefect.start(f"tasks-{number}", *words))
        self.prefect.start("waker", "-c", WAKER)

    def casehub(self, *words: str) -> str:
        """Give a command of the hub. Raises RuntimeError where it fails."""
        return self.prefect.python("from flows.cli import main; main()", "--hub", str(self.folder), *words)

    def made(self) -> int:
        return self.systems.counts("tracker")["issues"]

    def kill_worker(self) -> None:
        """Kill the worker whose run is at work, and the run; the other worker takes over."""
        for worker in self.workers:
            runs = descendants(worker.process.pid)
            if runs:
                for pid in (worker.process.pid, *runs):
                    os.kill(pid, signal.SIGKILL)
                self.killed.append("a worker and its run")
                return
        raise RuntimeError("no worker has a run at work")

    def kill_server(self) -> None:
        """Kill a task server."""
        os.kill(self.servers[0].process.pid, signal.SIGKILL)
        self.killed.append("a task server")


def descendants(pid: int) -> list[int]:
    """Return the processes that *pid* has started, and those that they have."""
    try:
        found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*found, *(below for one in found for below in descendants(one))]


@contextmanager
def a_fleet(count: int, server: PostgresDatabases, speed: float) -> Iterator[Fleet]:
    """Systems with COUNT deals and a hub on PostgreSQL with its Prefect server; nobody works yet."""
    with tempfile.TemporaryDirectory(prefix="casehub-fleet-") as place, running(count, speed=speed) as systems:
        _at_the_beginning(systems)
        folder = hub_folder(_made(Path(place) / "hub"))
        own = server.empty()
        settings = (folder / "hub.yaml").read_text(encoding="utf-8")
        settings = settings.replace("sqlite:///casehub.db", own)
        settings = settings.replace("type: bitrix24,", f"type: bitrix24, per_second: {PER_SECOND * speed:.0f},")
        settings = settings.replace("conflicts:", "guards: {max_creates: 1000000}\n    conflicts:", 1)
        (folder / "hub.yaml").write_text(settings, encoding="utf-8")
        try:
            with a_prefect(Path(place), server, **systems.env) as prefect:
                yield Fleet(systems, prefect, folder)
        finally:
            server.drop(own)


def _at_the_beginning(systems: Sandboxes) -> None:
    """All deals are new and end some day ahead, so that an issue is one request; the vendor lets few at once."""
    deals = systems.deals()
    for first in range(0, len(deals), AT_ONCE):
        systems.move_deals(deals[first : first + AT_ONCE], stageId="C3:NEW", closedate=day(60))
        systems.later(600)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def run(count: int, *, pairs: int = 2, kills: bool = True, speed: float = 1.0) -> dict[str, Any]:
    """Have the fleet make COUNT issues and return what came of it."""
    with databases() as (server, _), a_fleet(count, server, speed) as fleet:
        fleet.start(pairs)
        there = fleet.made()
        before = fleet.systems.seen("crm")
        fleet.prefect.run(SYNC)
        wait(lambda: fleet.made() > there, "first issue")
        began = time.monotonic()
        if kills:
            wait(lambda: fleet.made() >= there + count // 4, "quarter of the issues")
            fleet.kill_worker()
            wait(lambda: fleet.made() >= there + count // 2, "half of the issues")
            fleet.kill_server()
        settle_down(fleet, there + count)
        seconds = time.monotonic() - began
        at_rest(fleet)
        log = Counter(one.status for one in fleet.systems.log("crm", before))
        return {
            "n": count,
            "workers": pairs,
            "task_servers": pairs,
            "killed": fleet.killed,
            "seconds": round(seconds, 1),
            "cases_per_second": round(count / seconds, 1),
            "crm_requests": sum(log.values()),
            "limit_answers": log[503] + log[429],
            "speed_of_the_vendors_clock": speed,
            **held_against(fleet.systems),
        }


def wait(look: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > until:
            raise TimeoutError(f"no {what}")
        time.sleep(0.2)


def settle_down(fleet: Fleet, wanted: int) -> None:
    """
    Wait until all issues are there, or nobody makes any more: writes that a killed process has sent wait for the next
    scheduled pass, which here somebody gives by hand.
    """
    made, since = fleet.made(), time.monotonic()
    while made < wanted and time.monotonic() - since < QUIET:
        time.sleep(0.2)
        if fleet.made() != made:
            made, since = fleet.made(), time.monotonic()


def at_rest(fleet: Fleet) -> None:
    """Wait until nothing is on its way: as a person would, by passes that find nothing more to do."""

    def quiet() -> bool:
        report = json.loads(fleet.casehub("sync", "--json"))
        status = json.loads(fleet.casehub("status", "--json", "--offline"))
        still = sum(one["open_writes"] for one in status["systems"].values())
        return not (still or any(report["created"].values()) or any(report["updated"].values()))

    wait(quiet, "rest")


def held_against(systems: Sandboxes) -> dict[str, int]:
    """Hold every deal against the issues that point at it, as plain requests show both."""
    deals = {f"{systems.crm.address}/crm/deal/details/{row['id']}/": row for row in _deals(systems)}
    of: dict[str, list[dict[str, Any]]] = {address: [] for address in deals}
    for row in _issues(systems):
        fields = {one["name"]: one.get("value") for one in row["custom_fields"]}
        if fields.get("Deal") in of:
            of[fields["Deal"]].append(row)
    pairs = [(deals[address], issues[0]) for address, issues in of.items() if issues]
    return {
        "missing": sum(1 for issues in of.values() if not issues),
        "doubled": sum(len(issues) - 1 for issues in of.values() if len(issues) > 1),
        "differing": sum(1 for deal, issue in pairs if not _agree(systems, deal, issue)),
    }


def _agree(systems: Sandboxes, deal: dict[str, Any], issue: dict[str, Any]) -> bool:
    back = f"{systems.tracker.address}/issues/{issue['id']}"
    return deal["title"] == issue["subject"] and deal["ufCrm_1690000010"] == back


def _deals(systems: Sandboxes) -> Iterator[dict[str, Any]]:
    address = f"{systems.crm.about['webhooks']['admin']}crm.item.list"
    last = 0
    while True:
        select = ["id", "title", "ufCrm_1690000010"]
        form = {"entityTypeId": DEAL, "select": select, "filter": {">id": last}, "order": {"id": "ASC"}, "start": -1}
        answer = systems.client.post(address, json=form)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            time.sleep(0.2)
            continue
        rows = answer.raise_for_status().json()["result"]["items"]
        if not rows:
            return
        yield from rows
        last = rows[-1]["id"]


def _issues(systems: Sandboxes) -> Iterator[dict[str, Any]]:
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["keys"]["admin"])}
    offset = 0
    while True:
        query = f"status_id=*&sort=id&limit=100&offset={offset}"
        page = systems.client.get(f"{systems.tracker.address}/issues.json?{query}", headers=headers).json()
        yield from page["issues"]
        offset += len(page["issues"])
        if offset >= page["total_count"] or not page["issues"]:
            return


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.workers", description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="deals, and issues to be made")
    parser.add_argument("--alone", action="store_true", help="one worker, one task server, nobody is killed")
    parser.add_argument("--no-kill", action="store_true", help="nobody is killed")
    parser.add_argument("--speed", type=float, default=20.0, help="how fast the vendor's clock and budget run")
    parser.add_argument("--out", type=Path, help="a file for the JSON object")
    given = parser.parse_args(arguments)
    kills = not (given.alone or given.no_kill)
    found = run(given.n, pairs=1 if given.alone else 2, kills=kills, speed=given.speed)
    wrong = {what: found[what] for what in ("missing", "doubled", "differing", "limit_answers") if found[what]}
    found["broken"] = [{"text": f"{what}: {count}"} for what, count in wrong.items()]
    form = json.dumps(found, ensure_ascii=False) + "\n"
    if given.out is not None:
        given.out.write_text(form, encoding="utf-8")
    sys.stdout.write(form)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
