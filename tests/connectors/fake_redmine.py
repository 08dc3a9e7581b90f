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

KEYS = {"hub-key": 5, "admin-key": 1, "ann-key": 6}
USERS = {1: ("Админ", "Главный"), 5: ("Хаб", "Кейсов"), 6: ("Анна", "Ли")}
STATUSES = {1: ("Новая", False), 2: ("В работе", False), 3: ("Решена", False), 5: ("Закрыта", True)}
FLOW = {1: (2,), 2: (3,), 3: (2, 5)}
PRIORITIES = {2: "Обычный", 3: "Высокий"}
TRACKERS = {4: "Кейс", 1: "Ошибка"}
PROJECTS = {1: "presales", 2: "archive"}
FIELDS = {
    1: ("CRM deal id", "string", False),
    2: ("Тип", "list", False),
    3: ("Сумма", "float", False),
    6: ("Ключевой", "bool", False),
    8: ("Метки", "list", True),
}
VALUES = {2: ("Пилот", "Тендер"), 8: ("облако", "миграция", "на месте")}
REFERENCES = ("status", "priority", "assigned_to", "category", "fixed_version", "parent", "project", "tracker")
WRITTEN = {
    **{f"{name}_id": name for name in ("status", "priority", "assigned_to", "project", "tracker", "category")},
    "parent_issue_id": "parent",
    **{name: name for name in ("subject", "description", "start_date", "due_date", "done_ratio", "estimated_hours")},
    "is_private": "is_private",
}
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
            case "GET", _:
                return self._dictionary("/".join(path), user)
        return Answer(404)

    def _dictionary(self, path: str, user: int) -> Answer:
        first, last = USERS[user]
        if path in ("custom_fields", "users") and user != 1:
            return Answer(403)
        found: dict[str, Any] = {
            "users/current": {
                "user": {"id": user, "login": "hub", "firstname": first, "lastname": last, "admin": user == 1}
            },
            "custom_fields": {"custom_fields": [_told(number) for number in FIELDS]},
            "issue_statuses": {"issue_statuses": [_status(number) for number in STATUSES]},
            "enumerations/issue_priorities": {"issue_priorities": _named(PRIORITIES)},
            "trackers": {"trackers": _named(TRACKERS)},
            "projects": {"projects": _named(PROJECTS), "total_count": 2},
            "projects/presales": {
                "project": {
                    "id": 1,
                    "name": "Пресейл",
                    "trackers": _named(TRACKERS),
                    "issue_custom_fields": [{"id": 1, "name": "CRM deal id"}],
                }
            },
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
            rows = [row for row in rows if PROJECTS[row["project"]["id"]] == params["project_id"]]
        if "query_id" in params:
            rows = [row for row in rows if self.queries[int(params["query_id"])](row)]
        else:
            rows = [row for row in rows if self._fits(row, params)]
        for key in reversed(params.get("sort", "id:desc").split(",")):
            name, _, direction = key.partition(":")
            rows.sort(key=self._sort_key(name), reverse=direction == "desc")
        limit, offset = min(int(params.get("limit", 25)), 100), int(params.get("offset", 0))
        page = rows[offset : offset + limit]
        return Answer(200, json={"issues": page, "total_count": len(rows), "offset": offset, "limit": limit})

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
            shown["allowed_statuses"] = [_status(each) for each in (here, *FLOW.get(here, ()))]
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
            "status": _status(1),
            "priority": {"id": 2, "name": "Обычный"},
            "author": {"id": user, "name": " ".join(USERS[user])},
            "subject": "",
            "description": "",
            "start_date": None,
            "due_date": None,
            "done_ratio": 0,
            "is_private": False,
            "estimated_hours": None,
            "custom_fields": [_empty(each) for each in FIELDS],
            "closed_on": None,
        }
        self.issues[number] = row
        self.journals[number] = []
        self._apply(row, {key: value for key, value in issue.items() if key != "status_id"})
        if issue.get("status_id"):
            row["status"] = _status(int(issue["status_id"])) if int(issue["status_id"]) in (1, 2) else row["status"]
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
        details = _details(before, row)
        if details:
            entry = {
                "id": 100 * number + len(self.journals[number]),
                "created_on": row["updated_on"],
                "details": details,
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
                    row["status"] = _status(int(value))  # what the workflow forbids is dropped without a word
            elif name == "project":
                if value in PROJECTS.values():
                    row["project"] = {"id": next(n for n, p in PROJECTS.items() if p == value), "name": value}
            elif name in REFERENCES:
                _refer(row, str(name), value)
            elif name is not None:
                row[name] = _plain(name, value)
        for given in issue.get("custom_fields", ()):
            for field in row["custom_fields"]:
                if field["id"] == given["id"]:
                    value = given["value"]
                    field["value"] = [each for each in value if each] if isinstance(value, list) else value

    def _stamp(self, row: dict[str, Any]) -> None:
        self.now += self.tick
        self.changed[row["id"]] = self.now
        row["updated_on"] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _refer(row: dict[str, Any], name: str, value: Any) -> None:
    """Set or empty a reference; null is ignored, as by Redmine."""
    if value == "":
        row.pop(name, None)
    elif value is not None:
        row[name] = {"id": int(value), "name": f"№ {value}"}


def _plain(name: str, value: Any) -> Any:
    if name == "estimated_hours":
        return float(value) if value not in ("", None) else None
    if name == "done_ratio":
        return int(value or 0)
    if name == "is_private":
        return value in ("1", True)
    return value if value != "" or name == "description" else None


def _status(number: int) -> dict[str, Any]:
    name, closed = STATUSES[number]
    return {"id": number, "name": name, "is_closed": closed}


def _named(names: dict[int, str]) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in names.items()]


def _empty(number: int) -> dict[str, Any]:
    name, _, multiple = FIELDS[number]
    return {"id": number, "name": name, **({"multiple": True, "value": []} if multiple else {"value": ""})}


def _told(number: int) -> dict[str, Any]:
    name, form, multiple = FIELDS[number]
    values = [{"value": value, "label": value} for value in VALUES.get(number, ())]
    return {
        "id": number,
        "name": name,
        "customized_type": "issue",
        "field_format": form,
        "multiple": multiple,
        "is_required": False,
        "is_filter": True,
        "possible_values": values,
    }


def _details(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What a journal tells: values as text, references by number, custom fields one by one."""
    made = []
    for key, name in WRITTEN.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            told = {"property": "attr", "name": "parent_id" if name == "parent" else key}
            made.append({**told, "old_value": _told_value(old), "new_value": _told_value(new)})
    for old_field, new_field in zip(before["custom_fields"], after["custom_fields"], strict=True):
        if old_field["value"] != new_field["value"]:
            told = {"property": "cf", "name": str(new_field["id"])}
            made.append({**told, "old_value": old_field["value"], "new_value": new_field["value"]})
    return made


def _told_value(value: Any) -> str | None:
    if isinstance(value, dict):
        return str(value["id"])
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)
