"""
The published table of facts: one vocabulary for mappings, conditions and templates.

A mapping names the facts of its own entity bare (``amount``); conditions name them dotted (``deal.amount``,
``case.stage``, ``client.name``). There is no second spelling: each fact has one dotted name.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

FactType: TypeAlias = Literal[
    "text", "markdown", "number", "money", "bool", "date", "datetime", "choice", "set", "person", "reference"
]


@dataclass(frozen=True, slots=True)
class FactInfo:
    """One fact: its bare NAME in mappings, its DOTTED name in conditions, its TYPE, and what it means."""

    name: str
    dotted: str
    type: FactType
    meaning: str
    derived: bool = False
    """The hub works it out; it can only be mapped with ``direction: out``."""
    ordered: bool = False
    """Its values have an order (`stages:` of the sync): ``furthest`` applies."""
    choices: tuple[str, ...] = ()


OUTCOMES = ("open", "won", "lost", "withdrawn", "no_decision")
STATUS_CATEGORIES = ("todo", "doing", "done", "dropped")

CASE_FACTS: tuple[FactInfo, ...] = (
    FactInfo("title", "case.title", "text", "what the case is called"),
    FactInfo("client", "client.name", "reference", "the company it is for, by name"),
    FactInfo("contact", "contact.name", "reference", "the person at the client, by name"),
    FactInfo("amount", "deal.amount", "money", "what the deal is worth"),
    FactInfo("budget", "deal.budget", "money", "what the client can spend"),
    FactInfo("stage", "case.stage", "choice", "where the case stands in the funnel", ordered=True),
    FactInfo("outcome", "case.outcome", "choice", "how it ended, beside the stage", choices=OUTCOMES),
    FactInfo("case_type", "case.type", "text", "which template the case follows"),
    FactInfo("case_type_version", "case.type_version", "text", "which version of that template it was begun with"),
    FactInfo("channel", "deal.channel", "text", "where the lead came from"),
    FactInfo("key_client", "client.key", "bool", "a key client"),
    FactInfo("deadline", "case.deadline", "date", "when the client needs the answer"),
    FactInfo("closes_on", "deal.closes_on", "date", "when the deal is expected to close"),
    FactInfo("description", "case.description", "markdown", "what it is about"),
    FactInfo("owner", "deal.owner", "person", "who is responsible for the deal in sales"),
    FactInfo("case_manager", "case.manager", "person", "who leads the pre-sale work"),
    FactInfo("participants", "case.participants", "set", "who else takes part"),
    FactInfo("labels", "case.labels", "set", "free labels"),
    FactInfo("blocked", "case.blocked", "bool", "work is blocked"),
    FactInfo("next_step", "case.next_step", "text", "what happens next"),
    FactInfo("link", "case.link", "text", "address of the case's record in another system", derived=True),
    FactInfo("progress", "case.progress", "text", "one line: status, assignee, due, block", derived=True),
)

ITEM_FACTS: tuple[FactInfo, ...] = (
    FactInfo("case", "item.case", "reference", "the key of the case it belongs to"),
    FactInfo("title", "item.title", "text", "what is to be done"),
    FactInfo("description", "item.description", "markdown", "what it is about"),
    FactInfo("category", "item.category", "choice", "how far it is, in any tracker", choices=STATUS_CATEGORIES),
    FactInfo("status", "item.status", "text", "how far it is, in its tracker's word"),
    FactInfo("blocked", "item.blocked", "bool", "work on it is blocked"),
    FactInfo("block_reason", "item.block_reason", "text", "why work on it is blocked"),
    FactInfo("assignee", "item.assignee", "person", "who does it"),
    FactInfo("due", "item.due", "date", "when it must be done"),
    FactInfo("labels", "item.labels", "set", "free labels"),
    FactInfo("parent", "item.parent", "reference", "the item it is a part of"),
    FactInfo("order", "item.order", "number", "its place among the others"),
    FactInfo("blocked_by", "item.blocked_by", "set", "the items that have to be done before it, by key"),
)

NOTE_FACTS: tuple[FactInfo, ...] = (
    FactInfo("case", "note.case", "reference", "the key of the case it speaks of"),
    FactInfo("author", "note.author", "person", "who wrote it"),
    FactInfo("body", "note.body", "markdown", "what it says"),
    FactInfo("at", "note.at", "datetime", "when it was written"),
    FactInfo("written_in", "note.written_in", "text", "the system it was written in; hub, where it was at the hub"),
    FactInfo("internal", "note.internal", "bool", "it never leaves the system it was written in"),
)

DOCUMENT_FACTS: tuple[FactInfo, ...] = (
    FactInfo("case", "document.case", "reference", "the key of the case it belongs to"),
    FactInfo("title", "document.title", "text", "what the document is called"),
    FactInfo("kind", "document.kind", "text", "which kind of document it is: brief, estimate, offer"),
    FactInfo("url", "document.url", "text", "where it is"),
    FactInfo("version", "document.version", "text", "which version it is"),
    FactInfo("state", "document.state", "text", "how far it is"),
)

CLIENT_FACTS: tuple[FactInfo, ...] = (
    FactInfo("name", "client.name", "text", "what the company is called"),
    FactInfo("key_client", "client.key", "bool", "a key client"),
    FactInfo("owner", "client.owner", "person", "who is responsible for the client in sales"),
)

CONTACT_FACTS: tuple[FactInfo, ...] = (
    FactInfo("name", "contact.name", "text", "what the person at the client is called"),
    FactInfo("last_name", "contact.last_name", "text", "the family name, where it has a place of its own"),
    FactInfo("client", "contact.client", "reference", "the company that the person works for, by name"),
    FactInfo("emails", "contact.emails", "set", "the e-mail addresses"),
    FactInfo("phones", "contact.phones", "set", "the phone numbers"),
    FactInfo("owner", "contact.owner", "person", "who is responsible for the contact in sales"),
)

PERSON_FACTS: tuple[FactInfo, ...] = (
    FactInfo("name", "person.name", "text", "what the person is called"),
    FactInfo("emails", "person.emails", "set", "the person's e-mail addresses"),
)

FACTS: dict[str, tuple[FactInfo, ...]] = {
    "case": CASE_FACTS,
    "item": ITEM_FACTS,
    "note": NOTE_FACTS,
    "document": DOCUMENT_FACTS,
    "client": CLIENT_FACTS,
    "contact": CONTACT_FACTS,
    "person": PERSON_FACTS,
}
"""Kind of entity -> its facts."""

TYPE_WORDS: dict[FactType, str] = {
    "text": "a text",
    "markdown": "a text",
    "number": "a number",
    "money": "an amount",
    "bool": "a yes or no",
    "date": "a day",
    "datetime": "a time",
    "choice": "a choice",
    "set": "a set",
    "person": "a person",
    "reference": "a name",
}
"""Type of a fact -> what people call it."""

FACT_TYPES: tuple[FactType, ...] = get_args(FactType)
"""The types that a sync can declare a fact of its own with."""


TIES = ("blocked_by",)
"""The facts that hold keys of items."""

PEOPLE = ("participants",)
"""The facts that are sets of people."""

UNDER = ("case", "parent")
"""The facts that say where an entity belongs: `under:` of its mapping gives them, not a field."""


def belongs(kind: str) -> bool:
    """Say whether entities of *kind* belong to a case."""
    return any(info.name == "case" for info in FACTS.get(kind, ()))


def fact(kind: str, name: str) -> FactInfo | None:
    """Return the published fact *name* of *kind*, or None: it may still be a custom fact that a sync declares."""
    return next((info for info in FACTS.get(kind, ()) if info.name == name), None)
