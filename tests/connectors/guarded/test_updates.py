"""Read, compare, write, read back: what becomes of each record, told by a system in memory that misbehaves on order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.base import Surroundings
from connectors.errors import AuthFailed, ConnectorError, Rejected, RetryLater, Stale
from connectors.memory import KindTraits, MemoryConnector, MemoryRequest, MemorySystem
from mappings.exchange import Change, Receipt, Update, View

FLOW = {"stage": {"new": ("work",), "work": ("check", "stop"), "check": ("done",)}}
Hook = Callable[[MemoryRequest, str], None]


class Desk:
    """One system, one connector, one record with some places."""

    def __init__(self, traits: KindTraits | None = None) -> None:
        self.now = 0.0
        self.system = MemorySystem(kinds={"deal": traits or KindTraits(workflow=FLOW)})
        around = Surroundings(clock=lambda: datetime(2026, 11, 1, tzinfo=UTC), monotonic=lambda: self.now)
        self.connector = MemoryConnector("crm", around=around, system=self.system)
        self.id = self.make()

    def make(self) -> str:
        return self.system.create("deal", {"title": "Пилот", "note": None, "sum": "10", "stage": "new"})

    def on(self, verb: str, moment: str, act: Callable[[], None], *, nth: int = 1) -> None:
        """Do something at the NTH request of a kind."""
        met = {"n": 0}

        def hook(request: MemoryRequest, when: str) -> None:
            if (request.verb, when) == (verb, moment):
                met["n"] += 1
                if met["n"] == nth:
                    act()

        self.system.hook = hook

    def always(self, verb: str, error: Exception, *, record_id: str | None = None) -> None:
        def hook(request: MemoryRequest, when: str) -> None:
            if request.verb == verb and when == "before" and record_id in (None, *request.ids):
                raise error

        self.system.hook = hook

    async def push(self, *, hops: tuple[View, ...] = (), record_id: str | None = None, **views: View) -> Receipt:
        row = self.system.row("deal", record_id or self.id)
        changes = tuple(
            Change(place, view, row.views.get(place), hops if place == "stage" else ()) for place, view in views.items()
        )
        (receipt,) = await self.connector.push([Update("k", "crm", "deal", row.id, changes)])
        return receipt

    def shows(self, place: str) -> View:
        return self.system.row("deal", self.id).views[place]


@pytest.mark.asyncio
async def test_an_edit_between_compare_and_write_is_told_by_the_log() -> None:
    desk = Desk()
    desk.on("update", "before", lambda: desk.system.edit("deal", desk.id, {"stage": "work", "title": "Правка Анны"}))

    receipt = await desk.push(stage="check", title="Пилот")

    assert receipt.state == "done"
    assert ("title", "Пилот", "Правка Анны", False) in [(e.place, e.old, e.new, e.ours) for e in receipt.log]


@pytest.mark.asyncio
async def test_the_log_is_looked_at_only_where_it_can_tell_something() -> None:
    desk = Desk()
    quiet = await desk.push(title="Внедрение")
    plain = desk.connector.requests.total
    await desk.push(stage="work")

    assert (plain, desk.connector.requests.total - plain) == (3, 4)
    assert quiet.log == ()


@pytest.mark.asyncio
async def test_the_window_reaches_from_the_compare_to_the_end_of_the_write() -> None:
    desk = Desk()

    def pass_time() -> None:
        desk.now += 2.5

    desk.on("update", "before", pass_time)

    receipt = await desk.push(title="Внедрение")

    assert receipt.window == 2.5


@pytest.mark.asyncio
async def test_steps_are_taken_one_by_one() -> None:
    desk = Desk()

    receipt = await desk.push(stage="done", hops=("work", "check"), title="Внедрение")

    assert (receipt.state, desk.shows("stage"), desk.shows("title")) == ("done", "done", "Внедрение")
    assert [t.new for t in desk.system.truth if t.place == "stage" and t.by == "hub"] == ["work", "check", "done"]
    assert desk.connector.requests.writing == 3


@pytest.mark.asyncio
async def test_a_step_that_the_workflow_refuses_in_silence_names_where_it_stands_and_what_is_allowed() -> None:
    desk = Desk()

    receipt = await desk.push(stage="done", hops=("work",), title="Внедрение")

    assert receipt.state == "done"
    assert receipt.record is not None
    assert (receipt.record.views["stage"], receipt.record.views["title"]) == ("work", "Внедрение")
    assert [(refused.place, refused.allowed) for refused in receipt.refused] == [("stage", ("check", "stop"))]


@pytest.mark.asyncio
async def test_a_person_who_moves_on_in_mid_path_stops_it() -> None:
    desk = Desk()
    desk.on("update", "after", lambda: desk.system.edit("deal", desk.id, {"stage": "stop"}))

    receipt = await desk.push(stage="done", hops=("work", "check"))

    assert desk.shows("stage") == "stop"
    assert receipt.refused == ()
    assert [(e.new, e.ours) for e in receipt.log if e.place == "stage"][-2:] == [("work", True), ("stop", False)]


@pytest.mark.asyncio
async def test_a_path_of_more_than_six_steps_is_not_begun() -> None:
    desk = Desk()

    receipt = await desk.push(stage="done", hops=("a", "b", "c", "d", "e", "f"))

    assert receipt.state == "refused"
    assert desk.connector.requests.writing == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("names", [True, False])
async def test_the_culprit_is_found_and_the_rest_is_written(names: bool) -> None:
    desk = Desk(KindTraits(refused=frozenset({"sum"}), names=names))

    receipt = await desk.push(title="Внедрение", note="ёж", sum="20", stage="work")

    assert receipt.state == "done"
    assert [refused.place for refused in receipt.refused] == ["sum"]
    assert [desk.shows(place) for place in ("title", "note", "sum", "stage")] == ["Внедрение", "ёж", "10", "work"]


@pytest.mark.asyncio
async def test_a_refusal_of_the_whole_record_is_not_halved() -> None:
    desk = Desk()
    desk.always("update", Rejected("no", system="crm", whole=True, reason="нет права"))

    receipt = await desk.push(title="Внедрение", note="ёж")

    assert receipt.state == "refused"
    assert {refused.reason for refused in receipt.refused} == {"нет права"}
    assert desk.connector.requests.writing == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [RetryLater("no answer", system="crm"), Stale("answered 409", system="crm")])
async def test_a_write_after_which_nothing_can_be_read_is_unclear(error: ConnectorError) -> None:
    desk = Desk()

    def fail() -> None:
        raise error

    desk.on("get", "before", fail, nth=2)

    receipt = await desk.push(title="Внедрение")

    assert (receipt.state, receipt.record, desk.shows("title")) == ("unclear", None, "Внедрение")
    assert "not read back" in receipt.reason


@pytest.mark.asyncio
async def test_a_record_deleted_between_write_and_read_back_is_gone() -> None:
    desk = Desk()
    desk.on("update", "after", lambda: desk.system.delete("deal", desk.id))

    assert (await desk.push(title="Внедрение")).state == "gone"


@pytest.mark.asyncio
async def test_a_record_merged_into_another_says_which() -> None:
    desk = Desk()
    other = desk.make()
    desk.on("update", "before", lambda: desk.system.merge("deal", desk.id, into=other))

    receipt = await desk.push(title="Внедрение")

    assert (receipt.state, receipt.other) == ("gone", other)


@pytest.mark.asyncio
async def test_a_lost_answer_in_the_middle_of_halving_is_unclear() -> None:
    desk = Desk(KindTraits(refused=frozenset({"sum"}), names=False))

    def fail() -> None:
        raise RetryLater("no way", system="crm")

    desk.on("update", "before", fail, nth=3)

    receipt = await desk.push(title="Внедрение", sum="20")

    assert receipt.state == "unclear"


async def push_many(desk: Desk, count: int) -> list[Receipt]:
    ids = [desk.make() for _ in range(count)]
    writes = [Update(f"k{n}", "crm", "deal", n, (Change("title", "Внедрение", "Пилот"),)) for n in ids]
    return await desk.connector.push(writes)


@pytest.mark.asyncio
async def test_one_record_that_always_fails_does_not_stop_the_others() -> None:
    desk = Desk()
    desk.always("update", RetryLater("500", system="crm", sent=True), record_id="3")

    receipts = await push_many(desk, 5)

    assert [receipt.state for receipt in receipts] == ["done", "unclear", "done", "done", "done"]


@pytest.mark.asyncio
async def test_a_system_that_answers_nothing_is_not_asked_for_every_record() -> None:
    desk = Desk()
    desk.always("update", RetryLater("down", system="crm", sent=True))

    receipts = await push_many(desk, 10)

    assert [receipt.state for receipt in receipts] == ["unclear"] * 3 + ["unsent"] * 7
    assert desk.connector.requests.writing == 3


@pytest.mark.asyncio
async def test_a_lost_permission_leaves_the_rest_unsent() -> None:
    desk = Desk()
    desk.always("update", AuthFailed("no", system="crm"))

    receipts = await push_many(desk, 4)

    assert [receipt.state for receipt in receipts] == ["unsent"] * 4
    assert desk.connector.requests.writing == 1


@pytest.mark.asyncio
async def test_an_unreadable_log_does_not_spoil_the_receipt() -> None:
    desk = Desk()
    desk.always("log", RetryLater("down", system="crm"))

    receipt = await desk.push(stage="work")

    assert receipt.state == "done"
    assert "could not be read" in receipt.reason


@pytest.mark.asyncio
async def test_a_hundred_updates_are_a_hundred_writes_one_list_before_and_one_after() -> None:
    desk = Desk()

    await push_many(desk, 100)

    assert desk.connector.requests.total == 102


@pytest.mark.asyncio
async def test_a_place_that_nobody_expected_to_move_does_not_matter() -> None:
    desk = Desk()
    row = desk.system.row("deal", desk.id)
    desk.system.edit("deal", desk.id, {"note": "чужая правка"})

    (receipt,) = await desk.connector.push(
        [Update("k", "crm", "deal", row.id, (Change("title", "Внедрение", row.views["title"]),))]
    )

    assert receipt.state == "done"
    assert desk.shows("note") == "чужая правка"


@pytest.mark.asyncio
async def test_what_the_server_makes_of_a_write_is_in_the_receipt() -> None:
    desk = Desk(replace(KindTraits(), cut={"title": 3}))

    receipt = await desk.push(title="Внедрение")

    assert receipt.record is not None
    assert receipt.record.views["title"] == "Вне"
    assert receipt.log[-1].ours
