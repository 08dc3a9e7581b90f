"""Does a process still run? Asked of real ones."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from state.process import here, host, lives, started
from state.types import Worker

ME = Worker("w", *here())


def test_this_process_lives() -> None:
    assert lives(ME)


def test_a_process_that_ended_does_not_live() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = Worker("w", host(), child.pid, started(child.pid))
    assert lives(theirs)

    child.communicate(b"\n")

    assert not lives(theirs)
    assert not lives(replace(theirs, started=""))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs the kernel's start times")
def test_another_process_under_the_same_number_is_not_the_worker() -> None:
    assert not lives(replace(ME, started="1"))


def test_a_process_of_another_host_may_live() -> None:
    assert lives(replace(ME, host="elsewhere", pid=1, started="1"))


def test_where_no_start_time_can_be_told_the_number_has_to_do() -> None:
    assert lives(replace(ME, started=""))


def test_a_process_of_somebody_else_lives() -> None:
    assert lives(Worker("w", host(), 1, ""))
