"""Files of Redmine: streamed both ways, and refused by name where they cannot go."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import Gone
from connectors.redmine.files import shown_name
from connectors.sandbox.faults import Rule, Script
from mappings.exchange import Receipt
from tests.connectors.redmine.children_world import SandboxChildren
from tests.contract.child_world import an_update
from tests.contract.world import pull_all


def a_world(folder: Path, *, role: str = "hub") -> SandboxChildren:
    return SandboxChildren("file", folder, role=role)


def reasons(receipt: Receipt) -> list[tuple[str | None, str]]:
    return [(each.place, each.reason) for each in receipt.refused]


@pytest.mark.asyncio
async def test_a_content_comes_back_as_it_was_sent(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    content = "Смета: Ёж".encode() * 20_000
    async with world.connector() as connector:
        write = world.create(world.parent(), "Смета «Ёж».pdf", content=world.spool.put(content), type="application/pdf")
        (receipt,) = await connector.push([write])
        read = b"".join([piece async for piece in connector.fetch("file", receipt.id or "")])

    assert read == content
    assert receipt.record is not None
    views = receipt.record.views
    assert (views["name"], views["size"], views["type"]) == ("Смета «Ёж».pdf", str(len(content)), "application/pdf")
    assert str(views["url"]).startswith("http://127.0.0.1/attachments/download/")
    assert "content" not in views


@pytest.mark.asyncio
async def test_a_name_keeps_what_stands_before_a_slash(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "Смета 1/2?.pdf")])

    assert receipt.record is not None
    assert receipt.record.views["name"] == "Смета 1_2_.pdf" == shown_name("Смета 1/2?.pdf")


@pytest.mark.asyncio
async def test_a_file_too_large_is_refused_in_redmines_words_and_sent_once(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    big = world.spool.put(b"x" * (5 * 1024 * 1024 + 1))
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "большой.bin", content=big)])
        writing = connector.requests.writing

    ((place, reason),) = reasons(receipt)
    assert (receipt.state, place, writing) == ("refused", "content", 1)
    assert "exceeds the maximum allowed file size" in reason


@pytest.mark.asyncio
async def test_a_proxy_that_takes_no_such_size_is_named(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.redmine.script = Script(rules=(Rule(path="/uploads.json", status=413),))
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "большой.bin")])

    ((place, reason),) = reasons(receipt)
    assert (receipt.state, place) == ("refused", "content")
    assert "does not take a file of this size" in reason


@pytest.mark.asyncio
async def test_an_upload_without_an_answer_attached_nothing_and_is_unsent(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.redmine.script = Script(rules=(Rule(path="/uploads.json", close=True, applied=True),))
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "a.txt")])
        world.redmine.script = Script()

        assert receipt.state == "unsent"
        assert await pull_all(connector, "file") == {}


@pytest.mark.asyncio
async def test_a_content_that_is_not_at_hand_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    async with world.connector() as connector:
        writes = [
            world.create(parent, "a.txt", key="a", content="sha256:" + "0" * 64),
            world.create(parent, "b.txt", key="b", content=None),
            world.create(parent, "", key="c"),
        ]
        receipts = await connector.push(writes)

        assert [(each.state, each.refused[0].place) for each in receipts] == [
            ("refused", "content"),
            ("refused", "content"),
            ("refused", "name"),
        ]
        assert connector.requests.writing == 0


@pytest.mark.asyncio
async def test_a_content_that_arrives_damaged_is_not_attached(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    content = world.spool.put(b"whole")
    world.spool.path(content.removeprefix("sha256:")).write_bytes(b"other")
    async with world.connector() as connector:
        (receipt,) = await connector.push([world.create(world.parent(), "a.txt", content=content)])

        assert reasons(receipt) == [("content", "what arrived is not what was sent; nothing was attached")]
        assert await pull_all(connector, "file") == {}


@pytest.mark.asyncio
async def test_of_several_with_one_name_and_size_the_content_tells_which_was_sent(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    one, two = (world.create(parent, "a.txt", content=world.spool.put(each)) for each in (b"first", b"other"))
    async with world.connector() as connector:
        receipts = [(await connector.push([write]))[0] for write in (one, two)]
        since = world.now() - timedelta(minutes=1)
        found = [await connector.find_sent(write, since) for write in (one, two)]

    assert [each.ids for each in found] == [(receipt.id,) for receipt in receipts]


@pytest.mark.asyncio
async def test_only_the_name_of_a_file_can_be_changed(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    async with world.connector() as connector:
        (made,) = await connector.push([world.create(world.parent(), "a.txt")])
        (renamed,) = await connector.push([an_update(made.record, "name", "Ёж: итог.txt")])
        (refused,) = await connector.push([an_update(renamed.record, "content", "sha256:" + "0" * 64)])

    assert renamed.record is not None
    assert (renamed.state, renamed.record.views["name"]) == ("done", "Ёж_ итог.txt")
    assert (refused.state, refused.refused[0].place) == ("refused", "content")


@pytest.mark.asyncio
async def test_whoever_may_not_edit_may_attach_and_not_rename(tmp_path: Path) -> None:
    world = a_world(tmp_path, role="sales")
    async with world.connector() as connector:
        (made,) = await connector.push([world.create(world.parent(), "a.txt")])
        (refused,) = await connector.push([an_update(made.record, "name", "b.txt")])

    assert made.state == "done"
    assert (refused.state, refused.refused[0].place) == ("refused", "name")


@pytest.mark.asyncio
async def test_a_file_of_a_person_is_read_and_a_missing_one_is_gone(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    child = world.add(world.parent(), "Смета.txt")
    async with world.connector() as connector:
        digest = hashlib.sha256()
        async for piece in connector.fetch("file", child):
            digest.update(piece)
        world.delete(child)
        for missing in (child, "41/99", "нет"):
            with pytest.raises(Gone):
                _ = [piece async for piece in connector.fetch("file", missing)]

    assert digest.digest() == hashlib.sha256("Итого: 100".encode()).digest()


@pytest.mark.asyncio
async def test_a_pull_of_files_costs_what_a_pull_of_issues_costs(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    for _ in range(5):
        world.add(world.parent(), "a.txt")
    async with world.connector() as connector:
        await connector.pull("issue", None)
        before = connector.requests
        page = await connector.pull("file", None)

        assert len(page.records) == 5
        assert (connector.requests - before).total == 1


@pytest.mark.asyncio
async def test_a_file_that_came_with_a_private_note_is_private_to_who_asks_for_it(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    parent = world.parent()
    path = f"/issues/{parent[1]}.json"
    for name, note in (("маржа.xlsx", {"notes": "внутреннее", "private_notes": True}), ("смета.pdf", {"notes": "Вот"})):
        upload = world.send("POST", "/uploads.json", content=name.encode(), filename=name)["upload"]
        world.send("PUT", path, {"issue": {**note, "uploads": [{"token": upload["token"]}]}})
        world.clock.advance(60)
    async with world.connector() as connector:
        listed = await pull_all(connector, "file")
        found = await connector.get("file", list(listed))

    shown = [one.record.views for one in found if one.record is not None]
    assert {views["name"]: views.get("private") for views in shown} == {"маржа.xlsx": True, "смета.pdf": None}
