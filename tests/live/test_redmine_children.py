"""Comments and files of a real Redmine, in English and in Russian: the promises, many comments, and a large file."""

import contextlib
import hashlib
import secrets
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.body import PIECE
from connectors.redmine import RedmineConnector, RedmineSettings
from connectors.trust import NOBODY
from tests.connectors.redmine.children_world import OCTETS, RedmineChildren
from tests.contract.child_world import ChildWorld, Folder, Kind, an_update
from tests.contract.children import LiveChildContract
from tests.contract.world import pages, pull_all, update
from tests.live.plain import live, sql

MEGABYTE = 1024 * 1024


class LiveChildren(RedmineChildren):
    """A new project in a running Redmine; the manager is the person, the hub has its own account."""

    def __init__(self, kind: Kind, folder: Path, *, server: str) -> None:
        self.env = live(server)
        self.kind, self.spool = kind, Folder(folder)
        self.tracker, self.author = int(self.env["TRACKER_ID"]), self.env["USER_MANAGER_ID"]
        self._admin = self._client("API_KEY")
        self._person = self._client("KEY_MANAGER")
        self.project = f"talk-{secrets.token_hex(4)}"
        self._make_project()

    def close(self) -> None:
        self._admin.delete(f"/projects/{self.project}.json")
        self._admin.close()
        self._person.close()

    def connector(self, *, page_size: int = 100, key: str = "KEY_HUB") -> SystemConnector:
        settings = RedmineSettings(
            url=self.env["URL"],
            key=SecretStr(self.env[key]),
            project=self.project,
            page_size=page_size,
            concurrency=1,  # a Redmine on SQLite answers 500 to whoever writes beside another
            timeout=120,
        )
        return RedmineConnector("трекер", settings, Surroundings(spool=self.spool))

    def send(self, method: str, path: str, form: Any = None, *, content: bytes = b"", **query: str) -> Any:
        sent: dict[str, Any] = {"json": form} if form else {"content": content, "headers": {"Content-Type": OCTETS}}
        answer = self._person.request(method, path, params=query, **sent)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def rest(self) -> None:
        time.sleep(2.1)

    def _client(self, key: str) -> httpx.Client:
        headers = {"X-Redmine-API-Key": self.env[key]}
        return httpx.Client(base_url=self.env["URL"], headers=headers, timeout=60, trust_env=False, verify=NOBODY)

    def _make_project(self) -> None:
        project = {"name": self.project, "identifier": self.project, "tracker_ids": [self.tracker]}
        project |= {"is_public": False, "enabled_module_names": ["issue_tracking"]}
        self._admin.post("/projects.json", json={"project": project}).raise_for_status()
        for person in ("MANAGER", "HUB", "SALES"):
            role = self.env["ROLE_SALES" if person == "SALES" else "ROLE_MANAGER"]
            member = {"user_id": self.env[f"USER_{person}_ID"], "role_ids": [role]}
            joined = self._admin.post(f"/projects/{self.project}/memberships.json", json={"membership": member})
            joined.raise_for_status()


