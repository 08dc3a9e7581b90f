"""A scheduled pass as a plain function: open the hub, run the pass under its lease, and say how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from flows.hub.housekeeping import SCHEDULE
from flows.hub.pausing import refuse_paused
from flows.hub.report import Report
from flows.hub.running import AlreadyRunning, How, run_recorded
from flows.hub.sync import PLAIN, PassOptions, Steps
from flows.hub.wiring import Installation, Maker, install, make_connector, open_sync

from .discreet import without_words
from .ends import End, end_of, end_of_error

PAUSE = 2.0
"""Seconds between two looks whether the other pass has ended."""


@dataclass(frozen=True)
class Asked:
    """
    One run of the sync NAME of the hub in FOLDER. FULL reads everything.

    PATIENCE are the seconds for which it waits for another pass of the sync to end; without any it steps aside.
    """

    folder: Path
    name: str
    full: bool = False
    patience: float = 0.0


@dataclass(frozen=True)
class Around:
    """What a run needs of the world; tests give their own."""

    install: Callable[[Path], Installation] = install
    make: Maker = make_connector
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


WORLD = Around()


async def scheduled_pass(asked: Asked, steps: Steps = PLAIN, around: Around = WORLD) -> tuple[End, Report | None]:
    """
    Run one pass, and return how it ended with what it did; nothing was done where there is no report.

    Raises `Unexpected` for an error that nobody expected; it does not say what that error said.
    """
    try:
        report = await _pass(asked, steps, around)
    except Exception as error:  # noqa: BLE001  # the top of a run: what is known becomes a state with its advice
        end = end_of_error(error)
        if end is None:
            raise without_words(error) from None
        return end, None
    return end_of(report), report


async def _pass(asked: Asked, steps: Steps, around: Around) -> Report:
    installation = await asyncio.to_thread(around.install, asked.folder)
    try:
        await asyncio.to_thread(refuse_paused, installation.store, asked.name)
        async with open_sync(installation, asked.name, around.make) as wired:

            async def once() -> Report:
                how = How(by=SCHEDULE, scheduled=True)
                return await run_recorded(wired, PassOptions(full=asked.full), how, steps=steps)

            return await _when_free(once, asked.patience, around.sleep)
    finally:
        installation.store.close()


async def _when_free(
    work: Callable[[], Awaitable[Report]], patience: float, sleep: Callable[[float], Awaitable[None]]
) -> Report:
    """Do *work* as soon as no other pass is at work. Raises AlreadyRunning when patience ends."""
    waited = 0.0
    while True:
        try:
            return await work()
        except AlreadyRunning:
            if waited >= patience:
                raise
        await sleep(PAUSE)
        waited += PAUSE
