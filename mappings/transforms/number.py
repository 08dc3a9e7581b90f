"""Decimal numbers: as text, or as whole numbers in JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Refusal

from .base import Plain, malformed
from .settings import Setting, complete
from .vocabulary import Spot

_NUMBER = re.compile(r"[+-]?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,3})?", re.ASCII)
_USUAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)  # no such number is out of range
_WIDEST = 30  # digits before the point: beyond any amount, and short enough to write out
_FINEST = Decimal("1E-30")
_EXACT = Context(prec=200)  # never rounds what passes the two limits

PLACES = Setting("places", "count", "decimal places that the place holds; what is finer is rounded, half up")


def parsed(view: View) -> Decimal | Refusal:
    """Return the number that a view shows. Refuses ``malformed`` and ``range``, and never guesses a decimal comma."""
    if isinstance(view, str) and _USUAL.fullmatch(view):
        return Decimal(view)
    written = isinstance(view, str) and _NUMBER.fullmatch(view)
    if not written and (not isinstance(view, int) or isinstance(view, bool)):
        return malformed("decimal number", view)
    number = Decimal(view)
    return number if in_range(number) else Refusal("range", "a number with more digits than anything has")


def in_range(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    return not number or (number.adjusted() < _WIDEST and number.quantize(_FINEST, context=_EXACT) == number)


def rounded(number: Decimal, places: int | None) -> Decimal:
    """Round *number* half up, as people do with money. A number out of range stays as it is: it is refused anyway."""
    if places is None or not in_range(number):
        return number
    return number.quantize(_unit(places), rounding=ROUND_HALF_UP, context=_EXACT)


@lru_cache(maxsize=32)
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def plain_digits(number: Decimal) -> str:
    """Write *number* without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Number(Plain):
    """A decimal number; ``15005.0`` and ``15005`` are the same one, and zero is a number. PLACES is a declared loss."""

    name: ClassVar[str] = "number"
    holds: ClassVar[type] = Decimal
    declared: ClassVar[tuple[Setting, ...]] = (PLACES,)

    places: int | None = None

    @classmethod
    def built(cls, given: Mapping[str, Any], _spot: Spot) -> "Number":
        return cls(**complete(cls.declared, given))

    @property
    def lossless(self) -> bool:
        return self.places is None

    def settings(self) -> Mapping[str, Any]:
        return {"places": self.places}

    def means(self, view: View) -> Value | Refusal:
        return None if view in (None, "") else parsed(view)

    def kept(self, value: Value) -> Value:
        return rounded(value, self.places) if isinstance(value, Decimal) else value

    def say(self, value: Decimal, view: View) -> View | Refusal:
        if not in_range(value):
            return Refusal("range", "a number with more digits than anything has")
        whole = value == value.to_integral_value()
        return int(value) if whole and isinstance(view, int) else plain_digits(value)
