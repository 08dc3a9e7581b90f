"""
News for pages that stand open: one look at the database a second for all of them, and to each only what it may know.

A stream names keys of cases and parts of the page (`cases`, `attention`, `runs`), never content: a page that hears of
something asks for it as ever.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from flows.hub.access import Access
from state import cases, lines
from state.errors import StateError
from state.news import News, Watch
from state.store import Store

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two looks."""
BEAT = 10.0
"""Seconds after which a stream says that it lives, so that a page notices when it does not."""
MOST_KEYS = 100
"""Cases that are named at once; where more have moved, lists alone are told."""
MOST_WAITING = 50
"""News that wait for a reader who does not read; then its oldest are dropped, and it is told that much has moved."""


@dataclass(frozen=True, slots=True)
class Told:
    """What has moved, as one reader may know it."""

    keys: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as server-sent events: one per key and part, named after it."""
        return "".join(f"event: {name}\ndata: moved\n\n" for name in (*self.parts, *self.keys))


@dataclass(eq=False)
class Reader:
    """One open page; FRESH says whose cases its viewer may see now, None where nobody is signed in any more."""

    fresh: Callable[[], Access | None]
    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))


@dataclass
class Newsroom:
    """Looks what has moved while somebody reads, and tells them."""

    store: Store
    every: float = EVERY
    readers: set[Reader] = field(default_factory=set)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """What moves from now on is news."""
    _looking: asyncio.Task[None] | None = None

    def enter(self, fresh: Callable[[], Access | None]) -> Reader:
        """Have somebody read; `leave` ends it."""
        reader = Reader(fresh)
        self.readers.add(reader)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return reader

    def leave(self, reader: Reader) -> None:
        """Somebody reads no longer."""
        self.readers.discard(reader)

    async def close(self) -> None:
        """End all streams, so that the process can end."""
        for reader in self.readers:
            _put(reader, None)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        watch = Watch(self.store)
        await asyncio.to_thread(watch.begin)
        self.ready.set()
        try:
            while self.readers:
                await asyncio.sleep(self.every)
                await self._once(watch)
        finally:
            self.ready.clear()

    async def _once(self, watch: Watch) -> None:
        try:
            found = await asyncio.to_thread(watch.look)
            if found:
                await self.tell(found)
        except StateError as error:
            log.warning("news: %s", error)  # the next look tells of it

    async def tell(self, found: News) -> None:
        """Tell every reader what they may know of FOUND."""
        moved = await asyncio.to_thread(self._moved, found)
        for reader in tuple(self.readers):
            access = await asyncio.to_thread(reader.fresh)
            told = None if access is None else told_to(access, found, moved)
            if told is None or told.keys or told.parts:
                _put(reader, told)

    def _moved(self, found: News) -> dict[str, frozenset[str]]:
        """Key -> whose case it is, of the cases that have moved."""
        if len(found.cases) > MOST_KEYS:
            return {}
        wholes = cases.by_ids(self.store, sorted(found.cases)).values()
        return {one.entity.key: lines.people_of(one.entity) for one in wholes}


def told_to(access: Access, found: News, moved: dict[str, frozenset[str]]) -> Told:
    """Return what a reader may know of what has moved."""
    keys = tuple(sorted(key for key, people in moved.items() if _may_see(access, people)))
    many = found.many or (bool(found.cases) and not moved)
    parts = ["cases"] if keys or many else []
    parts += ["attention"] if found.listed and (keys or many or access.persons is None) else []
    parts += ["runs"] if found.runs else []
    return Told(keys, tuple(parts))


def _may_see(access: Access, people: frozenset[str]) -> bool:
    return access.persons is None or not access.persons.isdisjoint(people)


def _put(reader: Reader, told: Told | None) -> None:
    """Hand over news; to somebody who does not read them, that much has moved."""
    if reader.queue.full():
        while not reader.queue.empty():
            reader.queue.get_nowait()
        told = told and Told(told.keys, ("cases", "attention", "runs"))
    reader.queue.put_nowait(told)


async def stream(reader: Reader, beat: float = BEAT) -> AsyncIterator[str]:
    """Yield what a browser reads as events, until nobody is signed in any more."""
    yield "retry: 3000\nevent: alive\ndata: .\n\n"
    while True:
        try:
            told = await asyncio.wait_for(reader.queue.get(), beat)
        except TimeoutError:
            if await asyncio.to_thread(reader.fresh) is None:
                return
            yield "event: alive\ndata: .\n\n"
            continue
        if told is None:
            return
        yield told.text()