class TestComments(LiveChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return LiveChildren("comment", folder, server="REDMINE")


class TestCommentsInRussian(LiveChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return LiveChildren("comment", folder, server="REDMINE_RU")


class TestFiles(LiveChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return LiveChildren("file", folder, server="REDMINE")


class TestFilesInRussian(LiveChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return LiveChildren("file", folder, server="REDMINE_RU")


@pytest.fixture(params=["REDMINE", "REDMINE_RU"])
def talk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveChildren]:
    world = LiveChildren("comment", tmp_path, server=request.param)
    yield world
    world.close()


@pytest.fixture(params=["REDMINE", "REDMINE_RU"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveChildren]:
    world = LiveChildren("file", tmp_path, server=request.param)
    yield world
    world.close()


@pytest.mark.asyncio
async def test_fifty_comments_arrive_once_in_order_and_are_edited_and_taken_away(talk: LiveChildren) -> None:
    parents = [talk.parent() for _ in range(5)]
    texts = [f"№ {n}: *ёлка* и «иголка» 🦔\n\n* пункт {n % 7}\n" for n in range(50)]
    writes = [talk.create(parents[n % 5], text, key=f"k{n}", private=n % 10 == 0) for n, text in enumerate(texts)]
    async with talk.connector() as connector:
        receipts = await connector.push(writes)
        assert [(each.state, each.reason) for each in receipts] == [("done", "")] * 50
        records = await pull_all(connector, "comment")
        mine = [records[receipt.id or ""] for receipt in receipts]
        edited = await connector.push([update(mine[n], text=f"правка {n}") for n in range(10)])
        emptied = await connector.push([an_update(mine[n], "text", None) for n in range(10, 20)])
        found = await connector.get("comment", [record.id for record in mine])
        met, _ = await pages(connector, "comment", None, full=True)
    async with talk.connector(key="KEY_SALES") as other:
        seen = await pull_all(other, "comment")

    assert len(records) == 50
    assert [record.views["text"] for record in mine] == texts
    assert [record.views["private"] for record in mine] == [n % 10 == 0 for n in range(50)]
    for where in parents:
        ids = [int(record.id.partition("/")[2]) for record in mine if record.parent == where]
        assert ids == sorted(ids)
    assert [(each.state, each.record and each.record.views["text"]) for each in edited] == [
        ("done", f"правка {n}") for n in range(10)
    ]
    assert [each.state for each in emptied] == ["gone"] * 10
    assert [each.state for each in found] == ["here"] * 10 + ["gone"] * 10 + ["here"] * 30
    assert {record.id for page in met for record in page.records} == {each.id for each in found if each.record}
    assert {record.views["private"] for record in seen.values()} == {False}
    assert len(seen) == 40 - 4


@pytest.mark.asyncio
async def test_a_private_comment_is_not_published_by_an_account_without_the_right(talk: LiveChildren) -> None:
    parent = talk.parent()
    async with talk.connector(key="KEY_SALES") as connector:
        (receipt,) = await connector.push([talk.create(parent, "только для своих", private=True)])
    shown = talk.send("GET", f"/issues/{parent[1]}.json", include="journals")["issue"]["journals"]

    assert (receipt.state, [each.place for each in receipt.refused]) == ("refused", ["private"])
    assert shown == []


@pytest.mark.asyncio
async def test_twenty_megabytes_go_both_ways_in_little_memory(shelf: LiveChildren) -> None:
    content = shelf.spool.put(secrets.token_bytes(PIECE) * (20 * MEGABYTE // PIECE))
    parent = shelf.parent()
    with larger_files(shelf.env):
        async with shelf.connector() as connector:
            await connector.identify()
            tracemalloc.start()
            (receipt,) = await connector.push([shelf.create(parent, "Запись встречи «Ёж».mp4", content=content)])
            sent = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            digest = hashlib.sha256()
            async for piece in connector.fetch("file", receipt.id or ""):
                digest.update(piece)
            read = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

    assert receipt.record is not None
    assert (receipt.state, receipt.record.views["size"]) == ("done", str(20 * MEGABYTE))
    assert receipt.record.views["name"] == "Запись встречи «Ёж».mp4"
    assert f"sha256:{digest.hexdigest()}" == content
    assert max(sent, read) < 4 * MEGABYTE, (sent, read)


@pytest.mark.asyncio
async def test_a_file_beyond_the_limit_is_refused_in_the_servers_words(shelf: LiveChildren) -> None:
    content = shelf.spool.put(b"x" * (5 * MEGABYTE + 1))
    parent = shelf.parent()
    async with shelf.connector() as connector:
        (receipt,) = await connector.push([shelf.create(parent, "большой.bin", content=content)])

        assert (receipt.state, receipt.refused[0].place) == ("refused", "content")
        assert "5242880" in receipt.refused[0].reason
        assert await pull_all(connector, "file") == {}


@pytest.mark.asyncio
async def test_a_sub_issue_blocks_and_is_blocked(talk: LiveChildren) -> None:
    parent, (_, first), (_, second) = talk.parent(), talk.parent(), talk.parent()
    issue = {"project_id": talk.project, "tracker_id": talk.tracker, "subject": "Под", "parent_issue_id": parent[1]}
    number = str(talk.send("POST", "/issues.json", {"issue": {**issue, "due_date": "2026-12-24"}})["issue"]["id"])
    async with talk.connector() as connector:
        above, below = [each.record for each in await connector.get("issue", [parent[1], number])]
        assert above is not None
        assert below is not None
        (tied,) = await connector.push([update(below, blocks=[first], blocked_by=[second])])
        (computed,) = await connector.push([update(above, due_date="2027-01-15", subject="Пилот 2")])
        (circle,) = await connector.push([update(tied.record or below, blocks=[first, second])])

    assert (below.parent, tied.state, tied.refused) == (parent, "done", ())
    assert tied.record is not None
    assert (tied.record.views["blocks"], tied.record.views["blocked_by"]) == ([first], [second])
    assert [each.place for each in computed.refused] == ["due_date"]
    assert computed.record is not None
    assert computed.record.views["subject"] == "Пилот 2"
    assert [each.place for each in circle.refused] == ["blocks"]


@contextlib.contextmanager
def larger_files(env: dict[str, str]) -> Iterator[None]:
    """Let files of 50 MB in meanwhile; Redmine has no interface for its settings, and rereads them as they change."""
    name = "attachment_max_size"
    before = sql(env["DATABASE"], "select value from settings where name = ?", [name])
    _set(env, name, str(50 * 1024), there=bool(before))
    try:
        yield
    finally:
        _set(env, name, before[0][0] if before else "5120", there=True)


def _set(env: dict[str, str], name: str, value: str, *, there: bool) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    statement = (
        "update settings set value = ?, updated_on = ? where name = ?"
        if there
        else "insert into settings (value, updated_on, name) values (?, ?, ?)"
    )
    sql(env["DATABASE"], statement, [value, now, name])
