"""
The sandboxes of a portal and a tracker as people work in them: without HTTP, by their own accounts, with nothing
going wrong. What was typed, and what replaced it, is on the tape.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.bitrix24.fields import DEAL
from connectors.sandbox.clock import Clock
from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.wire import Request

BEGIN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CASE_TRACKER, MARKER = 4, 1


@dataclass(frozen=True)
class Typed:
    """What a person put into a field. LATE: in the moment between a compare and a write of the hub."""

    system: str
    record: int
    place: str
    view: str
    late: bool


@dataclass
class Boxes:
    """Both systems at one clock, which stands unless somebody moves it."""

    chance: int
    deals: int
    clock: Clock = field(default_factory=lambda: Clock(BEGIN, speed=0))
    typed: list[Typed] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.crm = Bitrix24Sandbox(clock=self.clock, secret=lambda: f"key{next(numbers):037}")
        self.tracker = RedmineSandbox(clock=self.clock, secret=lambda: f"key{next(numbers):037}")
        self.crm.seed(self.deals, chance=self.chance)

    def now(self) -> datetime:
        """The hub's clock: it goes on a little whenever somebody asks."""
        self.clock.advance(0.01)
        return self.clock.now()

    def transport(self, system: str) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self.crm if system == "crm" else self.tracker)

    @property
    def numbers(self) -> list[int]:
        """The deals, in the order in which they were made."""
        return sorted(self.crm.portal.items[DEAL].rows)

    def issue_of(self, marker: str) -> list[int]:
        """Return the issues that carry *marker*."""
        rows = self.tracker.office.issues.rows
        return [number for number, issue in rows.items() if issue.custom.get(MARKER) == marker]

    # --- people ---

    def edit_deal(self, number: int, fields: Mapping[str, Any], *, late: bool = False) -> bool:
        """The sales manager changes a deal; say whether that was possible."""
        hook = self.crm.portal.hooks["manager"]
        body = {"entityTypeId": DEAL, "id": number, "fields": dict(fields)}
        path = f"/rest/{hook.user.id}/{hook.secret}/crm.item.update.json"
        done = self._asked(self.crm, Request("POST", path, headers=JSON, body=json.dumps(body).encode()))
        return self._noted("crm", number, fields, done=done, late=late)

    def edit_issue(self, number: int, fields: Mapping[str, Any], *, late: bool = False) -> bool:
        """The case manager changes an issue; say whether that was possible."""
        office = self.tracker.office
        key = office.users[office.roles_of_people["manager"]].key
        body = json.dumps({"issue": dict(fields)}).encode()
        request = Request("PUT", f"/issues/{number}.json", headers={**JSON, "x-redmine-api-key": key}, body=body)
        return self._noted("tracker", number, fields, done=self._asked(self.tracker, request), late=late)

    def delete_issue(self, number: int) -> bool:
        office = self.tracker.office
        key = office.users[office.roles_of_people["admin"]].key
        return self._asked(
            self.tracker, Request("DELETE", f"/issues/{number}.json", headers={"x-redmine-api-key": key})
        )

    def _asked(self, box: Any, request: Request) -> bool:
        self.clock.advance(0.3)
        return bool(box.answer(request).status < 400)

    def _noted(self, system: str, number: int, fields: Mapping[str, Any], *, done: bool, late: bool) -> bool:
        if done:
            self.typed += [Typed(system, number, place, str(view), late) for place, view in fields.items()]
        return done

    # --- what stands ---

    def shows(self, system: str, number: int) -> str:
        """Return all that a record says, as one text."""
        rows: Any = self.crm.portal.items[DEAL].rows if system == "crm" else self.tracker.office.issues.rows
        return str(rows.get(number))

    def everything(self) -> str:
        """Return all records of both, to be compared."""
        return str([*map(str, self.crm.portal.items[DEAL]), *map(str, self.tracker.office.issues)])


JSON = {"content-type": "application/json"}
