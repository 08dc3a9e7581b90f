"""What the set-up puts in place, and the life of one live server: install, seed once, start, wait, tell, stop."""

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from machine import Folder, Process, Trouble, free_port, home, process_of, wait_until


class Part(ABC):
    """Something that the live tests need on this machine: a server, or a program that they start themselves."""

    name: str
    answers: Sequence[str] = ()
    """Answers for debconf, before its packages are installed."""

    @property
    def debian(self) -> Sequence[str]:
        """Return the Debian packages that it comes in."""
        return ()

    def pip(self) -> Sequence[str]:
        """Return what is installed from the package index, to tell a person beforehand."""
        return ()

    @property
    @abstractmethod
    def url(self) -> str:
        """Return where it is to be found."""

    @abstractmethod
    def is_running(self) -> bool:
        """Say whether it can be used now."""

    @abstractmethod
    def up(self) -> dict[str, float]:
        """Put in place and start what is not there yet. Returns seconds per step."""

    @abstractmethod
    def down(self) -> bool:
        """Stop what was started. Returns whether there was something to stop."""

    @abstractmethod
    def env(self) -> Mapping[str, str]:
        """Return what tests need to know."""


class Server(Part):
    """
    One server on the loopback address, with its data below the live home.

    A subclass says what it needs, how its data is made (once), how it is started, and what tests should know.
    """

    prefix: str
    """Begins the names of its environment variables."""
    sources: Sequence[str] = ()
    """Files beside this one that decide what the data looks like: when they change, the data is made anew."""

    def __init__(self) -> None:
        self.folder = Folder(self.name, home() / self.name)

    # what a subclass says

    @abstractmethod
    def install(self) -> None:
        """Put in place what the server needs besides Debian packages; quick where it stands."""

    @abstractmethod
    def seed(self) -> None:
        """Make the data of a new server from nothing, and remember keys and ids."""

    @abstractmethod
    def launch(self, port: int) -> Process:
        """Start the server on *port*."""

    @abstractmethod
    def answers_calls(self) -> bool:
        """Say whether a real call is answered."""

    @abstractmethod
    def env(self) -> Mapping[str, str]:
        """Return what tests need to know, by names that begin with the prefix."""

    def after_stop(self) -> None:
        """Take away what lies outside the live home."""
        return

    # what is the same for all

    @property
    def port(self) -> int:
        return int(self.folder.facts().get("port", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server_log(self) -> Path:
        return self.folder.log("server")

    def is_running(self) -> bool:
        """Say whether our process lives and answers."""
        process = process_of(self.folder)
        return process is not None and process.is_alive() and self.answers_calls()

    def up(self) -> dict[str, float]:
        """Install, seed and start what is not there yet. Returns seconds per step."""
        took: dict[str, float] = {}
        with self.folder.locked():
            if self.is_running() and self._is_fresh():
                return took
            self._stop()
            for step in (self.install, self.seed_once, self._start):
                began = time.monotonic()
                step()
                took[step.__name__.strip("_")] = time.monotonic() - began
        return took

    def down(self) -> bool:
        """Stop the server if it runs. Returns whether there was something to stop."""
        with self.folder.locked():
            return self._stop()

    def _stop(self) -> bool:
        process = process_of(self.folder)
        alive = process is not None and process.is_alive()
        if process is not None:
            process.end()
            self.folder.remember(process=None)
        self.after_stop()
        return alive

    def _start(self) -> None:
        port = free_port(self.folder.facts().get("port"))
        self.folder.remember(port=port)
        process = self.launch(port)
        try:
            wait_until(self.answers_calls, process=process, log=self.server_log)
        except Trouble:
            self._stop()
            raise

    def seed_once(self) -> None:
        """Make the data unless it is there and is what the scripts would make."""
        if self._is_fresh():
            return
        self.folder.remember(seeded=None)
        self.seed()
        self.folder.remember(seeded=self._fingerprint())

    def _is_fresh(self) -> bool:
        return self.folder.facts().get("seeded") == self._fingerprint()

    def _fingerprint(self) -> str:
        here = Path(__file__).parent
        texts = [(here / source).read_bytes() for source in self.sources]
        return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]
