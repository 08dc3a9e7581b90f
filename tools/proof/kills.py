"""The real process of the hub, killed at its points; and several workers of which some are killed."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

STORIES = ("new", "first", "edits", "undo", "talk", "gone")
SERVING = "task-server"
CUT = 2
"""Shards of a story: each has a world of its own."""
WORKERS = 10_000
"""Cases of the full proof that several workers share."""

Command = tuple[str, tuple[str, ...]]


def commands(*, seed: int, whole: bool) -> list[Command]:
    """
    Return name and command of every shard; a look (not WHOLE) is a tenth of the points, on SQLite.

    Where a PostgreSQL of the live tests stands (`tests/live/servers up postgres`), all of it is done on that too.
    """
    databases = ("sqlite", "postgresql") if whole and has_postgres() else ("sqlite",)
    found = [_kills(story, database, seed, whole=whole) for database in databases for story in STORIES]
    if whole:
        found.append(_kills(SERVING, "sqlite", seed, whole=True))
    if "postgresql" in databases:
        words = (sys.executable, "-m", "tests.crash.workers", "--n", str(WORKERS))
        found.append([("crash-workers", words)])
    return [one for those in found for one in those]


def has_postgres() -> bool:
    """Say whether a PostgreSQL was started for the live tests."""
    env = Path(os.environ.get("CASEHUB_LIVE_HOME") or "var/live") / "env.json"
    return env.exists() and "PG_URL" in json.loads(env.read_text(encoding="utf-8"))


def _kills(story: str, database: str, seed: int, *, whole: bool) -> list[Command]:
    parts = CUT if whole else 1
    words = (sys.executable, "-m", "tests.crash", "--story", story, "--database", database, "--seed", str(seed))
    every = ("--all",) if whole else ()
    cut = [(*words, *every, "--parts", str(parts), "--part", str(part)) for part in range(parts)]
    return [(f"crash-{database}-{story}-{number}", command) for number, command in enumerate(cut)]


def rows(numbers: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what the table says: kills per story, by kind of point, and what the workers did."""
    kills: Counter[str] = Counter()
    points: dict[str, int] = {}
    by: Counter[str] = Counter()
    for one in numbers:
        for name, form in one.get("stories", {}).items():
            points[name] = form["points"]
            kills[name] += form["kills"]
            by.update(form["by"])
    found = [(f"kills: {name}", f"{kills[name]} at {count} points") for name, count in points.items()]
    found += [(f"kills at a {kind}", str(count)) for kind, count in sorted(by.items())]
    found += [("workers", _workers(one)) for one in numbers if "workers" in one]
    if not any("workers" in one for one in numbers):
        found.append(("workers", "not run yet, or no PostgreSQL of the live tests, or a look only"))
    return found


def _workers(one: dict[str, Any]) -> str:
    killed = " and ".join(one["killed"]) or "nobody"
    pairs = f"{one['workers']} workers and {one['task_servers']} task servers"
    return f"{one['n']} cases, {pairs}, killed: {killed}; {one['cases_per_second']} cases/s"
