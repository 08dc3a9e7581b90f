"""The flow `sync`: one pass over what is new in one sync."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from .coats import COATED
from .passing import Asked, scheduled_pass
from .states import leave_artifact, state_of


@flow(name="sync", flow_run_name="{name}", persist_result=False)
async def sync(hub: str, name: str) -> "State[Any]":
    """Read what is new in the sync NAME of the hub in the folder HUB, decide, write."""
    end, report = await scheduled_pass(Asked(Path(hub), name), COATED)
    if report is not None:
        await leave_artifact("sync", report)
    return state_of(end)
