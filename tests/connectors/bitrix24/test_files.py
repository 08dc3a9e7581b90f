"""Files in timelines: listed without addresses, fetched with a token that nobody sees, attached from the spool."""

import hashlib
import secrets
from pathlib import Path

import httpx
import pytest

from connectors.errors import AuthFailed, Gone, Rejected
from connectors.sandbox.bitrix24.comments import remove_comment
from connectors.sandbox.bitrix24.portal import Hook
from mappings.exchange import Change, Create, Update
from tests.connectors.bitrix24.portals import APortal
from tests.contract.world import pull_all

NAME = "Коммерческое предложение №5 (финал).pdf"


class Folder:
    """A spool in a folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        (self._home / digest).write_bytes(content)
        return f"sha256:{digest}"

    def path(self, digest: str) -> Path:
        path = self._home / digest
        if not path.exists():
            raise KeyError(digest)
        return path


@pytest.fixture
def spool(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def attachment(deal: str, name: str, content: str, key: str = "f1") -> Create:
    changes = (Change("name", name), Change("content", content))
    return Create(key, "портал", "file", "m-1", changes, parent=("deal", deal))


@pytest.mark.asyncio
async def test_files_are_listed_with_names_sizes_and_authors_and_never_with_an_address():
    portal = APortal()
    deal = portal.add(title="Пилот")
    number = portal.comment(deal, "см. вложения", files=[(NAME, b"12345"), ("схема.png", b"png")])
    async with portal.connector() as connector:
        files = await pull_all(connector, "file")
        (found,) = await connector.get("file", [f"{number}/1"])

    assert sorted(files) == [f"{number}/1", f"{number}/2"]
    record = files[f"{number}/1"]
    assert found.record == record
    assert (record.views["name"], record.views["size"], record.parent) == (NAME, "5", ("deal", deal))
    assert record.views["author"] == str(portal.portal.user("manager").id)
    assert "content" not in record.views
    assert "download" not in repr(record)


@pytest.mark.asyncio
async def test_a_content_is_fetched_in_pieces_and_its_token_is_never_told(caplog: pytest.LogCaptureFixture):
    portal = APortal()
    content = secrets.token_bytes(1_000_000)

    def unanswered(method: str, sent: object) -> httpx.Response | None:
        return httpx.Response(401) if method == "download.json" else None

    number = portal.comment(portal.add(title="Пилот"), "см.", files=[(NAME, content)])
    async with portal.connector() as connector:
        got = b"".join([piece async for piece in connector.fetch("file", f"{number}/1")])
        (token,) = portal.portal.downloads
        portal.way.before = unanswered
        with pytest.raises(AuthFailed) as failed:
            _ = [piece async for piece in connector.fetch("file", f"{number}/1")]

    assert got == content
    assert token not in caplog.text
    assert "token" not in str(failed.value)


@pytest.mark.asyncio
async def test_an_address_on_another_host_is_not_asked():
    portal = APortal()
    number = portal.comment(portal.add(title="Пилот"), "см.", files=[(NAME, b"12345")])

    def elsewhere(method: str, sent: object) -> httpx.Response | None:
        if method != "batch" or "disk.file.get" not in str(sent):
            return None
        told = {"NAME": NAME, "SIZE": "5", "DOWNLOAD_URL": "https://evil.test/rest/download.json?auth=x&token=y"}
        return httpx.Response(200, json={"result": {"result": {"c0": told}, "result_error": []}})

    portal.way.before = elsewhere
    async with portal.connector() as connector:
        with pytest.raises(Rejected, match="another host"):
            _ = [piece async for piece in connector.fetch("file", f"{number}/1")]

    assert "download.json" not in [method for method, _ in portal.way.asked]


@pytest.mark.asyncio
async def test_another_file_under_the_same_number_is_never_taken_for_ours():
    portal = APortal()
    number = portal.comment(portal.add(title="Пилот"), "см.", files=[(NAME, b"12345")])
    portal.portal.files.rows[1]["ID"] = 1

    def other(method: str, sent: object) -> httpx.Response | None:
        if method != "batch" or "disk.file.get" not in str(sent):
            return None
        told = {"NAME": "чужой.pdf", "SIZE": "5", "DOWNLOAD_URL": "https://portal.test/rest/download.json?token=y"}
        return httpx.Response(200, json={"result": {"result": {"c0": told, "c1": told}, "result_error": []}})

    portal.way.before = other
    async with portal.connector() as connector:
        with pytest.raises(Rejected, match="scope disk"):
            _ = [piece async for piece in connector.fetch("file", f"{number}/1")]


@pytest.mark.asyncio
async def test_a_webhook_without_the_disk_says_so_and_a_file_that_is_gone_is_gone():
    portal = APortal()
    number = portal.comment(portal.add(title="Пилот"), "см.", files=[(NAME, b"12345")])
    hook = portal.portal.hooks["hub"]
    portal.portal.hooks["hub"] = Hook(hook.user, hook.secret, frozenset({"crm", "user"}))
    async with portal.connector() as connector:
        with pytest.raises(Rejected, match="scope disk"):
            _ = [piece async for piece in connector.fetch("file", f"{number}/1")]
        remove_comment(portal.portal, int(number))
        found = await connector.get("file", [f"{number}/1", "77/1", "77"])
        with pytest.raises(Gone):
            _ = [piece async for piece in connector.fetch("file", f"{number}/1")]

    assert [each.state for each in found] == ["gone", "gone", "gone"]


@pytest.mark.asyncio
async def test_a_file_is_attached_by_a_comment_of_its_name_that_is_not_listed(spool: Folder):
    portal = APortal()
    deal, content = portal.add(title="Пилот"), secrets.token_bytes(300_001)
    since = portal.clock.now()
    write = attachment(deal, NAME, spool.put(content))
    async with portal.connector(spool=spool) as connector:
        before = await connector.find_sent(write, since)
        (made,) = await connector.push([write])
        found = await connector.find_sent(write, since)
        got = b"".join([piece async for piece in connector.fetch("file", made.id or "")])
        comments = await pull_all(connector, "comment")
        files = await pull_all(connector, "file")

    assert (made.state, made.proved) == ("done", True)
    assert made.record is not None
    assert files[made.id or ""] == made.record
    assert (made.record.views["name"], made.record.views["size"]) == (NAME, "300001")
    assert (before.ids, found.ids, got == content, comments) == ((), (made.id,), True, {})


@pytest.mark.asyncio
async def test_a_person_who_says_the_name_of_their_file_has_said_something():
    portal = APortal()
    number = portal.comment(portal.add(title="Пилот"), NAME, files=[(NAME, b"12345")])
    async with portal.connector() as connector:
        assert list(await pull_all(connector, "comment")) == [number]


@pytest.mark.asyncio
async def test_what_cannot_be_attached_is_refused_by_name(spool: Folder):
    portal = APortal()
    deal = portal.add(title="Пилот")
    writes = [
        attachment(deal, NAME, spool.put(b""), "empty"),
        attachment(deal, NAME, f"sha256:{'0' * 64}", "never fetched"),
        attachment(deal, "", spool.put(b"x"), "nameless"),
        Update("renamed", "портал", "file", "1/1", (Change("name", "иное.pdf", NAME),)),
    ]
    portal.comment(deal, "см.", files=[(NAME, b"12345")])
    async with portal.connector(spool=spool) as connector:
        receipts = await connector.push(writes)

    assert {receipt.state for receipt in receipts} == {"refused"}
    assert [receipt.refused[0].place for receipt in receipts] == ["content", "content", "name", "name"]


@pytest.mark.asyncio
async def test_an_unclear_attachment_is_not_sent_twice(spool: Folder):
    portal = APortal()
    deal, since = portal.add(title="Пилот"), portal.clock.now()
    write = attachment(deal, NAME, spool.put(b"12345"))
    async with portal.connector(spool=spool) as connector:
        await connector.find_sent(write, since)

        def lost(method: str, sent: object) -> httpx.Response | None:
            if method != "crm.timeline.comment.add":
                return None
            portal.comment(deal, NAME, files=[(NAME, b"12345")], role="hub")
            raise httpx.ReadTimeout("no answer")

        portal.way.before = lost
        (receipt,) = await connector.push([write])
        portal.way.before = lambda method, sent: None
        found = await connector.find_sent(write, since)

    assert receipt.state == "unclear"
    assert len(found.ids) == 1
    assert [method for method, _ in portal.way.asked].count("crm.timeline.comment.add") == 1
