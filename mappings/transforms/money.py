"""Amounts with a currency, which is never converted and never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from mappings.canonical.values import Money, Value, is_currency
from mappings.exchange import Choice, View
from mappings.lens import Refusal

from .base import Plain, malformed
from .number import PLACES, in_range, parsed, plain_digits, rounded
from .settings import BadSettings, Problem, Setting, complete
from .vocabulary import Spot

_is_code = lru_cache(maxsize=256)(is_currency)


@dataclass(frozen=True, slots=True)
class Amount(Plain):
    """
    Money in one of three forms: one place in a fixed CURRENCY; a place for the amount and one for the currency (PAIR);
    or both in one text, ``100|RUB`` (PIPE).

    With a fixed currency another one is refused (``currency``), in reading and in writing. With a place for it CURRENCY
    only says what is meant where that place is empty. PLACES is a declared loss; ZERO ``empty`` declares another: the
    system shows 0 where nothing was entered, so that nobody can tell them apart there.
    """

    name: ClassVar[str] = "money"
    holds: ClassVar[type] = Money
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting("currency", "currency", "the currency of the place; beside a place for it, what is meant by none"),
        Setting(PLACES.name, PLACES.type, PLACES.meaning, default=2),
        Setting("form", "word", "one place shows the bare amount, or 100|RUB", "plain", words=("plain", "pipe")),
        Setting("zero", "word", "what 0 means in that system", "amount", words=("amount", "empty")),
    )

    currency: str | None = None
    pair: tuple[str, str] | None = None
    """The places of the amount and of the currency."""
    pipe: bool = False
    places: int | None = 2
    zero_is_empty: bool = False
    codes: tuple[tuple[str, str], ...] = ()
    """Where a currency is an id: the ids with the codes that they stand for."""

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Amount":
        asked = complete(cls.declared, given)
        pair = (spot.places[0], spot.places[1]) if len(spot.places) == 2 else None
        pipe = asked["form"] == "pipe"
        problems = []
        if len(spot.places) > 2:
            problems.append(Problem("at", "money has one place, or one for the amount and one for the currency"))
        if pipe and pair:
            problems.append(Problem("form", "100|RUB is one place, not two"))
        if not (pair or pipe or asked["currency"]):
            problems.append(Problem("currency", "missing: the place shows an amount, and nobody says of what"))
        if problems:
            raise BadSettings(problems)
        return cls(
            currency=asked["currency"],
            pair=pair,
            pipe=pipe,
            places=asked["places"],
            zero_is_empty=asked["zero"] == "empty",
            codes=_codes(spot.words.choices.get(pair[1], ())) if pair else (),
        )

    @property
    def lossless(self) -> bool:
        return self.places is None and not self.zero_is_empty

    def settings(self) -> Mapping[str, Any]:
        return {
            "currency": self.currency,
            "pair": list(self.pair) if self.pair else None,
            "form": "pipe" if self.pipe else "plain",
            "places": self.places,
            "zero": "empty" if self.zero_is_empty else "amount",
        }

    def means(self, view: View) -> Value | Refusal:
        parts = self._parts(view)
        if isinstance(parts, Refusal):
            return parts
        amount, code = parts
        if amount in (None, ""):
            return None
        number = parsed(amount)
        if isinstance(number, Refusal):
            return number
        if self.zero_is_empty and not number:
            return None
        meant = self._meant(code)
        if meant is None or not _is_code(meant):
            return Refusal("malformed", "an amount without a currency code")
        if not self.pair and self.currency and meant != self.currency:
            return Refusal("currency", f"{meant}, where the mapping says {self.currency}")
        return Money(number, meant)

    def kept(self, value: Value) -> Value:
        if not isinstance(value, Money):
            return value
        amount = rounded(value.amount, self.places)
        if self.zero_is_empty and amount == 0:
            return None
        return value if amount == value.amount else Money(amount, value.currency)

    def empty(self, view: View) -> View | Refusal:
        """Empty the amount; the currency beside it is left alone."""
        bare = "0" if self.zero_is_empty else None
        return {**self._pair_of(view), self.pair[0]: bare} if self.pair else bare

    def say(self, value: Money, view: View) -> View | Refusal:
        if not in_range(value.amount):
            return Refusal("range", "a number with more digits than anything has")
        if not _is_code(value.currency):
            return Refusal("currency", "not a currency code")
        if not self.pair and self.currency not in (None, value.currency):
            return Refusal("currency", f"{value.currency}, and the place holds {self.currency}; nothing is converted")
        digits = plain_digits(value.amount)
        if self.pair:
            return self._said_by_two(value, self._pair_of(view), digits=digits)
        return f"{digits}|{value.currency}" if self.pipe else digits

    def _said_by_two(self, value: Money, shown: Mapping[str, View], *, digits: str) -> View | Refusal:
        (amount_place, _), (currency_place, code) = shown.items()
        if self._meant(code) == value.currency:
            return {amount_place: digits, currency_place: code}
        ids = [one for one, meant in self.codes if meant == value.currency] if self.codes else [value.currency]
        if not ids:
            return Refusal("currency", f"{value.currency} is not among the currencies of the system")
        return {amount_place: digits, currency_place: ids[0]}

    def _meant(self, code: View) -> str | None:
        """Return the currency that a view of its place (or none) stands for."""
        if code in (None, ""):
            return self.currency
        return dict(self.codes).get(str(code), str(code))

    def _pair_of(self, view: View) -> dict[str, View]:
        known = view if isinstance(view, Mapping) else {}
        return {place: known.get(place) for place in self.pair or ()}

    def _parts(self, view: View) -> tuple[View, str | None] | Refusal:
        """Take a view apart into its amount and its currency (None where it names none)."""
        if self.pair:
            if not isinstance(view, Mapping) or set(view) != set(self.pair):
                return malformed("amount with a currency", view)
            code = view[self.pair[1]]
            return (view[self.pair[0]], code) if code is None or isinstance(code, str) else malformed("currency", code)
        if not self.pipe or view in (None, ""):
            return view, None
        if not isinstance(view, str) or view.count("|") != 1:
            return malformed("amount with a currency (100|RUB)", view)
        amount, code = view.split("|")
        return amount, code


def _codes(choices: Sequence[Choice]) -> tuple[tuple[str, str], ...]:
    """Pair the ids of a currency list with their codes: the id itself where it is one, else the label."""
    named = [(one.id, one.id if _is_code(one.id) else one.label) for one in choices]
    return tuple((one, code) for one, code in named if _is_code(code))
