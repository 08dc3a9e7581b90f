"""``python -m tools.proof.suites stories --out FILE``: the stories, and the attacks, as numbers of the proof."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.hub.scenarios import Hubs, play_all, stories_in
from tools.live_count import count

STORIES = Path("tests/scenarios")
ATTACKS = Path("tests/security")


def stories() -> dict[str, Any]:
    """Play all stories; what is not as told is broken."""
    played = list(play_all(stories_in(STORIES, ""), Hubs(STORIES, None), lambda _: None))
    broken = [{"text": f"{one.story.file}: {one.story.name}"} for one in played if not one.passed]
    return {"stories": len(played), "broken": broken}


def attacks() -> dict[str, Any]:
    """Run the tests of what an attacker may send; what fails, or does not run, is broken."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = ("-m", "pytest", "-q", "-n", "0", str(ATTACKS), f"--junitxml={report}")
        subprocess.run([sys.executable, *words], check=False)
        seen = count(report.read_text(encoding="utf-8"))
    wrong = {"failed": seen.failed, "skipped": seen.skipped}
    broken = [{"text": f"{ATTACKS}: {many} {what}"} for what, many in wrong.items() if many]
    return {"attacks": seen.passed + seen.failed + seen.skipped, "broken": broken}


SUITES: Mapping[str, Callable[[], dict[str, Any]]] = {"stories": stories, "attacks": attacks}


def rows(numbers: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what the table says: how many there are, and whether all hold."""
    return [(name, _result(one[name], len(one["broken"]))) for one in numbers for name in SUITES if name in one]


def _result(many: int, broken: int) -> str:
    return f"{many}, {broken} broken" if broken else f"{many}, all hold"


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.proof.suites")
    parser.add_argument("suite", choices=sorted(SUITES))
    parser.add_argument("--out", type=Path, required=True)
    said = parser.parse_args(given)
    found = SUITES[said.suite]()
    said.out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
