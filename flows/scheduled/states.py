"""What a run leaves with Prefect: its state, and an artifact with counts."""

import hashlib
import re
from typing import Any

from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.hub.report import Report

from .ends import End, counted, rows


def state_of(end: End) -> "State[Any]":
    """Return the state in which a flow run ends."""
    if end.good:
        return Completed(name=end.name, message=end.text)
    return Failed(name=end.name, message=end.text)


def artifact_key(flow: str, sync: str) -> str:
    """Return the key under which Prefect keeps the counts of a sync; it takes Latin letters, digits and dashes only."""
    plain = sync.lower().replace("_", "-")
    if re.fullmatch(r"[a-z0-9-]+", plain) and plain == sync:
        return f"{flow}-{plain}"
    return f"{flow}-{hashlib.sha256(sync.encode()).hexdigest()[:12]}"


async def leave_artifact(flow: str, report: Report) -> None:
    """Leave the counts of a pass as a table, a row per system."""
    await acreate_table_artifact(table=rows(report), key=artifact_key(flow, report.sync), description=counted(report))
