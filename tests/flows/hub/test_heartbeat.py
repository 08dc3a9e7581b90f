"""The heartbeat of a pass, and that a Ctrl-C is heard whenever it comes."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from flows.hub.running import LEASE, heartbeat
from flows.hub.wiring import open_sync
from state import leases
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


class Beats:
    """A sleep that lets so many beats go on at once; then it says that all are done, and sleeps."""

    def __init__(self, number: int) -> None:
        self.left, self.done = number, asyncio.Event()

    async def __call__(self, _: float) -> None:
        if not self.left:
            self.done.set()
            await asyncio.Event().wait()
        self.left -= 1


@pytest.mark.parametrize("trouble", ["database is locked", "server closed the connection unexpectedly"])
@pytest.mark.asyncio
async def test_a_database_that_was_away_for_one_beat_stops_no_heart(tmp_path: Path, trouble: str) -> None:
    hub, beats, met = a_hub(tmp_path), Beats(2), list[str]()
    store = hub.installation.store

    def once(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE lease") and not met:
            met.append(statement)
            raise sa.exc.OperationalError(statement, {}, sqlite3.OperationalError(trouble))

    async with open_sync(hub.installation, None, hub.make) as wired:
        wired.lease = leases.acquire(store, "sync:presales", worker=wired.worker, seconds=5)
        sa.event.listen(store.engine, "before_cursor_execute", once)
        async with heartbeat(wired, beats):
            await asyncio.wait_for(beats.done.wait(), timeout=10)

        assert met
        assert wired.lease is not None
        assert leases.holds(store, wired.lease, seconds=LEASE - 5)
