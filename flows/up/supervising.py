"""
Starts the processes of a hub, watches over them, and ends them in order.

A process that ends by itself is started again, later each time, and its last words are told; the others go on.
When asked to stop, those that take work from outside end first, then runs under way get a few seconds, then the rest.
"""

import errno
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from connectors.trust import NOBODY
from state import process

from .processes import HOME, Child

READY_WITHIN = 90.0
RUNS_WITHIN = 6.0
"""Seconds that a stop waits for runs under way. One that is ended in the middle loses nothing: the next carries on."""
GONE_WITHIN = 5.0
"""Seconds in which a process that was killed lets go of its port, and of its memory."""
LONGEST = 64.0
"""Seconds between two starts of a process that keeps ending."""
STEADY = 60.0
"""Seconds after which a process that was started again counts as well."""


class AlreadyUp(Exception):
    """This hub is up already, by another process."""


class CannotStart(Exception):
    """A process cannot be started, or does not stay; the message says which and what it said last."""


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    log: Path
    since: float
    failures: int = 0
    again: float | None = None
    """When it is started again, once it has ended."""


@dataclass
class Supervisor:
    """
    The processes of one hub, children of this one. A `with` block ends what it started, whatever happens.

    TELL is told what a person should know. BUSY says how many runs are under way; asked while stopping.
    """

    folder: Path
    tell: Callable[[str], None]
    busy: Callable[[], int] = lambda: 0
    running: dict[str, _Running] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        self._take_over()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def home(self) -> Path:
        return self.folder / HOME

    @staticmethod
    def look_for_room(children: Iterable[Child]) -> None:
        """Before anything is started: can every port be listened on? Raises CannotStart."""
        for child in children:
            if child.port is not None:
                _must_be_free(child.name, *child.port)

    def start(self, child: Child) -> None:
        """Start *child* and wait until it is ready. Raises CannotStart."""
        self._spawn(child, failures=0)
        self._until_ready(child)

    def watch(self, until: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
        """Start again what ends, UNTIL it is enough."""
        while not until():
            for one in list(self.running.values()):
                if one.process.poll() is not None:
                    self._again(one)
            sleep(0.25)

    def stop(self) -> None:
        """End everything that was started, in order."""
        standing = [one for one in self.running.values() if one.process.poll() is None]
        self._end([one for one in standing if not one.child.last])
        deadline = time.monotonic() + RUNS_WITHIN
        while self.busy() and time.monotonic() < deadline:
            time.sleep(0.2)
        for one in [one for one in standing if one.child.last][::-1]:
            self._end([one])
        self.running.clear()
        (self.home / "up.json").unlink(missing_ok=True)

    # --- inside ---

    def _spawn(self, child: Child, *, failures: int) -> None:
        log = self.home / f"{child.name}.log"
        if not failures:
            log.write_bytes(b"")
        with log.open("ab") as out:  # what is added stands at the end, also of a log that logrotate has cut meanwhile
            started = subprocess.Popen(  # noqa: S603  # our own commands, as a list
                child.command,
                env=dict(child.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at the terminal is for us, who end them in order
            )
        self.running[child.name] = _Running(child, started, log, time.monotonic(), failures)
        self._note()

    def _until_ready(self, child: Child) -> None:
        one, deadline = self.running[child.name], time.monotonic() + READY_WITHIN
        while child.ready and not _answers(child.ready):
            if one.process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"{child.name} did not come up; {_last_words(one.log)}")
            time.sleep(0.1)

    def _again(self, one: _Running) -> None:
        """Start a process again once its pause is over; the pause doubles with each failure."""
        if one.again is None:
            lasted = time.monotonic() - one.since
            one.failures = 1 if lasted > STEADY else one.failures + 1
            pause = min(2.0 ** (one.failures - 1), LONGEST)
            one.again = time.monotonic() + pause
            code = one.process.returncode
            self.tell(
                f"{one.child.name} has ended ({code}) and is started again in {pause:.0f} s; {_last_words(one.log)}"
            )
        elif time.monotonic() >= one.again:
            self._spawn(one.child, failures=one.failures)

    def _end(self, those: Iterable[_Running]) -> None:
        those = list(those)
        for one in those:
            _signal(one.process.pid, signal.SIGTERM, group=False)
        began = time.monotonic()
        for one in sorted(those, key=lambda one: one.child.grace):
            try:
                one.process.wait(max(began + one.child.grace - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self.tell(f"{one.child.name} does not end by itself and is ended")
            _signal(one.process.pid, signal.SIGKILL, group=True)  # what it may have left behind too
            one.process.wait()

    # --- one hub is up once ---

    def _take_over(self) -> None:
        """Refuse where the hub is up; end what a supervisor that was killed has left behind. Raises AlreadyUp."""
        try:
            known = json.loads((self.home / "up.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        by = known.get("by", {})
        if by and _still_there(by):
            raise AlreadyUp(f"this hub is up already, by process {by['pid']}; end that one first")
        left = [one for one in known.get("children", []) if _still_there(one)]
        for one in left:
            _signal(one["pid"], signal.SIGKILL, group=True)
        deadline = time.monotonic() + GONE_WITHIN  # until then it may hold its port
        while any(map(_still_there, left)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self._note()

    def _note(self) -> None:
        here = {"pid": os.getpid(), "started": process.started(os.getpid())}
        standing = [one.process.pid for one in self.running.values() if one.process.poll() is None]
        left = [{"pid": pid, "started": process.started(pid)} for pid in standing]
        (self.home / "up.json").write_text(json.dumps({"by": here, "children": left}), encoding="utf-8")


def _still_there(noted: Mapping[str, Any]) -> bool:
    """Say whether a process that was noted still runs."""
    return bool(noted["started"]) and process.started(noted["pid"]) == noted["started"]


def _signal(pid: int, sign: signal.Signals, *, group: bool) -> None:
    try:
        (os.killpg if group else os.kill)(pid, sign)
    except ProcessLookupError:
        return


def _must_be_free(name: str, host: str, port: int) -> None:
    """Refuse a port that NAME could not listen on, and say why. Raises CannotStart."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = f"port {port} of {host} is taken by another program; {name} needs a free one"
        else:
            text = f"{name} cannot listen on port {port} of {host}: {error.strerror}"
        raise CannotStart(text) from error


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0, trust_env=False, verify=NOBODY).is_success
    except httpx.HTTPError:
        return False


def _last_words(log: Path) -> str:
    """The last line of a log that says something, and where the rest is."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f"it said: {lines[-1] if lines else 'nothing'} (all of it in {log})"
