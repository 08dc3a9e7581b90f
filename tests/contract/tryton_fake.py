"""
A Tryton in memory behind an `httpx.MockTransport`: the calls that the connector makes, with the habits that were met
on a real server (tests/live runs the same promises there).

- errors come with the status 200, in words that name fields by their labels;
- ``write_date`` is null before the first write; ``_timestamp`` has its trailing zeros cut;
- a client that does not exist is taken, and then no list that shows its name can be read;
- lines are stripped, texts are not; what a state makes read-only is refused; states are reached by buttons.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import httpx

from tests.contract.tryton_others import Others
from tests.contract.tryton_rows import HUB, Opportunities, Refusal, user_error
from tests.contract.world import Failure

MODEL = "model.sale.opportunity."
PASSWORD = "тайна"
READING = ("search_read", "search", "read", "history_revisions")


@dataclass
class Fault:
    """Requests that go wrong: TIMES of those to reading or writing methods, after SKIP good ones."""

    how: Failure
    on: Literal["list", "write"]
    skip: int = 0
    times: int = 1000
    met: int = 0
    model: str = MODEL

    def hits(self, method: str) -> bool:
        if not method.startswith(self.model):
            return False
        name = method.removeprefix(self.model)
        if (self.on == "list") != (name in READING) or name == "fields_get":
            return False
        self.met += 1
        return self.skip < self.met <= self.skip + self.times


@dataclass
class FakeTryton:
    """The server. HOOK runs before each call and may act as a person."""

    table: Opportunities = field(default_factory=Opportunities)
    employees: dict[int, tuple[str, str]] = field(
        default_factory=lambda: {1: ("Анна Ковалёва", "kovaleva@example.com")}
    )
    until: dict[int, date] = field(default_factory=dict)
    """The last day of an employee, where one is known; who has left is not listed unless asked for."""
    sessions: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    fault: Fault | None = None
    hook: Callable[[str], None] = lambda method: None
    users: list[dict[str, Any]] | None = None
    """Hidden from the hub, unless told."""
    rights: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(("read", "write", "create", "delete"), True))

    def __post_init__(self) -> None:
        self.others = Others(self.table)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    # --- the wire ---------------------------------------------------------------------------------------------------

    def _answer(self, request: httpx.Request) -> httpx.Response:
        call = json.loads(request.content)
        method, params = call["method"], call["params"]
        self.calls.append(method)
        self.hook(method)
        how = self.fault.how if self.fault and self.fault.hits(method) else None
        match how:
            case "lost before":
                raise httpx.ConnectError("no way there")
            case "500" | "429":
                return httpx.Response(int(how), text="<html>", headers={"Retry-After": "1"} if how == "429" else {})
            case "locked out":
                return httpx.Response(401)
        if method == "common.db.login":
            return self._log_in(params)
        if request.headers.get("Authorization") not in self.sessions and method != "common.server.version":
            return httpx.Response(401)
        return self._carried_out(call["id"], method, params, how=how)

    def _log_in(self, params: list[Any]) -> httpx.Response:
        locked = self.fault is not None and (self.fault.how, self.fault.on) == ("locked out", "list")
        if params[1] != {"password": PASSWORD} or locked:
            return httpx.Response(401, text="<html>Unauthorized</html>")
        token = f"token-{len(self.calls)}"
        text = base64.b64encode(f"{params[0]}:{HUB}:{token}".encode()).decode()
        self.sessions.add(f"Session {text}")
        return httpx.Response(200, json={"id": 1, "result": [HUB, token, None]})

    def _carried_out(self, number: int, method: str, params: list[Any], *, how: Failure | None) -> httpx.Response:
        try:
            answer = {"id": number, "result": self._call(method, params[:-1], params[-1] if params else {})}
        except Refusal as refusal:
            answer = {"id": number, "error": refusal.parts}
        match how:
            case "lost after":
                raise httpx.ReadTimeout("no answer")
            case "html":
                return httpx.Response(200, html="<html>log in</html>")
            case "cut":
                return httpx.Response(200, content=json.dumps(answer)[:-9].encode())
        return httpx.Response(200, json=answer, headers={"Date": self.table.now.strftime("%a, %d %b %Y %H:%M:%S GMT")})

    def _employed(self, domain: list[Any]) -> list[dict[str, Any]]:
        """As every model with a field `active`: only those for whom it holds today, unless the domain speaks of it."""
        asked = any(clause[0] == "active" for clause in domain)
        today, rows = self.table.now.date(), []
        for number, (name, email) in self.employees.items():
            last = self.until.get(number)
            active = last is None or today <= last
            ended = last and {"__class__": "date", "year": last.year, "month": last.month, "day": last.day}
            party = {"id": number, "name": name, "email": email, "active": True}
            if asked or active:
                rows.append({"id": number, "active": active, "end_date": ended, "party.": party})
        return rows

    def _call(self, method: str, params: list[Any], context: Mapping[str, Any]) -> Any:
        if method.startswith(MODEL) and not method.startswith(f"{MODEL}line."):
            return self.table.call(method.removeprefix(MODEL), params, context)
        model, _, name = method.removeprefix("model.").rpartition(".")
        if model in self.others.rows and (model != "party.party" or self.others.rows[model] or name == "create"):
            return self.others.call(model, name, params, context)
        if method == "model.res.user.search_read" and self.users is not None:
            return self.users
        match method:
            case "common.server.version":
                return "8.2"
            case "model.res.user.get_preferences":
                return {
                    "company": 1,
                    "companies": [1],
                    "employee": 1,
                    "employee.rec_name": "Case Hub",
                    "language": "ru",
                }
            case "model.ir.model.access.get_access":
                return {params[0][0]: self.rights}
            case "model.party.party.search":
                (clause,) = params[0]
                return [
                    n for n, name in self.table.parties.items() if clause[2] in ((n,) if clause[0] == "id" else (name,))
                ]
            case "model.party.party.search_read":
                listed = [{"id": number, "name": name} for number, name in self.table.parties.items()]
                return listed[: params[2]]
            case "model.currency.currency.search_read":
                return [{"id": 1, "code": "EUR"}, {"id": 2, "code": "RUB"}]
            case "model.company.employee.search_read":
                return self._employed(params[0])[: params[2]]
            case "model.company.company.search_read":
                return [{"id": 1, "rec_name": "Casehub Ltd"}]
        raise user_error(f'You are not allowed to access "{method}".')
