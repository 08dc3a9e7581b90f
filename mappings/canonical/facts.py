"""
The published table of facts: one vocabulary for mappings, conditions and templates.

A mapping names the facts of its own entity bare (``amount``); conditions name them dotted (``deal.amount``,
``case.stage``, ``client.name``). There is no second spelling: each fact has one dotted name.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

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

FACTS: dict[str, tuple[FactInfo, ...]] = {"case": CASE_FACTS}
"""Kind of entity -> its facts."""


def fact(kind: str, name: str) -> FactInfo | None:
    """Return the published fact *name* of *kind*, or None: it may still be a custom fact that a sync declares."""
    return next((info for info in FACTS.get(kind, ()) if info.name == name), None)
