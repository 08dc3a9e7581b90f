"""A real Prefect server and the processes beside it: what the tests of the schedules work in."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from connectors.trust import NOBODY
from flows.scheduled.quiet import QUIET
from tests.live.file_hub import FileHub, wait_for

ROOT = Path(__file__).resolve().parents[2]
GATE = Path(__file__).parent / "gate"
BESIDE = """
import asyncio, sys
from flows.scheduled.sync import sync
state = asyncio.run(sync(*sys.argv[1:], return_state=True))
print(state.state_details.flow_run_id)
"""
SWEEP = """
import asyncio, json, sys
from datetime import timedelta
from prefect.client.orchestration import get_client
from flows.scheduled.sweeping import sweep
from state.store import utc_now

async def main(folder, minutes):
    async with get_client() as client:
        return await sweep(client, folder, at_work=(), now=utc_now() + timedelta(minutes=int(minutes)))

print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
"""
TASK_SERVER = """
import sys
from pathlib import Path
from flows.scheduled.inbox import serve_inbox
serve_inbox(Path(sys.argv[1]))
"""
WAKE = """
import asyncio, sys
from pathlib import Path
from flows.hub.wiring import install
from flows.wake import wake
from state import inbox
installation = install(Path(sys.argv[1]))
inbox.hint(installation.store, "crm", kind="record", ids=[sys.argv[2]], reason="webhook")
print(asyncio.run(wake()))
"""
FINAL = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")


@dataclass
class Child:
    """A process of ours, ended by its number; what it said is in LOG."""

    process: subprocess.Popen[bytes]
    log: Path

    def end(self) -> None:
        """Ask it to stop, then insist; its own children go with it."""
        for sign in (signal.SIGINT, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, sign)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                continue
        if self.process.poll() is not None:
            self._end_group()

    def _end_group(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


@dataclass
class PrefectWorld:
    """The server at URL, and everything that was started beside it."""

    folder: Path
    url: str
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    def start(self, name: str, *words: str) -> Child:
        """Start a process of this Python."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *words],
                env=self.environment,
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.children.append(Child(process, log))
        return self.children[-1]

    def close(self) -> None:
        for child in reversed(self.children):
            child.end()

    def casehub(self, hub: FileHub, *words: str) -> subprocess.CompletedProcess[str]:
        """Give a command as a person does."""
        command = [sys.executable, "-c", "from flows.cli import main; main()", "--hub", str(hub.folder), *words]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )

    def python(self, program: str, *words: str) -> str:
        """Carry out a few lines in a process of their own; returns what they said."""
        command = [sys.executable, "-c", program, *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    # --- what the server knows ---

    def ask(self, method: str, path: str, form: Any = None) -> Any:
        """A request to the server; asked again while its SQLite is locked, which it says with 503."""

        def once() -> httpx.Response | None:
            answer = httpx.request(method, f"{self.api}{path}", json=form, timeout=30, trust_env=False, verify=NOBODY)
            return None if answer.status_code == 503 else answer

        answer = wait_for(once, seconds=30, what=f"answer to {path}")
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def deployment(self, name: str) -> Any:
        return self.ask("GET", f"/deployments/name/{name}")

    def pause(self, hub: FileHub) -> None:
        """Have nothing of a hub begin by its schedule from now on."""
        for one in self.ask("POST", "/deployments/filter", {}):
            if one["parameters"].get("hub") == str(hub.folder):
                self.ask("PATCH", f"/deployments/{one['id']}", {"paused": True})

    def run(self, name: str) -> str:
        """Have a deployment run now; returns the run's id."""
        number = self.deployment(name)["id"]
        return str(self.ask("POST", f"/deployments/{number}/create_flow_run", {})["id"])

    def run_beside(self, hub: FileHub, sync: str) -> str:
        """Run the flow of a sync where no deployment is asked; returns the run's id."""
        return self.python(BESIDE, str(hub.folder), sync)

    def run_without_process(self, name: str) -> str:
        """Make a run of a deployment and have it wait for a process that never comes; returns its id."""
        number = self.deployment(name)["id"]
        never = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2100-01-01T00:00:00Z"}}
        run = self.ask("POST", f"/deployments/{number}/create_flow_run", {"state": never})["id"]
        self.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "PENDING", "message": "a worker took it"}})
        return str(run)

    def serve_inbox(self, hub: FileHub) -> None:
        """Start a task server for a hub."""
        self.start("task-server", "-c", TASK_SERVER, str(hub.folder))

    def webhook(self, hub: FileHub, record: str) -> str:
        """Hint at a record of the CRM and wake the task server; returns whether anybody was told."""
        return self.python(WAKE, str(hub.folder), record)

    def sweep(self, hub: FileHub, *, minutes_later: int) -> list[str]:
        """Sweep as the housekeeping does, so many minutes from now; returns the names of the runs that it ended."""
        return list(json.loads(self.python(SWEEP, str(hub.folder), str(minutes_later))))

    def state(self, run: str) -> tuple[str, str, str]:
        """Return type, name and message of a run's state."""
        state = self.ask("GET", f"/flow_runs/{run}")["state"]
        return state["type"], state["name"], state["message"] or ""

    def name_of(self, run: str) -> str:
        return str(self.ask("GET", f"/flow_runs/{run}")["name"])

    def end_of(self, run: str, *, seconds: float = 90.0) -> tuple[str, str, str]:
        """Wait until a run has ended, and return its last state."""

        def ended() -> tuple[str, str, str] | None:
            state = self.state(run)
            return state if state[0] in FINAL else None

        return wait_for(ended, seconds=seconds, what=f"end of run {run}")

    def tasks_of(self, run: str, number: int) -> list[str]:
        """Return the names of the tasks of a run, in order, once there are NUMBER: the server hears of them later."""
        chosen = {"flow_runs": {"id": {"any_": [run]}}, "sort": "EXPECTED_START_TIME_ASC"}

        def told() -> list[str] | None:
            names = [task["name"] for task in self.ask("POST", "/task_runs/filter", chosen)]
            return names if len(names) >= number else None

        return wait_for(told, what=f"{number} tasks of the run")

    def kept_of(self, run: str) -> dict[str, Any]:
        """Return all that the server keeps of a run."""
        mine = {"id": {"any_": [run]}}
        return {
            "run": self.ask("GET", f"/flow_runs/{run}"),
            "tasks": self.ask("POST", "/task_runs/filter", {"flow_runs": mine}),
            "states": self.ask("GET", f"/flow_run_states/?flow_run_id={run}"),
            "logs": self.ask("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}}),
            "artifacts": self.artifacts(run),
        }

    def artifacts(self, run: str) -> list[Any]:
        return list(self.ask("POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}}))


def a_world(folder: Path, **more: str) -> PrefectWorld:
    """
    Start a server on a free port of the loopback address and wait until it answers; MORE is for the environment of it
    and of all that is started beside it.
    """
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CASEHUB_"))},
        **QUIET,
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{GATE}",
        **more,
    }
    world = PrefectWorld(folder, f"http://127.0.0.1:{port}", environment)
    world.start("server", "-m", "prefect", "server", "start", "--no-ui")
    wait_for(lambda: _healthy(world.api) or None, seconds=180, what="answer of the Prefect server")
    return world


def _healthy(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5, trust_env=False, verify=NOBODY).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
