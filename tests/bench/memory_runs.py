"""
One hub over memory systems, measured in a process of its own: ``python -m tests.bench.memory_runs 1000``.

Prints one JSON object: what each pass cost.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.hub.wiring import Installation, install
from tests.hub_builders import CRM, HUB, SQLITE, TRK

from .far_memory import NAMES, Far, FarConnector, far_systems
from .passes import Cost, Planned, measured, planned

OVERLAP = 2.2
"""Seconds after which no record written by the last pass is inside the systems' overlap of one second any more."""
MOST_PLANNED = 10_000
"""Above that plans are left out: what one costs is told per case, and a second hub had to be filled for it."""
MORE = 200
"""Cases changed on top of 1 %: what two batches of 100 add can be told from what any run costs."""


def run(count: int, folder: Path, database: str = "") -> dict[str, Any]:
    """Measure the passes of a hub with *count* cases; DATABASE is a file on disk, as in production, or an address."""
    with _hub(count, folder / "passes", database) as (installation, far):
        costs: dict[str, Any] = {name: asdict(cost) for name, cost in _passes(installation, far, count).items()}
    if not database and count <= MOST_PLANNED:  # an address is of one empty database
        with _hub(count, folder / "plans", "") as (installation, far):
            costs |= {name: asdict(cost) for name, cost in _plans(installation, far, count).items()}
    return costs


@contextmanager
def _hub(count: int, folder: Path, database: str) -> Iterator[tuple[Installation, Far]]:
    """A hub between memory systems of another process, one of which has *count* records that nobody has read."""
    folder.mkdir()
    hub = HUB.replace(SQLITE, "${BENCH_DATABASE}" if database else SQLITE)
    for name, text in {"hub.yaml": hub, "record.crm.yaml": CRM, "record.trk.yaml": TRK}.items():
        (folder / name).write_text(text, encoding="utf-8")
    with far_systems() as far:
        far.seed(count)
        installation = install(folder, {"BENCH_DATABASE": database})
        try:
            yield installation, far
        finally:
            installation.store.close()


def _plans(installation: Installation, far: Far, count: int) -> dict[str, Planned]:
    """What plans of *count* cases cost: of new ones, and of ones that were changed on both sides."""

    def make(_: Installation, name: str) -> FarConnector:
        return FarConnector(name, far)

    new = planned(installation, make)
    measured(installation, make)
    for _ in range(2):
        time.sleep(OVERLAP)
        measured(installation, make)
    time.sleep(OVERLAP)
    _people(far, count)
    return {"plan of new": new, "plan of changed": planned(installation, make)}


def _passes(installation: Installation, far: Far, count: int) -> dict[str, Cost]:
    def one(*, full: bool = False) -> Cost:
        return measured(installation, lambda _, name: FarConnector(name, far), full=full)

    def caught_up() -> None:
        time.sleep(OVERLAP)
        one()

    costs = {"first": one()}
    if far.records("trk") != count:
        raise RuntimeError(f"{far.records('trk')} records were made for {count} deals")
    caught_up()
    time.sleep(OVERLAP)
    costs["nothing"] = one()
    for name, changed in {"changed": max(1, count // 100), "more": max(1, count // 100) + MORE}.items():
        if changed > count:
            break
        _people(far, 1)  # something newer: else the window that is read again still holds what was written before
        one()
        caught_up()
        time.sleep(OVERLAP)
        _people(far, changed)
        costs[name] = one()
        caught_up()
        time.sleep(OVERLAP)
    costs["full"] = one(full=True)
    return costs


def _people(far: Far, changed: int) -> None:
    for system in NAMES:
        far.edit(system, changed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory_runs", description=__doc__)
    parser.add_argument("n", type=int)
    parser.add_argument("--database", default="", help="the address of an empty database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(run(given.n, Path(folder), given.database)) + "\n")


if __name__ == "__main__":
    main()
