"""Our connector for Redmine keeps its promises against the sandbox: the two fit, faults and all."""

from datetime import UTC, datetime
from itertools import count
from typing import Literal

import httpx
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.redmine import RedmineConnector, RedmineSettings
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Rule, Script
from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.redmine.attributes import take
from connectors.sandbox.redmine.saving import create, delete, faults, update
from connectors.sandbox.redmine.setup import MANAGER
from mappings.exchange import View
from tests.contract.suite import ConnectorContract
from tests.contract.world import Failure, World

PLACES = {"title": "subject", "note": "description", "choice": "status_id"}


class Line(httpx.ASGITransport):
    """The way to the sandbox: every request takes a little time, and it may be down for some."""

    def __init__(self, sandbox: RedmineSandbox) -> None:
        super().__init__(sandbox)
        self._clock = sandbox.clock
        self.down_for: frozenset[str] = frozenset()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.advance(0.3)
        if request.method in self.down_for:
            raise httpx.ConnectError("no route", request=request)
        return await super().handle_async_request(request)


class SandboxWorld(World):
    """A Redmine in memory whose clock goes on a little with every request; people edit past its interface."""

    kind = "issue"
    title = "subject"
    note = "description"
    choice = "status"
    step = ("1", "2")
    dropped = ("status", "5")
    refused = ("assigned_to", "999")
    can_fail = True
    can_move_away = True

    def __init__(self) -> None:
        numbers = count(1)
        self.clock = Clock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC), speed=0)
        self.redmine = RedmineSandbox(clock=self.clock, secret=lambda: f"key{next(numbers):037}")
        self.office = self.redmine.office
        self.line = Line(self.redmine)
        elsewhere = self.office.add_project("elsewhere", "Рядом", trackers=(1, 4))
        for role in ("manager", "hub"):
            self.office.add_member(elsewhere, self.office.roles_of_people[role], (MANAGER,))
        self.person = self.office.users[self.office.roles_of_people["manager"]]

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        hub = self.office.users[self.office.roles_of_people["hub"]]
        settings = RedmineSettings(
            url="http://127.0.0.1",
            key=SecretStr("wrong" if wrong_key else hub.key),
            project="presales",
            page_size=page_size,
            concurrency=1,
        )
        around = Surroundings(
            clock=self.clock.now,
            monotonic=lambda: self.clock.now().timestamp(),
            sleep=self.clock.sleep,
            transport=self.line,
            markers={"issue": "cf[CRM deal id]"},
        )
        return RedmineConnector("трекер", settings, around)

    def create(self, title: str, **views: View) -> str:
        self.clock.advance(0.3)
        sent = {"project_id": "presales", "tracker_id": 4, "subject": title}
        sent |= {PLACES[name]: view for name, view in views.items()}
        taken = take(sent, before=None, user=self.person, office=self.office)
        return str(create(taken, user=self.person, office=self.office).issue.id)

    def edit(self, record_id: str, **views: View) -> None:
        self._change(record_id, **{PLACES[name]: view for name, view in views.items()})

    def delete(self, record_id: str) -> None:
        delete(self.office.issues.rows[int(record_id)], office=self.office)

    def move_away(self, record_id: str) -> None:
        self._change(record_id, project_id="elsewhere")

    def _change(self, record_id: str, **sent: View) -> None:
        self.clock.advance(0.3)
        before = self.office.issues.rows[int(record_id)]
        taken = take(sent, before=before, user=self.person, office=self.office)
        assert faults(taken, before=before, user=self.person, office=self.office) == [], "a person's edit is valid"
        update(taken, before=before, user=self.person, office=self.office)

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        rules = {
            "cut": Rule(cut=0.5),
            "html": Rule(status=200, text="<html>log in</html>"),
            "500": Rule(status=500, text="<h1>Internal error</h1>"),
            "429": Rule(status=429, retry_after=2),
            "locked out": Rule(status=401),
            "lost after": Rule(close=True, applied=True),
        }
        methods = ("GET",) if on == "list" else ("POST", "PUT", "DELETE")
        if how == "lost before":
            self.line.down_for = frozenset(methods)
            return
        chosen = rules[how]
        paths = "/issues*" if on == "list" else "*"
        options = {name: getattr(chosen, name) for name in ("cut", "status", "text", "retry_after", "close", "applied")}
        made = (Rule(method=method, path=paths, skip=skip, times=times, **options) for method in methods)
        self.redmine.script = Script(tuple(made))

    def heal(self) -> None:
        self.line.down_for = frozenset()
        self.redmine.script = Script()


class TestRedmineInTheSandbox(ConnectorContract):
    """As the hub's own account, with the narrow workflow."""

    def make_world(self) -> World:
        return SandboxWorld()
