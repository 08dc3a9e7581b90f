"""
``python -m tests.bench``: measures every bound that can be measured on one machine, as a table and as JSON.

Every hub that is measured runs in a process of its own; times are medians of REPEAT runs. Ends with 1 where a row
misses its bound by more than 2 ×, with ``--strict`` where any does.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from . import attachment_rows, browsing_rows, budget, memory_rows, profiling, reconcile_speed, sandbox_rows
from .table import Row, failed, markdown

REAL_RATE = 1000
"""Up to so many deals the vendor's real rate is kept; above it the sandboxes' clocks are turned up."""
FAST = 20.0
PROFILED = 1000
"""Cases of the hub that is sampled for `--profile`."""
MARK = "<!-- measured -->"
TIMES = ("seconds", "hub_cpu", "sending_cpu", "transport_cpu", "told_hub_cpu")


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    raw = _measure(given)
    rows = _rows(raw)
    head = _head(sys.argv[1:] if arguments is None else arguments, load, given.repeat)
    text = f"{head}\n{markdown(rows)}" + (profiling.text(raw["profile"]) if "profile" in raw else "")
    _write(given.out, {"head": head, "rows": [row.as_json() for row in rows], "raw": raw}, text)
    if given.page:
        before, mark, _ = given.page.read_text(encoding="utf-8").partition(MARK)
        given.page.write_text(f"{before}{mark}\n\n{text}", encoding="utf-8")
    sys.stdout.write(text)
    bad = failed(rows, strict=given.strict)
    for row in bad:
        tell(f"{row.group}: {row.what}: {row.verdict}")
    return 1 if bad else 0


def tell(text: str) -> None:
    """Say what is being measured, beside the table."""
    sys.stderr.write(f"bench: {text}\n")


def _measure(given: argparse.Namespace) -> dict[str, Any]:
    raw: dict[str, Any] = {"memory": {}, "sandboxes": {}}
    tell("reconcile")
    raw["reconcile"] = reconcile_speed.worlds()
    for count in filter(None, given.n):
        times = given.repeat if count <= REAL_RATE else 1
        tell(f"memory systems, N = {count}, {times} times")
        raw["memory"][count] = _median([_child("memory_runs", str(count)) for _ in range(times)])
    deals = given.sandbox if given.sandbox is not None else [n for n in given.n if n <= REAL_RATE]
    for count in filter(None, deals):
        tell(f"Bitrix24 and Redmine, N = {count}")
        speed = 1.0 if count <= REAL_RATE else FAST
        raw["sandboxes"][count] = _child("sandbox_runs", str(count), "--speed", f"{speed:g}")
    if not given.no_budget:
        tell("the rate of Bitrix24")
        with httpx.Client(timeout=60.0, trust_env=False) as client:
            raw["budget"] = budget.run(client)
    if given.propagation:
        tell(f"from a webhook to the other system, N = {given.propagation}")
        raw["propagation"] = _child("propagation", str(given.propagation))
    if given.files:
        tell(f"{given.files} files")
        raw["files"] = _child("attachments", "--files", str(given.files), "--large", str(given.files // 10))
    if given.comments:
        tell(f"{given.comments} comments")
        raw["comments"] = _child("talk", "--comments", str(given.comments))
    if given.pages:
        tell(f"the pages of {given.pages} cases")
        raw["pages"] = [
            _child("browsing", str(given.pages), *more)
            for more in ([], ["--database", given.postgres])[: 2 if given.postgres else 1]
        ]
    if given.readers:
        tell(f"fifty readers beside full scans of {given.readers} cases")
        databases = [[], ["--database", given.readers_on]][: 2 if given.readers_on else 1]
        raw["readers"] = [_child("readers", str(given.readers), *more) for more in databases]
    if given.passes_on:
        tell("memory systems over PostgreSQL")
        raw["postgres"] = _child("memory_runs", str(REAL_RATE), "--database", given.passes_on)
    if given.bulk:
        tell(f"{given.bulk} cases in the database")
        few, many = (_child("bulk", str(count)) for count in (memory_rows.FEW, given.bulk))
        raw["bulk"] = {"few": few, "many": many}
    if given.profile:
        tell("a profile")
        raw["profile"] = _child("profiling", str(PROFILED))
    return raw


def _child(module: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _median(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first run's counts, with the median of every time."""
    return {
        name: {key: median(run[name][key] for run in runs) if key in TIMES else value for key, value in cost.items()}
        for name, cost in runs[0].items()
    }


