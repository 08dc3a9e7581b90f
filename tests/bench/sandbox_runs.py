"""
One hub between a Bitrix24 and a Redmine, measured in a process of its own: ``python -m tests.bench.sandbox_runs 1000``.

Prints one JSON object: what each pass cost, and what the sandboxes' own logs say of it.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.hub.wiring import Installation, install, make_connector

from .passes import measured
from .sandboxes import ISSUES, Asked, Sandboxes, day, hub_folder, running

AFTER = 60.0
"""Seconds by which the sandboxes' clocks are turned between passes: more than any overlap, and the burst is whole."""
BURST, PER_SECOND = 50, 2.0
SYSTEMS = ("crm", "tracker")


def run(count: int, folder: Path, speed: float) -> dict[str, Any]:
    """
    Measure the passes of a hub with *count* deals at the vendor's rates times *speed*.

    All deals are new and end some day ahead: an issue for a later stage takes further steps through Redmine's workflow,
    and one that were due before it starts is refused; what that costs more is no part of the formulas.
    """
    hub_folder(folder)
    with running(count, speed=speed) as systems:
        systems.move_deals(systems.deals(), stageId="C3:NEW", closedate=day(60))
        systems.later(AFTER)
        installation = install(folder, systems.env)
        try:
            return _passes(installation, systems, count) | {"speed": speed}
        finally:
            installation.store.close()


def _passes(installation: Installation, systems: Sandboxes, count: int) -> dict[str, Any]:
    records = dict(systems.counts("crm"))
    found: dict[str, Any] = {"n": count, "issues_before": ISSUES, "records": records}
    found["first"] = _watched(installation, systems)
    _rest(installation, systems)
    found["nothing"] = _watched(installation, systems)
    changed = max(1, count // 10)
    deals, issues = systems.deals(), systems.issues()[-count:]
    systems.move_deals(deals[:changed], opportunity=777_000, isManualOpportunity="Y")
    systems.move_issues(issues[-changed:], day(90))
    found |= {"k": changed, "changed": _watched(installation, systems)}
    _rest(installation, systems)
    found["full"] = _watched(installation, systems, full=True)
    found["made"] = len(systems.issues()) - ISSUES
    return found


def _rest(installation: Installation, systems: Sandboxes) -> None:
    """Let what was written last leave the overlaps, by a pass that reads it again."""
    systems.later(AFTER)
    measured(installation, make_connector)
    systems.later(AFTER)


def _watched(installation: Installation, systems: Sandboxes, *, full: bool = False) -> dict[str, Any]:
    before = {name: systems.seen(name) for name in SYSTEMS}
    cost = measured(installation, make_connector, full=full)
    logs = {name: systems.log(name, before[name]) for name in SYSTEMS}
    return {**asdict(cost), "log": {name: _told(log) for name, log in logs.items()}}


def _told(log: list[Asked]) -> dict[str, Any]:
    refused = Counter(str(one.status) for one in log if one.status >= 400)
    seconds = (log[-1].at - log[0].at).total_seconds() if log else 0.0
    by = Counter(f"{one.method} {_place(one.path)}" for one in log)
    return {"requests": len(log), "seconds": seconds, "refused": dict(refused), "by": dict(by.most_common())}


def _place(path: str) -> str:
    return "/".join("N" if part.removesuffix(".json").isdigit() else part for part in path.split("/"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--speed", type=float, default=1.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(run(given.count, Path(folder), given.speed)) + "\n")


if __name__ == "__main__":
    main()
