"""
Canonical values and their one JSON form.

A value is ``None`` (said to be empty), ``str``, ``bool``, ``Decimal``, ``Money``, ``date``, an aware ``datetime`` in
UTC or a ``frozenset`` of ``str``. *Unseen* is not a value: a fact that nobody has said is absent.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, cast

from mappings.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code). Equal only in the same currency: nothing is ever converted."""

    amount: Decimal
    currency: str


MULTIPLES = frozenset(
    ["k", "m", "bn", "mio", "mln", "mil", "mrd", "bln", "tys", "ths", "tsd", "тыс", "млн", "млрд", "трлн"]
)
"""What people write for thousands and millions, in small letters, where a currency is looked for."""


def is_currency(code: str) -> bool:
    """Say whether *code* may be a currency: three capital letters that are no short form of a million."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() and code.lower() not in MULTIPLES


Value: TypeAlias = str | bool | Decimal | Money | date | datetime | frozenset[str] | None
Facts: TypeAlias = Mapping[str, Value]
"""Fact name -> value. An absent name is unseen, ``None`` is empty."""


_PLAIN = frozenset({str, bool, type(None)})
"""What is its own form: most of all values, and there are a hundred in a case."""


def encode(value: Value) -> Any:
    """Return the JSON form of *value*; `decode` is its inverse and equal values have equal forms."""
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return {"number": _plain(value)}
        case Money():
            return {"money": _plain(value.amount), "currency": value.currency}
        case datetime():
            return {"datetime": value.astimezone(UTC).isoformat()}
        case date():
            return {"date": value.isoformat()}
        case frozenset():
            return {"set": sorted(value)}
    raise TypeError(f"not a canonical value: {type(value).__name__}")


_OF_TEXT: Mapping[str, Callable[[str], Value]] = {
    "number": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def decode(form: Any) -> Value:
    """Return the value that `encode` gave *form* for. Raises ValueError on anything else."""
    if form.__class__ in _PLAIN:
        return cast("Value", form)
    if form.__class__ is dict and len(form) == 1:  # by far the most of the others: patterns take five times as long
        [(kind, said)] = form.items()
        if said.__class__ is str and kind in _OF_TEXT:
            return _OF_TEXT[kind](said)
    return _decoded(form)


def _decoded(form: Any) -> Value:
    match form:
        case None | bool() | str():
            return form
        case {"money": str(text), "currency": str(currency)}:
            return Money(Decimal(text), currency)
        case {"number": str(text)}:
            return Decimal(text)
        case {"datetime": str(text)}:
            return datetime.fromisoformat(text)
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case {"set": list(members)}:
            return frozenset(members)
    raise ValueError(f"not the form of a canonical value: {form!r}")


def encode_facts(facts: Facts) -> dict[str, Any]:
    """Return the JSON form of *facts*."""
    return {name: value if value.__class__ in _PLAIN else encode(value) for name, value in facts.items()}


def decode_facts(form: Mapping[str, Any]) -> Facts:
    """Return the facts that `encode_facts` gave *form* for: *form* itself where all of them are plain."""
    if _PLAIN.issuperset(map(type, form.values())):
        return form
    return {name: value if value.__class__ in _PLAIN else decode(value) for name, value in form.items()}


def _plain(number: Decimal) -> str:
    """Digits without exponent and without trailing zeros: 1500.50 and 1500.5 are one value with one form."""
    text = format(number, "f")  # not by `normalize`, which rounds to 28 digits
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if number else "0"
