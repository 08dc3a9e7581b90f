"""What an issue hangs on, what it blocks, and what Redmine works out from the issues below it."""

from pathlib import Path

import pytest

from connectors.base import SystemConnector
from connectors.redmine.relations import relation_views
from mappings.exchange import Change, Create, VendorRecord
from tests.connectors.redmine.children_world import SandboxChildren
from tests.contract.child_world import an_update
from tests.contract.world import pull_all, update


def a_world(folder: Path, *, role: str = "hub") -> SandboxChildren:
    return SandboxChildren("comment", folder, role=role)


def an_issue(*changes: Change, parent: tuple[str, str] | None = None) -> Create:
    return Create("k", "трекер", "issue", "", (Change("subject", "Под «Ёж»"), *changes), {}, parent)


async def read(connector: SystemConnector, number: str) -> VendorRecord:
    (found,) = await connector.get("issue", [number])
    assert found.record is not None
    return found.record


@pytest.mark.asyncio
async def test_a_sub_issue_says_what_it_hangs_on(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    async with world.connector() as connector:
        (receipt,) = await connector.push([an_issue(parent=parent)])
        records = await pull_all(connector, "issue")

    child = records[receipt.id or ""]
    assert (receipt.state, receipt.refused, receipt.record) == ("done", (), child)
    assert (child.parent, child.views["parent"]) == (parent, parent[1])
    assert records[parent[1]].parent is None


@pytest.mark.asyncio
async def test_a_parent_that_redmine_drops_is_told(tmp_path: Path) -> None:
    world = a_world(tmp_path, role="sales")
    async with world.connector() as connector:
        (receipt,) = await connector.push([an_issue(parent=world.parent())])

    assert (receipt.state, [each.place for each in receipt.refused]) == ("done", ["parent"])
    assert "manage subtasks" in receipt.refused[0].reason


@pytest.mark.asyncio
async def test_a_parent_that_is_gone_refuses_the_create(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    world.delete_parent(parent)
    async with world.connector() as connector:
        (receipt,) = await connector.push([an_issue(parent=parent)])

    assert (receipt.state, receipt.reason) == ("refused", "Parent task is invalid")


@pytest.mark.asyncio
async def test_what_an_issue_gets_from_those_below_it_is_told_and_the_rest_arrives(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    async with world.connector() as connector:
        await connector.push([an_issue(Change("due_date", "2026-12-24"), parent=parent)])
        before = await read(connector, parent[1])
        changes = (
            Change("due_date", "2027-01-15", "2026-12-24"),
            Change("subject", "Пилот 2", before.views["subject"]),
        )
        update = an_update(before, "subject", "")
        (receipt,) = await connector.push([type(update)("u", "трекер", "issue", before.id, changes)])

    assert receipt.record is not None
    assert before.views["due_date"] == "2026-12-24"
    assert (receipt.state, [each.place for each in receipt.refused]) == ("done", ["due_date"])
    assert "computes it" in receipt.refused[0].reason
    assert (receipt.record.views["subject"], receipt.record.views["due_date"]) == ("Пилот 2", "2026-12-24")


@pytest.mark.asyncio
async def test_blocks_are_written_with_a_create_and_seen_from_both_sides(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    _, first = world.parent()
    _, second = world.parent()
    async with world.connector() as connector:
        ties = (Change("blocks", [first]), Change("blocked_by", [second]))
        (receipt,) = await connector.push([an_issue(*ties)])
        one, two = await read(connector, first), await read(connector, second)

    assert receipt.record is not None
    assert (receipt.state, receipt.refused) == ("done", ())
    assert (receipt.record.views["blocks"], receipt.record.views["blocked_by"]) == ([first], [second])
    assert (one.views["blocked_by"], one.views["blocks"]) == ([receipt.id], None)
    assert two.views["blocks"] == [receipt.id]


@pytest.mark.asyncio
async def test_an_update_takes_away_and_adds_and_leaves_what_fits(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    numbers = [world.parent()[1] for _ in range(4)]
    async with world.connector() as connector:
        await connector.push([an_update(await read(connector, numbers[0]), "blocks", numbers[1:3])])
        before = connector.requests
        record = await read(connector, numbers[0])
        (receipt,) = await connector.push([an_update(record, "blocks", numbers[2:])])
        cost = connector.requests - before
        (again,) = await connector.push([an_update(receipt.record, "blocks", None)])

    assert receipt.record is not None
    assert (receipt.state, receipt.record.views["blocks"]) == ("done", numbers[2:])
    assert cost.writing == 2
    assert (again.state, again.record and again.record.views["blocks"]) == ("done", None)


@pytest.mark.asyncio
async def test_a_tie_that_cannot_be_is_refused_by_name_and_the_rest_arrives(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    _, first = world.parent()
    _, second = world.parent()
    world.send(
        "POST", f"/issues/{first}/relations.json", {"relation": {"issue_to_id": second, "relation_type": "blocks"}}
    )
    async with world.connector() as connector:
        record = await read(connector, second)
        (receipt,) = await connector.push([update(record, blocks=[first], subject="Пилот 2")])

    assert receipt.record is not None
    assert [(each.place, each.reason) for each in receipt.refused] == [
        ("blocks", "This relation would create a circular dependency")
    ]
    assert (receipt.state, receipt.record.views["subject"]) == ("done", "Пилот 2")


@pytest.mark.asyncio
async def test_a_list_and_a_single_issue_show_the_same_ties(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    _, number = world.parent()
    async with world.connector() as connector:
        listed = (await pull_all(connector, "issue"))[number]
        world.send("PUT", f"/issues/{number}.json", {"issue": {"is_private": True}})
        record = await read(connector, number)

    assert (listed.views["blocks"], record.views["blocks"]) == (None, None)
    assert listed.views.keys() == record.views.keys()


@pytest.mark.asyncio
async def test_discovery_lists_the_ties(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.parent()
    async with world.connector() as connector:
        places = {place.name: place for place in (await connector.discover("issue")).places}

    assert places["blocks"].multiple
    assert places["blocked_by"].writable


@pytest.mark.asyncio
async def test_a_plain_relation_is_one_from_both_ends_and_comes_with_a_create(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    first, second = world.parent()[1], world.parent()[1]
    async with world.connector() as connector:
        tied = Create("k", "трекер", "issue", "", (Change("subject", "Под «Ёж»"),), {"relates": [first]})
        (receipt,) = await connector.push([tied])
        one = await read(connector, first)
        (more,) = await connector.push([an_update(one, "relates", [receipt.id, second])])
        two = await read(connector, second)
        (fewer,) = await connector.push([an_update(two, "relates", None)])
        left = await read(connector, first)

    assert receipt.record is not None
    assert (receipt.state, receipt.refused, receipt.record.views["relates"]) == ("done", (), [first])
    assert (one.views["relates"], two.views["relates"]) == ([receipt.id], [first])
    assert (more.state, fewer.state, left.views["relates"]) == ("done", "done", [receipt.id])


def test_every_relation_is_read_at_its_end_and_other_types_are_left_alone() -> None:
    rows = [
        {"id": 1, "issue_id": 41, "issue_to_id": 9, "relation_type": "blocks"},
        {"id": 2, "issue_id": 41, "issue_to_id": 100, "relation_type": "blocks"},
        {"id": 3, "issue_id": 7, "issue_to_id": 41, "relation_type": "blocks"},
        {"id": 4, "issue_id": 8, "issue_to_id": 41, "relation_type": "relates"},
        {"id": 5, "issue_id": 41, "issue_to_id": 6, "relation_type": "copied_to"},
    ]

    assert relation_views("41", rows) == {"blocks": ["9", "100"], "blocked_by": ["7"], "relates": ["8"]}
    assert relation_views("8", rows[3:]) == {"blocks": None, "blocked_by": None, "relates": ["41"]}
    assert relation_views("41", []) == {"blocks": None, "blocked_by": None, "relates": None}
