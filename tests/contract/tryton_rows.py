"""The opportunities of the fake Tryton: what may be read and written, and by whom it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

HUB, PERSON = 3, 2
LABELS = {
    "description": "Description",
    "reference": "Reference",
    "number": "Number",
    "state": "State",
    "amount": "Amount",
    "currency": "Currency",
    "party": "Party",
    "contact": "Contact",
    "employee": "Employee",
    "start_date": "Start Date",
    "end_date": "End Date",
    "comment": "Comment",
    "conversion_probability": "Conversion Probability",
    "lost_reason": "Reason for loss",
    "payment_term": "Payment Term",
    "address": "Address",
    "company": "Company",
    "create_date": "Create Date",
}
STATES = ("lead", "opportunity", "converted", "won", "lost", "cancelled")
BUTTONS = {
    "lead": ({"opportunity", "lost", "cancelled"}, "lead"),
    "opportunity": ({"lead"}, "opportunity"),
    "convert": ({"opportunity"}, "converted"),
    "lost": ({"lead", "opportunity"}, "lost"),
    "cancel": ({"lead", "opportunity"}, "cancelled"),
}
ALWAYS_WRITABLE = {"lost_reason", "reference", "contact"}


class Refusal(Exception):
    """What stands in ``error`` of an answer."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.parts = list(parts)


def user_error(text: str) -> Refusal:
    return Refusal("UserError", [text, "", None])


