"""The words and the little rules of the imitated Redmine."""

from typing import Any

KEYS = {"hub-key": 5, "admin-key": 1, "ann-key": 6}
USERS = {1: ("Админ", "Главный"), 5: ("Хаб", "Кейсов"), 6: ("Анна", "Ли")}
STATUSES = {1: ("Новая", False), 2: ("В работе", False), 3: ("Решена", False), 5: ("Закрыта", True)}
FLOW = {1: (2,), 2: (3,), 3: (2, 5)}
PRIORITIES = {2: "Обычный", 3: "Высокий"}
TRACKERS = {4: "Кейс", 1: "Ошибка"}
PROJECTS = {1: "presales", 2: "archive", 3: "sales"}
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


def refer(row: dict[str, Any], name: str, value: Any) -> None:
    """Set or empty a reference; null is ignored, as by Redmine."""
    if value == "":
        row.pop(name, None)
    elif value is not None:
        row[name] = {"id": int(value), "name": f"№ {value}"}


def plain(name: str, value: Any) -> Any:
    if name == "estimated_hours":
        return float(value) if value not in ("", None) else None
    if name == "done_ratio":
        return int(value or 0)
    if name == "is_private":
        return value in ("1", True)
    return value if value != "" or name == "description" else None


def status(number: int) -> dict[str, Any]:
    name, closed = STATUSES[number]
    return {"id": number, "name": name, "is_closed": closed}


def named(names: dict[int, str]) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in names.items()]


def empty(number: int) -> dict[str, Any]:
    name, _, multiple = FIELDS[number]
    return {"id": number, "name": name, **({"multiple": True, "value": []} if multiple else {"value": ""})}


def told(number: int) -> dict[str, Any]:
    name, form, multiple = FIELDS[number]
    values = [{"value": value, "label": value} for value in VALUES.get(number, ())]
    if form == "bool":
        values = [{"value": "1", "label": "да"}, {"value": "0", "label": "нет"}]
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


def details(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What a journal tells: values as text, references by number, custom fields one by one."""
    made = []
    for key, name in WRITTEN.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            told = {"property": "attr", "name": "parent_id" if name == "parent" else key}
            made.append({**told, "old_value": told_value(old), "new_value": told_value(new)})
    for old_field, new_field in zip(before["custom_fields"], after["custom_fields"], strict=True):
        if old_field["value"] != new_field["value"]:
            told = {"property": "cf", "name": str(new_field["id"])}
            made += [{**told, "old_value": old, "new_value": new} for old, new in _turns(old_field, new_field)]
    return made


def _turns(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What a journal tells of one field: of several values each that went, and each that came."""
    old, new = before["value"], after["value"]
    if not after.get("multiple"):
        return [(old, new)]
    return [*((one, None) for one in old if one not in new), *((None, one) for one in new if one not in old)]


def told_value(value: Any) -> str | None:
    if isinstance(value, dict):
        return str(value["id"])
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)
