"""The access matrix, in full: every reader of access.yaml asks for every object, and gets what the table says."""

import asyncio
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import Request

from flows.hub import accounts
from flows.hub.accounts import Wanted
from flows.hub.acting import Desk
from flows.hub.rights import HUB_ACTIONS, LEVELS, ROLES
from flows.hub.units import make_unit, set_head
from mappings.reconcile.model import Event
from state import attention, cases, commits, runs
from state import lines as shown
from state.news import Mark, News
from tests.browsed_builders import NOW, a_conflict, a_parked, seeded
from tests.hub_builders import AHub, a_hub
from tests.web_builders import Browser, Idle
from web.live import Newsroom, Told

TABLE = yaml.safe_load((Path(__file__).parent / "access.yaml").read_text(encoding="utf-8"))
ME, LED, TEAM, BELOW, ELSE = (f"{name}@example.org" for name in ("me", "led", "team", "below", "else"))
OF: Mapping[str, dict[str, Any]] = {
    "R": {"owner": ME},
    "M": {"owner": ELSE, "case_manager": ME},
    "P": {"owner": ELSE, "participants": frozenset({ME, ELSE})},
    "H": {"owner": LED},
    "T": {"owner": TEAM},
    "B": {"owner": BELOW},
    "E": {"owner": ELSE},
}
"""Relation -> whose such a case is."""
OTHERS = {LED: "Ведомые", TEAM: "Отдел", BELOW: "Группа", ELSE: "Соседи"}


@dataclass
class World:
    """A hub with a case in each relation, a run that wrote to all of them, and an account per reader."""

    hub: AHub
    run: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    """So many readers have asked."""

    def says(self, reader: Mapping[str, Any], what: str, is_: object, should: object) -> None:
        """Note where something is otherwise than the table says."""
        if is_ != should:
            self.wrong.append(f"{reader['role']}, {reader['level']}: {what}: {is_}, not {should}")


@pytest.fixture
def world(tmp_path) -> World:
    made = World(a_hub(tmp_path))
    store = made.hub.installation.store
    made.run = runs.start(store, "presales").id
    seed = seeded(store)
    for letter, people in OF.items():
        said = {"title": f"Дело {letter}", "client": "Ромашка", "stage": "lead", "outcome": "open", **people}
        wrote = Event("write", "title", "было", "стало", system="crm", at=NOW)
        waits = {"conflicts": a_conflict(), "parked": a_parked()}
        _, made.keys[letter] = seed.entity("case", said, records=("crm", "trk"), events=(wrote,), **waits)
    commits.commit(store, seed.worker, decided=seed.made, run=made.run)
    shown.catch_up(store)
    letters = {key: letter for letter, key in made.keys.items()}
    made.entries = {letters[one.key]: one.id for one in attention.parked_fields(store)}
    _populate(made)
    return made


def _populate(made: World) -> None:
    store = made.hub.installation.store
    for unit, above in (("Отдел", ""), ("Группа", "Отдел"), ("Ведомые", ""), ("Соседи", "")):
        make_unit(store, unit, parent=above, by="")
    for login, unit in OTHERS.items():
        accounts.make(store, Wanted(login, unit=unit), by="")
    for reader in TABLE["readers"]:
        role, level = reader["role"], reader["level"]
        wanted = Wanted(f"{role}-{level}", role=role, level=level, person=ME, unit="Отдел")
        account = accounts.make(store, wanted, by="")
        made.tokens[role, level], _ = accounts.make_token(store, account, "матрица", by="", lasts=timedelta(days=1))


def test_the_table_names_every_role_with_every_level_and_every_action():
    readers = {(one["role"], one["level"]) for one in TABLE["readers"]}

    assert readers == {(role, level) for role in ROLES for level in LEVELS}
    assert len(readers) == len(TABLE["readers"])
    assert {one["action"] for one in TABLE["hub"]} | {"export"} == set(HUB_ACTIONS)
    assert {one["action"] for one in TABLE["cases"]} == {"read", "comment", "edit", "settle"}


def test_every_reader_gets_what_the_table_says_and_nothing_else(world):
    browser = Browser(world.hub.installation)
    browser.app.state.desk = Desk(world.hub.installation, world.hub.make)
    browser.app.state.starter = Idle(world.hub.installation)

    asyncio.run(_asked_by_all(world, browser))

    assert world.wrong == []


