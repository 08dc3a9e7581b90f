"""A sandbox of a portal with people in it, and the hub's way to it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.base import MemoryShelf, Spool, Surroundings
from connectors.bitrix24 import Bitrix24Connector, Bitrix24Settings
from connectors.sandbox.bitrix24 import Bitrix24Sandbox, Settings
from connectors.sandbox.bitrix24.comments import add_comment
from connectors.sandbox.bitrix24.fields import COMPANY, CONTACT, DEAL
from connectors.sandbox.bitrix24.portal import Item
from connectors.sandbox.bitrix24.writing import add_item, update_item
from connectors.sandbox.clock import Clock
from mappings.exchange import Change, Create, Page, Receipt, Update, VendorRecord, View, Views

MORNING = datetime(2026, 11, 20, 9, 30, 5, tzinfo=UTC)
Before = Callable[[str, Mapping[str, Any]], httpx.Response | None]
"""What may happen, or be answered, just before a request is carried out: method and parameters."""


@dataclass
class Way(httpx.AsyncBaseTransport):
    """The line to a portal: notes every request, and lets a test come between."""

    app: Bitrix24Sandbox
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    limits: int = 0
    """How often a limit was met, inside of batches too."""
    before: Before = lambda method, sent: None
    losing: bool = False
    """The next answer is lost, after its request was carried out."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method, sent = request.url.path.rsplit("/", 1)[-1], json.loads(await request.aread() or b"{}")
        self.asked.append((method, sent))
        answer = self.before(method, sent)
        answer = answer or await httpx.ASGITransport(self.app).handle_async_request(request)
        body = await answer.aread()
        if self.losing:
            self.losing = False
            raise httpx.ReadTimeout("no answer", request=request)
        self.statuses.append(answer.status_code)
        self.limits += body.count(b"_LIMIT")
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)

    def commands(self) -> list[list[str]]:
        """The calls of each request, as text."""
        return [list(sent["cmd"].values()) if method == "batch" else [method] for method, sent in self.asked]


class APortal:
    """A portal at a time that only moves when somebody sleeps."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.clock = Clock(MORNING, speed=0)
        self.sandbox = Bitrix24Sandbox(settings=settings, clock=self.clock)
        self.portal = self.sandbox.portal
        self.way = Way(self.sandbox)
        self.shelf = MemoryShelf(clock=self.seconds)

    def seconds(self) -> float:
        return self.clock.now().timestamp()

    def connector(
        self,
        *,
        page_size: int = 50,
        markers: Mapping[str, str] | None = None,
        spool: Spool | None = None,
        **keys: Any,
    ) -> Bitrix24Connector:
        hook = self.portal.hooks["hub"]
        webhook = SecretStr(f"https://portal.test/rest/{hook.user.id}/{hook.secret}/")
        around = Surroundings(
            clock=self.clock.now,
            monotonic=self.seconds,
            sleep=self.clock.sleep,
            transport=self.way,
            markers=markers or {},
            shelf=self.shelf,
            spool=spool,
        )
        settings = Bitrix24Settings(webhook=webhook, **keys)
        return Bitrix24Connector("портал", settings, around, page_size=page_size)

    def add(self, kind: int = DEAL, **sent: Any) -> str:
        """A person makes a record."""
        return str(add_item(self.portal, kind, self.portal.user("manager"), sent=sent)["id"])

    def company(self, title: str) -> str:
        return self.add(COMPANY, title=title)

    def contact(self, name: str, last_name: str) -> str:
        return self.add(CONTACT, name=name, lastName=last_name)

    def comment(self, deal: str, text: str, *, files: Sequence[tuple[str, bytes]] = (), role: str = "manager") -> str:
        """A person says something in the timeline of a deal, a second later."""
        self.clock.advance(1.0)
        owner = ("deal", int(deal))
        return str(add_comment(self.portal, self.portal.user(role), owner, text=text, files=files)["ID"])

    def edit(self, record_id: str, **sent: Any) -> None:
        """A person changes a deal, a second later."""
        self.clock.advance(1.0)
        update_item(self.portal, DEAL, self.deal(record_id), user=self.portal.user("manager"), sent=sent)

    def deal(self, record_id: str | None) -> Item:
        """Return a deal as the portal keeps it."""
        return self.portal.items[DEAL].rows[int(record_id or 0)]


async def one(connector: Bitrix24Connector, record_id: str) -> VendorRecord:
    """Return a record that is there."""
    (found,) = await connector.get("deal", [record_id])
    assert found.record is not None, found
    return found.record


async def pulled(connector: Bitrix24Connector, page: Page | None = None, *, full: bool = False) -> list[Page]:
    """Pull to the end of a window, after *page*."""
    pages = [await connector.pull("deal", page.cursor if page else None, full=full)]
    while pages[-1].more:
        pages.append(await connector.pull("deal", pages[-1].cursor))
        assert len(pages) < 100
    return pages


def update(record: VendorRecord, views: Views, *, key: str = "") -> Update:
    """Return the update that a hub plans on *record*."""
    changes = tuple(Change(place, view, record.views.get(place)) for place, view in views.items())
    return Update(key or f"u{record.id}", record.system, "deal", record.id, changes, record.version)


def create(
    views: Mapping[str, View], *, key: str = "c1", marker: str = "case-42/1", fixed: Views | None = None
) -> Create:
    changes = tuple(Change(place, view) for place, view in views.items())
    return Create(key, "портал", "deal", marker, changes, fixed or {})


def refusals(receipt: Receipt) -> list[str | None]:
    """The places that a receipt refuses."""
    return [refused.place for refused in receipt.refused]


def denied(*texts: str) -> httpx.Response:
    """A batch of which every call is refused in words alone."""
    errors = {f"c{number}": {"error": "", "error_description": text} for number, text in enumerate(texts)}
    return httpx.Response(200, json={"result": {"result": [], "result_error": errors}})


def locked_out(text: str) -> httpx.Response:
    """A batch whose first call is refused in words alone, and whose second finds our token expired."""
    errors = {"c0": {"error": "", "error_description": text}, "c1": {"error": "expired_token"}}
    return httpx.Response(200, json={"result": {"result": [], "result_error": errors}})
