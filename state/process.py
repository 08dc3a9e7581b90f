"""Does a process still run? Told by its number and start time, on the host that it runs on."""

import os
import socket
from functools import cache
from pathlib import Path

from .types import Worker

_PROC = Path("/proc")


@cache
def host() -> str:
    """Name what process numbers mean something in: host, boot and, in containers, the number space."""
    parts = [socket.gethostname()]
    try:
        parts.append((_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8])
        parts.append(str((_PROC / "self/ns/pid").stat().st_ino))
    except OSError:  # not Linux: the name has to do
        pass
    return "/".join(parts)


def started(pid: int) -> str:
    """Return when process *pid* started, in the kernel's own count; '' where it cannot be told or does not run."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    rest = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return "" if rest[0] in "ZX" else rest[19]


def here() -> tuple[str, int, str]:
    """Return host, pid and start time of this process."""
    pid = os.getpid()
    return host(), pid, started(pid)


def lives(worker: Worker) -> bool:
    """Say whether *worker*'s process may still run. Of another host nothing is known: it may."""
    if worker.host != host():
        return True
    if worker.started:
        return started(worker.pid) == worker.started
    if os.name != "posix":  # signal 0 is a real signal elsewhere; the heartbeat has to do
        return True
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
