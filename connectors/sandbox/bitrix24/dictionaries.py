"""Who calls, who is there, and the words of the portal: users, pipelines, stages, definitions of fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from .call import Call, Result, whole
from .errors import Refused, no_such_kind
from .fields import CAMEL, DEAL, FIELDS, Field
from .filters import Column, compiled, ordered
from .portal import User
from .stages import PIPELINES, STATUSES

PAGE = 50
FIELD_IDS: Mapping[str, str] = {name: str(501 + 2 * place) for place, name in enumerate(CAMEL)}
LANGUAGE = "ru"


def profile(call: Call) -> Result:
    user = call.hook.user
    names = {"NAME": user.person.first, "LAST_NAME": user.person.last}
    return Result({"ID": str(user.id), "ADMIN": user.admin, **names, "PERSONAL_GENDER": "", "TIME_ZONE": ""})


def scope(call: Call) -> Result:
    return Result(sorted(call.hook.scopes))


def server_time(call: Call) -> Result:
    return Result(call.portal.now().astimezone(call.portal.zone).isoformat(timespec="seconds"))


def current_user(call: Call) -> Result:
    return Result(_shown_user(call.hook.user))


def users(call: Call) -> Result:
    """Fifty a page; the filter takes any field of a user."""
    form = {str(key).upper(): value for key, value in call.mapping("FILTER", "filter").items()}
    if "ACTIVE" in form:
        form["ACTIVE"] = form["ACTIVE"] in (True, 1, "1", "Y", "true")
    rows = [_shown_user(user) for user in call.portal.users.values()]
    known = rows[0].keys()
    wanted = {key: value for key, value in form.items() if key.lstrip("@!=%<>") in known}
    fits = compiled({k: ["yes" if v else "no"] if k == "ACTIVE" else v for k, v in wanted.items()}, _user_column)
    found = [row for row in rows if fits(row)]
    if str(call.params.get("order", "ASC")).upper() == "DESC":
        found.reverse()
    start = max(whole(call.params.get("start", 0)), 0)
    following = start + PAGE if start + PAGE < len(found) else None
    return Result(found[start : start + PAGE], total=len(found), next=following)


def categories(call: Call) -> Result:
    kind = whole(call.need("entityTypeId"))
    if kind not in FIELDS:
        raise no_such_kind()
    rows = [each.shown() for each in PIPELINES] if kind == DEAL else [_only_category(kind)]
    return Result({"categories": rows}, total=len(rows))


def statuses(call: Call) -> Result:
    rows = [status.shown() for status in STATUSES]
    fits = compiled(call.mapping("filter", "FILTER"), _status_column)
    found = ordered([row for row in rows if fits(row)], call.mapping("order", "ORDER"), _status_column, default="ID")
    return Result(found, total=len(found))


def field_configs(call: Call) -> Result:
    """The portal's own fields of CRM; the list has no elements of choices, only `userfieldconfig.get` shows them."""
    _only_crm(call)
    rows = [_config(field) for field in FIELDS[DEAL].values() if field.own]
    fits = compiled(call.mapping("filter"), lambda name: _plain(rows, name))
    found = [row for row in rows if fits(row)]
    return Result({"fields": found}, total=len(found))


def field_config(call: Call) -> Result:
    _only_crm(call)
    number = str(call.need("id"))
    field = next((each for each in FIELDS[DEAL].values() if each.own and FIELD_IDS[each.name] == number), None)
    if field is None:
        raise Refused("NOT_FOUND", "Пользовательское поле не найдено")
    elements = [
        {"id": str(n), "userFieldId": number, "value": text, "def": "N", "sort": str(100 * place), "xmlId": f"el{n}"}
        for place, (n, text) in enumerate(field.choices, 1)
    ]
    return Result({"field": {**_config(field), **({"enum": elements} if elements else {})}})


def _only_crm(call: Call) -> None:
    if call.need("moduleId") != "crm":
        raise Refused("ACCESS_DENIED", "Доступ запрещен")


def _only_category(kind: int) -> dict[str, Any]:
    return {"id": 0, "name": "Общая", "sort": 100, "entityTypeId": kind, "isDefault": "Y"}


def _config(field: Field) -> dict[str, Any]:
    multiple = "Y" if field.multiple else "N"
    return {
        "id": FIELD_IDS[field.name],
        "entityId": "CRM_DEAL",
        "fieldName": field.upper,
        "userTypeId": field.type,
        "xmlId": None,
        "sort": "100",
        "multiple": multiple,
        "mandatory": "N",
        "showFilter": "E",
        "showInList": "Y",
        "editInList": "Y",
        "isSearchable": "N",
        "settings": {},
        "languageId": {LANGUAGE: LANGUAGE},
        "editFormLabel": {LANGUAGE: field.title},
    }


def _shown_user(user: User) -> dict[str, Any]:
    person = user.person
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": person.first,
        "LAST_NAME": person.last,
        "SECOND_NAME": "",
        "EMAIL": person.email,
        "TIME_ZONE": "",
        "WORK_POSITION": person.role,
        "UF_DEPARTMENT": [1],
        "USER_TYPE": "employee",
    }


def _user_column(name: str) -> Column:
    if name == "ACTIVE":
        return Column(lambda row: "yes" if row["ACTIVE"] else "no", str)
    return Column(lambda row: str(row[name]), str)


def _status_column(name: str) -> Column | None:
    if name not in STATUSES[0].shown():
        return None
    if name in ("ID", "SORT"):
        return Column(lambda row: int(row[name]), whole)
    return Column(lambda row: row[name], str)


def _plain(rows: Iterable[Mapping[str, Any]], name: str) -> Column | None:
    known = next(iter(rows), {})
    return Column(lambda row: row[name], str) if name in known else None
