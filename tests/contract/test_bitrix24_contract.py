"""The connector of Bitrix24 keeps the promises, against a sandbox of a portal that can be made to fail."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.bitrix24 import Bitrix24Connector, Bitrix24Settings
from connectors.sandbox.bitrix24 import Bitrix24Sandbox, Settings
from connectors.sandbox.bitrix24.fields import COMPANY, CONTACT, DEAL
from connectors.sandbox.bitrix24.writing import add_item, update_item
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Rule, Script
from mappings.exchange import View
from tests.contract.suite import ConnectorContract
from tests.contract.world import Failure, World

WRITING = ("crm.item.add", "crm.item.update")
NOBODY = {"error": "expired_token", "error_description": "The access token provided has expired"}


class Line(httpx.AsyncBaseTransport):
    """The way to a portal, on which requests go wrong as a test says."""

    def __init__(self, portal: Bitrix24Sandbox) -> None:
        self._inner = httpx.ASGITransport(portal)
        self.heal()

    def heal(self) -> None:
        self.how: Failure | None = None
        self.on, self.skip, self.times = "list", 0, 0

    def fail(self, how: Failure, *, on: str, skip: int, times: int) -> None:
        self.how, self.on, self.skip, self.times = how, on, skip, times

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method, sent = request.url.path.rsplit("/", 1)[-1], json.loads(request.content)
        calls = list(sent["cmd"].values()) if method == "batch" else [method]
        kind = "write" if any(call.startswith(WRITING) for call in calls) else "list"
        if self.how is None or method == "profile" or kind != self.on or self.times <= 0:
            return await self._inner.handle_async_request(request)
        if 0 < self.skip < len(calls) and self.how == "locked out":
            return await self._locked_out_in_the_middle(request, sent)
        if self.skip > 0:
            self.skip -= 1
            return await self._inner.handle_async_request(request)
        self.times -= 1
        if self.how in ("lost after", "cut"):
            await self._inner.handle_async_request(request)
        return broken(self.how, request)

    async def _locked_out_in_the_middle(self, request: httpx.Request, sent: Mapping[str, Any]) -> httpx.Response:
        """The first calls of a batch are made, those after them are refused."""
        names = list(sent["cmd"])
        made, left = names[: self.skip], names[self.skip :]
        self.skip = 0
        form = {**sent, "cmd": {name: sent["cmd"][name] for name in made}}
        answer = await self._inner.handle_async_request(httpx.Request("POST", request.url, json=form))
        found = json.loads(await answer.aread())
        found["result"]["result_error"] = dict.fromkeys(left, NOBODY)
        return httpx.Response(200, json=found)


def broken(how: Failure, request: httpx.Request) -> httpx.Response:
    """One answer that is none."""
    match how:
        case "cut":
            return httpx.Response(200, content=b'{"result":{"result":{"c0":{"items":[{"id":1,"tit')
        case "html":
            return httpx.Response(200, html="<html>авторизация</html>")
        case "500":
            return httpx.Response(500, html="<h1>Internal error</h1>")
        case "429":
            return httpx.Response(429, headers={"Retry-After": "2"})
        case "locked out":
            return httpx.Response(401, json={"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"})
        case "lost before":
            raise httpx.ConnectError("no route", request=request)
        case "lost after":
            raise httpx.ReadTimeout("no answer", request=request)


class Bitrix24World(World):
    kind = "deal"
    number = DEAL
    title = "title"
    note = "comments"
    choice = "stageId"
    step = ("NEW", "PREPARATION")
    dropped = ("sourceDescription", "с выставки")
    refused = ("stageId", "NO_SUCH_STAGE")
    can_fail = True
    category: int | None = None
    settings = Settings()

    def __init__(self) -> None:
        self.clock = Clock(datetime(2026, 11, 20, 9, 30, 5, tzinfo=UTC), speed=0)
        script = Script(rules=(Rule(path="/crm.item.update", drop=("sourceDescription",)),))
        self.sandbox = Bitrix24Sandbox(settings=self.settings, clock=self.clock, script=script)
        self.portal = self.sandbox.portal
        self.line = Line(self.sandbox)

    def connector(self, *, page_size: int = 50, wrong_key: bool = False) -> SystemConnector:
        hook = self.portal.hooks["hub"]
        secret = "wrong" if wrong_key else hook.secret
        settings = Bitrix24Settings(
            webhook=SecretStr(f"https://portal.test/rest/{hook.user.id}/{secret}/"), category=self.category
        )
        around = Surroundings(
            clock=self.clock.now,
            monotonic=lambda: self.clock.now().timestamp(),
            sleep=self.clock.sleep,
            transport=self.line,
        )
        return Bitrix24Connector("портал", settings, around, page_size=min(page_size, 50))

    def create(self, title: str, **views: View) -> str:
        self.pass_time()
        sent = {self.title: title, **self.named(views)}
        return str(add_item(self.portal, self.number, self.portal.user("manager"), sent=sent)["id"])

    def edit(self, record_id: str, **views: View) -> None:
        self.pass_time()
        self._update(record_id, self.named(views))

    def named(self, views: Mapping[str, View]) -> dict[str, View]:
        """What a person fills in, by the portal's names."""
        names = {"title": self.title, "note": self.note, "choice": self.choice}
        return {names[name]: view for name, view in views.items()}

    def delete(self, record_id: str) -> None:
        self.portal.remove(self.number, int(record_id))

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        self.line.fail(how, on=on, skip=skip, times=times)

    def heal(self) -> None:
        self.line.heal()

    def pass_time(self) -> None:
        self.clock.advance(1.0)

    def _update(self, record_id: str, sent: Mapping[str, Any]) -> None:
        before = self.portal.items[self.number].rows[int(record_id)]
        update_item(self.portal, self.number, before, user=self.portal.user("manager"), sent=sent)


