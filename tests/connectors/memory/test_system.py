"""The habits that a system in memory can be given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Surroundings
from connectors.errors import RetryLater
from connectors.memory import KindTraits, MemoryConnector, MemorySettings, MemorySystem
from mappings.exchange import Change, Create, Update


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_system(**traits: object) -> tuple[MemorySystem, MemoryConnector, Clock]:
    clock = Clock()
    system = MemorySystem(clock, kinds={"deal": KindTraits(**traits)})  # type: ignore[arg-type]  # of several types
    return system, MemoryConnector("crm", around=Surroundings(clock=clock), system=system), clock


@pytest.mark.asyncio
async def test_a_lagging_list_shows_what_was_there_before() -> None:
    system, connector, clock = a_system(index_lag=10.0)
    number = system.create("deal", {"title": "Пилот", "marker": "m/1"})
    clock.on(20)
    system.edit("deal", number, {"title": "Внедрение"})
    new = system.create("deal", {"title": "Новая", "marker": "m/2"})

    page = await connector.pull("deal", None)
    search = await connector.find("deal", "m/2")
    (found,) = await connector.get("deal", [new])
    clock.on(10)
    later = await connector.find("deal", "m/2")

    assert [record.views["title"] for record in page.records] == ["Пилот"]
    assert (search.ids, search.current, search.newest) == ((), False, "2026-11-01T09:00:00Z")
    assert found.state == "here"
    assert later.ids == (new,)


@pytest.mark.asyncio
async def test_what_a_server_fills_in_is_shown() -> None:
    _, connector, _ = a_system(defaults={"stage": "new"}, dropped=frozenset({"secret"}), hidden=frozenset({"inner"}))

    changes = (Change("title", "Пилот"), Change("secret", "x"), Change("inner", "y"))
    (receipt,) = await connector.push([Create("k", "crm", "deal", "m/1", changes)])

    assert receipt.record is not None
    assert dict(receipt.record.views) == {"title": "Пилот", "stage": "new", "marker": "m/1"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("resolution", "stamp"),
    [("minute", "2026-11-01T09:00Z"), ("second", "2026-11-01T09:00:59Z"), ("ms", "2026-11-01T09:00:59.999Z")],
)
async def test_stamps_are_cut_and_not_rounded(resolution: str, stamp: str) -> None:
    system, connector, clock = a_system(resolution=resolution)
    clock.on(59.9999)
    system.create("deal", {"title": "Пилот"})

    (record,) = (await connector.pull("deal", None)).records

    assert record.stamp == record.version == stamp


@pytest.mark.asyncio
async def test_a_clone_carries_the_marker_and_a_merge_answers_with_another_id() -> None:
    system, connector, _ = a_system()
    first = system.create("deal", {"title": "Пилот", "marker": "m/1"})
    second = system.clone("deal", first)
    both = (await connector.find("deal", "m/1")).ids
    system.merge("deal", first, into=second)
    (found,) = await connector.get("deal", [first])

    assert both == (first, second)
    assert (found.state, found.other) == ("gone", second)


@pytest.mark.asyncio
async def test_a_restored_record_comes_back_as_it_was() -> None:
    system, connector, _ = a_system()
    number = system.create("deal", {"title": "Пилот"})
    system.delete("deal", number)
    gone = (await connector.get("deal", [number]))[0].state
    system.restore("deal", number)

    (found,) = await connector.get("deal", [number])
    assert gone == "gone"
    assert found.record is not None
    assert found.record.views == {"title": "Пилот"}


def test_the_truth_tells_who_changed_what() -> None:
    system, _, _ = a_system()
    number = system.create("deal", {"title": "Пилот"}, by="Анна")
    system.edit("deal", number, {"title": "Внедрение"}, by="Ёжи")
    system.edit("deal", number, {"title": "Внедрение"}, by="Ёжи")

    assert [(t.old, t.new, t.by) for t in system.truth] == [(None, "Пилот", "Анна"), ("Пилот", "Внедрение", "Ёжи")]


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def on_file(path: Path) -> MemoryConnector:
    return MemoryConnector("crm", MemorySettings(path=str(path)), Surroundings(clock=Clock()))


@pytest.mark.asyncio
async def test_a_file_keeps_the_records_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "crm.json"
    write = Create("k", "crm", "deal", "m/1", (Change("title", "Внедрение CRM «Ромашка»"),))
    (made,) = await on_file(path).push([write])
    other = on_file(path)
    (found,) = await other.get("deal", [made.id or ""])
    assert found.record is not None
    await other.push([Update("k", "crm", "deal", "1", (Change("title", "Ёж", found.record.views["title"]),))])

    (again,) = (await on_file(path).pull("deal", None)).records
    assert again.views == {"title": "Ёж", "marker": "m/1"}
    assert [entry.ours for entry in await on_file(path).change_log("deal", "1")] == [True, True, True]
    assert names_in(tmp_path) == ["crm.json"]


@pytest.mark.asyncio
async def test_a_hand_written_file_needs_views_only(tmp_path: Path) -> None:
    path = tmp_path / "crm.json"
    path.write_text(
        '{"people": [{"id": "7", "name": "Анна", "email": "ann@example.ru"}],'
        ' "kinds": {"deal": {"places": [{"name": "stage", "type": "choice", "choices": [{"id": "new"}]}],'
        ' "workflow": {"stage": {"new": ["won"]}}}},'
        ' "records": {"deal": {"41": {"views": {"stage": "new"}}}}}'
    )
    connector = on_file(path)

    discovery = await connector.discover("deal")
    (steps,) = await connector.transitions("deal", "41")
    new = connector.system.create("deal", {"stage": "new"})

    assert [(place.name, place.choices[0].id) for place in discovery.places] == [("stage", "new")]
    assert discovery.people[0].email == "ann@example.ru"
    assert (steps.source, steps.target) == ("new", "won")
    assert new == "42"


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["{", "[]", '{"records": {"deal": {"1": {}}}}', '{"records": 7}'])
async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "crm.json"
    path.write_text(text)

    connector = on_file(path)

    with pytest.raises(RetryLater, match=r"crm\.json cannot be read"):
        await connector.identify()


@pytest.mark.asyncio
async def test_an_edit_of_the_file_while_it_runs_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "crm.json"
    connector = on_file(path)
    path.write_text('{"records": {"deal": {"5": {"views": {"title": "Пилот"}}}}}')

    assert [record.id for record in (await connector.pull("deal", None)).records] == ["5"]


@pytest.mark.asyncio
async def test_a_permission_that_is_lowered_empties_a_place_from_sight() -> None:
    system, connector, _ = a_system()
    system.create("deal", {"title": "Пилот", "sum": "10"})
    system.kinds["deal"] = replace(system.traits("deal"), hidden=frozenset({"sum"}))

    (record,) = (await connector.pull("deal", None)).records

    assert dict(record.views) == {"title": "Пилот"}