def _rows(raw: dict[str, Any]) -> list[Row]:
    rows = list(memory_rows.rows(raw["memory"])) if raw["memory"] else []
    rows += memory_rows.reconcile_rows(raw["reconcile"])
    for run in raw["sandboxes"].values():
        rows += sandbox_rows.rows(run)
    rows += list(memory_rows.other_rows(REAL_RATE, raw["postgres"])) if "postgres" in raw else []
    rows += list(memory_rows.bulk_rows(**raw["bulk"])) if "bulk" in raw else []
    if "budget" in raw:
        rows += sandbox_rows.budget_rows(raw["budget"])
    rows += list(attachment_rows.rows(raw["files"])) if "files" in raw else []
    rows += list(attachment_rows.talk_rows(raw["comments"])) if "comments" in raw else []
    for found in raw.get("pages", ()):
        rows += browsing_rows.rows(found)
    for found in raw.get("readers", ()):
        rows += browsing_rows.reader_rows(found)
    return rows + (list(sandbox_rows.propagation_rows(raw["propagation"])) if "propagation" in raw else [])


def _head(arguments: Sequence[str], load: float, repeat: int) -> str:
    cpu = next((ln.split(":")[1].strip() for ln in Path("/proc/cpuinfo").read_text().splitlines() if "name" in ln), "")
    said = ("URL" if "://" in one else one for one in arguments)  # an address has a password in it
    command = " ".join(["python -m tests.bench", *said])
    words = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} × {cpu} · Python {platform.python_version()}"
    times = f"times are medians of {repeat} (of 1 above N = {REAL_RATE})"
    return f"`{command}` · {words} · load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end · {times}\n"


def _write(out: Path, found: dict[str, Any], text: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    (out / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / f"{name}.md").write_text(text, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    numbers: dict[str, Any] = {"type": int, "nargs": "+", "metavar": "N"}
    parser.add_argument("--n", **numbers, default=[100, 1000, 10_000], help="numbers of cases; 0 leaves them out")
    parser.add_argument(
        "--sandbox", **numbers, help="numbers of deals with the sandboxes; else --n up to 1000; 0 leaves them out"
    )
    parser.add_argument("--repeat", type=int, default=3, help="how often what is timed is run")
    parser.add_argument("--no-budget", action="store_true", help="leave out the minute at the vendor's rate")
    parser.add_argument(
        "--propagation", type=int, default=10_000, metavar="N", help="cases beside the measured change; 0 leaves it out"
    )
    parser.add_argument(
        "--bulk",
        type=int,
        default=100_000,
        metavar="N",
        help="cases put into the database as they are; 0 leaves it out",
    )
    parser.add_argument(
        "--comments", type=int, default=1000, metavar="N", help="comments between the sandboxes; 0 leaves them out"
    )
    parser.add_argument(
        "--files",
        type=int,
        default=200,
        metavar="N",
        help="files between the sandboxes, a tenth of 50 MB; 0 leaves it out",
    )
    parser.add_argument("--pages", type=int, default=10_000, metavar="N", help="cases behind the page; 0 leaves it out")
    parser.add_argument(
        "--readers", type=int, default=10_000, metavar="N", help="cases that fifty people read; 0 leaves it out"
    )
    parser.add_argument("--readers-on", metavar="URL", help="an empty PostgreSQL database for the readers as well")
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database to ask the pages of as well")
    parser.add_argument(
        "--passes-on", metavar="URL", help="an empty PostgreSQL database to run 1000 cases over as well"
    )
    parser.add_argument("--profile", action="store_true", help="sample where the hub's CPU goes, and tell it")
    parser.add_argument("--strict", action="store_true", help="any miss is an error")
    parser.add_argument("--out", type=Path, default=Path("var/bench"), help="folder for the JSON and the table")
    parser.add_argument("--page", type=Path, help="a page in which to put the table, behind its mark")
    return parser


if __name__ == "__main__":
    sys.exit(main())
