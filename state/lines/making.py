"""What an entity's row becomes on the page: the line of a case, its people, and the words under which it is found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mappings.canonical.values import Money, Value, decode

from .. import codec
from ..rows import Row
from ..search.stems import folded, indexed

PARTS = ("owner", "case_manager", "participants")
"""The facts that say whose case it is."""
EXACT = ("amount", "deadline", "closes_on", "next_step", "key_client", "labels", "participants")
"""The facts that a line shows as they are."""
WORDS = {
    "case": ("key", "client", "contact", "labels", "next_step", "channel", "description"),
    "item": ("key", "status", "labels", "block_reason", "description"),
    "note": ("body",),
    "document": ("kind",),
    "client": (),
    "contact": ("key", "client", "emails", "phones"),
}
"""Kind -> the facts, beside its title, by which one is found; kinds that are not named are not searched."""
SHOWN = {"case": "description", "item": "description", "note": "body"}
"""Kind -> the fact of which a search shows a piece."""
TITLES = {"client": ("name",), "contact": ("name", "last_name"), "note": ()}
"""Kind -> the facts that its title is made of; of the others it is `title`."""
MOST = 20_000
"""So many characters of a text are searched."""


@dataclass(slots=True)
class Made:
    """Rows of the three tables."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add what becomes of the entity of *row*."""
        facts = _Facts(row)
        if row["kind"] == "case":
            self.lines.append(_line(row, facts))
            self.people += [{"person": name, "key": row["key"]} for name in sorted(facts.people())]
        if row["kind"] in WORDS:
            self.words.append(_words(row, facts))


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts of an entity, in the forms in which they are kept."""

    row: Row

    @property
    def forms(self) -> Mapping[str, Any]:
        forms: Mapping[str, Any] = self.row["facts"]
        return forms

    def value(self, name: str) -> Value:
        form = self.forms.get(name)
        return decode(form["value"]) if form is not None else None

    def text(self, name: str) -> str:
        value = self.value(name)
        if isinstance(value, frozenset):
            return " ".join(sorted(value))
        return value if isinstance(value, str) else ""

    def said_at(self, name: str) -> datetime | None:
        form = self.forms.get(name)
        at = form["origin"][2] if form is not None else None
        return codec.moment_of(at) if at else None

    def since(self, name: str) -> datetime | None:
        """Since when a fact is what it is: it may have been said again later."""
        form = self.forms.get(name, {})
        return codec.moment_of(form["since"]) if "since" in form else self.said_at(name)

    def changed(self) -> datetime:
        moments = [at for name in self.forms if (at := self.said_at(name)) is not None]
        created: datetime = self.row["created"]
        return max([created, *moments])

    def people(self) -> set[str]:
        return {name.lower() for part in PARTS for name in named(self.value(part))}


def named(value: Value) -> Iterator[str]:
    """Give the persons that the value of a fact names."""
    if isinstance(value, frozenset):
        yield from value
    elif isinstance(value, str) and value:
        yield value


def _line(row: Row, facts: _Facts) -> dict[str, Any]:
    amount = facts.value("amount")
    deadline = facts.value("deadline")
    title, client = facts.text("title"), facts.text("client")
    return {
        **{name: row[name] for name in ("key", "sync", "prefix", "number", "created")},
        "entity": row["id"],
        "title": title,
        "client": client,
        "ordered_title": folded(title),
        "ordered_client": folded(client),
        **{name: facts.text(name) for name in ("stage", "outcome", "case_type", "owner")},
        "amount": float(amount.amount) if isinstance(amount, Money) else None,
        "currency": amount.currency if isinstance(amount, Money) else "",
        "deadline": deadline.isoformat()[:10] if isinstance(deadline, date) else "",
        "manager": facts.text("case_manager"),
        "blocked": facts.value("blocked") is True,
        "facts": {name: facts.forms[name]["value"] for name in EXACT if name in facts.forms},
        "changed": facts.changed(),
        "stage_since": facts.since("stage") or row["created"],
    }


def _words(row: Row, facts: _Facts) -> dict[str, Any]:
    kind = row["kind"]
    title = " ".join(filter(None, map(facts.text, TITLES.get(kind, ("title",)))))
    said = [row["key"] if name == "key" else facts.text(name)[:MOST] for name in WORDS[kind]]
    at = facts.value("at")
    return {
        "entity": row["id"],
        "kind": kind,
        "key": row["key"],
        "case_key": row["key"] if kind == "case" else facts.text("case"),
        "title": title,
        "client": title if kind == "client" else facts.text("client"),
        "text": facts.text(SHOWN[kind])[:MOST] if kind in SHOWN else "",
        "words": indexed(title, *said),
        "internal": kind == "note" and facts.value("internal") is True,
        "at": at if isinstance(at, datetime) else facts.changed(),
    }
