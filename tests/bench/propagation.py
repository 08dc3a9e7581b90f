"""
``python -m tests.bench.propagation N``: from a webhook to the other system, while everything is read beside it.

A hub of N cases is up (`casehub up`) between sandboxes at the vendor's real rate. A person changes one deal every
1.5 s; full scans of all of it follow one another the whole time. Prints one object: seconds from the answer to the
person's request until the issue shows the new title, the systems' own answer times included.
"""

import argparse
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from flows.hub.demo.browser import Browser

from .sandboxes import Sandboxes, hub_folder, running

EVERY = 1.5
FAST = 40.0
"""How fast the clocks run while the hub is filled; then they run as clocks do."""
PATIENCE = 30.0
SECRET = "signature"


def run(count: int, changes: int) -> dict[str, Any]:
    """Return what was measured with COUNT cases and so many CHANGES."""
    with tempfile.TemporaryDirectory(prefix="casehub-bench-") as place, running(count, speed=FAST) as systems:
        folder = hub_folder(Path(place))
        _open_doors(folder)
        environment = _environment(systems)
        _casehub(folder, environment, "sync")
        issues = _issues(systems)
        for system in ("crm", "tracker"):
            systems.control(system, "POST", "clock", {"speed": 1})
        with _up(folder, environment, systems), _full_scans(folder, environment) as scans:
            seconds = [*_changes(systems, issues, changes)]
            scanned = len(scans.read_text(encoding="utf-8").splitlines())
    seen = sorted(one for one in seconds if one is not None)
    cuts = quantiles(seen, n=20) if len(seen) > 1 else [0.0] * 19
    return {
        "n": count,
        "changes": changes,
        "late": sum(1 for one in seconds if one is None),
        "p50": cuts[9],
        "p95": cuts[18],
        "most": seen[-1] if seen else 0.0,
        "full_scans": scanned,
    }


def _open_doors(folder: Path) -> None:
    """Give both systems of the bench's hub what their webhooks are known by."""
    path = folder / "hub.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('webhook: "${BENCH_CRM_WEBHOOK}"', 'webhook: "${BENCH_CRM_WEBHOOK}", application_token: "${CRM_TOKEN}"'),
        ('key: "${BENCH_TRACKER_KEY}"', 'key: "${BENCH_TRACKER_KEY}", webhook_secret: "${TRACKER_SECRET}"'),
        ("    opens: crm\n", "    opens: crm\n    schedule: {every: 1h}\n    guards: {max_creates: 1000000}\n"),
    ):
        if old not in text:
            raise RuntimeError(f"the bench's hub.yaml has no {old}")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def _environment(systems: Sandboxes) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CASEHUB_", "PREFECT_"))}
    token = str(systems.crm.about["application_token"])
    return {**kept, **systems.env, "CRM_TOKEN": token, "TRACKER_SECRET": SECRET}


def _casehub(folder: Path, environment: Mapping[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "flows.cli", "--hub", str(folder), *words]
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)


def _issues(systems: Sandboxes) -> dict[int, int]:
    """Return deal -> issue, by the address of the deal that each issue shows."""
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["key"])}
    found: dict[int, int] = {}
    for offset in itertools.count(0, 100):
        query = f"status_id=*&sort=id&limit=100&offset={offset}"
        page = systems.client.get(f"{systems.tracker.address}/issues.json?{query}", headers=headers).json()
        for row in page["issues"]:
            for value in (one["value"] for one in row["custom_fields"]):
                if isinstance(value, str) and "/crm/deal/details/" in value:
                    found[int(value.rstrip("/").rpartition("/")[2])] = row["id"]
        if offset + 100 >= page["total_count"]:
            return found
    raise AssertionError("a list without an end")


@contextmanager
def _up(folder: Path, environment: Mapping[str, str], systems: Sandboxes) -> Iterator[None]:
    """Have the hub up, its schedules too far apart to help, and both systems' webhooks aimed at its door."""
    port, prefect = _free_port(), _free_port()
    words = ["up", "--port", str(port), "--prefect-port", str(prefect)]
    command = [sys.executable, "-m", "flows.cli", "--hub", str(folder), *words]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True) as hub:
        try:
            if hub.stdout is None or not any(line.startswith("Ctrl-C") for line in hub.stdout):
                raise RuntimeError("the hub did not come up")
            for system, secret in (("crm", ""), ("tracker", SECRET)):
                target = {"url": f"http://127.0.0.1:{port}/hooks/{system}", "secret": secret}
                systems.control(system, "PUT", "webhooks", [target])
            yield
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(60)


@contextmanager
def _full_scans(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Read everything again and again meanwhile; gives where the ended scans are told, a line each."""
    command = [sys.executable, "-m", "flows.cli", "--hub", str(folder), "sync", "--full", "--watch", "1s"]
    told = folder / "scans.txt"
    with told.open("w") as out, subprocess.Popen(command, env=dict(environment), stdout=out) as scanning:
        try:
            yield told
            if scanning.poll() is not None:
                raise RuntimeError("the full scan has ended by itself")
        finally:
            scanning.send_signal(signal.SIGTERM)
            scanning.wait(120)


def _changes(systems: Sandboxes, issues: Mapping[int, int], count: int) -> Iterator[float | None]:
    """
    Change one deal every so often, on its page as people do: that takes nothing of the budget for requests. Gives the
    seconds until its issue shows it, None where it took too long.
    """
    headers = {"X-Redmine-API-Key": str(systems.tracker.about["key"])}
    person = Browser(systems.client)
    deals = sorted(issues)
    step = max(len(deals) // count, 1)
    for number, deal in enumerate(itertools.islice(deals[::step], count)):
        title = f"Правка № {number}"
        page = f"{systems.crm.address}/crm/deal/details/{deal}/"
        person.change(page, person="Анна Ковалёва", values={"title": title})
        began = time.monotonic()
        yield _until_shown(systems, f"{systems.tracker.address}/issues/{issues[deal]}.json", headers, title)
        time.sleep(max(began + EVERY - time.monotonic(), 0.0))


def _until_shown(systems: Sandboxes, address: str, headers: Mapping[str, str], title: str) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if systems.client.get(address, headers=dict(headers)).json()["issue"]["subject"] == title:
            return time.monotonic() - began
        time.sleep(0.02)
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.propagation", description=__doc__)
    parser.add_argument("n", type=int)
    parser.add_argument("--changes", type=int, default=100)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(run(given.n, given.changes)) + "\n")
