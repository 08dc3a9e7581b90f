"""Python looks for cycles less often while passes run, and still does."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from flows.hub.collecting import NEW, collect_rarely


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_runs_less_often_and_is_not_off() -> None:
    gc.set_threshold(700, 10, 10)

    collect_rarely()
    collect_rarely()

    assert gc.get_threshold() == (NEW, 10, 10)
    assert gc.isenabled()


def test_a_command_looks_for_them_rarely_from_its_start() -> None:
    told = "import gc, atexit, flows.cli; atexit.register(lambda: print(gc.get_threshold()[0])); flows.cli.main()"
    done = subprocess.run([sys.executable, "-c", told, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.split()[-1] == str(NEW)
