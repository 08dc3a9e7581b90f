"""Opening what a command works on: the hub in its folder, a sync with its systems."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .terminal import Terminal

if TYPE_CHECKING:
    from flows.hub.casework import Act
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation
    from mappings.language.model import Sync
    from state.types import Whole

T = TypeVar("T")


@contextmanager
def the_hub(terminal: Terminal) -> "Iterator[Installation]":
    """Open the hub of the folder for the while."""
    from flows.hub.wiring import install

    installation = install(terminal.folder)
    try:
        yield installation
    finally:
        installation.store.close()


def in_sync(installation: "Installation", name: str | None, work: "Callable[[Wired], Awaitable[T]]") -> T:
    """Do *work* with the sync *name*, its systems open; what it claimed is free afterwards."""
    import asyncio

    from flows.hub.wiring import open_sync
    from state import workers

    async def run() -> T:
        async with open_sync(installation, name) as wired:
            try:
                return await work(wired)
            finally:
                workers.retire(installation.store, wired.worker)

    return asyncio.run(run())


@dataclass(frozen=True)
class AtCase:
    """A case that somebody works with: ACT says who and where, SYNC and ZONE are what hub.yaml says."""

    act: "Act"
    whole: "Whole"
    sync: "Sync"
    zone: str = "UTC"

    @property
    def key(self) -> str:
        return self.whole.entity.key

    @property
    def kind(self) -> str:
        """What it is: a case, or an item, a client or a note, which are worked with alike."""
        return self.whole.entity.kind


def at_case(terminal: Terminal, key: str, work: Callable[[AtCase], Awaitable[T]], *, by: str) -> T:
    """Do *work* with the case *key*, in the sync that it belongs to, as the person BY."""
    from flows.hub.casework import Act
    from flows.hub.looking import find_case

    with the_hub(terminal) as installation:
        whole = find_case(installation.store, key)
        sync = installation.sync(whole.entity.sync)

        async def at(wired: "Wired") -> T:
            return await work(AtCase(Act(wired, whole.entity.id, by), whole, sync, installation.hub.timezone))

        return in_sync(installation, sync.name, at)
