"""Creates: the marker goes into the request, and one bad field does not keep a record from being made."""

import pytest

from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from connectors.memory import KindTraits, MemoryConnector, MemoryRequest, MemorySystem
from mappings.exchange import Change, Create, Receipt, Views


class Desk:
    def __init__(self, traits: KindTraits | None = None) -> None:
        self.system = MemorySystem(kinds={"deal": traits or KindTraits(required=frozenset({"title"}))})
        self.connector = MemoryConnector("crm", system=self.system)

    async def push(self, *, fixed: Views | None = None, **views: object) -> Receipt:
        (receipt,) = await self.connector.push([self.write("k1", fixed=fixed, **views)])
        return receipt

    def write(self, key: str, *, fixed: Views | None = None, **views: object) -> Create:
        changes = tuple(Change(place, view) for place, view in views.items())
        return Create(key, "crm", "deal", f"{key}/1", changes, fixed or {})

    @property
    def made(self) -> list[Views]:
        return [history[-1].views for history in self.system.rows.get("deal", {}).values()]


@pytest.mark.asyncio
async def test_marker_and_fixed_views_go_into_the_create_itself() -> None:
    desk = Desk()

    receipt = await desk.push(title="Пилот", fixed={"tracker": "4"})

    assert (receipt.state, receipt.proved) == ("done", True)
    assert desk.made == [{"title": "Пилот", "tracker": "4", "marker": "k1/1"}]
    assert desk.connector.requests.writing == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("bad", [{"b"}, {"a"}, {"d"}, {"a", "d"}])
async def test_bad_fields_are_told_and_the_others_are_written(bad: set[str], names: bool) -> None:
    desk = Desk(KindTraits(required=frozenset({"title"}), refused=frozenset(bad), names=names))

    receipt = await desk.push(title="Пилот", a="1", b="2", c="3", d="4")

    good = {place: view for place, view in {"a": "1", "b": "2", "c": "3", "d": "4"}.items() if place not in bad}
    assert receipt.state == "done"
    assert {refused.place for refused in receipt.refused} == bad
    assert [{**views} for views in desk.made] == [{"title": "Пилот", "marker": "k1/1", **good}]


@pytest.mark.asyncio
async def test_a_create_without_what_is_needed_is_refused() -> None:
    desk = Desk(KindTraits(required=frozenset({"title"}), names=False))

    receipt = await desk.push(title=None, a="1", b="2")

    assert (receipt.state, desk.made) == ("refused", [])
    assert receipt.reason == "title cannot be blank"


@pytest.mark.asyncio
async def test_a_refusal_of_the_whole_is_not_tried_in_parts() -> None:
    desk = Desk()

    def hook(request: MemoryRequest, moment: str) -> None:
        raise Rejected("no", system="crm", whole=True, reason="нет права")

    desk.system.hook = hook

    receipt = await desk.push(title="Пилот", a="1")

    assert (receipt.state, receipt.reason, desk.connector.requests.writing) == ("refused", "нет права", 1)


@pytest.mark.asyncio
async def test_a_lost_answer_ends_the_tries() -> None:
    desk = Desk(KindTraits(refused=frozenset({"a"}), names=False))
    met: list[str] = []

    def hook(request: MemoryRequest, moment: str) -> None:
        met.append(moment)
        if len(met) == 2:
            raise RetryLater("cut", system="crm", sent=True)

    desk.system.hook = hook

    receipt = await desk.push(title="Пилот", a="1", b="2")

    assert receipt.state == "unclear"


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [RetryLater("down", system="crm"), Stale("answered 412", system="crm")])
async def test_what_could_not_be_added_afterwards_is_told(error: ConnectorError) -> None:
    desk = Desk(KindTraits(required=frozenset({"title"}), refused=frozenset({"a"}), names=False))

    def hook(request: MemoryRequest, moment: str) -> None:
        if request.verb == "get":
            raise error

    desk.system.hook = hook

    receipt = await desk.push(title="Пилот", a="1", b="2")

    assert receipt.state == "done"
    assert receipt.id is not None
    assert {refused.place for refused in receipt.refused} == {"a"}


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [AuthFailed("no", system="crm"), RetryLater("down", system="crm", sent=True)])
async def test_a_system_that_answers_nothing_is_not_asked_for_every_record(error: Exception) -> None:
    desk = Desk()

    def hook(request: MemoryRequest, moment: str) -> None:
        raise error

    desk.system.hook = hook

    receipts = await desk.connector.push([desk.write(f"k{n}", title="Пилот") for n in range(9)])

    assert receipts[-1].state == "unsent"
    assert desk.connector.requests.writing <= 3


@pytest.mark.asyncio
async def test_what_is_to_be_made_where_nothing_is_any_more_is_refused_and_holds_up_no_other() -> None:
    desk = Desk()

    def hook(request: MemoryRequest, moment: str) -> None:
        if request.verb == "create" and request.views.get("title") == "Сирота":
            raise Gone("issue 7 does not exist", system="crm")

    desk.system.hook = hook
    writes = [desk.write(f"k{n}", title="Сирота") for n in range(4)] + [desk.write("k9", title="Пилот")]

    receipts = await desk.connector.push(writes)

    assert [receipt.state for receipt in receipts] == ["refused"] * 4 + ["done"]
    assert receipts[0].reason == "crm: issue 7 does not exist"
