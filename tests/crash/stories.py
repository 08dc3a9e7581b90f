"""What people have done when the hub is killed: each story is a state of both systems and of the hub, and a command."""

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from state import inbox
from state.engine import open_store

from .world import World, address_of

DEAL = 2
PIPELINE = 3
TITLES = ("Внедрение CRM: ООО «Ромашка»", "Миграция в облако", "Пилот телефонии — Ёж и К°")
STAGES = ("C3:NEW", "C3:EXECUTING", "C3:PREPARATION")
TALK = "    notes: {crm: {}, tracker: {}}\n    files: {crm: {}, tracker: {}}\n"
COMMENTS = {
    f"comment.{system}.yaml": f"system: {system}\nkind: comment\nentity: note\nextends: {of}/comment\n"
    for system, of in (("crm", "bitrix24"), ("tracker", "redmine"))
}


@dataclass(frozen=True)
class Story:
    """
    NAME; MORE for the sync in hub.yaml, with further FILES. BEFORE is done while nobody is killed and returns the words
    of the command that will be; TALK: comments and files are looked at.
    """

    name: str
    before: Callable[[World, Path], Sequence[str]]
    more: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    talk: bool = False
    serving: bool = False
    """The command goes on until it is asked to stop."""


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


# --- people ---------------------------------------------------------------------------------------------------------


def make_deals(world: World, titles: Sequence[str] = TITLES) -> list[int]:
    """Sales open deals of one company."""
    company = world.method("crm.item.add", entityTypeId=4, fields={"title": "ООО «Ромашка»"})["result"]["item"]["id"]
    made = []
    for number, title in enumerate(titles):
        fields = {
            "title": title,
            "categoryId": PIPELINE,
            "stageId": STAGES[number % len(STAGES)],
            "opportunity": 100_000 + number,
            "isManualOpportunity": "Y",
            "currencyId": "RUB",
            "companyId": company,
            "closedate": day(60 + number),
            "comments": f"Просят показать до среды ({number})",
        }
        made.append(world.method("crm.item.add", entityTypeId=DEAL, fields=fields)["result"]["item"]["id"])
    return made


def edit_deal(world: World, number: int, **fields: Any) -> None:
    world.method("crm.item.update", entityTypeId=DEAL, id=number, fields=fields)


def edit_issue(world: World, number: int, **fields: Any) -> None:
    world.issues("PUT", f"/issues/{number}.json", {"issue": fields})


def issues_by_title(world: World) -> dict[str, int]:
    rows = world.issues("GET", "/issues.json?status_id=*&limit=100")["issues"]
    return {row["subject"]: row["id"] for row in rows}


def synced(world: World, folder: Path, *words: str) -> dict[str, Any]:
    """Run a pass that nobody disturbs."""
    ended = world.run(folder, "sync", "--json", *words)
    assert ended.code == 0, ended
    return ended.report


# --- stories --------------------------------------------------------------------------------------------------------


def _new(world: World, folder: Path) -> Sequence[str]:
    """Three deals, and nothing else yet: neither issues nor a database, and nothing is known of the systems."""
    make_deals(world)
    return ("sync", "--json")


def _first(world: World, folder: Path) -> Sequence[str]:
    """Three deals without issues; the hub was checked, so it knows what its systems offer."""
    make_deals(world)
    assert world.run(folder, "check").code == 0
    return ("sync", "--json")


def _linked(world: World, folder: Path) -> tuple[list[int], list[int]]:
    """Three deals with their issues, all at rest."""
    deals = make_deals(world)
    synced(world, folder)
    synced(world, folder)
    there = issues_by_title(world)
    return deals, [there[title] for title in TITLES]


