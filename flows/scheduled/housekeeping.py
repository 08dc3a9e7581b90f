"""The flow `housekeeping`: ends runs that are stuck, here and in the hub's own list, and tells people what waits."""

import asyncio
from datetime import datetime
from pathlib import Path

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger

from flows.hub.housekeeping import House, keep_house
from flows.hub.notices import Told, notify
from flows.hub.notices.sending import send
from flows.hub.wiring import install

from .discreet import Discreet
from .sweeping import sweep


def _house(folder: Path) -> tuple[House, Told, datetime]:
    installation = install(folder)
    try:
        house = keep_house(installation)
        told = notify(installation, send) if installation.hub.notify.attention else Told()
        return house, told, installation.store.clock()
    finally:
        installation.store.close()


@flow(name="housekeeping", persist_result=False)
async def housekeeping(hub: str) -> None:
    """Keep house for the hub in the folder HUB."""
    async with Discreet():
        house, told, now = await asyncio.to_thread(_house, Path(hub))
        async with get_client() as client:
            ended = await sweep(client, hub, at_work=house.at_work, now=now)
        text = "ended %d stuck runs, found %d lost, forgot %d workers, %d old runs and writes"
        get_run_logger().info(text, len(ended), house.lost, house.workers, house.forgotten)
        if house.set_back:
            get_run_logger().warning("the clock was ahead: %d times of the future are of now", house.set_back)
        get_run_logger().info("told of %d new entries, sent %d digests", told.new, told.digests)
        for number in told.refused:
            get_run_logger().warning("no. %d of notify.attention took nothing; it is sent again next time", number)
