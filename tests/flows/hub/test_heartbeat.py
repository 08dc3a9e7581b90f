"""The heartbeat of a pass, and that a Ctrl-C is heard whenever it comes."""

import asyncio
from pathlib import Path

import pytest

from flows.hub.running import heartbeat
from flows.hub.wiring import open_sync
from tests.hub_builders import a_hub


class SlowToEnd:
    """A sleep that, when it is ended, takes until somebody says so."""

    def __init__(self) -> None:
        self.ending = asyncio.Event()
        self.over = asyncio.Event()

    async def __call__(self, _: float) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ending.set()
            await self.over.wait()


@pytest.mark.asyncio
async def test_a_pass_that_is_cancelled_while_its_heart_stops_is_cancelled(tmp_path: Path) -> None:
    hub, sleep = a_hub(tmp_path), SlowToEnd()

    async def a_pass() -> None:
        async with open_sync(hub.installation, None, hub.make) as wired, heartbeat(wired, sleep):
            await asyncio.sleep(0)

    going = asyncio.create_task(a_pass())
    await sleep.ending.wait()
    going.cancel()
    sleep.over.set()

    with pytest.raises(asyncio.CancelledError):
        await going


@pytest.mark.asyncio
async def test_what_its_heart_died_of_ends_a_pass(tmp_path: Path) -> None:
    hub = a_hub(tmp_path)

    async def dies(_: float) -> None:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError, match="is away"):
        async with open_sync(hub.installation, None, hub.make) as wired, heartbeat(wired, dies):
            await asyncio.sleep(0)
