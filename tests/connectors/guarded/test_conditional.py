"""Updates by revision: a stale one never gets through, and the answer proves what it shows."""

import pytest

from connectors.errors import AuthFailed, RetryLater
from connectors.memory import KindTraits, MemoryConnector, MemoryRequest, MemorySystem
from mappings.exchange import Change, Receipt, Update, View

FLOW = {"stage": {"new": ("work",), "work": ("done",)}}


class Desk:
    def __init__(self, **traits: object) -> None:
        kind = KindTraits(conditional_writes=True, workflow=FLOW, **traits)  # type: ignore[arg-type]  # of several types
        self.system = MemorySystem(kinds={"deal": kind})
        self.connector = MemoryConnector("crm", system=self.system)
        self.id = self.system.create("deal", {"title": "Пилот", "note": None, "stage": "new"})

    async def push(self, *, hops: tuple[View, ...] = (), **views: View) -> Receipt:
        row = self.system.row("deal", self.id)
        changes = tuple(Change(p, v, row.views.get(p), hops if p == "stage" else ()) for p, v in views.items())
        (receipt,) = await self.connector.push([Update("k", "crm", "deal", self.id, changes)])
        return receipt


@pytest.mark.asyncio
async def test_the_answer_of_the_write_proves_what_it_shows() -> None:
    desk = Desk()

    receipt = await desk.push(title="Внедрение")

    assert (receipt.state, receipt.proved, receipt.window) == ("done", True, None)
    assert receipt.record is not None
    assert receipt.record.version == "000000000002"


@pytest.mark.asyncio
async def test_an_edit_after_the_compare_is_refused_by_the_system() -> None:
    desk = Desk()

    def hook(request: MemoryRequest, moment: str) -> None:
        if (request.verb, moment) == ("update", "before"):
            desk.system.edit("deal", desk.id, {"title": "Правка Анны"})

    desk.system.hook = hook

    receipt = await desk.push(title="Внедрение")

    assert (receipt.state, receipt.proved) == ("moved", False)
    assert receipt.record is not None
    assert receipt.record.views["title"] == "Правка Анны"


@pytest.mark.asyncio
async def test_steps_go_from_version_to_version() -> None:
    desk = Desk()

    receipt = await desk.push(stage="done", hops=("work",))

    assert receipt.record is not None
    assert (receipt.record.views["stage"], receipt.record.version) == ("done", "000000000003")


@pytest.mark.asyncio
async def test_a_dropped_step_says_what_is_allowed() -> None:
    receipt = await Desk().push(stage="done", title="Внедрение")

    assert receipt.state == "done"
    assert [(refused.place, refused.allowed) for refused in receipt.refused] == [("stage", ("work",))]


@pytest.mark.asyncio
@pytest.mark.parametrize("names", [True, False])
async def test_the_culprit_is_found_and_the_rest_is_written(names: bool) -> None:
    receipt = await Desk(refused=frozenset({"note"}), names=names).push(title="Внедрение", note="ёж", stage="work")

    assert [refused.place for refused in receipt.refused] == ["note"]
    assert receipt.record is not None
    assert [receipt.record.views[place] for place in ("title", "stage")] == ["Внедрение", "work"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RetryLater("cut", system="crm", sent=True), "unclear"),
        (RetryLater("429", system="crm"), "unsent"),
        (AuthFailed("no", system="crm"), "unsent"),
    ],
)
async def test_a_failing_write_is_told_as_it_is(error: Exception, state: str) -> None:
    desk = Desk()

    def hook(request: MemoryRequest, moment: str) -> None:
        if (request.verb, moment) == ("update", "before"):
            raise error

    desk.system.hook = hook

    assert (await desk.push(title="Внедрение")).state == state
