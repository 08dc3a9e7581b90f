"""
The canonical kinds as frozen models: what a page, a template or a use case reads once the facts are settled.

Reconcile works on facts, one by one; these models are the same facts under their names and with their types. A fact
that nobody has said and one that is said to be empty are both None here; where the difference matters, ask the facts.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from .facts import FACTS, fact
from .values import Facts, Money, Value

Outcome: TypeAlias = Literal["open", "won", "lost", "withdrawn", "no_decision"]
Category: TypeAlias = Literal["todo", "doing", "done", "dropped"]


class Canonical(BaseModel):
    """One record in the middle, of any kind. Frozen; KEY is what people call it (``CASE-42``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str

    @classmethod
    def from_facts(cls, key: str, facts: Facts) -> Self:
        """
        Return the record that *facts* describe.

        Raises pydantic's ValidationError where a fact has a value of another type than published.
        """
        return cls.model_validate({"key": key} | {name: value for name, value in facts.items() if value is not None})


class Case(Canonical):
    """A deal and the work to win it, as every connected system means it. CUSTOM are facts that its sync declares."""

    title: str | None = None
    client: str | None = None
    contact: str | None = None
    amount: Money | None = None
    budget: Money | None = None
    stage: str | None = None
    outcome: Outcome | None = None
    case_type: str | None = None
    case_type_version: str | None = None
    channel: str | None = None
    key_client: bool | None = None
    deadline: date | None = None
    closes_on: date | None = None
    description: str | None = None
    owner: str | None = None
    case_manager: str | None = None
    participants: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    blocked: bool | None = None
    next_step: str | None = None
    link: str | None = None
    progress: str | None = None
    custom: Mapping[str, Value] = Field(default_factory=dict)

    @classmethod
    def from_facts(cls, key: str, facts: Facts) -> Self:
        """Return the case that *facts* describe; facts that are not published are its `custom` ones."""
        custom = {name: value for name, value in facts.items() if fact("case", name) is None}
        published = {name: value for name, value in facts.items() if name not in custom and value is not None}
        return cls.model_validate({"key": key, "custom": custom} | published)


class Item(Canonical):
    """A piece of work for a case: an issue, a task, a check."""

    case: str | None = None
    title: str | None = None
    description: str | None = None
    category: Category | None = None
    status: str | None = None
    blocked: bool | None = None
    block_reason: str | None = None
    assignee: str | None = None
    due: date | None = None
    labels: frozenset[str] = frozenset()
    parent: str | None = None
    order: Decimal | None = None
    blocked_by: frozenset[str] = frozenset()


class Note(Canonical):
    """What somebody said about a case. An internal one never leaves."""

    case: str | None = None
    author: str | None = None
    body: str | None = None
    at: datetime | None = None
    written_in: str | None = None
    internal: bool = True


class Document(Canonical):
    """A document of a case, by its address."""

    case: str | None = None
    title: str | None = None
    kind: str | None = None
    url: str | None = None
    version: str | None = None
    state: str | None = None


class Client(Canonical):
    """A company. Renaming it does not touch its cases."""

    name: str | None = None
    key_client: bool | None = None
    owner: str | None = None


class Contact(Canonical):
    """A person at a client. Changing a phone number does not touch the cases."""

    name: str | None = None
    last_name: str | None = None
    client: str | None = None
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    owner: str | None = None


class Person(Canonical):
    """Somebody who works on cases; IDS gives the id under which each system knows them."""

    name: str | None = None
    emails: frozenset[str] = frozenset()
    ids: Mapping[str, str] = Field(default_factory=dict)


KINDS: dict[str, type[Canonical]] = {
    "case": Case,
    "item": Item,
    "note": Note,
    "document": Document,
    "client": Client,
    "contact": Contact,
    "person": Person,
}
"""Kind of entity -> its model."""


def dotted(facts: Facts, kind: str) -> dict[str, Value]:
    """Return *facts* of an entity of *kind* under the names that conditions and templates know them by."""
    published = {info.name: info.dotted for info in FACTS[kind]}
    return {published.get(name) or custom_name(kind, name): value for name, value in facts.items()}


def custom_name(kind: str, name: str) -> str:
    """Return the dotted name of a fact that a sync declares itself."""
    return f"{kind}.{name}"
