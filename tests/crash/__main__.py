"""
``python -m tests.crash``: the real process of the hub, killed (-9) at its points, one play per point.

Says of every story how many points it has, at how many the hub was killed, and which promises were broken; ends with 1
where any is. ``--all`` is every point of every story; without it, a tenth of them, chosen by ``--seed``.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .killing import killed_at, played
from .points import Tally, chosen_of
from .stories import STORIES
from .world import Databases, a_world


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    found = _apart(given) if given.jobs > 1 else _run(given)
    found["broken_promises"] = sum(len(one["broken"]) for one in found["stories"].values())
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if given.json else _table(found)) + "\n")
    return 1 if found["broken_promises"] else 0


def _run(given: argparse.Namespace) -> dict[str, Any]:
    began = time.monotonic()
    tally: dict[str, Tally] = {}
    with _databases(given.database) as (databases, environment), a_world(databases, environment) as world:
        for name in given.story:
            one = played(world, STORIES[name])
            points = list(one.points) if given.all else chosen_of(one.points, given.seed)
            tally[f"{name}, {given.database}"] = mine = Tally(len(one.points))
            for point in points[given.part :: given.parts]:
                mine.note(point, killed_at(world, one, point))
                _tell(f"{name}: {point}: {mine.broken.get(point, 'ok')}")
            world.forget(one.folder)
    stories = {name: one.form() for name, one in tally.items()}
    return {"what": "crash", "seed": given.seed, "seconds": round(time.monotonic() - began, 1), "stories": stories}


def _apart(given: argparse.Namespace) -> dict[str, Any]:
    """Share the points among processes, each with a world of its own."""
    words = ["--seed", str(given.seed), "--database", given.database, "--story", *given.story, "--json", "--jobs", "1"]
    words += ["--all"] if given.all else []
    command = [sys.executable, "-m", "tests.crash", *words, "--parts", str(given.jobs), "--part"]
    children = [
        subprocess.Popen([*command, str(part)], stdout=subprocess.PIPE, text=True) for part in range(given.jobs)
    ]
    said = [json.loads(child.communicate()[0]) for child in children]
    found = said[0]
    for other in said[1:]:
        found["seconds"] = max(found["seconds"], other["seconds"])
        for name, form in other["stories"].items():
            mine = found["stories"][name]
            mine["kills"] += form["kills"]
            mine["missed"] += form["missed"]
            mine["broken"] |= form["broken"]
            mine["by"] = dict(Counter(mine["by"]) + Counter(form["by"]))
    return dict(found)


@contextmanager
def _databases(name: str) -> Iterator[tuple[Databases | None, dict[str, str]]]:
    if name == "sqlite":
        yield None, {}
        return
    from .postgres import databases

    with databases() as found:
        yield found


def _table(found: dict[str, Any]) -> str:
    head = [
        "| story | points | kills | missed | at commits | at requests | broken promises |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [
        f"| {name} | {one['points']} | {one['kills']} | {one['missed']} | {one['by'].get('commit', 0)} "
        f"| {one['by'].get('request', 0)} | {len(one['broken'])} |"
        for name, one in found["stories"].items()
    ]
    broken = [f"{point}: {why}" for one in found["stories"].values() for point, why in one["broken"].items()]
    return "\n".join([*head, *rows, "", f"seed {found['seed']}, {found['seconds']} s", *broken])


def _tell(text: str) -> None:
    sys.stderr.write(f"crash: {text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point, not a tenth of them")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--seed", type=int, default=1, help="chooses the tenth")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--story", nargs="+", choices=sorted(STORIES), default=list(STORIES), help="these only")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the points")
    parser.add_argument("--part", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=int, default=1, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
