"""The automation that ends runs whose process is gone: their heartbeats stop, and Prefect would wait for ever."""

from datetime import timedelta

from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from .deployments import TAG
from .ends import NAMES

NAME = "casehub: runs without a heartbeat"
WITHIN = timedelta(seconds=90)
"""Three heartbeats; see `quiet.QUIET` for how often they come."""
_OTHER_ENDS = ("Cancelled", "Crashed", "TimedOut")


def without_heartbeat() -> AutomationCore:
    """
    Return the automation, for the runs of the hub's own deployments only: others may send their heartbeats less often.

    Events are named after states, so every name that our runs end in is listed.
    """
    beat = "prefect.flow-run.heartbeat"
    ours = {"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"}
    trigger = EventTrigger(
        after={beat},
        expect={beat, *(f"prefect.flow-run.{name}" for name in (*NAMES, *_OTHER_ENDS))},
        match=ResourceSpecification.model_validate({"prefect.resource.id": ["prefect.flow-run.*"]}),
        match_related=ResourceSpecification.model_validate(ours),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=WITHIN,
    )
    message = f"no heartbeat for {WITHIN.total_seconds():.0f} s; the next run carries on"
    gone = ChangeFlowRunState(name="Crashed", state=StateType.CRASHED, message=message, force=False)
    text = "Ends runs of the hub whose process is gone. Made by `casehub deploy`."
    return AutomationCore(name=NAME, description=text, trigger=trigger, actions=[gone])
