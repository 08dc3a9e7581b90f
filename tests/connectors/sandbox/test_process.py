"""Sandboxes as processes of their own, over a real line on this machine."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.process import SandboxProcess, System

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module", params=["bitrix24", "redmine"])
def box(request: pytest.FixtureRequest) -> Iterator[SandboxProcess]:
    with SandboxProcess(request.param, seed=3) as started:
        yield started


@pytest.fixture
def client(box: SandboxProcess) -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as made:
        yield made


def ask(box: SandboxProcess, client: httpx.Client) -> httpx.Response:
    """Make a request of the vendor's protocol."""
    if box.system == "bitrix24":
        return client.post(f"{box.about['webhook']}crm.item.list", json={"entityTypeId": 2})
    return client.get(f"{box.address}/issues.json?status_id=*", headers={"X-Redmine-API-Key": box.about["key"]})


def control(box: SandboxProcess, client: httpx.Client, method: str, route: str, **options: Any) -> Any:
    url, headers = box.control
    return client.request(method, f"{url}/{route}", headers=headers, **options).json()


def test_it_says_where_it_is_and_serves_its_seed(box: SandboxProcess, client: httpx.Client) -> None:
    answer = ask(box, client).json()

    assert box.address.startswith("http://127.0.0.1:")
    assert answer.get("total", answer.get("total_count")) == 3
    assert client.get(f"{box.address}/").status_code == 200


def test_a_closed_line_and_a_cut_answer_are_real(box: SandboxProcess, client: httpx.Client) -> None:
    rules = [{"times": 1, "close": True}, {"times": 1, "cut": 0.5}]
    control(box, client, "PUT", "faults", json={"rules": rules})

    for says in ("without sending a response", "incomplete|without sending complete"):
        with pytest.raises(httpx.RemoteProtocolError, match=says):
            ask(box, client)

    assert ask(box, client).status_code == 200


def test_the_log_counts_what_came_over_the_line(box: SandboxProcess, client: httpx.Client) -> None:
    before = control(box, client, "GET", "log")["total"]

    ask(box, client)
    client.get(f"{box.address}/")

    found = control(box, client, "GET", "log", params={"since": before})
    assert (found["total"], len(found["entries"])) == (before + 1, 1)


def test_it_ends_when_asked_and_again_does_nothing() -> None:
    box = SandboxProcess("redmine").start()
    pid = box.pid

    box.stop()
    box.stop()

    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("system", ["bitrix24", "redmine"])
def test_it_ends_by_itself_with_whoever_started_it(system: System) -> None:
    script = (
        "import os, sys; from connectors.sandbox.process import SandboxProcess; "
        f"box = SandboxProcess({system!r}).start(); print(box.pid, flush=True); "
        f"os.kill(os.getpid(), {signal.SIGKILL:d})"
    )

    starter = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=60, check=False)
    pid = int(starter.stdout)

    assert starter.returncode == -signal.SIGKILL
    assert gone(pid)


def gone(pid: int) -> bool:
    """Wait until a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_what_does_not_start_says_so() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        SandboxProcess("redmine", options=("--faults", "/nowhere")).start()
