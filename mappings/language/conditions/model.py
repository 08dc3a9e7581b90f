"""
A condition as a tree of frozen values: small boolean questions about facts.

A fact that nobody has said, or that is said to be empty, is *null*. Every comparison with null is false (``x == 1`` and
``x != 1`` alike), ``set(x)`` is false, ``empty(x)`` is true, and ``not`` of false is true. No condition ever raises:
values that cannot be compared (another currency, another type) compare as false.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal, Protocol, TypeAlias

from mappings.canonical.values import Money, Value

Known: TypeAlias = Mapping[str, Value]
"""Dotted fact -> value."""
Sign: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]

SIGNS: dict[Sign, Callable[[Any, Any], bool]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class Question(Protocol):
    """A part of a condition that is true or false of the facts."""

    def holds(self, facts: Known, /) -> bool: ...

    def asks(self) -> frozenset[str]:
        """Return the dotted names it looks at."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """A value written in the condition."""

    value: Value

    def of(self, _facts: Known, /) -> Value:
        return self.value

    def asks(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """The value of a fact. Text of nothing is null, as is a set of nothing."""

    name: str

    def of(self, facts: Known, /) -> Value:
        value = facts.get(self.name)
        return None if not value and isinstance(value, str | frozenset) else value

    def asks(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items of the plan are in a state; none, if nothing is known of them."""

    name: str

    def of(self, facts: Known, /) -> Value:
        value = facts.get(self.name)
        return value if isinstance(value, Decimal) else Decimal(0)

    def asks(self) -> frozenset[str]:
        return frozenset({self.name})


Operand: TypeAlias = Given | Asked | Counted


@dataclass(frozen=True, slots=True)
class Compare:
    """``left sign right``; where ORDER is given, by the place of both in it."""

    sign: Sign
    left: Operand
    right: Operand
    order: tuple[str, ...] = ()

    def holds(self, facts: Known, /) -> bool:
        left, right = self.left.of(facts), self.right.of(facts)
        if left is None or right is None:
            return False
        if self.order and self.sign not in ("==", "!="):
            return left in self.order and right in self.order and self._by_order(str(left), str(right))
        return _compared(self.sign, left, right=right)

    def _by_order(self, left: str, right: str) -> bool:
        return SIGNS[self.sign](self.order.index(left), self.order.index(right))

    def asks(self) -> frozenset[str]:
        return self.left.asks() | self.right.asks()


@dataclass(frozen=True, slots=True)
class OneOf:
    """``x in [a, b]``; a set is in the list if one of its members is."""

    left: Asked
    among: tuple[Value, ...]

    def holds(self, facts: Known, /) -> bool:
        value = self.left.of(facts)
        if isinstance(value, str):
            return value in self.among
        if isinstance(value, frozenset):
            return not value.isdisjoint(self.among)
        return value is not None and any(_compared("==", value, right=one) for one in self.among)

    def asks(self) -> frozenset[str]:
        return self.left.asks()


@dataclass(frozen=True, slots=True)
class Member:
    """``'a' in x`` where x is a set."""

    member: str
    of: Asked

    def holds(self, facts: Known, /) -> bool:
        value = self.of.of(facts)
        return isinstance(value, frozenset) and self.member in value

    def asks(self) -> frozenset[str]:
        return self.of.asks()


@dataclass(frozen=True, slots=True)
class Truth:
    """A yes-or-no fact by itself, or a plain ``true`` or ``false``."""

    of: Asked | Given

    def holds(self, facts: Known, /) -> bool:
        return self.of.of(facts) is True

    def asks(self) -> frozenset[str]:
        return self.of.asks()


@dataclass(frozen=True, slots=True)
class Filled:
    """``set(x)``: the fact has a value."""

    of: Asked

    def holds(self, facts: Known, /) -> bool:
        return self.of.of(facts) is not None

    def asks(self) -> frozenset[str]:
        return self.of.asks()


@dataclass(frozen=True, slots=True)
class Not:
    part: Question

    def holds(self, facts: Known, /) -> bool:
        return not self.part.holds(facts)

    def asks(self) -> frozenset[str]:
        return self.part.asks()


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Question, ...]

    def holds(self, facts: Known, /) -> bool:
        return all(part.holds(facts) for part in self.parts)

    def asks(self) -> frozenset[str]:
        return frozenset().union(*(part.asks() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Question, ...]

    def holds(self, facts: Known, /) -> bool:
        return any(part.holds(facts) for part in self.parts)

    def asks(self) -> frozenset[str]:
        return frozenset().union(*(part.asks() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked condition; called with dotted facts it says whether it holds. Frozen, so that it can be compared."""

    text: str
    root: Question

    def __call__(self, facts: Known, /) -> bool:
        return self.root.holds(facts)

    @property
    def facts(self) -> frozenset[str]:
        """The dotted names it looks at."""
        return self.root.asks()

    def __str__(self) -> str:
        return self.text


def evaluate(condition: Condition, facts: Known) -> bool:
    """Say whether *condition* holds over *facts*; null where a fact is missing or empty."""
    return condition.root.holds(facts)


def _compared(sign: Sign, left: Value, *, right: Value) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and SIGNS[sign](left, right)
    if isinstance(left, Money) and isinstance(right, Money) and left.currency != right.currency:
        return sign == "!="
    left, right = _bare(left, right), _bare(right, left)
    return type(left) is type(right) and SIGNS[sign](left, right)


def _bare(value: Value, other: Value) -> Value:
    """Money is compared with a bare number by its amount, and with money of its own currency likewise."""
    return value.amount if isinstance(value, Money) and isinstance(other, Money | Decimal) else value
