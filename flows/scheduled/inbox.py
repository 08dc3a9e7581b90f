"""
The fast path as a task server: it looks at the inbox as soon as it is asked to.

Whoever stores a hint (a webhook) asks with `flows.wake`. The question has no parameters: what to do stands in the hub's
database, so repeats are harmless and several task servers share the work. One of them also watches the database for
webhooks, since a task waits its turn in Prefect. What is missed, the schedules sweep up.
"""

import asyncio
import os
import signal
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_worker import TaskWorker

from flows.hub.fastpath import FreshPath

from .discreet import Discreet

HUB = "CASEHUB_HUB"
"""Names the hub's folder to a task server, as to the command line."""
WATCH = 0.1
"""Seconds between two looks for webhooks in the database: a task may begin seconds after it was asked for."""
POLL = 10.0
"""Seconds between two looks at systems that send no webhooks."""
GRACE = 8.0
"""Seconds that a stop waits for the look at work."""
OPEN: ContextVar[FreshPath | None] = ContextVar("the fast path of this task server", default=None)


@task(name="look-at-inbox", cache_policy=NO_CACHE, persist_result=False)
async def look_at_inbox() -> None:
    """Run a pass of every sync for which something waits, in the hub that this task server works for."""
    async with Discreet():
        fast = OPEN.get()
        if fast is not None:
            await fast.look()
            return
        alone = FreshPath(Path(os.environ.get(HUB, ".")))
        try:
            await alone.look()
        finally:
            await alone.close()


def serve_inbox(folder: Path, poll: float = POLL) -> None:
    """Be the task server of the hub in *folder* until the process is asked to stop; the look at work is finished."""
    os.environ[HUB] = str(folder.resolve())
    asyncio.run(_serve(folder, poll))


class _Server(TaskWorker):
    """A task server that, asked to stop, says so instead of ending in the middle of a look as Prefect's own does."""

    def __init__(self) -> None:
        super().__init__(look_at_inbox, limit=1)
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def handle_sigterm(self, signum: int, frame: object) -> None:
        del signum, frame
        self._loop.call_soon_threadsafe(self.asked.set)


async def _serve(folder: Path, poll: float) -> None:
    fast = FreshPath(folder)
    OPEN.set(fast)
    server = _Server()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, server.asked.set)
    serving = [asyncio.create_task(work) for work in (server.astart(), _poll(fast, poll), _watch(fast))]
    stop = asyncio.create_task(server.asked.wait())
    try:
        await asyncio.wait([stop, *serving], return_when=asyncio.FIRST_COMPLETED)
        with suppress(TimeoutError):
            await asyncio.wait_for(fast.close(), GRACE)
        await _told(server)
    finally:
        for one in (stop, *serving):
            one.cancel()
        ended = await asyncio.gather(*serving, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _told(server: TaskWorker) -> None:
    """Give the last task a moment to tell Prefect how it ended."""
    for _ in range(40):
        if not server.current_tasks:
            return
        await asyncio.sleep(0.05)


async def _watch(fast: FreshPath, every: float = WATCH) -> None:
    """Look as soon as a webhook has come in."""
    while True:
        async with Discreet():
            await fast.watch()
        await asyncio.sleep(every)


async def _poll(fast: FreshPath, every: float) -> None:
    """Look at systems that cannot tell by themselves, again and again."""
    while True:
        async with Discreet():
            await fast.poll()
        await asyncio.sleep(every)
