"""
Passes that somebody starts from the page: each a process of its own, so that no page waits for it.

A pass that was started is a run like any other; one that could not even begin is told with its last words.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import IO

from ..pausing import refuse_paused
from ..wiring import Installation

MOST_WORDS = 2000
"""Letters of its last words that are kept."""
GOOD = (0, 3)
"""Ways to end of which the list of runs tells enough: done, and done without a system that did not answer."""


class AtWork(Exception):
    """A pass that was started from here is under way."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last pass that was started from here ended: its exit CODE and its last WORDS."""

    code: int
    words: str


@dataclass
class _Begun:
    process: "subprocess.Popen[bytes]"
    words: IO[bytes]


def command(folder: Path, sync: str, by: str) -> list[str]:
    """Return what runs one pass of SYNC of the hub in FOLDER as the person BY."""
    return [sys.executable, "-m", "flows.cli", "--hub", str(folder), "sync", sync, "--by", by]


@dataclass
class Starter:
    """Starts passes of one hub; MAKE gives the command."""

    installation: Installation
    make: Callable[[Path, str, str], Sequence[str]] = command
    _begun: dict[str, _Begun] = field(default_factory=dict)
    _ended: dict[str, Ended] = field(default_factory=dict)
    _alone: RLock = field(default_factory=RLock)
    """Pages are answered in threads: whoever meets the end of a pass first notes it, the others wait for that."""

    def start(self, sync: str, *, by: str) -> None:
        """Start a pass; returns at once. Raises NoSuchSync, IsPaused, AtWork."""
        name = self.installation.sync(sync).name
        refuse_paused(self.installation.store, name)
        with self._alone:
            if self.is_running(name):
                raise AtWork(f"a pass of {name} is under way")
            self._begun[name] = self._begin(name, by)

    def _begin(self, name: str, by: str) -> _Begun:
        words = tempfile.TemporaryFile()  # noqa: SIM115  # it stays open as long as the process
        process = subprocess.Popen(  # noqa: S603  # our own command, as a list
            self.make(self.installation.folder, name, by),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )
        return _Begun(process, words)

    def is_running(self, sync: str) -> bool:
        """Say whether a pass of *sync* that was started from here is under way."""
        with self._alone:
            begun = self._begun.get(sync)
            if begun is None:
                return False
            code = begun.process.poll()
            if code is None:
                return True
            begun.words.seek(0)
            told = begun.words.read().decode(errors="replace").strip()
            self._ended[sync] = Ended(code, told[-MOST_WORDS:])
            begun.words.close()
            del self._begun[sync]
            return False

    def trouble(self, sync: str) -> Ended | None:
        """Return how the last pass ended that was started from here, where it did not end well."""
        if self.is_running(sync):
            return None
        ended = self._ended.get(sync)
        return ended if ended is not None and ended.code not in GOOD else None

    def close(self) -> None:
        """Let go of what was started; a pass under way goes on to its end."""
        for begun in self._begun.values():
            begun.words.close()
        self._begun.clear()
