"""
A Redmine made of a few dictionaries that answers over `httpx.MockTransport`, with the habits of the real one.

The habits were seen on 5.0.4: 204 for what was silently dropped, null ignored, 422 without field names, unknown filters
ignored, whole seconds, empty bodies of 401 and 404.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.connectors.fake_redmine_words import (
    FIELDS,
    FLOW,
    KEYS,
    PRIORITIES,
    PROJECTS,
    REFERENCES,
    STATUSES,
    TRACKERS,
    USERS,
    VALUES,
    WRITTEN,
    details,
    empty,
    named,
    plain,
    refer,
    status,
    told,
)

Answer = httpx.Response
Fault = Callable[[httpx.Request], Answer | None]


class FakeRedmine:
    """Issues as plain dictionaries; `fault` may answer or raise instead, `applied` after a request was carried out."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.tick = timedelta(milliseconds=300)
        self.issues: dict[int, dict[str, Any]] = {}
        self.journals: dict[int, list[dict[str, Any]]] = {}
        self.changed: dict[int, datetime] = {}
        self.queries: dict[int, Callable[[dict[str, Any]], bool]] = {}
        self.open_to_all = False
        self.above: dict[str, str] = {}  # subproject -> the project above it
        self.shows_subprojects = True
        self.unfiltered: set[int] = set()
        self.next_id = 1
        self.seen: list[httpx.Request] = []
        self.fault: Fault = lambda request: None
        self.applied: Fault = lambda request: None

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    # --- people -----------------------------------------------------------------------------------------------------

    def create(self, subject: str, *, user: int = 6, **issue: Any) -> int:
        return int(self._insert({"project_id": "presales", "tracker_id": 4, "subject": subject, **issue}, user)["id"])

    def edit(self, number: int, *, user: int = 6, **issue: Any) -> None:
        assert self._update(number, issue, user) == [], "a person's edit is valid"

    def delete(self, number: int) -> None:
        del self.issues[number]

    # --- answers ----------------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> Answer:
        self.seen.append(request)
        early = self.fault(request)
        if early is not None:
            return early
        done = self._route(request)
        return self.applied(request) or done

    def _route(self, request: httpx.Request) -> Answer:
        user = KEYS.get(request.headers.get("X-Redmine-API-Key", ""), 0)
        path = request.url.path.removesuffix(".json").strip("/").split("/")
        if user == 0 and (not self.open_to_all or path == ["users", "current"]):
            return Answer(401)
        match request.method, path:
            case "GET", ["issues"]:
                return self._list(request.url.params)
            case "GET", ["issues", number]:
                return self._one(int(number), request.url.params.get("include", ""))
            case "POST", ["issues"]:
                issue = json.loads(request.content)["issue"]
                errors = self._errors(issue, None)
                return Answer(422, json={"errors": errors}) if errors else self._made(issue, user)
            case "PUT", ["issues", number]:
                if int(number) not in self.issues:
                    return Answer(404)
                errors = self._update(int(number), json.loads(request.content)["issue"], user)
                return Answer(422, json={"errors": errors}) if errors else Answer(204)
            case "DELETE", ["issues", number]:
                if int(number) not in self.issues:
                    return Answer(404)
                self.delete(int(number))
                return Answer(204)
            case "GET", _:
                return self._dictionary("/".join(path), user)
        return Answer(404)

    def _dictionary(self, path: str, user: int) -> Answer:
        first, last = USERS[user]
        if path in ("custom_fields", "users") and user != 1:
            return Answer(403)
        found: dict[str, Any] = {
            "users/current": {
                "user": {
                    "id": user,
                    "login": "hub",
                    "firstname": first,
                    "lastname": last,
                    "admin": user == 1,
                    "memberships": [{"project": {"id": 1, "name": "Пресейл"}, "roles": [{"id": 3, "name": "M"}]}],
                }
            },
            "roles/3": {"role": {"id": 3, "permissions": ["view_private_notes", "delete_issues"]}},
            "custom_fields": {"custom_fields": [told(number) for number in FIELDS]},
            "issue_statuses": {"issue_statuses": [status(number) for number in STATUSES]},
            "enumerations/issue_priorities": {"issue_priorities": named(PRIORITIES)},
            "trackers": {"trackers": named(TRACKERS)},
            "projects": {"projects": named(PROJECTS), "total_count": 3},
            "projects/presales": {
                "project": {
                    "id": 1,
                    "name": "Пресейл",
                    "trackers": named(TRACKERS),
                    "issue_custom_fields": [{"id": 1, "name": "CRM deal id"}],
                }
            },
            "projects/archive": {"project": {"id": 2, "name": "Архив", "trackers": named(TRACKERS)}},
            "projects/presales/versions": {"versions": [], "total_count": 0},
            "projects/presales/memberships": {
                "memberships": [{"user": {"id": n, "name": " ".join(USERS[n])}} for n in (5, 6)],
                "total_count": 2,
            },
            "users": {
                "users": [
                    {"id": n, "firstname": a, "lastname": b, "mail": f"u{n}@example.ru"} for n, (a, b) in USERS.items()
                ]
            },
        }
        return Answer(200, json=found[path]) if path in found else Answer(404)

    def _list(self, params: httpx.QueryParams) -> Answer:
        rows = list(self.issues.values())
        if "project_id" in params:
            rows = [row for row in rows if PROJECTS[row["project"]["id"]] in self._shown(params)]
        if "query_id" in params:
            rows = [row for row in rows if self.queries[int(params["query_id"])](row)]
        else:
            rows = [row for row in rows if self._fits(row, params)]
        for key in reversed(params.get("sort", "id:desc").split(",")):
            name, _, direction = key.partition(":")
            rows.sort(key=self._sort_key(name), reverse=direction == "desc")
        limit, offset = min(int(params.get("limit", 25)), 100), int(params.get("offset", 0))
        page = [_with_ties(row, params.get("include", "")) for row in rows[offset : offset + limit]]
        return Answer(200, json={"issues": page, "total_count": len(rows), "offset": offset, "limit": limit})

    def _shown(self, params: httpx.QueryParams) -> set[str]:
        """The projects whose issues are listed; of subprojects a setting says so where the request does not."""
        whole = params.get("subproject_id") == "*" or ("subproject_id" not in params and self.shows_subprojects)
        return {name for name in PROJECTS.values() if params["project_id"] in (name, whole and self.above.get(name))}

    def _sort_key(self, name: str) -> Callable[[dict[str, Any]], Any]:
        return lambda row: self.changed[row["id"]] if name == "updated_on" else row["id"]

    def _fits(self, row: dict[str, Any], params: httpx.QueryParams) -> bool:
        if params.get("status_id") != "*" and row["status"]["is_closed"]:
            return False
        if "tracker_id" in params and str(row["tracker"]["id"]) != params["tracker_id"]:
            return False
        ids = params.get("issue_id", "")
        if ids.startswith(">="):
            if row["id"] < int(ids[2:]):
                return False
        elif ids and str(row["id"]) not in ids.split(","):
            return False
        since = params.get("updated_on", "").removeprefix(">=")
        if since and self.changed[row["id"]] <= datetime.fromisoformat(since) - timedelta(seconds=1):
            return False
        held = {field["id"]: field["value"] for field in row["custom_fields"]}
        wanted = {int(k[3:]): v.removeprefix("=") for k, v in params.items() if k.startswith("cf_")}
        return all(number in self.unfiltered or held.get(number) == value for number, value in wanted.items())

    def _one(self, number: int, include: str) -> Answer:
        row = self.issues.get(number)
        if row is None:
            return Answer(404)
        if PROJECTS[row["project"]["id"]] == "hidden":
            return Answer(403)
        shown = dict(row)
        if "journals" in include:
            shown["journals"] = list(reversed(self.journals[number]))
        if "allowed_statuses" in include:
            here = row["status"]["id"]
            shown["allowed_statuses"] = [status(each) for each in (here, *FLOW.get(here, ()))]
        return Answer(200, json={"issue": shown})

    # --- writing ----------------------------------------------------------------------------------------------------

    def _made(self, issue: dict[str, Any], user: int) -> Answer:
        return Answer(201, json={"issue": self._insert(issue, user)})

    def _insert(self, issue: dict[str, Any], user: int) -> dict[str, Any]:
        number = self.next_id
        self.next_id += 1
        row: dict[str, Any] = {
            "id": number,
            "project": {"id": 1, "name": "Пресейл"},
            "tracker": {"id": 4, "name": "Кейс"},
            "status": status(1),
            "priority": {"id": 2, "name": "Обычный"},
            "author": {"id": user, "name": " ".join(USERS[user])},
            "subject": "",
            "description": "",
            "start_date": None,
            "due_date": None,
            "done_ratio": 0,
            "is_private": False,
            "estimated_hours": None,
            "custom_fields": [empty(each) for each in FIELDS],
            "closed_on": None,
        }
        self.issues[number] = row
        self.journals[number] = []
        self._apply(row, {key: value for key, value in issue.items() if key != "status_id"})
        if issue.get("status_id"):
            row["status"] = status(int(issue["status_id"])) if int(issue["status_id"]) in (1, 2) else row["status"]
        self._stamp(row)
        row["created_on"] = row["updated_on"]
        return row

    def _update(self, number: int, issue: dict[str, Any], user: int) -> list[str]:
        row = self.issues[number]
        errors = self._errors(issue, row)
        if errors:
            return errors
        before = json.loads(json.dumps(row))
        self._apply(row, issue)
        self._stamp(row)
        changes = details(before, row)
        if changes:
            entry = {
                "id": 100 * number + len(self.journals[number]),
                "created_on": row["updated_on"],
                "details": changes,
            }
            self.journals[number].append({**entry, "user": {"id": user, "name": " ".join(USERS[user])}})
        return []

    def _errors(self, issue: dict[str, Any], row: dict[str, Any] | None) -> list[str]:
        errors = []
        if issue.get("subject", "" if row is None else "-") == "":
            errors.append("Тема не может быть пустым")
        if str(issue.get("assigned_to_id", "") or "5") not in ("5", "6"):
            errors.append("Назначена имеет неверное значение")
        for field in issue.get("custom_fields", ()):
            values = field["value"] if isinstance(field["value"], list) else [field["value"]]
            if field["id"] in VALUES and any(each and each not in VALUES[field["id"]] for each in values):
                errors.append(f"{FIELDS[field['id']][0]} нет в списке")
        return errors

    def _apply(self, row: dict[str, Any], issue: dict[str, Any]) -> None:
        for key, value in issue.items():
            name = WRITTEN.get(key)
            if name == "status":
                if value and int(value) in FLOW.get(row["status"]["id"], ()):
                    row["status"] = status(int(value))  # what the workflow forbids is dropped without a word
            elif name == "project":
                if value in PROJECTS.values():
                    row["project"] = {"id": next(n for n, p in PROJECTS.items() if p == value), "name": value}
            elif name in REFERENCES:
                refer(row, str(name), value)
            elif name is not None:
                row[name] = plain(name, value)
        for given in issue.get("custom_fields", ()):
            for field in row["custom_fields"]:
                if field["id"] == given["id"]:
                    value = given["value"]
                    field["value"] = [each for each in value if each] if isinstance(value, list) else value

    def _stamp(self, row: dict[str, Any]) -> None:
        self.now += self.tick
        self.changed[row["id"]] = self.now
        row["updated_on"] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_ties(row: dict[str, Any], include: str) -> dict[str, Any]:
    """Nothing blocks anything here; the sandbox knows more."""
    return {**row, "relations": []} if "relations" in include else row
