"""Work done in forked children, a few at a time: what they break dies with them."""

import json
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY = 4 * 2**30
"""A breakage that never stops collecting ends here."""
LATE = "late"
"""The answer of a child that was killed at its limit."""
DEATHS = "deaths.txt"
"""Why children have died, for whoever wonders."""
LOOK = 0.02
"""So often the parent looks who has ended."""


@dataclass(frozen=True)
class Task:
    """WORK is done in a child; what it returns travels as JSON. After LIMIT seconds the child is killed."""

    name: str
    work: Callable[[], Any]
    limit: float


@dataclass(frozen=True)
class _Child:
    task: Task
    out: Path
    ends: float


def done(tasks: Iterable[Task], *, jobs: int, folder: Path) -> Iterator[tuple[str, Any]]:
    """
    Do *tasks*, JOBS at a time, and yield each one's name and answer as it ends; None for a child that died, LATE for
    one that had no end.

    A task is asked for when there is room for it, so that the next ones may depend on the answers so far.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting, running = iter(tasks), dict[int, _Child]()
    more = True
    while more or running:
        while more and len(running) < jobs:
            task = next(waiting, None)
            more = task is not None
            if task is not None:
                pid, child = _begin(task, folder)
                running[pid] = child
        for pid, child in list(running.items()):
            if _ended(pid, child):
                del running[pid]
                yield child.task.name, LATE if time.monotonic() > child.ends else _answer(child)
        time.sleep(LOOK)


def _begin(task: Task, folder: Path) -> tuple[int, _Child]:
    out = folder / f"{time.monotonic_ns()}.json"
    pid = os.fork()
    if pid == 0:
        _live(task, out)
    return pid, _Child(task, out, time.monotonic() + task.limit)


def _live(task: Task, out: Path) -> None:
    """The child's life: it does its task and is gone, whatever happens."""
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        text = json.dumps(task.work())
        out.with_suffix(".part").write_text(text, encoding="utf-8")
        out.with_suffix(".part").replace(out)
        status = 0
    except BaseException:
        with (out.parent / DEATHS).open("a", encoding="utf-8") as told:
            traceback.print_exc(file=told)
        raise
    finally:
        os._exit(status)


def _ended(pid: int, child: _Child) -> bool:
    if time.monotonic() > child.ends:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return True
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _answer(child: _Child) -> Any:
    if not child.out.exists():
        return None
    answer = json.loads(child.out.read_text(encoding="utf-8"))
    child.out.unlink()
    return answer
