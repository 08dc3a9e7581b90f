"""A Redmine connector on the imitated Redmine."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.base import MemoryShelf, Surroundings
from connectors.redmine import RedmineConnector, RedmineSettings
from mappings.exchange import Change, Create, Receipt, Update, View
from tests.connectors.fake_redmine import FakeRedmine


async def no_wait(seconds: float) -> None:
    """Time does not pass here."""


def a_connector(
    redmine: FakeRedmine, *, shelf: MemoryShelf | None = None, marker: str = "cf[CRM deal id]", **settings: Any
) -> RedmineConnector:
    given: Mapping[str, Any] = {
        "url": "https://redmine.test/pm",
        "key": SecretStr("admin-key"),
        "project": "presales",
        "concurrency": 1,
        **settings,
    }
    around = Surroundings(
        clock=lambda: datetime(2026, 11, 1, 12, tzinfo=UTC),
        monotonic=lambda: 0.0,
        sleep=no_wait,
        transport=prefixed(redmine),
        markers={"issue": marker},
        shelf=shelf or MemoryShelf(),
    )
    return RedmineConnector("трекер", RedmineSettings(**given), around)


def prefixed(redmine: FakeRedmine) -> httpx.MockTransport:
    """A Redmine below a path of its host."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/pm/")
        url = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(b"/pm"))
        return redmine.answer(httpx.Request(request.method, url, headers=request.headers, content=request.content))

    return httpx.MockTransport(answer)


async def push(connector: RedmineConnector, number: int, **views: View) -> Receipt:
    (found,) = await connector.get("issue", [str(number)])
    assert found.record is not None
    changes = tuple(Change(place, view, found.record.views.get(place)) for place, view in views.items())
    (receipt,) = await connector.push([Update("k", "трекер", "issue", str(number), changes)])
    return receipt


def a_create(*changes: Change, **fixed: View) -> Create:
    return Create("k", "трекер", "issue", "case-42/1", (Change("subject", "Пилот"), *changes), fixed)
