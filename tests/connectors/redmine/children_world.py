"""Comments and files of a Redmine, in memory or on a server: people speak plain REST."""

import json
from abc import abstractmethod
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.redmine import RedmineConnector, RedmineSettings
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Rule, Script
from connectors.sandbox.redmine import RedmineSandbox, Settings
from connectors.sandbox.wire import Request
from tests.contract.child_world import ChildWorld, Folder, Kind

OCTETS = "application/octet-stream"


class RedmineChildren(ChildWorld):
    """What people do; subclasses say how they reach their Redmine."""

    project: str
    tracker: int

    @abstractmethod
    def send(self, method: str, path: str, form: Any = None, *, content: bytes = b"", **query: str) -> Any:
        """Send a person's request and return the JSON of its answer, None where there is none."""

    def parent(self) -> tuple[str, str]:
        issue = {"project_id": self.project, "tracker_id": self.tracker, "subject": "Пилот «Ромашка»"}
        return ("issue", str(self.send("POST", "/issues.json", {"issue": issue})["issue"]["id"]))

    def add(self, parent: tuple[str, str], words: str, **more: Any) -> str:
        number = parent[1]
        if self.kind == "comment":
            self.send("PUT", f"/issues/{number}.json", {"issue": {"notes": words, **more}})
            journals = self.send("GET", f"/issues/{number}.json", include="journals")["issue"]["journals"]
            return f"{number}/{max(journal['id'] for journal in journals)}"
        upload = self.send("POST", "/uploads.json", content="Итого: 100".encode(), filename=words)["upload"]
        self.send("PUT", f"/issues/{number}.json", {"issue": {"uploads": [{"token": upload["token"]}]}})
        return f"{number}/{upload['id']}"

    def edit(self, child: str, words: str) -> None:
        own = child.partition("/")[2]
        if self.kind == "comment":
            self.send("PUT", f"/journals/{own}.json", {"journal": {"notes": words}})
        else:
            self.send("PUT", f"/attachments/{own}.json", {"attachment": {"filename": words}})

    def delete(self, child: str) -> None:
        if self.kind == "comment":
            self.edit(child, "")
        else:
            self.send("DELETE", f"/attachments/{child.partition('/')[2]}.json")

    def delete_parent(self, parent: tuple[str, str]) -> None:
        self.send("DELETE", f"/issues/{parent[1]}.json")


class Line(httpx.ASGITransport):
    """The way to the sandbox: every request takes a little of its time."""

    def __init__(self, sandbox: RedmineSandbox) -> None:
        super().__init__(sandbox)
        self._clock = sandbox.clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.advance(0.1)
        return await super().handle_async_request(request)


class SandboxChildren(RedmineChildren):
    """A Redmine in memory; VERSION is the major one that it plays, ROLE whose key the hub has."""

    project = "presales"
    tracker = 4

    def __init__(self, kind: Kind, folder: Path, *, version: int = 5, role: str = "hub") -> None:
        numbers = count(1)
        self.kind, self.spool = kind, Folder(folder)
        self.clock = Clock(speed=0)
        self.redmine = RedmineSandbox(
            settings=Settings(version=version), clock=self.clock, secret=lambda: f"key{next(numbers):037}"
        )
        people = self.redmine.office.roles_of_people
        self.key = self.redmine.office.users[people[role]].key
        self.author = str(people["manager"])
        self._person = self.redmine.office.users[people["manager"]].key

    def connector(self, *, page_size: int = 100, **settings: Any) -> SystemConnector:
        given = {"url": "http://127.0.0.1", "key": SecretStr(self.key), "project": self.project, **settings}
        around = Surroundings(
            clock=self.clock.now,
            monotonic=lambda: 0.0,
            sleep=self.clock.sleep,
            transport=Line(self.redmine),
            spool=self.spool,
            markers={"issue": "cf[CRM deal id]"},
        )
        return RedmineConnector("трекер", RedmineSettings(page_size=page_size, **given), around)

    def send(self, method: str, path: str, form: Any = None, *, content: bytes = b"", **query: str) -> Any:
        headers = {"x-redmine-api-key": self._person, "content-type": "application/json" if form else OCTETS}
        body = json.dumps(form).encode() if form else content
        answer = self.redmine.answer(Request(method, path, urlencode(query), headers, body))
        assert answer.status < 300, (method, path, answer)
        return json.loads(answer.body) if answer.body else None

    def now(self) -> datetime:
        return self.clock.now()

    def rest(self) -> None:
        self.clock.advance(5)

    def lose_answer(self) -> None:
        rule = Rule(method="PUT", path="/issues/*", close=True, applied=True, times=1)
        self.redmine.script = Script(rules=(rule,))
