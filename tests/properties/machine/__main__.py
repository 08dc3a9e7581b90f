"""
Live many histories: ``python -m tests.properties.machine --histories 500``.

Without a seed a fresh one is taken and printed. A broken promise is shrunk and kept in a file.
"""

import argparse
import json
import re
import secrets
import sys
import time
from pathlib import Path

from flows.hub.scenarios.ground import Ground

from . import keeping
from .drawing import History, draw
from .findings import Broken
from .running import live
from .shrinking import shrink
from .tally import Tally, lines

LARGEST = 1_000_000_000


def main(given: list[str]) -> int:
    """Return 1 where a promise was broken."""
    asked = _asked(given)
    seed = secrets.randbelow(LARGEST) if asked.seed is None else asked.seed
    sys.stdout.write(f"seed {seed}\n")
    tally = Tally()
    ends = time.monotonic() + asked.seconds if asked.seconds else None
    with Ground() as ground:
        while tally.histories < asked.histories and (ends is None or time.monotonic() < ends):
            history = draw(seed + tally.worlds)
            lived = live(history, ground)
            tally.add(history.seed, history.cases, counts=lived.counts, findings=lived.findings)
            if lived.broken and not asked.plain:
                _keep(history, lived.broken[0], ground, asked.kept)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(tally.as_json() | {"seed": seed}, ensure_ascii=False), encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lines(tally))
    return 1 if tally.broken else 0


def _asked(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.machine")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--histories", type=int, default=LARGEST)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--kept", type=Path, default=Path("var/proof/counterexamples"))
    parser.add_argument("--plain", action="store_true", help="shrink nothing")
    asked = parser.parse_args(given)
    if asked.histories == LARGEST and not asked.seconds:
        parser.error("say --histories or --seconds")
    return asked


def about(broken: Broken) -> str:
    """Return what is broken, without the names in it: what a smaller history has to break as well."""
    last = broken.text.strip().splitlines()[-1]
    return broken.promise + re.sub(r"'[^']*'|[\d#]+", "", last)[:25]


def _keep(history: History, broken: Broken, ground: Ground, folder: Path) -> None:
    wanted = about(broken)
    sys.stdout.write(f"seed {history.seed} breaks {broken.promise}: {broken.text}\n")
    sys.stdout.flush()
    small = shrink(history, lambda one: any(about(each) == wanted for each in live(one, ground).broken), most=150)
    file = folder / f"{history.seed}.json"
    keeping.write(small, file, broken=f"{broken.promise}: {broken.text.strip().splitlines()[-1]}")
    sys.stdout.write(f"  {len(small.steps)} steps of {len(history.steps)} are enough: {file}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
