"""The parties, notes and attachments of the fake Tryton, with what was met of them on a real server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.contract.tryton_rows import HUB, PERSON, Opportunities, Refusal, datetime_form, moment_of, user_error

FIELDS = {
    "party.party": {"name": "Name", "code": "Code", "email": "E-Mail", "phone": "Phone", "active": "Active"},
    "sale.opportunity.line": {"opportunity": "Opportunity"},
    "ir.note": {"message": "Message", "resource": "Resource"},
    "ir.attachment": {
        "name": "Name",
        "description": "Description",
        "type": "Type",
        "link": "Link",
        "data": "Data",
        "data_size": "Data Size",
        "resource": "Resource",
    },
}
LABELS = {"party.party": "Party", "ir.note": "Note", "ir.attachment": "Attachment"}
STAMPS = {"create_date": "Create Date", "create_uid": "Create User"}


@dataclass
class Others:
    """Records of the other models; times come from the table of opportunities, which they hang on."""

    table: Opportunities
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {model: {} for model in FIELDS})
    last: int = 0

    # --- a person -----------------------------------------------------------------------------------------------------

    def create(self, model: str, *, user: int = PERSON, **values: Any) -> int:
        self.last += 1
        self.table.now += self.table.tick
        blank = dict.fromkeys(FIELDS[model]) | {"active": True, "type": "data"}
        stamps = {"create_date": self.table.now, "create_uid": user, "write_date": None, "write_uid": None}
        self.rows[model][self.last] = {**blank, **values, **stamps}
        return self.last

    def edit(self, model: str, number: int, *, user: int = PERSON, **values: Any) -> None:
        self.table.now += self.table.tick
        self.rows[model][number] |= {**values, "write_date": self.table.now, "write_uid": user}

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(self, model: str, name: str, params: list[Any], context: Mapping[str, Any]) -> Any:
        match name:
            case "search" | "search_read":
                found = self._search(model, params[0], params[2])
                return found if name == "search" else [self._shown(model, number, params[4]) for number in found]
            case "read":
                return [self._shown(model, self._standing(model, number), params[1]) for number in params[0]]
            case "create":
                for values in params[0]:
                    self._check(model, values)
                return [self.create(model, user=HUB, **values) for values in params[0]]
            case "delete":
                self._check_version(model, params[0], context)
                for number in params[0]:
                    del self.rows[model][number]
                return None
            case "write":
                return self._write(model, params[0], params[1], context)
            case "fields_get":
                told = {**FIELDS[model], **STAMPS}
                return {place: {"string": told[place], "required": False, "searchable": True} for place in params[0]}
        raise user_error(f'You are not allowed to access "{model}.{name}".')

    def _write(self, model: str, numbers: Sequence[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self._check_version(model, numbers, context)
        for number in numbers:
            if "message" in values:
                raise user_error('You are not allowed to modify the field "Message" in record "7" of "Note".')
            self.edit(model, number, user=HUB, **values)

    def _check_version(self, model: str, numbers: Sequence[int], context: Mapping[str, Any]) -> None:
        for number in numbers:
            row = self.rows[model][self._standing(model, number)]
            if context.get("_timestamp", {}).get(f"{model},{number}", _token(row)) != _token(row):
                raise Refusal("ConcurrencyException", "Records were modified in the meanwhile")

    def _check(self, model: str, values: Mapping[str, Any]) -> None:
        if model == "party.party":
            return
        if _owner(values["resource"]) not in self.table.rows:
            raise user_error(f'A value is required for field "Resource" in record "7" of "{LABELS[model]}".')

    def _standing(self, model: str, number: int) -> int:
        if number not in self.rows[model] or not self._hangs(model, self.rows[model][number]):
            text = f'You are trying to read records "{number}" of "{LABELS[model]}" that don\'t exist.'
            raise user_error(text)
        return number

    def _hangs(self, model: str, row: Mapping[str, Any]) -> bool:
        if model == "sale.opportunity.line":
            return row["opportunity"] in self.table.rows
        return model == "party.party" or _owner(row["resource"]) in self.table.rows

    def _search(self, model: str, domain: Sequence[Any], limit: int | None) -> list[int]:
        if model in ("ir.note", "ir.attachment"):
            self._check_domain(model, domain)
        if model == "party.party" and not any(clause[0] == "active" for clause in domain):
            domain = [*domain, ["active", "in", [True]]]
        rows = self.rows[model]
        found = [number for number, row in rows.items() if self._hangs(model, row) and _holds(domain, number, row)]
        found.sort(key=lambda number: (_changed(rows[number]), number))
        return found[:limit]

    def _check_domain(self, model: str, domain: Sequence[Any]) -> None:
        named = [clause for clause in domain if clause[0] == "resource" and clause[1] in ("=", "in")]
        if not named:
            raise user_error(f'You are not allowed to search on the "{model}" resource.')
        wanted = named[0][2] if named[0][1] == "in" else [named[0][2]]
        if any(_owner(each) not in self.table.rows for each in wanted):
            raise user_error("You are not allowed to read records because of at least one of these rules:")

    def _shown(self, model: str, number: int, names: Sequence[str]) -> dict[str, Any]:
        row = self.rows[model][number]
        plain = {"last_modified_at": datetime_form(_changed(row)), "_timestamp": _token(row)}
        plain |= {"create_date": datetime_form(row["create_date"]), "data_size": _size(row)}
        return {"id": number, **{name: plain[name] if name in plain else row[name] for name in names}}


def _holds(domain: Sequence[Any], number: int, row: Mapping[str, Any]) -> bool:
    if domain and domain[0] == "OR":
        return any(_holds([part] if isinstance(part[0], str) else part, number, row) for part in domain[1:])
    return all(
        _clause(part, number, row) if isinstance(part[0], str) and part[0] != "OR" else _holds(part, number, row)
        for part in domain
    )


def _clause(clause: Sequence[Any], number: int, row: Mapping[str, Any]) -> bool:
    name, operator, value = clause
    have = {"id": number, "last_modified_at": _changed(row)}.get(name, row.get(name))
    want = moment_of(value) if isinstance(value, dict) else value
    match operator:
        case "=":
            return bool(have == want)
        case ">":
            return bool(have > want)
        case ">=":
            return bool(have >= want)
    return have in want


def _owner(resource: str) -> int:
    return int(resource.rpartition(",")[2])


def _size(row: Mapping[str, Any]) -> int:
    data = row.get("data")
    if not isinstance(data, dict):
        return 0
    text = str(data["base64"])
    return len(text) // 4 * 3 - text.count("=")


def _changed(row: Mapping[str, Any]) -> datetime:
    changed: datetime = row["write_date"] or row["create_date"]
    return changed


def _token(row: Mapping[str, Any]) -> str:
    return str(_changed(row).timestamp())
