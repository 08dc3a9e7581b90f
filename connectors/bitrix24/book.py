"""What a connector has to know of a portal: fields, pipelines, stages and other words, people. Good for an hour."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mappings.exchange import Choice, Json, SystemPerson

from ..base import Shelf
from ..errors import Rejected
from .client import BATCH, Bitrix24Client, Command, Row, rows_of
from .fields import MULTIPLE, Field, FieldTable
from .kinds import Kind

KEPT = 3600.0
HIDDEN = "hidden"
CLOSING = frozenset({"S", "F"})
"""Semantics of stages in which a deal is over: won, lost."""


class Book:
    """Dictionaries of one portal, asked for when they are needed and kept on the shelf."""

    def __init__(self, client: Bitrix24Client, shelf: Shelf, kind: Kind) -> None:
        self._client = client
        self._shelf = shelf
        self._kind = kind
        self._fields: FieldTable | None = None

    async def fields(self) -> FieldTable:
        """The fields of the kind. Raises Rejected where the webhook may not see them."""
        if self._fields is None:
            form = await self._kept(f"fields/{self._kind.name}", self._ask_fields)
            self._fields = FieldTable.from_json(form)
            if self._kind.reached:
                self._fields = FieldTable((*self._fields, *MULTIPLE))
        return self._fields

    def forget(self) -> None:
        """Ask anew what the kind has to offer: somebody wants to know how it is now."""
        self._fields = None
        for name in ("fields", "categories", "words"):
            self._shelf.put(f"{self._client.system}/{name}/{self._kind.name}", None, seconds=0.0)

    def required(self) -> frozenset[str]:
        """The places that the portal wants filled, as far as fields are known; a record without a name helps nobody."""
        known = self._fields or FieldTable(())
        return frozenset({*self._kind.named, *(field.name for field in known if field.required)})

    async def categories(self) -> dict[str, str]:
        """Number -> name of the pipelines."""
        return dict(await self._kept(f"categories/{self._kind.name}", self._ask_categories))

    async def words(self) -> dict[str, tuple[Choice, ...]]:
        """Place -> choices, of all places that have some; those of stages with their pipelines as groups."""
        form = await self._kept(f"words/{self._kind.name}", self._ask_words)
        return {place: tuple(_choice(each) for each in listed) for place, listed in form.items()}

    async def people(self) -> tuple[SystemPerson, ...] | None:
        """Everybody, those who have left too; None where the webhook may not see them."""
        form = await self._kept("people", self._ask_people, worth=_with_emails)
        return None if form == HIDDEN else tuple(SystemPerson(**each) for each in form)

    async def id_of(self, place: str, word: str) -> str:
        """Return the id of a choice given by id or by label. Raises Rejected, naming the place."""
        choices = (await self.words()).get(place, ())
        if not choices or any(choice.id == word for choice in choices):
            return word
        met = [choice.id for choice in choices if choice.label.casefold() == word.casefold()]
        if len(met) == 1:
            return met[0]
        known = ", ".join(repr(choice.label) for choice in choices)
        text = f"{place} has {'several' if met else 'no'} choices {word!r}; there are: {known}"
        raise Rejected(text, system=self._client.system, place=place, reason=text)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _kept(
        self,
        name: str,
        ask: Callable[[], Coroutine[None, None, Json]],
        *,
        worth: Callable[[Json], bool] = lambda _: True,
    ) -> Json:
        """What a dictionary says; one that is not WORTH keeping is asked for again."""
        key = f"{self._client.system}/{name}"
        form = self._shelf.get(key)
        if form is None:
            form = await ask()
            if worth(form):
                self._shelf.put(key, form, seconds=KEPT)
        return form

    async def _ask_fields(self) -> Json:
        reply = await self._client.call("crm.item.fields", {"entityTypeId": self._kind.number}, overhead=True)
        described = reply.result.get("fields") if isinstance(reply.result, Mapping) else None
        if not isinstance(described, Mapping) or not described:
            text = f"the portal shows no fields of a {self._kind.name}; give the webhook's user the right to read them"
            raise Rejected(text, system=self._client.system, whole=True)
        return FieldTable.told(described).to_json()

    async def _ask_categories(self) -> Json:
        reply = await self._client.call("crm.category.list", {"entityTypeId": self._kind.number}, overhead=True)
        rows = sorted(rows_of(reply.result, "categories"), key=lambda row: (row.get("sort") or 0, row.get("id") or 0))
        return {str(row["id"]): str(row.get("name") or row["id"]) for row in rows if "id" in row}

    async def _ask_words(self) -> Json:
        """All dictionaries in one batch, or in as many as there are fifties of them."""
        fields, categories = await self.fields(), await self.categories() if self._kind.stages else {}
        stages = {self._kind.stage_dictionary(number): name for number, name in categories.items()}
        others = {field.dictionary for field in fields if field.dictionary and not self._of_stages(field)}
        rows = await self._dictionaries([*stages, *sorted(others)])
        listed: dict[str, list[Choice]] = {}
        for field in fields:
            if field.type == "crm_category":
                listed[field.name] = [Choice(number, name) for number, name in categories.items()]
            elif self._of_stages(field):
                closes = CLOSING if not field.fixed else frozenset[str]()
                listed[field.name] = [
                    _word(row, name, closing=closes) for entity, name in stages.items() for row in rows[entity]
                ]
            elif field.dictionary:
                listed[field.name] = [_word(row) for row in rows[field.dictionary]]
            elif field.items:
                listed[field.name] = [Choice(number, label) for number, label in field.items]
        return {place: [asdict(choice) for choice in choices] for place, choices in listed.items()}

    def _of_stages(self, field: Field) -> bool:
        return bool(self._kind.stages) and field.dictionary.startswith(self._kind.stages)

    async def _dictionaries(self, names: Sequence[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for at in range(0, len(names), BATCH):
            some = names[at : at + BATCH]
            commands = [Command("crm.status.list", _words_of(name)) for name in some]
            for name, reply in zip(some, await self._client.batch(commands, overhead=True), strict=True):
                rows = rows_of(reply.value())
                if reply.next is not None:
                    rows = await self._client.listed("crm.status.list", _words_of(name))
                found[name] = rows
        return found

    async def _ask_people(self) -> Json:
        try:
            rows = await self._client.listed("user.get", {"sort": "ID", "order": "ASC"})
        except Rejected:
            return HIDDEN
        return [asdict(_person(row)) for row in rows if "ID" in row]


def _with_emails(people: Json) -> bool:
    """Else the webhook lacks a scope, and whoever has given it since wants to see what it is good for."""
    return people != HIDDEN and any(each["email"] for each in people)


def _words_of(name: str) -> dict[str, Any]:
    return {"order": {"SORT": "ASC"}, "filter": {"ENTITY_ID": name}}


def _word(row: Row, group: str | None = None, *, closing: frozenset[str] = frozenset()) -> Choice:
    closes = row.get("SEMANTICS") in closing
    return Choice(str(row["STATUS_ID"]), str(row.get("NAME") or row["STATUS_ID"]), closes, group)


def _choice(form: Mapping[str, Any]) -> Choice:
    return Choice(**{**form, "former": tuple(form.get("former", ()))})


def _person(row: Row) -> SystemPerson:
    name = " ".join(str(row[part]) for part in ("NAME", "LAST_NAME") if row.get(part))
    email = str(row["EMAIL"]) if row.get("EMAIL") else None
    return SystemPerson(str(row["ID"]), name or email or str(row["ID"]), email, active=row.get("ACTIVE") is not False)
