"""
The live servers as a person at them sees them: plain requests and SQL, nothing of the hub's own code.

Tests make and change records with these, so that a mistake in a connector cannot hide itself; and they count what
reached a server in the server's own log.
"""

import contextlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.trust import NOBODY

ON_TWINS: ContextVar[bool] = ContextVar("on_twins", default=False)
"""Whether a file of tests works with the copies of its servers: see conftest.py."""
HOME = Path(os.environ.get("CASEHUB_LIVE_HOME") or Path(__file__).resolve().parents[2] / "var" / "live")


def live(prefix: str) -> dict[str, str]:
    """
    Return what is known of a live server, by names without *prefix*; the environment wins over ``env.json``.

    It is a copy of that server where the tests of this file work with one.

    Skips the test where the server does not run.
    """
    path = HOME / "env.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if ON_TWINS.get():
        prefix = f"{prefix}_TWIN"
    known |= {name: value for name, value in os.environ.items() if name.startswith(f"{prefix}_")}
    found = {name.removeprefix(f"{prefix}_"): value for name, value in known.items() if name.startswith(f"{prefix}_")}
    if "URL" not in found:
        pytest.skip(f"no {prefix} server; start one: python tests/live/servers up")
    return found


def sql(database: str | Path, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement in a server's SQLite database while it runs, and return the rows."""
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        return connection.execute(statement, values).fetchall()


# --- what reached a server -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server's log has it. QUERY without the question mark."""

    method: str
    path: str
    query: str
    status: int


class AccessLog:
    """Reads a server's access log from where it stood: `mark`, act, `since`."""

    LINE = re.compile(r'"([A-Z]+) ([^ ?"]+)\??([^ "]*) HTTP/[\d.]+" (\d{3})')

    def __init__(self, path: str | Path, ping: str) -> None:
        """PING is an address of the server; a request to it shows when all before it are in the log."""
        self._path = Path(path)
        self._ping = ping
        self._pings = 0

    def mark(self) -> int:
        """Return the present end of the log."""
        self._settle()
        return self._path.stat().st_size

    def since(self, mark: int) -> list[Seen]:
        """Return the requests after *mark*, without those of this log itself."""
        self._settle()
        with self._path.open("rb") as file:
            file.seek(mark)
            lines = file.read().decode(errors="replace").splitlines()
        met = [found for line in lines if (found := self.LINE.search(line))]
        seen = [Seen(m[1], m[2], m[3], int(m[4])) for m in met]
        return [request for request in seen if "casehub-ping" not in request.query]

    def _settle(self) -> None:
        """A line is written after its answer has left: wait until the line of a request of ours stands there."""
        self._pings += 1
        name = f"casehub-ping-{os.getpid()}-{time.monotonic_ns()}"
        httpx.get(self._ping, params={"mark": name}, timeout=20, trust_env=False, verify=NOBODY)
        deadline = time.monotonic() + 10
        while name not in self._path.read_text(errors="replace")[-20_000:]:
            assert time.monotonic() < deadline, f"{self._path} does not grow"
            time.sleep(0.01)


# --- Redmine -------------------------------------------------------------------------------------------------------


class PlainRedmine:
    """A Redmine through its REST interface, as ADMIN unless KEY says somebody else, and through its database."""

    def __init__(self, env: Mapping[str, str], key: str | None = None) -> None:
        self.env = env
        self.url = env["URL"]
        self._client = httpx.Client(
            base_url=self.url,
            headers={"X-Redmine-API-Key": key or env["API_KEY"]},
            timeout=60,
            trust_env=False,
            verify=NOBODY,
        )

        self._others: list[PlainRedmine] = []

    def close(self) -> None:
        for plain in self._others:
            plain.close()
        self._client.close()

    def as_user(self, name: str) -> "PlainRedmine":
        """Return the same server as seen by ``HUB``, ``MANAGER``, ``ENGINEER`` or ``SALES``."""
        self._others.append(PlainRedmine(self.env, self.env[f"KEY_{name}"]))
        return self._others[-1]

    def log(self) -> AccessLog:
        return AccessLog(self.env["ACCESS_LOG"], f"{self.url}/robots.txt")

    def create(self, subject: str, **fields: Any) -> int:
        """Make an issue in the seeded project and tracker; FIELDS in Redmine's own words. Returns its id."""
        issue = {"project_id": self.env["PROJECT"], "tracker_id": self.env["TRACKER_ID"], "subject": subject, **fields}
        answer = self._client.post("/issues.json", json={"issue": issue})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["issue"]["id"])

    def issue(self, number: int, include: str = "journals") -> dict[str, Any] | None:
        """Return an issue, or None where there is none."""
        answer = self._client.get(f"/issues/{number}.json", params={"include": include})
        return answer.json()["issue"] if answer.status_code == 200 else None

    def issues(self, **params: Any) -> list[dict[str, Any]]:
        """Return all issues that *params* find, closed ones too."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"status_id": "*", "limit": 100, "offset": len(found), "sort": "id", **params}
            page = self._client.get("/issues.json", params=query).json()
            found += page["issues"]
            if not page["issues"] or len(found) >= page["total_count"]:
                return found

    def update(self, number: int, **fields: Any) -> int:
        """Change an issue. Returns the status, as Redmine answers 204 whatever became of it."""
        return self._client.put(f"/issues/{number}.json", json={"issue": fields}).status_code

    def attach(self, number: int, name: str, content: bytes, **fields: Any) -> int:
        """Put a file on an issue, with FIELDS (a note) in the same request. Returns the file's id."""
        sent = self._client.post(
            "/uploads.json",
            params={"filename": name},
            content=content,
            headers={"Content-Type": "application/octet-stream"},
        )
        upload = sent.raise_for_status().json()["upload"]
        uploads = [{"token": upload["token"], "filename": name}]
        assert self.update(number, uploads=uploads, **fields) == 204
        return int(upload["id"])

    def files(self, number: int) -> dict[str, bytes]:
        """Return what is attached to an issue, by its name and id."""
        shown = (self.issue(number, "attachments") or {}).get("attachments", [])
        return {
            f"{one['filename']} {one['id']}": self._client.get(f"/attachments/download/{one['id']}").content
            for one in shown
        }

    def detach(self, file: int) -> None:
        self._client.delete(f"/attachments/{file}.json").raise_for_status()

    def field(self, name: str, value: Any) -> list[dict[str, Any]]:
        """Return ``custom_fields`` for one seeded field by its key: ``field("AMOUNT", "12.5")``."""
        return [{"id": int(self.env[f"CF_{name}"]), "value": value}]

    def delete(self, number: int) -> None:
        self._client.delete(f"/issues/{number}.json").raise_for_status()

    def move(self, number: int) -> None:
        """Move an issue to the other project, which the hub's account does not see."""
        assert self.update(number, project_id=self.env["OTHER_PROJECT_ID"]) == 204

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return sql(self.env["DATABASE"], statement, values)

    def wipe(self) -> None:
        """Remove all issues, with their journals, files and values."""
        with contextlib.closing(sqlite3.connect(self.env["DATABASE"], timeout=20)) as database, database:
            for table in ("journal_details", "journals", "issue_relations", "issues"):
                database.execute(f"delete from {table}")  # noqa: S608  the names stand one line above
            database.execute("delete from custom_values where customized_type = 'Issue'")
            database.execute("delete from attachments where container_type = 'Issue'")  # numbers are given again

    def permit(self, role: str, permission: str, *, allowed: bool) -> None:
        """Give a permission (``edit_issues``) to a role (``MANAGER``), or take it away."""
        number = int(self.env[f"ROLE_{role}"])
        ((text,),) = self.sql("select permissions from roles where id = ?", number)
        lines = [line for line in text.splitlines() if line != f"- :{permission}"]
        lines += [f"- :{permission}"] if allowed else []
        self.sql("update roles set permissions = ? where id = ?", "\n".join(lines) + "\n", number)

    def rename_status(self, status: str, name: str) -> None:
        """Rename a status: ``rename_status("RESOLVED", "Answered")``."""
        self.sql("update issue_statuses set name = ? where id = ?", name, int(self.env[f"STATUS_{status}"]))

    def rename_field(self, field: str, name: str) -> None:
        """Rename a custom field: ``rename_field("AMOUNT", "Budget")``."""
        self.sql("update custom_fields set name = ? where id = ?", name, int(self.env[f"CF_{field}"]))

    def add_step(self, role: str, source: str, target: str) -> None:
        """Allow one more step of the seeded tracker's workflow."""
        self.sql(
            "insert into workflows (tracker_id, old_status_id, new_status_id, role_id, assignee, author, type)"
            " values (?, ?, ?, ?, 0, 0, 'WorkflowTransition')",
            *(int(self.env[name]) for name in ("TRACKER_ID", f"STATUS_{source}", f"STATUS_{target}", f"ROLE_{role}")),
        )

    def remove_step(self, role: str, source: str, target: str) -> None:
        """Forbid a step of the seeded tracker's workflow."""
        self.sql(
            "delete from workflows where type = 'WorkflowTransition' and tracker_id = ? and old_status_id = ?"
            " and new_status_id = ? and role_id = ?",
            *(int(self.env[name]) for name in ("TRACKER_ID", f"STATUS_{source}", f"STATUS_{target}", f"ROLE_{role}")),
        )

    def lock_field(self, role: str, status: str, field: str) -> None:
        """Make a field (``subject``, or a custom field's id) read-only for a role in a status."""
        self.sql(
            "insert into workflows (tracker_id, old_status_id, new_status_id, role_id, assignee, author, type,"
            " field_name, rule) values (?, ?, 0, ?, 0, 0, 'WorkflowPermission', ?, 'readonly')",
            *(int(self.env[name]) for name in ("TRACKER_ID", f"STATUS_{status}", f"ROLE_{role}")),
            field,
        )

    def unlock_fields(self) -> None:
        """Take all of `lock_field` back."""
        self.sql("delete from workflows where type = 'WorkflowPermission'")
