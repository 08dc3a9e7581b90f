"""What a person does whom a stopped sync asks: look at a plan, and apply it. No other way leads past a question."""

from flows.hub.applying import Applying, Stale, apply_plan
from flows.hub.plan_file import read_plan, write_plan
from flows.hub.planning import make_plan
from flows.hub.report import Report
from flows.hub.telling import Words
from flows.hub.wired import Wired

from .faults import Undoable
from .world import Life

ZONE = "Europe/Moscow"


def plan_and_apply(life: Life, *, by: str) -> Report:
    """
    As ``casehub plan -o FILE`` and ``casehub apply FILE``: two processes with a file between them.

    Raises Undoable where what was planned is no longer what a pass would do, or a system cannot be reached.
    """
    file = life.ground.folder / "plan.yaml"

    async def plan(wired: Wired) -> None:
        write_plan(file, await make_plan(wired), Words(wired.shape, ZONE, wired.clock()))

    async def apply(wired: Wired) -> Report:
        return await apply_plan(wired, read_plan(file), Applying(by=by, zone=ZONE))

    life.wired(plan)
    try:
        report: Report = life.wired(apply)
    except Stale as stale:
        raise Undoable(f"{'; '.join(stale.moved.lines)}{dict(stale.plan.trouble)}") from None
    return report
