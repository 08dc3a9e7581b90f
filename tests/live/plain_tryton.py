"""A live Tryton as a person at it sees it: its own calls and SQL, nothing of the hub's code."""

import base64
import contextlib
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.trust import NOBODY
from tests.live.plain import AccessLog, sql


class RpcError(Exception):
    """Tryton answered with an error; `args` are its kind and its words."""


class PlainTryton:
    """A Tryton through its JSON-RPC, as the user ``sales`` unless told, and through its database."""

    def __init__(self, env: Mapping[str, str], login: str | None = None, password: str | None = None) -> None:
        self.env = env
        self.url = env["RPC_URL"]
        self._client = httpx.Client(timeout=60, trust_env=False, verify=NOBODY)
        self._log_in(login or env["LOGIN"], password or env["PASSWORD"])
        self.context: dict[str, Any] = {"company": int(env["COMPANY_ID"]), "employee": int(env["EMPLOYEE_ID"])}

        self._others: list[PlainTryton] = []

    def _log_in(self, login: str, password: str) -> None:
        """Begin a session: a password with every call would cost a slow check each time."""
        call = {"id": 1, "method": "common.db.login", "params": [login, {"password": password}, "en"]}
        user, token, *_ = self._client.post(self.url, json=call).raise_for_status().json()["result"]
        session = base64.b64encode(f"{login}:{user}:{token}".encode()).decode()
        self._client.headers["Authorization"] = f"Session {session}"

    def close(self) -> None:
        for plain in self._others:
            plain.close()
        self._client.close()

    def as_admin(self) -> "PlainTryton":
        self._others.append(PlainTryton(self.env, self.env["ADMIN_LOGIN"], self.env["ADMIN_PASSWORD"]))
        return self._others[-1]

    def log(self) -> AccessLog:
        return AccessLog(self.env["ACCESS_LOG"], self.env["URL"])

    def rpc(self, method: str, *params: Any) -> Any:
        """Call *method* of ``model.`` and return its result. Raises RpcError."""
        call = {"id": 1, "method": f"model.{method}", "params": [*params, self.context]}
        answer = self._client.post(self.url, json=call).raise_for_status().json()
        if "error" in answer:
            raise RpcError(*[str(part)[:500] for part in answer["error"]])
        return answer["result"]

    def create_parties(self, *names: str) -> list[int]:
        """Make parties, each with one address. Returns their ids."""
        values = [{"name": name, "addresses": [["create", [{"city": "Tver"}]]]} for name in names]
        return list(self.rpc("party.party.create", values))

    def create(self, *records: Mapping[str, Any]) -> list[int]:
        """Make opportunities in one request; what is not said comes from the seeded company. Returns their ids."""
        common = {
            "company": int(self.env["COMPANY_ID"]),
            "currency": int(self.env["CURRENCY_ID"]),
            "employee": int(self.env["EMPLOYEE_ID"]),
        }
        return list(self.rpc("sale.opportunity.create", [common | dict(record) for record in records]))

    def attach(self, number: int, name: str, content: bytes) -> int:
        """Put a file on an opportunity. Returns its id."""
        data = {"__class__": "bytes", "base64": base64.b64encode(content).decode()}
        file = {"resource": f"sale.opportunity,{number}", "name": name, "type": "data", "data": data}
        [made] = self.rpc("ir.attachment.create", [file])
        return int(made)

    def files(self, number: int) -> dict[str, bytes]:
        """Return what is attached to an opportunity, by its name and id."""
        ids = self.rpc("ir.attachment.search", [["resource", "=", f"sale.opportunity,{number}"]], 0, None, None)
        found = {}
        for one in ids:
            [row] = self.rpc("ir.attachment.read", [one], ["name", "data"])
            found[f"{row['name']} {one}"] = base64.b64decode(row["data"]["base64"])
        return found

    def opportunity(self, number: int, *fields: str) -> dict[str, Any] | None:
        """Return some fields of an opportunity, or None where there is none."""
        found = self.rpc("sale.opportunity.search_read", [["id", "=", number]], 0, None, None, list(fields))
        return found[0] if found else None

    def write(self, number: int, **values: Any) -> None:
        self.rpc("sale.opportunity.write", [number], values)

    def press(self, button: str, *numbers: int) -> None:
        """Press a button of the workflow: ``lead``, ``opportunity``, ``convert``, ``lost``, ``cancel``."""
        self.rpc(f"sale.opportunity.{button}", list(numbers))

    def win(self, number: int) -> None:
        """Confirm the sale of a converted opportunity; Tryton then says ``won``, and takes the sale's total."""
        sales = self.rpc("sale.sale.search", [["origin", "=", f"sale.opportunity,{number}"]], 0, None, None)
        self.rpc("sale.sale.quote", sales)
        self.rpc("sale.sale.confirm", sales)

    def delete(self, number: int) -> None:
        """Cancel and delete an opportunity: Tryton deletes no other."""
        state = self.opportunity(number, "state")
        if state and state["state"] != "cancelled":
            self.press("cancel", number)
        self.as_admin().rpc("sale.opportunity.delete", [number])

    def same_stamp(self, stamp: str, *numbers: int) -> None:
        """Give opportunities one and the same time of their last change (``2026-03-01 10:00:00.123456``)."""
        for number in numbers:
            sql(self.env["DATABASE"], "update sale_opportunity set write_date = ? where id = ?", (stamp, number))

    def reword_note(self, number: int, text: str) -> None:
        """Change what a note says, now: no call of Tryton's does that, but a module may."""
        statement = "update ir_note set message = ?, write_date = ? where id = ?"
        sql(self.env["DATABASE"], statement, (text, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), number))

    def wipe(self) -> None:
        """Remove all opportunities and what hangs on them."""
        with contextlib.closing(sqlite3.connect(self.env["DATABASE"], timeout=20)) as database, database:
            tables = ("sale_sale", "sale_line", "sale_opportunity_line", "sale_opportunity", "ir_note", "ir_attachment")
            for table in (*tables, "sale_opportunity__history"):
                database.execute(f"delete from {table}")  # noqa: S608  the names stand two lines above

    def calls_since(self, mark: int) -> list[str]:
        """Return the model methods that were called after *mark* (`calls_mark`), as Tryton logged them."""
        with Path(self.env["CALL_LOG"]).open("rb") as file:
            file.seek(mark)
            text = file.read().decode(errors="replace")
        return re.findall(r"INFO trytond\.protocols\.dispatcher ([a-z_.]+)\(", text)

    def calls_mark(self) -> int:
        """Return the present end of Tryton's log of calls."""
        return Path(self.env["CALL_LOG"]).stat().st_size
