"""The Redmine connector keeps the promises, against an imitation of Redmine's HTTP that can be made to fail."""

from datetime import UTC, datetime
from typing import Literal

import httpx
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.redmine import RedmineConnector, RedmineSettings
from mappings.exchange import View
from tests.connectors.fake_redmine import FakeRedmine
from tests.contract.suite import ConnectorContract
from tests.contract.world import Failure, World

PLACES = {"title": "subject", "note": "description", "choice": "status_id"}


async def no_wait(seconds: float) -> None:
    """Time does not pass in these tests."""


class FakeRedmineWorld(World):
    kind = "issue"
    title = "subject"
    note = "description"
    choice = "status"
    step = ("1", "2")
    dropped = ("status", "5")
    refused = ("assigned_to", "99")
    can_fail = True
    can_move_away = True

    def __init__(self, *, key: str = "hub-key") -> None:
        self.redmine = FakeRedmine()
        self._key = key

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        settings = RedmineSettings(
            url="https://redmine.test",
            key=SecretStr("wrong" if wrong_key else self._key),
            project="presales",
            page_size=page_size,
            concurrency=1,
        )
        around = Surroundings(
            clock=lambda: datetime(2026, 11, 1, 12, tzinfo=UTC),
            monotonic=lambda: 0.0,
            sleep=no_wait,
            transport=self.redmine.transport(),
            markers={"issue": "cf[CRM deal id]"},
        )
        self.redmine.open_to_all = wrong_key
        return RedmineConnector("трекер", settings, around)

    def create(self, title: str, **views: View) -> str:
        return str(self.redmine.create(title, **{PLACES[name]: view for name, view in views.items()}))

    def edit(self, record_id: str, **views: View) -> None:
        self.redmine.edit(int(record_id), **{PLACES[name]: view for name, view in views.items()})

    def delete(self, record_id: str) -> None:
        self.redmine.delete(int(record_id))

    def move_away(self, record_id: str) -> None:
        self.redmine.edit(int(record_id), project_id="archive")

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        met = {"n": 0}

        def fault(request: httpx.Request) -> httpx.Response | None:
            if (request.method != "GET") != (on == "write") or request.url.path == "/users/current.json":
                return None
            met["n"] += 1
            return broken(how, request) if skip < met["n"] <= skip + times else None

        self.redmine.fault, self.redmine.applied = _nothing, _nothing
        if how in ("lost after", "cut"):
            self.redmine.applied = fault
        else:
            self.redmine.fault = fault

    def heal(self) -> None:
        self.redmine.fault, self.redmine.applied = _nothing, _nothing


def _nothing(request: httpx.Request) -> httpx.Response | None:
    return None


def broken(how: Failure, request: httpx.Request) -> httpx.Response:
    """One answer that is none."""
    match how:
        case "cut":
            return httpx.Response(200, content=b'{"issues":[{"id":1,"subj')
        case "html":
            return httpx.Response(200, html="<html>log in</html>")
        case "500":
            return httpx.Response(500, html="<h1>Internal error</h1>")
        case "429":
            return httpx.Response(429, headers={"Retry-After": "2"})
        case "locked out":
            return httpx.Response(401)
        case "lost before":
            raise httpx.ConnectError("no route", request=request)
        case "lost after":
            raise httpx.ReadTimeout("no answer", request=request)


class TestRedmine(ConnectorContract):
    """As a plain member of the project."""

    def make_world(self) -> World:
        return FakeRedmineWorld()


class TestRedmineAsAdministrator(ConnectorContract):
    """With the table of custom fields."""

    def make_world(self) -> World:
        return FakeRedmineWorld(key="admin-key")