@dataclass
class Opportunities:
    """The table. ROWS by id; VERSIONS are what Tryton calls history; HIDDEN are those that a rule keeps from us."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    parties: dict[int, str] = field(default_factory=lambda: {1: "ООО «Ромашка»", 2: "Acme Ltd", 3: "Acme Ltd"})
    versions: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    now: datetime = datetime(2026, 11, 1, 9, tzinfo=UTC)
    tick: timedelta = timedelta(microseconds=1500)
    warning: str = ""
    """Asked before any button, if there is one."""
    _next: int = 1

    # --- a person ---------------------------------------------------------------------------------------------------

    def create(self, **values: Any) -> int:
        return self._create({"party": 1, "employee": 1, **values}, user=PERSON)

    def edit(self, number: int, **values: Any) -> None:
        self._touch(number, values, user=PERSON)

    def delete(self, number: int) -> None:
        del self.rows[number]

    # --- calls ---------------------------------------------------------------------------------------------------

    def call(self, name: str, params: list[Any], context: Mapping[str, Any]) -> Any:
        match name:
            case "search_read":
                found = self._search(params[0], params[3], params[2])
                return [self._shown(number, self.rows[number], params[4]) for number in found]
            case "search":
                return self._search(params[0], params[3], params[2])
            case "read":
                return [self._read(number, params[1], context) for number in params[0]]
            case "fields_get":
                return {place: self._told(place, context) for place in params[0]}
            case "history_revisions":
                return [[datetime_form(at), n, "Hub"] for at, n, _ in self.versions if n in params[0]]
            case "create":
                self._check_values(None, *params[0])
                return [self._create(values, user=HUB) for values in params[0]]
            case "delete":
                self._check_write(params[0], {}, context)
                for number in params[0]:
                    if self.rows[number]["state"] not in ("draft", "cancelled"):
                        raise user_error(f'To delete opportunity "{number}" you must cancel it.')
                    self.delete(number)
                return None
            case "write":
                self._check_write(params[0], params[1], context)
                for number in params[0]:
                    self._touch(number, params[1], user=HUB)
                return None
        return self._press(name, params[0], context)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _search(self, domain: Sequence[Any], order: Any, limit: int | None) -> list[int]:
        seen = [n for n, row in self.rows.items() if n not in self.hidden and _holds(domain, n, row)]
        keys = [key for key, _ in order or [["id", "ASC"]]]
        seen.sort(key=lambda n: [n if key == "id" else _changed(self.rows[n]) for key in keys])
        return seen[:limit]

    def _read(self, number: int, names: Sequence[str], context: Mapping[str, Any]) -> dict[str, Any]:
        moment = context.get("_datetime")
        if moment is not None:
            row = [row for at, n, row in self.versions if n == number and at <= moment_of(moment)][-1]
            return self._shown(number, row, names)
        if number in self.hidden:
            records = f'records "{number}" of "Sale Opportunity"'
            raise user_error(f"You are not allowed to read {records} because of at least one of these rules:")
        if number not in self.rows:
            raise user_error(f'You are trying to read records "{number}" of "Sale Opportunity" that don\'t exist.')
        return self._shown(number, self.rows[number], names)

    def _shown(self, number: int, row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": number}
        for name in names:
            place, _, rest = name.partition(".")
            if rest:
                shown[f"{place}."] = self._other(place, row[place], rest)
            else:
                shown[name] = self._plain(name, row)
        return shown

    def _other(self, place: str, number: int | None, name: str) -> dict[str, Any] | None:
        if number is None:
            return None
        if place == "currency":
            return {"id": number, "code": {1: "EUR", 2: "RUB"}[number]}
        if place == "party" and number not in self.parties:
            raise user_error(f'You are trying to read records "{number}" of "Party" that don\'t exist.')
        return {"id": number, name: self.parties[number] if place == "party" else f"{place} {number}"}

    def _plain(self, name: str, row: Mapping[str, Any]) -> Any:
        match name:
            case "last_modified_at":
                return datetime_form(_changed(row))
            case "create_date":
                return datetime_form(row["create_date"])
            case "_timestamp":
                return _token(row)
            case "amount" if row["amount"] is not None:
                return {"__class__": "Decimal", "decimal": row["amount"]}
            case "start_date" | "end_date" if row[name] is not None:
                year, month, day = (int(part) for part in row[name].split("-"))
                return {"__class__": "date", "year": year, "month": month, "day": day}
        return row[name]

    def _told(self, place: str, context: Mapping[str, Any]) -> dict[str, Any]:
        label = LABELS[place] if context.get("language") == "en" else f"{LABELS[place]} (ru)"
        told = {"string": label, "required": place in ("company", "currency", "start_date"), "searchable": True}
        return told | ({"selection": [[state, state.title()] for state in STATES]} if place == "state" else {})

    # --- writing ----------------------------------------------------------------------------------------------------

    def _check_write(self, numbers: Sequence[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        for number in numbers:
            row = self._standing(number, "write to")
            if context.get("_timestamp", {}).get(f"sale.opportunity,{number}", _token(row)) != _token(row):
                raise Refusal("ConcurrencyException", "Records were modified in the meanwhile")
            self._check_values(row, values)

    def _standing(self, number: int, verb: str) -> dict[str, Any]:
        if number not in self.rows:
            raise user_error(f'You are trying to {verb} records "{number}" of "Sale Opportunity" that don\'t exist.')
        return self.rows[number]

    def _check_values(self, row: Mapping[str, Any] | None, *all_values: Mapping[str, Any]) -> None:
        for values in all_values:
            for place, value in values.items():
                self._check_value(row, place, value)

    def _check_value(self, row: Mapping[str, Any] | None, place: str, value: Any) -> None:
        label = LABELS[place]
        closed = row is not None and row["state"] in ("converted", "won", "lost", "cancelled")
        if place in ("state", "number") or (closed and place not in ALWAYS_WRITABLE):
            raise user_error(f'You are not allowed to modify the field "{label}" in record "7" of "Sale Opportunity".')
        if value is None and place in ("start_date", "company", "currency"):
            raise user_error(f'A value is required for field "{label}" in record "7" of "Sale Opportunity".')
        if place == "amount" and value is not None and -int(Decimal(value["decimal"]).as_tuple().exponent) > 2:
            raise user_error(
                f'The number of digits in the value "1" for field "{label}" in record "7" exceeds the limit.'
            )
        if place == "address" and value == 13:
            raise Refusal("UserError", ["An address of somebody else.", "", [[["party", "=", 1]], {"x": "y" * 30_000}]])

    def _press(self, button: str, numbers: Sequence[int], context: Mapping[str, Any]) -> None:
        if button not in BUTTONS:
            raise Refusal(f"'{button}'", "")
        if self.warning:
            raise Refusal("UserWarning", ["lost_opportunity", self.warning, "are you sure?"])
        sources, target = BUTTONS[button]
        for number in numbers:
            row = self._standing(number, "read")
            if context.get("_timestamp", {}).get(f"sale.opportunity,{number}", _token(row)) != _token(row):
                raise Refusal("ConcurrencyException", "Records were modified in the meanwhile")
            if row["state"] not in sources:
                raise user_error(f'You can not call "{button}" on "{number}" of "Sale Opportunity".')
            if button == "opportunity" and row["employee"] is None:
                raise user_error('A value is required for field "Employee" in record "7" of "Sale Opportunity".')
            ended = {"end_date": "2026-11-01"} if target in ("lost", "cancelled") else {}
            self._touch(number, {"state": target, **ended}, user=HUB)

    def _create(self, values: Mapping[str, Any], *, user: int) -> int:
        number, self._next = self._next, self._next + 1
        blank = dict.fromkeys(LABELS) | {"state": "lead", "currency": 1, "company": 1, "employee": 1}
        blank |= {"number": str(number), "start_date": "2026-11-01", "conversion_probability": 0.5, "write_date": None}
        self.now += self.tick
        row = {**blank, **_kept(values), "create_date": self.now, "create_uid": user, "write_uid": None}
        self._keep(number, row)
        return number

    def _touch(self, number: int, values: Mapping[str, Any], *, user: int) -> None:
        self.now += self.tick
        self._keep(number, {**self.rows[number], **_kept(values), "write_date": self.now, "write_uid": user})

    def _keep(self, number: int, row: dict[str, Any]) -> None:
        self.rows[number] = row
        self.versions.append((_changed(row), number, row))


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields make of what is written to them."""
    kept: dict[str, Any] = {}
    for place, value in values.items():
        match value:
            case {"__class__": "Decimal"}:
                kept[place] = value["decimal"]
            case {"__class__": "date"}:
                kept[place] = f"{value['year']:04d}-{value['month']:02d}-{value['day']:02d}"
            case str() if place in ("description", "reference"):
                kept[place] = value.strip()
            case _:
                kept[place] = value
    return kept