class OnePipelineWorld(Bitrix24World):
    """Only the common pipeline takes part, and the portal's owner has closed a stage of it to the hub."""

    category = 0
    can_move_away = True
    settings = Settings(forbidden_stages={"hub": frozenset({"LOSE"})})
    refused = ("stageId", "LOSE")

    def move_away(self, record_id: str) -> None:
        self.pass_time()
        self._update(record_id, {"categoryId": 3, "stageId": "C3:NEW"})


class BlindWorld(Bitrix24World):
    """A portal in whose filters an ISO time matches nothing."""

    settings = Settings(blind_to_iso=True, zone="Asia/Yekaterinburg")


class ImportWorld(Bitrix24World):
    """An import: everything that people do shares one stamp."""

    def pass_time(self) -> None:
        """Nothing passes."""


class CompanyWorld(Bitrix24World):
    """Companies as records of their own."""

    kind = "company"
    number = COMPANY
    choice = "typeId"
    step = ("CUSTOMER", "PARTNER")
    refused = ("typeId", "NO_SUCH_TYPE")
    dropped = ("sourceDescription", "с выставки")

    def named(self, views: Mapping[str, View]) -> dict[str, View]:
        """Every company is a customer until somebody says otherwise."""
        return {"typeId": "CUSTOMER", **super().named(views)} if "choice" not in views else super().named(views)


class ContactWorld(CompanyWorld):
    """People as records of their own; their names are in two places."""

    kind = "contact"
    number = CONTACT
    title = "lastName"
    step = ("CLIENT", "PARTNER")

    def named(self, views: Mapping[str, View]) -> dict[str, View]:
        return {**super().named(views), "typeId": views.get("choice", "CLIENT")}


class TestBitrix24Connector(ConnectorContract):
    """Each change at a time of its own. The connector under test is `Bitrix24Connector`."""

    def make_world(self) -> World:
        return Bitrix24World()


class TestBitrix24WithOnePipeline(ConnectorContract):
    def make_world(self) -> World:
        return OnePipelineWorld()


class TestBitrix24BlindToIso(ConnectorContract):
    def make_world(self) -> World:
        return BlindWorld()


class TestBitrix24WithEqualStamps(ConnectorContract):
    def make_world(self) -> World:
        return ImportWorld()


class TestBitrix24Companies(ConnectorContract):
    def make_world(self) -> World:
        return CompanyWorld()


class TestBitrix24Contacts(ConnectorContract):
    def make_world(self) -> World:
        return ContactWorld()
