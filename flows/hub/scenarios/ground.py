"""What a story stands on: a database that begins empty each time, a clock that can be turned, a worker's death."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from state import engine
from state.store import Store
from state.types import Worker

from .loops import Loops

BEGIN = datetime(2026, 11, 21, 9, tzinfo=UTC)
"""When every story begins: 12:00 in Moscow."""
TICK = timedelta(seconds=0.1)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it


class Clock:
    """The time of the hub and its systems: a tenth of a second goes by whenever somebody asks."""

    def __init__(self) -> None:
        self._now = BEGIN
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._now += TICK
            return self._now

    def ahead(self, by: timedelta) -> None:
        with self._lock:
            self._now += by


class Killed(BaseException):
    """The process is no more: nobody catches it, and it reaches neither its database nor its systems afterwards."""


@dataclass
class Death:
    """Whether the worker at work is dead, and who died before; those that WORKERS made are the process's."""

    dead: bool = False
    workers: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def strike(self) -> None:
        """Kill the process. Raises Killed."""
        self.dead = True
        self.check()

    def check(self) -> None:
        """Raises Killed where the process is dead."""
        if self.dead:
            raise Killed

    def over(self) -> None:
        """What was dead is gone; a fresh process may begin."""
        if self.dead:
            self.gone.update(self.workers)
        self.dead = False
        self.workers.clear()

    def lives(self, worker: Worker) -> bool:
        """Say whether a worker's process may still run."""
        return worker.id not in self.gone


@dataclass(frozen=True, slots=True)
class MortalStore(Store):
    """A store that a dead process does not reach."""

    death: Death = field(default_factory=Death)

    @contextmanager
    def read(self) -> Iterator[Any]:
        """As `Store.read`."""
        self.death.check()
        with Store.read(self) as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Any]:
        """As `Store.write`."""
        self.death.check()
        with Store.write(self) as conn:
            yield conn

    def worker(self) -> Worker:
        """As `Store.worker`."""
        made = Store.worker(self)
        self.death.workers.append(made.id)
        return made


class Ground:
    """
    A folder with a database that is emptied for each story. Statements are compiled once for all of them.

    Where the machine keeps files in memory it lies there: stories write much and keep nothing.
    """

    def __init__(self) -> None:
        where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
        self._folder = tempfile.TemporaryDirectory(prefix="casehub-scenarios-", dir=where)
        self.folder = Path(self._folder.name)
        self.loops = Loops()
        (self.folder / "hub.yaml").write_text("{}\n", encoding="utf-8")
        self._file = self.folder / "casehub.db"
        url = f"sqlite:///{self._file}"
        engine.upgrade(url)
        self._empty = self._file.read_bytes()
        self._store = engine.open_store(url)

    def fresh(self, clock: Callable[[], datetime], death: Death) -> MortalStore:
        """Empty the database and return it open, with the given clock."""
        self._store.close()
        for beside in ("-wal", "-shm"):
            self._file.with_name(self._file.name + beside).unlink(missing_ok=True)
        self._file.write_bytes(self._empty)
        given = self._store
        return MortalStore(given.engine, clock, _numbers(), death.lives, given.counted, {}, death)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loops.close()
        self._store.close()
        self._folder.cleanup()


def _numbers() -> Callable[[], str]:
    """Names that come out the same each time."""
    made = iter(range(1, 10**9))
    lock = threading.Lock()

    def fresh() -> str:
        with lock:
            return f"{next(made):016x}"

    return fresh


def later(clock: Callable[[], datetime], ahead: timedelta) -> Callable[[], datetime]:
    """Return a clock that goes wrong by AHEAD."""
    return lambda: clock() + ahead
