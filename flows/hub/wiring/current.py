"""The hub as its files describe it now, for processes that run on while people edit these."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from mappings.language import Problem, Problems
from state.store import utc_now

from .installation import Installation, database_url, install, load_installation

ENDINGS = (".yaml", ".yml", ".wiki")
"""Of files beside hub.yaml that say something about the hub: itself, mappings, templates."""
Stamps: TypeAlias = tuple[tuple[str, int, int, int], ...]


class Current:
    """
    The hub in a folder, read anew when a file of it has changed. Asking costs a look at the folder and opens no file.

    What is wrong in the files never stops a process that runs: the hub stays as it was, and PROBLEMS tells what is
    wrong. The database stays open; another one than at the start is such a problem, as it needs a restart.
    """

    def __init__(
        self, folder: Path, env: Mapping[str, str] | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Raises `Problems` where the files are wrong at the start, and what `install` raises."""
        self._folder = folder
        self._env = os.environ if env is None else env
        self._stamps = stamps_of(folder)
        self._known = install(folder, self._env, clock=clock)
        self._address = database_url(self._known.hub, folder)
        self.problems: tuple[Problem, ...] = ()

    def installation(self) -> Installation:
        """Return the hub as it is now."""
        stamps = stamps_of(self._folder)
        if stamps != self._stamps:
            self._stamps = stamps
            self._read()
        return self._known

    def _read(self) -> None:
        try:
            hub = load_installation(self._folder, self._env)
        except Problems as error:
            self.problems = tuple(error.problems)
            return
        if database_url(hub, self._folder) != self._address:
            self.problems = (Problem("hub.yaml", 0, "another database needs a restart; the hub works as before"),)
            return
        self.problems = ()
        self._known = replace(self._known, hub=hub)


def stamps_of(folder: Path) -> Stamps:
    """Return by what the files of a hub are known to be the same: names, sizes, times, and which files they are."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(ENDINGS) and not entry.name.startswith(".") and entry.is_file():
                told = entry.stat()
                found.append((entry.name, told.st_size, told.st_mtime_ns, told.st_ino))
    return tuple(sorted(found))
