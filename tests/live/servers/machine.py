"""
What every live server needs of this machine: a folder, a free port, a process that can be found again.

Everything lies below one home (``var/live`` in the checkout, or where CASEHUB_LIVE_HOME says), so that several
checkouts and several runs can live side by side. Only the standard library is used: this runs before anything is
installed.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[3]
GRACE = 15.0
"""Seconds a process gets to end by itself before it is killed."""
FOREIGN = ("PG", "BUNDLE_", "GEM_", "RUBY", "GUNICORN", "TRYTON", "REDMINE", "RAILS", "PYTHON")
"""Settings of the caller's shell that would change what a server does."""


class Trouble(Exception):
    """A server could not be installed, started or found; the message says what and what to do about it."""


def home() -> Path:
    """Return the folder that holds everything of the live servers."""
    return Path(os.environ.get("CASEHUB_LIVE_HOME") or CHECKOUT / "var" / "live").resolve()


def say(line: str) -> None:
    """Tell whoever waits; on standard error, so that `env` can be evaluated by a shell."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def clean_environment(**more: str) -> dict[str, str]:
    """Return the caller's environment without the settings that are not meant for a server, and with *more*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, "LANG": "C.UTF-8", **more}


# --- folders -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one server: its data, logs, process and facts (port, keys, ids)."""

    name: str
    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "log"

    def log(self, name: str) -> Path:
        """Return the path of the log *name*, whose folder exists."""
        self.logs.mkdir(parents=True, exist_ok=True)
        return self.logs / f"{name}.log"

    def facts(self) -> dict[str, Any]:
        """Return what was remembered about this server."""
        path = self.root / "facts.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def remember(self, **facts: Any) -> None:
        """Add *facts*; the file is for its owner only, as it holds keys."""
        write_private(self.root / "facts.json", json.dumps({**self.facts(), **facts}, indent=1, ensure_ascii=False))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other starts and stops of this server out."""
        with lock(self.root / ".lock"):
            yield


def write_private(path: Path, text: str) -> None:
    """Write *text* to *path* whole, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock file *path*; the system frees it when the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database whole, also into one that a server holds open."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("pragma journal_mode=wal")


# --- processes -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Process:
    """A process of ours: its number, and the kernel's start time of it, as numbers are used again."""

    pid: int
    started: str
    stop_with: int = signal.SIGTERM

    def is_alive(self) -> bool:
        """Say whether this very process still runs."""
        state, _, started = _stat(self.pid)
        return started == self.started and state not in ("Z", "X")

    def end(self) -> None:
        """End the process and whatever it started; a reused number is left alone."""
        if self.is_alive():
            group = self.stop_with == signal.SIGTERM
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.pid, self.stop_with)
        elif _stat(self.pid)[0]:
            return
        deadline = time.monotonic() + GRACE
        while _session_alive(self.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _session_alive(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


def _stat(pid: int) -> tuple[str, str, str]:
    """Return state, session and start time of *pid*; empty texts where there is no such process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", "", ""
    return fields[0], fields[3], fields[19]


def _session_alive(session: int) -> bool:
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return any(own == str(session) and state not in ("Z", "X") for state, own, _ in map(_stat, numbers))


def spawn(
    folder: Folder, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, stop_with: int = signal.SIGTERM
) -> Process:
    """Start *command* in a session of its own, its output in the folder's ``server.log``, and write down who it is."""
    with folder.log("server").open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=dict(env),
            cwd=cwd,
        )
    process = Process(child.pid, _stat(child.pid)[2], stop_with)
    folder.remember(process={"pid": process.pid, "started": process.started, "stop_with": int(stop_with)})
    return process


def process_of(folder: Folder) -> Process | None:
    """Return the process that was started last for *folder*, if any was."""
    noted = folder.facts().get("process")
    return Process(**noted) if noted else None


def wait_until(ready: Callable[[], bool], *, process: Process, log: Path, seconds: float = 120.0) -> None:
    """Return when *ready* says so. Raises Trouble with the end of the log if the process dies or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.is_alive():
            raise Trouble(f"the server ended while starting; {log} ends so:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise Trouble(f"no answer in {seconds:.0f} s; {log} ends so:\n{tail(log)}")
        time.sleep(0.1)


def tail(path: Path, lines: int = 15) -> str:
    """Return the last *lines* of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"


def ask(
    port: int, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Send one request to a server of this machine, a POST where there is a body. Raises OSError where nobody is."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        link.request("GET" if body is None else "POST", path, body=body, headers=dict(headers or {}))
        answer = link.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"half an answer from port {port}") from error
    finally:
        link.close()


def free_port(preferred: int | None = None) -> int:
    """Return *preferred* if nobody listens there, else a free port of the loopback address."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port or 0))
                return int(probe.getsockname()[1])
    raise Trouble("no free port on 127.0.0.1")


def run(command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run *command* to its end, its output added to *log*. Raises Trouble with the end of the log where it fails."""
    with log.open("ab") as file:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=dict(env or clean_environment()),
            cwd=cwd,
            check=False,
        )
    if done.returncode:
        raise Trouble(f"{Path(command[0]).name} failed ({done.returncode}); {log} ends so:\n{tail(log)}")
