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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .killing import killed_at, played
from .points import FEWER, Tally, chosen_of, expected
from .stories import SERVED, STORIES
from .world import World, a_world

ALL = {**STORIES, SERVED.name: SERVED}


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    found = _apart(given) if given.jobs > 1 else _run(given)
    found["broken"] = list(_broken(found["stories"]))
    form = json.dumps(found, ensure_ascii=False)
    if given.out is not None:
        given.out.write_text(form + "\n", encoding="utf-8")
    sys.stdout.write((form if given.json else _table(found)) + "\n")
    return 1 if found["broken"] else 0


def _broken(stories: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what was found broken, and what was hardly tried at all."""
    for name, one in stories.items():
        for point, why in one["broken"].items():
            yield {"story": name, "point": point, "text": "; ".join(why)}
        if one["points"] < FEWER * expected()[name.partition(",")[0]]:
            yield {"story": name, "text": f"only {one['points']} points: something is no longer seen"}


def _run(given: argparse.Namespace) -> dict[str, Any]:
    began = time.monotonic()
    tally: dict[str, Tally] = {}
    with _world(given) as world:
        for name in given.story:
            one = played(world, ALL[name])
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
def _world(given: argparse.Namespace) -> Iterator[World]:
    with ExitStack() as stack:
        databases, more = None, {}
        if given.database == "postgresql":
            from .postgres import databases as on_postgres

            databases, more = stack.enter_context(on_postgres())
        if SERVED.name in given.story:
            from .serving import known_prefect

            more |= stack.enter_context(known_prefect())
        yield stack.enter_context(a_world(databases, more))


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
    broken = [f"{one['story']}: {one.get('point', '')}: {one['text']}" for one in found["broken"]]
    return "\n".join([*head, *rows, "", f"seed {found['seed']}, {found['seconds']} s", *broken])


def _tell(text: str) -> None:
    sys.stderr.write(f"crash: {text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point, not a tenth of them")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--out", type=Path, help="a file for that object")
    parser.add_argument("--seed", type=int, default=1, help="chooses the tenth")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--story", nargs="+", choices=sorted(ALL), default=list(ALL), help="these only")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the points")
    parser.add_argument("--part", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=int, default=1, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
