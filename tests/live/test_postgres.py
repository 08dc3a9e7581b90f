"""What the hub remembers, and whole passes, on a real PostgreSQL: the tests that run on SQLite everywhere else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.plain import live

ROOT = Path(__file__).resolve().parents[2]
PASSES = [f"tests/flows/hub/test_{name}.py" for name in ("pass", "meeting", "sync", "housekeeping")]


def on_postgresql(address: str, *paths: str) -> tuple[int, str]:
    """Run the tests below *paths* that need PostgreSQL; returns how many passed, and all that was said."""
    command = [sys.executable, "-m", "pytest", "-q", "-k", "postgresql", *paths]
    done = subprocess.run(
        command,
        env={**os.environ, "CASEHUB_TEST_POSTGRES": address},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    counted = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    clean = done.returncode == 0 and counted and "skipped" not in done.stdout
    return int(counted[1]) if clean and counted else 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.parametrize(
    ("paths", "at_least"), [(["tests/state"], 200), (PASSES, 25)], ids=["what is remembered", "whole passes"]
)
def test_everything_holds_on_postgresql(paths: list[str], at_least: int) -> None:
    passed, said = on_postgresql(live("PG")["URL"], *paths)

    assert passed >= at_least, said