def _holds(domain: Sequence[Any], number: int, row: Mapping[str, Any]) -> bool:
    if domain and domain[0] == "OR":
        return any(_holds([part] if isinstance(part[0], str) else part, number, row) for part in domain[1:])
    return all(_clause(part, number, row) if _is_clause(part) else _holds(part, number, row) for part in domain)


def _is_clause(part: Sequence[Any]) -> bool:
    return isinstance(part[0], str) and part[0] != "OR"


def _clause(clause: Sequence[Any], number: int, row: Mapping[str, Any]) -> bool:
    name, operator, value = clause
    have = number if name == "id" else _changed(row) if name == "last_modified_at" else row[name]
    want = moment_of(value) if isinstance(value, dict) else value
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: bool(have == want),
        "!=": lambda: bool(have != want),
        ">": lambda: bool(have > want),
        ">=": lambda: bool(have >= want),
        "in": lambda: have in want,
    }
    return tests[operator]()


def _changed(row: Mapping[str, Any]) -> datetime:
    changed: datetime = row["write_date"] or row["create_date"]
    return changed


def _token(row: Mapping[str, Any]) -> str:
    return str(_changed(row).timestamp())


def datetime_form(moment: datetime) -> dict[str, Any]:
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(moment, name) for name in names}}


def moment_of(form: Mapping[str, Any]) -> datetime:
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    year, month, day, hour, minute, second, micro = (int(form[name]) for name in names)
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
