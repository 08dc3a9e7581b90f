"""`casehub up` as an admin runs it: real processes, a real Prefect server, webhooks over a real line."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.trust import NOBODY
from flows.hub.demo import Systems, hub_folder, started
from flows.hub.demo.seeding import seed
from state import process
from tests.live.file_hub import wait_for

CASEHUB = str(Path(sys.executable).parent / "casehub")
SECRET = "signature"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Up:
    """A hub over two sandboxes, and the processes that `casehub up` keeps for it."""

    folder: Path
    systems: Systems
    port: int = field(default_factory=free_port)
    prefect_port: int = field(default_factory=free_port)
    running: "subprocess.Popen[str] | None" = None

    @property
    def token(self) -> str:
        return str(self.systems.crm.about["application_token"])

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "PREFECT_"))}
        return {**kept, **self.systems.environment(), "CRM_TOKEN": self.token, "TRACKER_SECRET": SECRET}

    def casehub(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [CASEHUB, "--hub", str(self.folder), *words]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)

    def start(self) -> None:
        """Give the command and wait until it says that all of it stands."""
        words = ["up", "--port", str(self.port), "--prefect-port", str(self.prefect_port)]
        self.running = subprocess.Popen(
            [CASEHUB, "--hub", str(self.folder), *words],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.running.stdout is not None
        said = []
        for line in self.running.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                return
        raise AssertionError("".join(said))

    def children(self) -> list[int]:
        form = json.loads((self.folder / ".casehub/up.json").read_text(encoding="utf-8"))
        return [child["pid"] for child in form["children"]]

    def hubs_of_deployments(self) -> set[str]:
        """Return the folders that its Prefect server runs flows for."""
        address = f"http://127.0.0.1:{self.prefect_port}/api/deployments/filter"
        rows = httpx.post(address, json={}, trust_env=False, verify=NOBODY).raise_for_status().json()
        return {str(row["parameters"]["hub"]) for row in rows}

    def stop(self) -> tuple[int, float]:
        """Ask it to stop; returns its exit code and the seconds that it took."""
        assert self.running is not None
        began = time.monotonic()
        self.running.send_signal(signal.SIGTERM)
        self.running.communicate(timeout=60)
        return self.running.returncode, time.monotonic() - began

    def end(self) -> None:
        """Whatever happened: nothing of it outlives the test."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
            self.running.communicate(timeout=60)

    # --- people at work in the systems ---

    def set_amount(self, deal: int, amount: int) -> None:
        form = {"entityTypeId": 2, "id": deal, "fields": {"opportunity": amount, "isManualOpportunity": "Y"}}
        httpx.post(
            f"{self.systems.webhook}crm.item.update", json=form, trust_env=False, verify=NOBODY
        ).raise_for_status()

    def move_issue(self, deal: int, day: str) -> None:
        """A case manager gives the issue of a deal another date."""
        key = str(self.systems.tracker.about["keys"]["admin"])
        address = f"{self.systems.tracker.address}/issues/{self.issue_of(deal)['id']}.json"
        form = {"issue": {"due_date": day}}
        httpx.put(
            address, json=form, headers={"X-Redmine-API-Key": key}, trust_env=False, verify=NOBODY
        ).raise_for_status()

    def closes(self, deal: int) -> str:
        return str(self.systems.deal(deal)["closedate"])

    def amount_of(self, deal: int) -> str:
        """Return the amount that the issue of a deal shows."""
        fields = {one["name"]: one["value"] for one in self.issue_of(deal)["custom_fields"]}
        return str(fields["Amount"]).removesuffix(".0")

    def issue_of(self, deal: int) -> dict[str, Any]:
        """Return the issue of a deal as the tracker shows it to anybody."""
        headers = {"X-Redmine-API-Key": self.systems.key}
        address = f"{self.systems.tracker.address}/issues.json?project_id=presales&status_id=*&limit=100"
        rows: list[dict[str, Any]] = httpx.get(address, headers=headers, trust_env=False, verify=NOBODY).json()[
            "issues"
        ]
        page = self.systems.deal_page(deal)
        return next(row for row in rows if page in [one["value"] for one in row["custom_fields"]])


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A hub that has been synced once and is up."""
    with started(None) as systems:
        seed(systems, date(2026, 11, 1))
        folder = hub_folder(tmp_path_factory.mktemp("up") / "hub", systems.environment())
        text = (folder / "hub.yaml").read_text(encoding="utf-8")
        text = text.replace(
            'webhook: "${DEMO_CRM_WEBHOOK}"', 'webhook: "${DEMO_CRM_WEBHOOK}", application_token: "${CRM_TOKEN}"'
        )
        text = text.replace("tracker: Case}", 'tracker: Case, webhook_secret: "${TRACKER_SECRET}"}')
        (folder / "hub.yaml").write_text(text.replace("every: 2m", "every: 1h"), encoding="utf-8")
        up = Up(folder, systems)
        assert up.casehub("sync").returncode == 0
        aim(up)
        try:
            up.start()
            yield up
        finally:
            up.end()


def aim(up: Up) -> None:
    """Have both systems post their webhooks to the hub's door."""
    for sandbox, system, secret in ((up.systems.crm, "crm", up.token), (up.systems.tracker, "tracker", SECRET)):
        address, headers = sandbox.control
        target = {"url": f"http://127.0.0.1:{up.port}/hooks/{system}", "secret": secret}
        httpx.put(
            f"{address}/webhooks", json=[target], headers=headers, trust_env=False, verify=NOBODY
        ).raise_for_status()


