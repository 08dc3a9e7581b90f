"""Comments of Redmine: what its silence would cost, and what it does not tell."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import Rejected
from connectors.redmine.notes import shown_text
from connectors.redmine.settled import settled_ids, unsettled
from connectors.sandbox.faults import Rule, Script
from mappings.exchange import Cursor
from tests.connectors.redmine.children_world import SandboxChildren
from tests.contract.child_world import an_update
from tests.contract.world import pages, pull_all


def a_world(folder: Path, *, role: str = "hub") -> SandboxChildren:
    return SandboxChildren("comment", folder, role=role)


@pytest.mark.asyncio
async def test_a_private_comment_arrives_private(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with world.connector() as connector:
        write = world.create(world.parent(), "*Тайна*\nдля своих", private=True)
        (receipt,) = await connector.push([write])

    assert (receipt.state, receipt.refused) == ("done", ())
    assert receipt.record is not None
    assert receipt.record.views["private"] is True
    assert receipt.record.views["text"] == "*Тайна*\nдля своих"


@pytest.mark.asyncio
async def test_without_the_right_no_private_comment_is_sent_because_it_would_be_public(tmp_path: Path) -> None:
    world = a_world(tmp_path, role="sales")
    parent = world.parent()
    async with world.connector() as connector:
        writes = [world.create(parent, "тайна", key="a", private=True), world.create(parent, "для всех", key="b")]
        secret, plain = await connector.push(writes)
        records = await pull_all(connector, "comment")

    assert (secret.state, [each.place for each in secret.refused]) == ("refused", ["private"])
    assert plain.state == "done"
    assert [record.views["text"] for record in records.values()] == ["для всех"]


@pytest.mark.asyncio
async def test_a_right_that_cannot_be_read_is_taken_for_missing(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.redmine.script = Script(rules=(Rule(path="/roles/*", status=403),))
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "тайна", private=True)])

    assert (receipt.state, [each.place for each in receipt.refused]) == ("refused", ["private"])


@pytest.mark.asyncio
async def test_without_the_right_to_see_private_ones_a_missing_comment_is_not_gone(tmp_path: Path) -> None:
    world = a_world(tmp_path, role="sales")
    child = world.add(world.parent(), "станет тайной")
    world.send("PUT", f"/journals/{child.partition('/')[2]}.json", {"journal": {"private_notes": True}})
    async with world.connector() as connector:
        (found,) = await connector.get("comment", [child])

    assert found.state == "refused"
    assert "may be gone or private" in found.reason


@pytest.mark.asyncio
async def test_a_comment_turns_private_by_an_update_only_with_the_right(tmp_path: Path) -> None:
    world = a_world(tmp_path, role="engineer")
    world.add(world.parent(), "для всех")
    async with world.connector() as connector:
        (record,) = (await pull_all(connector, "comment")).values()
        (refused,) = await connector.push([an_update(record, "private", True)])
    world.key = world.redmine.office.users[world.redmine.office.roles_of_people["hub"]].key
    async with world.connector() as connector:
        (done,) = await connector.push([an_update(record, "private", True)])

    assert refused.state == "refused"
    assert (done.state, done.record and done.record.views["private"]) == ("done", True)


@pytest.mark.asyncio
async def test_changes_of_fields_are_no_comments_and_a_note_beside_one_is(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    world.send("PUT", f"/issues/{parent[1]}.json", {"issue": {"done_ratio": 10}})
    child = world.add(parent, "сдвинули", done_ratio=20)
    world.send("PUT", f"/issues/{parent[1]}.json", {"issue": {"notes": "  \n ", "done_ratio": 30}})
    async with world.connector() as connector:
        records = await pull_all(connector, "comment")

    assert list(records) == [child]


@pytest.mark.asyncio
async def test_an_emptied_comment_is_gone_beside_a_change_too(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    ids = [world.add(parent, "раз"), world.add(parent, "сдвинули", done_ratio=20)]
    async with world.connector() as connector:
        records = await pull_all(connector, "comment")
        receipts = await connector.push([an_update(records[each], "text", None) for each in ids[:1]])
        receipts += await connector.push([an_update(records[each], "text", None) for each in ids[1:]])
        found = await connector.get("comment", ids)

    assert [each.state for each in receipts] == ["gone", "gone"]
    assert [each.state for each in found] == ["gone", "gone"]


@pytest.mark.asyncio
async def test_an_empty_note_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), " \n ")])

        assert (receipt.state, receipt.refused[0].place, connector.requests.writing) == ("refused", "text", 0)


@pytest.mark.asyncio
async def test_a_note_that_redmine_drops_is_told(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    world.redmine.script = Script(rules=(Rule(method="PUT", drop=("notes",)),))
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(parent, "пропадёт")])

    assert (receipt.state, receipt.refused[0].place) == ("refused", "text")
    assert "dropped" in receipt.reason


@pytest.mark.asyncio
async def test_an_equal_comment_of_a_person_in_the_same_second_is_not_taken_for_ours(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    theirs = world.add(parent, "звонили")
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(parent, "звонили")])
        later = world.add(parent, "звонили")
        found = await connector.find_sent(world.create(parent, "звонили"), world.now() - timedelta(minutes=1))

    assert receipt.state == "done"
    assert receipt.id not in (theirs, later)
    assert found.ids == (receipt.id,)


@pytest.mark.asyncio
async def test_a_lost_answer_holds_back_the_later_comments_of_the_issue_only(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    first, second = world.parent(), world.parent()
    async with world.connector(concurrency=1) as connector:
        await connector.identify()
        world.redmine.script = Script(
            rules=(Rule(method="PUT", path=f"/issues/{first[1]}.json", close=True, applied=True, times=1),)
        )
        writes = [world.create(where, f"№ {n}", key=str(n)) for n, where in enumerate((first, first, second))]
        receipts = await connector.push(writes)

    assert [each.state for each in receipts] == ["unclear", "unsent", "done"]


@pytest.mark.asyncio
async def test_comments_that_cannot_be_read_are_a_fault_of_their_issue_alone(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    good, bad = world.parent(), world.parent()
    child = world.add(good, "раз")
    world.add(bad, "два")
    world.redmine.script = Script(rules=(Rule(method="GET", path=f"/issues/{bad[1]}.json", status=403),))
    async with world.connector() as connector:
        page = await connector.pull("comment", None)

    assert [record.id for record in page.records] == [child]
    assert [fault.id for fault in page.faults] == [bad[1]]


@pytest.mark.asyncio
async def test_a_saved_query_reads_the_journals_of_what_changed_only(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.redmine.office.queries[3] = ("Все", {"status_id": "*"})
    parents = [world.parent() for _ in range(3)]
    for parent in parents:
        world.add(parent, "раз")
        world.rest()
    async with world.connector(query_id=3) as connector:
        _, cursor = await pages(connector, "comment")
        world.rest()
        new = world.add(parents[0], "два")
        before = connector.requests
        met, _ = await pages(connector, "comment", cursor)
        cost = connector.requests - before

    assert new in {record.id for page in met for record in page.records}
    assert cost.total <= 3


@pytest.mark.asyncio
async def test_comments_have_no_marker_no_history_no_steps_and_a_place_of_their_own(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with world.connector() as connector:
        with pytest.raises(Rejected, match="carry no marker"):
            await connector.find("comment", "m-1")
        with pytest.raises(Rejected, match="has no content"):
            connector.fetch("comment", "1/2")

        assert await connector.change_log("comment", "1/2") == ()
        assert await connector.transitions("comment", "1/2") == ()
        assert connector.url_of("comment", "41/137") == "http://127.0.0.1/issues/41#change-137"
        assert connector.url_of("comment", "нет") is None


def test_line_ends_are_ours_and_blanks_are_nothing() -> None:
    assert shown_text("раз\r\nдва\n") == "раз\nдва\n"
    assert [shown_text(each) for each in (None, "", " \r\n ")] == [None, None, None]


def test_an_issue_is_settled_once_it_was_read_after_its_second() -> None:
    stamp, other = "2026-11-21T18:00:00Z", "2026-11-21T18:00:01Z"
    row = {"id": 41, "updated_on": stamp}
    first = settled_ids([row], None, at=stamp, now=100.0)
    soon = settled_ids([row], Cursor(stamp, first), at=stamp, now=101.9)
    late = settled_ids([row], Cursor(stamp, soon), at=stamp, now=102.0)

    assert first == soon == (f"41@{stamp}?100000",)
    assert late == (f"41@{stamp}",)
    assert unsettled([row], Cursor(stamp, soon)) == [row]
    assert unsettled([row], Cursor(stamp, late)) == []
    assert unsettled([{**row, "updated_on": other}], Cursor(stamp, late)) == [{**row, "updated_on": other}]
    assert settled_ids([row], Cursor(stamp, (f"41@{stamp}?чужое",)), at=stamp, now=900.0) == (f"41@{stamp}?чужое",)
    assert settled_ids([row], None, at="2026-11-21T18:00:09Z", now=100.0) == ()
