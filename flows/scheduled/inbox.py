"""
The fast path: a task server that looks at the inbox as soon as it is asked to.

Whoever stores a hint (a webhook) asks with `flows.wake`. The question has no parameters: what to do stands in the hub's
database, so repeats are harmless and several task servers share the work. What is missed, the schedules sweep up.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_worker import serve

from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import Installation, Maker, install, make_connector, open_sync
from mappings.language.model import Sync
from state import runs
from state.runs import Figures

from .discreet import Discreet

HUB = "CASEHUB_HUB"
"""Names the hub's folder to a task server, as to the command line."""
BY = "wake"
"""Who runs such passes, in the list of runs."""


@task(name="look-at-inbox", cache_policy=NO_CACHE, persist_result=False)
async def look_at_inbox() -> None:
    """Run a pass of every sync for which something waits, in the hub that the environment names."""
    async with Discreet():
        installation = await asyncio.to_thread(install, Path(os.environ.get(HUB, ".")))
        try:
            await look(installation)
        finally:
            installation.store.close()


async def look(installation: Installation, make: Maker = make_connector) -> list[Report]:
    """Run a pass of every sync for which something waits; no system is asked anything where nothing does."""
    figures = {(one.system, one.kind): one for one in await asyncio.to_thread(runs.status, installation.store)}
    reports = []
    for name, sync in installation.hub.syncs.items():
        if something_waits(sync, figures):
            async with open_sync(installation, name, make) as wired:
                reports.append(await run_recorded(wired, PassOptions(), How(by=BY)))
    return reports


def something_waits(sync: Sync, figures: Mapping[tuple[str, str], Figures]) -> bool:
    """Say whether a record of one of the sync's systems was hinted at or has not been decided upon."""
    return any(one.hints or one.waiting for (system, _), one in figures.items() if system in sync.systems)


def serve_inbox(folder: Path) -> None:
    """Be the task server of the hub in *folder* until the process is ended; one look at a time."""
    os.environ[HUB] = str(folder.resolve())
    serve(look_at_inbox, limit=1)