DEAL = 4


def test_a_changed_deal_is_seen_in_the_tracker_long_before_the_schedule_comes(up: Up) -> None:
    up.set_amount(DEAL, 777_001)

    wait_for(lambda: up.amount_of(DEAL) == "777001" or None, seconds=20, what="amount in the tracker")


def test_a_changed_issue_is_seen_in_the_crm_long_before_the_schedule_comes(up: Up) -> None:
    up.move_issue(DEAL, "2027-05-14")

    day = wait_for(lambda: up.closes(DEAL).startswith("2027-05-14") or None, seconds=20, what="date in the CRM")

    assert day


def test_the_same_hub_is_not_brought_up_twice(up: Up) -> None:
    again = up.casehub("up", "--port", str(free_port()), "--prefect-port", str(free_port()))

    assert again.returncode == 2
    assert "is up already" in again.stderr


def test_a_process_that_ends_is_started_again(up: Up) -> None:
    before = up.children()
    os.kill(before[-1], signal.SIGKILL)  # the page
    wait_for(lambda: set(up.children()) - set(before) or None, seconds=30, what="new process")
    address = f"http://127.0.0.1:{up.port}/healthz"
    wait_for(lambda: answers(address) or None, seconds=30, what="page that answers")

    up.set_amount(DEAL, 777_002)

    wait_for(lambda: up.amount_of(DEAL) == "777002" or None, seconds=20, what="amount in the tracker")


def answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False, verify=NOBODY).is_success
    except httpx.HTTPError:
        return False


def test_a_port_that_is_taken_is_told_and_nothing_stays_behind(up: Up, tmp_path: Path) -> None:
    folder = hub_folder(tmp_path / "other", up.systems.environment())
    other = Up(folder, up.systems, port=up.port)

    done = other.casehub("up", "--port", str(up.port), "--prefect-port", str(other.prefect_port))

    assert done.returncode == 1
    assert f"port {up.port} of 127.0.0.1 is taken" in done.stderr
    assert not answers(f"http://127.0.0.1:{other.prefect_port}/api/health")


def test_a_stop_ends_everything_within_seconds_and_loses_nothing(up: Up) -> None:
    children = {pid: process.started(pid) for pid in up.children()}
    up.set_amount(DEAL, 777_003)

    code, seconds = up.stop()
    left = [pid for pid, began in children.items() if process.started(pid) == began]
    assert up.casehub("sync").returncode == 0

    assert (code, left) == (0, [])
    assert seconds < 25  # three things that may each take their grace; a stop with nothing at work takes two
    assert up.amount_of(DEAL) == "777003"


def test_a_hub_that_was_moved_takes_its_schedules_along(up: Up) -> None:
    up.folder = up.folder.rename(up.folder.with_name("moved"))

    up.start()

    assert up.hubs_of_deployments() == {str(up.folder)}
