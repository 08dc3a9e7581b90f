"""The flow `retry_parked`: what systems refused is tried once more, now that other things may have changed."""

import asyncio
from pathlib import Path

from prefect import flow
from prefect.logging import get_run_logger

from flows.hub.parking import retry_refused
from flows.hub.pausing import pauses
from flows.hub.wiring import install, open_sync
from state import workers

from .discreet import Discreet


async def _retried(hub: Path, name: str) -> int:
    installation = await asyncio.to_thread(install, hub)
    try:
        if name in await asyncio.to_thread(pauses, installation.store):
            return 0
        async with open_sync(installation, name) as wired:
            try:
                return await asyncio.to_thread(retry_refused, wired)
            finally:
                workers.retire(installation.store, wired.worker)
    finally:
        installation.store.close()


@flow(name="retry-parked", flow_run_name="{name}", persist_result=False)
async def retry_parked(hub: str, name: str) -> None:
    """Have what the systems of the sync NAME refused decided anew; the next pass writes it, or parks it again."""
    async with Discreet():
        count = await _retried(Path(hub), name)
        get_run_logger().info("%d entries are tried again by the next pass", count)
