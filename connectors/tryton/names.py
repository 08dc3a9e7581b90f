"""What Tryton calls things: currencies by code, clients by name, fields by label; kept for an hour."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mappings.exchange import Choice, Json, Place, SystemPerson, View

from ..base import Shelf
from ..errors import Rejected
from .client import TrytonClient
from .kinds import OPPORTUNITY, Column, Kind
from .records import CLOSED
from .replies import FIELD

DICTIONARY_SECONDS = 3600.0
MOST_CLIENTS = 2000
"""Of more clients none is offered by name: one that is met once among the first of them is no proof of who is meant."""

USER = ("name", "login", "email", "employee", "employees", "active")

TRANSFORMS = {
    "line": "text",
    "text": "text",
    "decimal": "number",
    "float": "number",
    "date": "date",
    "code": "choice",
    "reference": "reference",
    "state": "choice",
    "id": "choice",
    "moment": "datetime",
    "user": "person",
    "size": "number",
    "content": "text",
}


class Names:
    """Dictionaries of one database."""

    def __init__(self, system: str, client: TrytonClient, shelf: Shelf) -> None:
        self._system = system
        self._client = client
        self._shelf = shelf
        self._users: Mapping[str, str] = {}

    async def currency(self, code: View) -> int:
        """Return the id of a currency. Raises Rejected for a code that Tryton does not list."""
        found = (await self._currencies()).get(str(code))
        if found is None:
            raise self._refusal("currency", f"Tryton lists no currency {code}")
        return int(found)

    async def party(self, view: View) -> int:
        """
        Return the id of a client: by its id, else by its whole name, if exactly one is called so.

        Asked each time: Tryton itself takes an id that does not exist, and every list with that deal would fail.
        """
        number, name = _wanted(view)
        if number is None and not name:
            raise self._refusal("party", "the client has neither an id nor a name")
        domain = ["id", "=", number] if number is not None else ["name", "=", name]
        found = await self._client.read("model.party.party.search", [domain], 0, 2, None, overhead=True)
        ids = found.value if isinstance(found.value, list) else []
        if len(ids) == 1:
            return int(ids[0])
        said = f"with the id {number}" if number is not None else f"called {name!r}"
        why = "several clients are" if ids else "no client is known there"
        raise self._refusal("party", f"{why} {said}; make or choose one in Tryton")

    async def place_in(self, words: str, kind: Kind = OPPORTUNITY) -> str | None:
        """Return the place of *kind* that a refusal names by its label, if it names one."""
        named = FIELD.search(words)
        if named is None:
            return None
        key = f"labels/{kind.name}"
        labels = self._shelf.get(key)
        if labels is None:
            fields = await self.fields("en", kind)
            labels = {str(each.get("string")): place for place, each in fields.items()}
            self._shelf.put(key, labels, seconds=DICTIONARY_SECONDS)
        place = labels.get(named[1])
        return str(place) if place is not None else None

    async def fields(self, language: str, kind: Kind = OPPORTUNITY) -> dict[str, dict[str, Any]]:
        """Return what Tryton tells about the fields of *kind*, by place, labels in *language*."""
        asked = [column.name for column in kind.columns.values()]
        found = await self._client.read(f"model.{kind.model}.fields_get", asked, 0, overhead=True, language=language)
        told = found.value if isinstance(found.value, dict) else {}
        return {place: told[column.name] for place, column in kind.columns.items() if column.name in told}

    async def people(self, company: int) -> tuple[SystemPerson, ...]:
        """
        Return the employees of *company*, as owners of opportunities are employees and not users, and the users who
        are none: they write notes too.
        """
        employees = await self._employees(company)
        known = {person.id for person in employees}
        users = await self._rows("res.user", [["active", "in", [True, False]]], USER)
        self._keep_users(users)
        others = (row for row in users if self.person_of(int(row["id"])) not in known)
        return (*employees, *(_user(row) for row in others))

    async def _employees(self, company: int) -> tuple[SystemPerson, ...]:
        """Those who have left too: Tryton leaves them out of searches that do not ask for them."""
        asked = ["party.name", "party.email", "party.active", "active"]
        domain = [["company", "=", company], ["active", "in", [True, False]]]
        rows = await self._rows("company.employee", domain, asked)
        return tuple(_person(row) for row in rows)

    async def know_users(self) -> None:
        """Know which employee each user is; asked once an hour. Where users are hidden, they stay users."""
        kept = self._shelf.get(f"{self._system}/users")
        if kept is None:
            self._keep_users(await self._rows("res.user", [["active", "in", [True, False]]], USER))
        else:
            self._users = kept

    def person_of(self, user: int) -> str:
        """Return the id of a user as `people` lists it: that of their employee, if they are exactly one."""
        return self._users.get(str(user)) or f"user/{user}"

    def _keep_users(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._users = {str(row["id"]): number for row in rows if (number := _employee(row))}
        self._shelf.put(f"{self._system}/users", dict(self._users), seconds=DICTIONARY_SECONDS)

    async def places(self, company: int, language: str, kind: Kind = OPPORTUNITY) -> tuple[Place, ...]:
        """Return the places of *kind* with their labels and choices."""
        fields = await self.fields(language, kind)
        choices = await self._choices(company, fields.get("state", {})) if kind is OPPORTUNITY else {}
        needed = frozenset[str]() if kind is OPPORTUNITY else kind.needed
        return tuple(
            _place(column, fields.get(column.place, {}), choices, needed=needed) for column in kind.columns.values()
        )

    async def _choices(self, company: int, state: Mapping[str, Any]) -> dict[str, tuple[Choice, ...]]:
        self._shelf.put("currencies", None, seconds=0.0)  # somebody wants to know how it is now
        states = [(str(key), str(label)) for key, label in state.get("selection", [])]
        terms = await self._rows("account.invoice.payment_term", [], ["name"])
        parties = await self._rows("party.party", [], ["name"], most=MOST_CLIENTS + 1)
        companies = await self._rows("company.company", [["id", "=", company]], ["rec_name"])
        return {
            "state": tuple(Choice(key, label, closes=key in CLOSED - {"converted"}) for key, label in states),
            "currency": tuple(Choice(code, code) for code in sorted(await self._currencies())),
            "employee": tuple(Choice(each.id, each.name) for each in await self._employees(company) if each.active),
            "payment_term": _listed(terms, "name"),
            "party": _listed(parties, "name") if len(parties) <= MOST_CLIENTS else (),
            "company": _listed(companies, "rec_name"),
        }

    async def _currencies(self) -> Mapping[str, Json]:
        kept = self._shelf.get("currencies")
        if kept is None:
            rows = await self._rows("currency.currency", [], ["code"])
            kept = {str(row["code"]): row["id"] for row in rows}
            self._shelf.put("currencies", kept, seconds=DICTIONARY_SECONDS)
        return dict(kept)

    async def _rows(
        self, model: str, domain: Sequence[Any], asked: Iterable[str], most: int | None = None
    ) -> list[dict[str, Any]]:
        """Return the records of a dictionary, MOST of them at most; nothing where the account may not see it."""
        try:
            found = await self._client.read(
                f"model.{model}.search_read", list(domain), 0, most, [["id", "ASC"]], list(asked), overhead=True
            )
        except Rejected:
            return []
        return [row for row in found.value if isinstance(row, dict)] if isinstance(found.value, list) else []

    def _refusal(self, place: str, reason: str) -> Rejected:
        return Rejected(f"{place} was not sent: {reason}", system=self._system, place=place, reason=reason)


def _wanted(view: View) -> tuple[int | None, str]:
    match view:
        case {"id": str(number)} if number.isdecimal():
            return int(number), ""
        case {"name": str(name)}:
            return None, name
        case str() if view.isdecimal():
            return int(view), ""
    return None, ""


def _person(row: Mapping[str, Any]) -> SystemPerson:
    party = row.get("party.") or {}
    active = bool(party.get("active", True)) and bool(row.get("active", True))
    return SystemPerson(str(row["id"]), party.get("name") or "", party.get("email") or None, active=active)


def _employee(row: Mapping[str, Any]) -> str:
    employees = row.get("employees") or []
    number = row.get("employee") or (employees[0] if len(employees) == 1 else None)
    return "" if number is None else str(number)


def _user(row: Mapping[str, Any]) -> SystemPerson:
    login = row.get("login") or None
    name = row.get("name") or login or str(row["id"])
    return SystemPerson(f"user/{row['id']}", name, row.get("email") or None, login, active=bool(row.get("active")))


def _listed(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(row["id"]), str(row.get(name) or "")) for row in rows)


def _place(
    column: Column, told: Mapping[str, Any], choices: Mapping[str, tuple[Choice, ...]], *, needed: frozenset[str]
) -> Place:
    return Place(
        name=column.place,
        label=str(told.get("string") or column.place),
        type="person" if column.place == "employee" else TRANSFORMS[column.type],
        required=bool(told.get("required")) or column.place in needed,
        writable=column.writable,
        searchable=bool(told.get("searchable", True)),
        choices=choices.get(column.place, ()),
    )
