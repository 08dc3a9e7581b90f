"""
News for pages that stand open: one look at the database a second for all of them, and to each only what it may know.

A stream names keys of cases and parts of the page (`cases`, `attention`, `runs`), never content: a page that hears of
something asks for it as ever. A page carries the mark of before it was read, and its stream begins there: what moved
while it was on its way is told too.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

from fastapi import Request

from flows.hub.access import Access
from state import cases, lines
from state.errors import StateError
from state.news import Mark, News, Watch, since
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
MUCH = ("cases", "many", "attention", "runs")
"""What is told where nothing can be named; a page of one case listens to `many`."""


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
    seen: Mark = field(default_factory=Mark)
    """
    How far it was looked last. A page that is read later shows at least that, so its stream may begin there: after a
    time in which nobody has read, it is told of too much and reads itself once more, and no page asks for a mark.
    """

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
        try:
            await self._once(watch)
            while self.readers:
                await asyncio.sleep(self.every)
                await self._once(watch)
        finally:
            self.ready.clear()

    async def _once(self, watch: Watch) -> None:
        before = watch.mark
        try:
            found = await asyncio.to_thread(watch.look if self.ready.is_set() else watch.begin)
            if found:
                await self.tell(found)
            self.seen = watch.mark
            self.ready.set()
        except StateError as error:
            watch.mark = before
            log.warning("news: %s", error)  # the next look tells of it

    async def catch_up(self, reader: Reader, mark: Mark) -> None:
        """Tell one reader what has moved since *mark*; all of it, where that cannot be said."""
        await self.ready.wait()  # what moves from then on is told by the looks
        try:
            found = await asyncio.to_thread(since, self.store, mark)
        except StateError as error:
            log.warning("news: %s", error)
            found = News(mark, many=True, runs=True, listed=True)
        if found:
            await self.tell(found, [reader])

    async def tell(self, found: News, readers: Collection[Reader] | None = None) -> None:
        """Tell every reader, or READERS only, what they may know of FOUND."""
        moved = await asyncio.to_thread(self._moved, found)
        for reader in tuple(self.readers) if readers is None else readers:
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


def newsroom_of(request: Request) -> Newsroom:
    """Return where news are had."""
    room: Newsroom = request.app.state.newsroom
    return room


def marked(request: Request) -> None:
    """Before a page is read: keep how far its stream of news has to go back. A dependency of all pages."""
    if request.method == "GET":
        request.state.mark = newsroom_of(request).seen.text()


def mark_of(request: Request) -> str:
    """Return the mark of a page; "" where it has none."""
    mark: str = getattr(request.state, "mark", "")
    return mark


def told_to(access: Access, found: News, moved: dict[str, frozenset[str]]) -> Told:
    """Return what a reader may know of what has moved."""
    keys = tuple(sorted(key for key, people in moved.items() if _may_see(access, people)))
    many = found.many or (bool(found.cases) and not moved)
    parts = ["cases"] if keys or many else []
    parts += ["many"] if many else []
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
        told = told and Told(told.keys, MUCH)
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
