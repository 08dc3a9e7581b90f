"""The flow `full_scan`: one pass that reads everything, and so finds what was deleted without a word."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from .coats import COATED
from .passing import Asked, scheduled_pass
from .states import leave_artifact, state_of

PATIENCE = 1800.0
"""Seconds: it comes once a day, so it does not step aside for the pass that comes every few minutes."""


@flow(name="full-scan", flow_run_name="{name}", persist_result=False)
async def full_scan(hub: str, name: str) -> "State[Any]":
    """Read all of the sync NAME of the hub in the folder HUB, look up what is no longer listed, decide, write."""
    end, report = await scheduled_pass(Asked(Path(hub), name, full=True, patience=PATIENCE), COATED)
    if report is not None:
        await leave_artifact("full-scan", report)
    return state_of(end)