async def _asked_by_all(world: World, browser: Browser) -> None:
    store = world.hub.installation.store
    transport = httpx.ASGITransport(browser.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for reader in TABLE["readers"]:
            account = accounts.account_named(store, f"{reader['role']}-{reader['level']}")
            set_head(store, "Ведомые", account, by="")
            client.headers["authorization"] = f"Bearer {world.tokens[reader['role'], reader['level']]}"
            await _lists(world, client, reader)
            await _cases(world, client, reader)
            await _hub(world, client, reader)
            await _events(world, browser, reader)


async def _lists(world: World, client: httpx.AsyncClient, reader: Mapping[str, Any]) -> None:
    allowed = {world.keys[letter] for letter in reader["read"]}
    for one in TABLE["lists"]:
        answer = await client.get(one["get"].format(run=world.run))
        if one.get("needs", "export") not in reader["hub"]:
            world.says(reader, one["get"], answer.status_code, 403)
            continue
        world.says(reader, one["get"], set(re.findall(r"CASE-\d+", text_of(answer))), allowed)
        for path in one.get("numbers", ()):
            times = 2 if one["get"].startswith("/api/v1/attention") and path == "total" else 1
            world.says(reader, f"{one['get']} {path}", number_at(answer.json(), path), times * len(allowed))


def text_of(answer: httpx.Response) -> str:
    """What an answer says; of a workbook, its sheet."""
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return book.read("xl/worksheets/sheet1.xml").decode()
    return answer.text


def number_at(form: Any, path: str) -> Any:
    for step in path.split("."):
        form = form[int(step)] if isinstance(form, list) else form[step]
    return form


async def _cases(world: World, client: httpx.AsyncClient, reader: Mapping[str, Any]) -> None:
    for place, one in enumerate(TABLE["cases"], world.asked):
        for letter, key in _worth_asking(world.keys, one, reader, place):
            answer = await _ask(client, one, key=key, entry=str(world.entries[letter]))
            good = answer.status_code in (200, 201, 409)  # 409: it may be done, and cannot be just now
            got = "yes" if good else answer.status_code
            should = 404 if letter not in reader["read"] else "yes" if letter in reader[one["action"]] else 403
            world.says(reader, f"{one['action']} {letter} {one.get('get') or one}", got, should)
    world.asked += 1


def _worth_asking(
    keys: Mapping[str, str], one: Mapping[str, Any], reader: Mapping[str, Any], place: int
) -> Iterator[tuple[str, str]]:
    """
    Every case with which it is refused, and of those with which it is allowed one: another one for each reader and each
    object, so that each object meets each relation.
    """
    allowed = reader[one["action"]]
    chosen = allowed[place % len(allowed)] if allowed else ""
    return ((letter, key) for letter, key in keys.items() if letter in chosen or letter not in allowed)


async def _hub(world: World, client: httpx.AsyncClient, reader: Mapping[str, Any]) -> None:
    for one in TABLE["hub"]:
        answer = await _ask(client, one)
        refused = answer.status_code == 403
        world.says(reader, str(one), refused, one["action"] not in reader["hub"])


async def _ask(client: httpx.AsyncClient, one: Mapping[str, Any], **words: str) -> httpx.Response:
    if "get" in one:
        return await client.get(one["get"].format(**words))
    body = filled(one["json"], words) if "json" in one else None
    return await client.post(one["post"].format(**words), json=body)


def filled(form: Any, words: Mapping[str, str]) -> Any:
    if isinstance(form, dict):
        return {name: filled(one, words) for name, one in form.items()}
    if form == "{entry}":
        return int(words["entry"])
    return form.format(**words) if isinstance(form, str) else form


async def _events(world: World, browser: Browser, reader: Mapping[str, Any]) -> None:
    """The stream of news names the cases that may be read, when all have moved."""
    installation = world.hub.installation
    room, who = Newsroom(installation.store), browser.app.state.house.who
    token = world.tokens[reader["role"], reader["level"]]
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")]
    scope = {"type": "http", "scheme": "http", "path": "/live", "query_string": b"", "headers": headers}
    asks = Request({**scope, "app": browser.app})
    ids = frozenset(one.entity.id for one in cases.by_keys(installation.store, list(world.keys.values())).values())
    stream = room.enter(lambda: who(asks).access)
    await room.tell(News(Mark(), cases=ids))
    told = stream.queue.get_nowait()
    await room.close()
    world.says(reader, "news", told.keys if isinstance(told, Told) else told, tuple(_allowed(world, reader)))


def _allowed(world: World, reader: Mapping[str, Any]) -> Iterator[str]:
    yield from sorted(world.keys[letter] for letter in reader["read"])