def _edits(world: World, folder: Path) -> Sequence[str]:
    """Both sides are edited: apart, together in one record, and against each other; and there is a new deal."""
    deals, issues = _linked(world, folder)
    edit_deal(world, deals[0], opportunity=777_000, closedate=day(90))
    edit_issue(world, issues[1], description="Стенд готов, показываем в пятницу", status_id=3)
    edit_deal(world, deals[2], title="Пилот телефонии: этап 2", opportunity=222_000)
    edit_issue(world, issues[2], subject="Пилот связи", due_date=day(75))
    make_deals(world, ["Аудит безопасности"])
    return ("sync", "--json")


def _undo(world: World, folder: Path) -> Sequence[str]:
    """A run has carried edits over, and somebody wants it back."""
    deals, issues = _linked(world, folder)
    edit_deal(world, deals[0], opportunity=777_000, title="Внедрение CRM, срочно")
    edit_issue(world, issues[1], due_date=day(75))
    run = synced(world, folder)["run"]
    synced(world, folder)
    return ("undo", run, "--yes", "--json", "--by", "Анна")


def _talk(world: World, folder: Path) -> Sequence[str]:
    """People have talked and attached files on both sides."""
    deals, issues = _linked(world, folder)
    comment(world, deals[0], "Клиент просил перезвонить")
    comment(world, deals[1], "Вложение", ("смета.txt", "Смета: 1 000 000 ₽".encode()))
    edit_issue(world, issues[0], notes="Стенд готов")
    attach(world, issues[2], "план.txt", "План работ на ноябрь".encode())
    return ("sync", "--json")


def _gone(world: World, folder: Path) -> Sequence[str]:
    """Somebody has deleted an issue, and somebody else has closed a deal; a full pass finds both."""
    deals, issues = _linked(world, folder)
    world.issues("DELETE", f"/issues/{issues[0]}.json")
    edit_deal(world, deals[1], stageId="C3:LOSE")
    return ("sync", "--full", "--json")


def comment(world: World, deal: int, text: str, *files: tuple[str, bytes]) -> None:
    """Somebody writes on a deal, with files perhaps."""
    fields: dict[str, Any] = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": text}
    if files:
        fields["FILES"] = [[name, base64.b64encode(content).decode()] for name, content in files]
    world.method("crm.timeline.comment.add", fields=fields)


def attach(world: World, issue: int, name: str, content: bytes) -> None:
    """Somebody attaches a file to an issue."""
    kind = {"Content-Type": "application/octet-stream"}
    headers = {"X-Redmine-API-Key": str(world.tracker["keys"]["admin"]), **kind}
    address = f"{world.tracker['address']}/uploads.json"
    sent = world.client.post(address, params={"filename": name}, content=content, headers=headers)
    upload = {"token": sent.raise_for_status().json()["upload"]["token"], "filename": name}
    edit_issue(world, issue, uploads=[upload])


NEW = Story("new", _new)


def _served(world: World, folder: Path) -> Sequence[str]:
    """Both sides were edited, and each system has said so by a webhook; a task server is to work on it."""
    _edits(world, folder)
    deals = [row["id"] for row in world.method("crm.item.list", entityTypeId=DEAL, select=["id"])["result"]["items"]]
    with closing(open_store(address_of(folder))) as store:
        inbox.hint(store, "crm", kind="deal", ids=[str(number) for number in deals], reason=inbox.WEBHOOK)
        issues = [str(number) for number in issues_by_title(world).values()]
        inbox.hint(store, "tracker", kind="issue", ids=issues, reason=inbox.WEBHOOK)
    return ("serve", "inbox", "--poll", "5")  # so often it looks at what a killed one has left in doubt


FIRST = Story("first", _first)
EDITS = Story("edits", _edits)
UNDO = Story("undo", _undo)
TALKED = Story("talk", _talk, more=TALK, files=COMMENTS, talk=True)
GONE = Story("gone", _gone)
SERVED = Story("task-server", _served, serving=True)
"""Needs a Prefect server, which the environment of the world names."""
STORIES = {one.name: one for one in (NEW, FIRST, EDITS, UNDO, TALKED, GONE)}
