"""
Histories through the sandboxes: the connectors of Bitrix24 and Redmine over HTTP without a network, on a clock that
stands. ``python -m tests.properties.machine.sandboxed --histories 100``.
"""

import argparse
import json
import secrets
import sys
import traceback
from pathlib import Path
from random import Random

from flows.hub.scenarios.ground import Ground

from .findings import Broken
from .sandboxed_life import Life
from .sandboxed_promises import Promises
from .tally import Tally, lines


def live(seed: int, ground: Ground) -> Life:
    """Live the world of *seed*, and hold the promises of it; its counts are by the number of a case, from 0 on."""
    deals = Random(seed).choice((1, 2, 3, 4, 5))  # noqa: S311 - no secrets
    life = Life(seed, ground, deals)
    try:
        life.live()
        Promises(life).hold()
    except Exception:  # noqa: BLE001  # whatever it is: a pass must not fall over
        life.findings.broken.append(Broken("P6", traceback.format_exc(limit=-12)))
    numbers = life.boxes.numbers
    for counted in (life.counts.steps_of, life.counts.faults_of, life.counts.doubts_of, life.findings.conflicts_of):
        each = [counted[deal] for deal in numbers]
        counted.clear()
        counted.update(dict(enumerate(each)))
    return life


def main(given: list[str]) -> int:
    """Return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties.machine.sandboxed")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--histories", type=int, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(given)
    seed = secrets.randbelow(1_000_000_000) if asked.seed is None else asked.seed
    sys.stdout.write(f"seed {seed}\n")
    tally = Tally()
    with Ground() as ground:
        while tally.histories < asked.histories:
            life = live(seed + tally.worlds, ground)
            tally.add(life.seed, life.deals, counts=life.counts, findings=life.findings)
    if asked.out:
        asked.out.write_text(json.dumps(tally.as_json() | {"seed": seed}, ensure_ascii=False), encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lines(tally))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
