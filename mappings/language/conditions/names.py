"""What a condition may speak of: facts by their dotted names, with their types, and counts of plan items."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from mappings.canonical.facts import FACTS, PEOPLE, FactInfo
from mappings.canonical.values import Money, Value, is_currency

from ..problems import hint, shown

Written: TypeAlias = str | Decimal | bool
"""A literal as it stands in a text."""

_TEXTS = ("text", "markdown", "person", "reference", "set")
_ORDERED = ("number", "money", "date", "datetime")


@dataclass(frozen=True, slots=True)
class Names:
    """
    FACTS by their dotted names; ORDERS gives the values of ordered facts, lowest first; COUNTS are the dotted names
    that may be counted (``items.audit.completed``).
    """

    facts: Mapping[str, FactInfo]
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Collection[str] = ()

    def unknown(self, name: str) -> str:
        """Say that *name* is no fact, and which one was meant."""
        for dotted, info in self.facts.items():
            if name in (info.name, dotted.rpartition(".")[2]):
                return f"unknown fact {shown(name)}; did you mean {shown(dotted)}?"
        return f"unknown fact {shown(name)}{hint(name, self.facts)}"

    def order(self, info: FactInfo) -> tuple[str, ...] | None:
        """Return the order that values of a fact are compared in; empty: their own; None: they have none."""
        if info.type in _ORDERED:
            return ()
        return self.orders.get(info.dotted)


Orders: TypeAlias = Mapping[str, tuple[str, ...]]


def names_of(kind: str, custom: Iterable[FactInfo] = (), *, orders: Orders | None = None) -> Names:
    """
    Return the names for conditions over entities of *kind*: published facts and *custom* ones.

    *orders* is by bare fact name (``stage`` -> the stages of the sync).
    """
    facts = {info.dotted: info for info in (*FACTS[kind], *custom)}
    by_name = {info.name: info.dotted for info in facts.values()}
    return Names(facts, {by_name[name]: tuple(order) for name, order in (orders or {}).items() if name in by_name})


def literal(info: FactInfo, written: Written, *, choices: Collection[str] = ()) -> Value:
    """
    Return what *written* means as a value of *info* (for a set: as one member).

    *choices* replaces the fact's own choices. Raises ValueError with a message for people.
    """
    match info.type, written:
        case "bool", bool():
            return written
        case "number" | "money", Decimal():
            return written
        case "money", str():
            return _money(info, written)
        case "choice", str():
            return _choice(info, written, choices=choices or info.choices)
        case "date", str():
            return _date(info, written)
        case "datetime", str():
            return _datetime(info, written)
        case "person" | "set", str() if "@" in written and (info.type == "person" or info.name in PEOPLE):
            return written.lower()  # as every e-mail that a system shows
        case _, str() if info.type in _TEXTS:
            return written
    raise ValueError(f"{info.dotted} is {_WANTED[info.type]}, not {shown(written)}")


_WANTED = {
    "text": "a text in quotes",
    "markdown": "a text in quotes",
    "person": "an e-mail in quotes",
    "reference": "a text in quotes",
    "set": "a set of texts in quotes",
    "choice": "a word in quotes",
    "number": "a number",
    "money": "a number, or a text like '1000 EUR'",
    "bool": "true or false",
    "date": "a day like '2026-12-01'",
    "datetime": "a time like '2026-12-01T09:00+03:00'",
}


def _choice(info: FactInfo, text: str, *, choices: Collection[str]) -> str:
    if choices and text not in choices:
        raise ValueError(f"{shown(text)} is no {info.dotted}{hint(text, choices)}")
    return text


def _money(info: FactInfo, text: str) -> Money:
    digits, _, currency = text.replace("_", "").rpartition(" ")
    try:
        amount = Decimal(digits.replace(" ", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and is_currency(currency)):
        raise ValueError(f"{info.dotted} is {_WANTED['money']}, not {shown(text)}")
    return Money(amount, currency)


def _date(info: FactInfo, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{info.dotted} is {_WANTED['date']}, not {shown(text)}") from None


def _datetime(info: FactInfo, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        told = moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):  # the first day of all, in a zone that is ahead of UTC, is none there
        told = None
    if told is None:
        raise ValueError(f"{info.dotted} is {_WANTED['datetime']}, not {shown(text)}")
    return told
