"""
Runs that hold the place of others although nobody works on them: found, and ended.

The automation sees only runs whose heartbeats have begun. A worker that is killed, or stopped, leaves others behind:
some that never began, some that had not sent a heartbeat yet. While one of them is there, Prefect cancels every new run
of its deployment.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from .deployments import TAG

STUCK = timedelta(minutes=5)
"""A run that waits for its process longer than this waits in vain; one that runs has its lease long before."""


async def sweep(
    client: PrefectClient, folder: str, *, at_work: Collection[str], now: datetime, older: timedelta = STUCK
) -> list[str]:
    """
    End the runs of the hub in *folder* that are stuck, and return their names.

    AT_WORK are the syncs whose lease is held: a run of theirs may be alive.
    """
    chosen = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[TAG]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])),
    )
    ended = []
    for run in await client.read_flow_runs(flow_run_filter=chosen, limit=200):
        why = why_stuck(run, folder, at_work=at_work, before=now - older)
        if why:
            await client.set_flow_run_state(run.id, Crashed(message=why), force=True)
            ended.append(run.name)
    return ended


def why_stuck(run: FlowRun, folder: str, *, at_work: Collection[str], before: datetime) -> str:
    """Say why *run* will never end by itself; '' where it may."""
    parameters = run.parameters or {}
    if run.state is None or run.state.timestamp >= before or parameters.get("hub") != folder:
        return ""
    if run.state.type == StateType.PENDING:
        return "its process never began; the next run carries on"
    if run.state.type == StateType.RUNNING and parameters.get("name") not in at_work:
        return "it holds no lease of the hub, so nobody works on it; the next run carries on"
    return ""
