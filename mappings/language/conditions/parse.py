"""
Text of a condition in, checked `Condition` out: names, types and words are all judged here, none while it is used.

::

    condition := all {"or" all}         all  := one {"and" one}
    one  := "not" one | "(" condition ")" | "true" | "false" | "set" "(" fact ")" | "empty" "(" fact ")"
          | fact | value sign value | fact "in" "[" literal {"," literal} "]" | text "in" fact
    value := fact | literal | "count" "(" name ")"
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, cast

from mappings.canonical.facts import FactInfo
from mappings.canonical.values import Value

from ..problems import hint, shown
from .model import (
    SIGNS,
    And,
    Asked,
    Compare,
    Condition,
    Counted,
    Filled,
    Given,
    Member,
    Not,
    OneOf,
    Or,
    Question,
    Sign,
    Truth,
)
from .names import Names, Written, literal
from .words import ConditionError, Row, Token, tokens

LONGEST = 2000
DEEPEST = 20

_MIRRORED: dict[Sign, Sign] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WORDS = ("and", "or", "not", "in", "true", "false", "null", "none")
_NOTHING = Truth(Given(value=False))  # stands where something was wrong, so that parsing goes on


def parse(text: str, names: Names) -> Condition:
    """Return the condition that *text* says about *names*. Raises `ConditionError` with all that is wrong."""
    if len(text) > LONGEST:
        raise ConditionError(f"too long: {len(text)} characters; at most {LONGEST}")
    reading = _Parser(tokens(text), names)
    root = reading.whole()
    if reading.wrong:
        raise ConditionError(*dict.fromkeys(reading.wrong))
    return Condition(" ".join(text.split()), root)


@dataclass(frozen=True, slots=True)
class _Fact:
    info: FactInfo


@dataclass(frozen=True, slots=True)
class _Literal:
    written: Written


@dataclass(frozen=True, slots=True)
class _Count:
    name: str


@dataclass(frozen=True, slots=True)
class _Lost:
    """A name that is not known: noted, and nothing more is said about what it is compared with."""


_Side: TypeAlias = _Fact | _Literal | _Count | _Lost


class _Parser:
    def __init__(self, found: list[Token], names: Names) -> None:
        self._words = Row(found)
        self._names = names
        self._depth = 0
        self.wrong: list[str] = []

    def whole(self) -> Question:
        root = self._any()
        if self._words.next.kind != "end":
            raise ConditionError(self._words.unexpected("'and', 'or' or the end"))
        return root

    # --- and, or, not, brackets ---

    def _any(self) -> Question:
        parts = self._joined("or", self._all)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _all(self) -> Question:
        parts = self._joined("and", self._one)
        return parts[0] if len(parts) == 1 else And(parts)

    def _joined(self, word: str, part: Callable[[], Question]) -> tuple[Question, ...]:
        parts = [part()]
        while self._words.took(word):
            parts.append(part())
        return tuple(parts)

    def _one(self) -> Question:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConditionError(f"nested deeper than {DEEPEST} levels")
        try:
            if self._words.took("not"):
                return Not(self._one())
            if self._words.took("("):
                inner = self._any()
                self._words.expect(")")
                return inner
            return self._simple()
        finally:
            self._depth -= 1

    # --- one question ---

    def _simple(self) -> Question:
        word = self._words.next.text if self._words.next.kind == "name" else ""
        if word in ("set", "empty") and self._words.ahead == "(":
            return self._filled(self._words.take().text)
        left = self._side()
        if self._words.next.text in SIGNS:
            return self._compare(left, cast("Sign", self._words.take().text))
        if self._words.took("not"):
            raise ConditionError("'not in' is not known; write: not x in […]")
        if self._words.took("in"):
            return self._within(left)
        return self._truth(left)

    def _filled(self, word: str) -> Question:
        self._words.expect("(")
        side = self._side()
        self._words.expect(")")
        match side:
            case _Fact(info):
                return Filled(Asked(info.dotted)) if word == "set" else Not(Filled(Asked(info.dotted)))
            case _Literal() | _Count():
                self.wrong.append(f"{word}(…) asks about a fact")
        return _NOTHING

    def _truth(self, side: _Side) -> Question:
        match side:
            case _Fact(info) if info.type == "bool":
                return Truth(Asked(info.dotted))
            case _Fact(info):
                name = info.dotted
                self.wrong.append(f"{name} alone says neither yes nor no; compare it, or write set({name})")
            case _Literal(bool(plain)):
                return Truth(Given(plain))
            case _Literal(written):
                self.wrong.append(f"{shown(written)} alone says neither yes nor no")
            case _Count(name):
                self.wrong.append(f"count({name}) alone says neither yes nor no; compare it")
        return _NOTHING

    def _within(self, left: _Side) -> Question:
        if self._words.next.text != "[":
            return self._member(left, self._side())
        self._words.expect("[")
        if self._words.next.text == "]":
            raise ConditionError("an empty list holds nothing")
        among = [self._listed()]
        while self._words.took(","):
            among.append(self._listed())
        self._words.expect("]")
        match left:
            case _Fact(info):
                values = tuple(self._literal(info, one) for one in among)
                return OneOf(Asked(info.dotted), values)
            case _Literal() | _Count():
                self.wrong.append("left of 'in […]' stands a fact")
        return _NOTHING

    def _member(self, left: _Side, right: _Side) -> Question:
        match left, right:
            case _Literal(str(member)), _Fact(info) if info.type == "set":
                return Member(str(self._literal(info, member)), Asked(info.dotted))
            case _Lost(), _:
                return _NOTHING
            case _, _Lost():
                return _NOTHING
        self.wrong.append("right of 'in' stands a list in […], or a fact that is a set after a text in quotes")
        return _NOTHING

    def _compare(self, left: _Side, sign: Sign) -> Question:
        right = self._side()
        if self._words.next.text in SIGNS:
            raise ConditionError("one comparison at a time; join two by 'and'")
        match left, right:
            case _Fact(info), _Literal(written):
                return self._fact_and_literal(info, written, sign=sign)
            case _Literal(written), _Fact(info):
                return self._fact_and_literal(info, written, sign=_MIRRORED[sign])
            case _Fact(one), _Fact(other):
                return self._two_facts(one, other, sign=sign)
            case _Count(name), _Literal(Decimal() as number):
                return Compare(sign, Counted(name), Given(number))
            case _Literal(Decimal() as number), _Count(name):
                return Compare(_MIRRORED[sign], Counted(name), Given(number))
            case (_Lost(), _) | (_, _Lost()):
                return _NOTHING
        self.wrong.append(f"a fact is compared with a value or another fact, a count with a number ({sign})")
        return _NOTHING

    def _fact_and_literal(self, info: FactInfo, written: Written, *, sign: Sign) -> Question:
        order = self._order(info, sign)
        return Compare(sign, Asked(info.dotted), Given(self._literal(info, written)), order=order)

    def _two_facts(self, one: FactInfo, other: FactInfo, *, sign: Sign) -> Question:
        if one.type != other.type:
            self.wrong.append(f"{one.dotted} is {one.type} and {other.dotted} is {other.type}: they cannot be compared")
        return Compare(sign, Asked(one.dotted), Asked(other.dotted), order=self._order(one, sign))

    def _order(self, info: FactInfo, sign: Sign) -> tuple[str, ...]:
        if sign in ("==", "!="):
            if info.type == "set":
                self.wrong.append(f"{info.dotted} is a set; write 'x' in {info.dotted}")
            return ()
        order = self._names.order(info)
        if order is None:
            self.wrong.append(f"{info.dotted} has no order; it can be compared with == and != only")
        return order or ()

    # --- facts and literals ---

    def _side(self) -> _Side:
        token = self._words.take()
        if token.kind == "number":
            return _Literal(Decimal(token.text.replace("_", "")))
        if token.kind == "text":
            return _Literal(token.text[1:-1])
        if token.kind != "name":
            self._words.put_back(token)
            raise ConditionError(self._words.unexpected("a fact or a value"))
        return self._named(token.text)

    def _named(self, word: str) -> _Side:
        if word in ("true", "false"):
            return _Literal(word == "true")
        if word.casefold() in ("null", "none"):
            raise ConditionError(f"a comparison with {word} is always false; write empty(x) or set(x)")
        if word == "count" and self._words.next.text == "(":
            return self._count()
        if word.casefold() in _WORDS:
            raise ConditionError(f"{shown(word)} stands where a fact or a value should")
        info = self._names.facts.get(word)
        if info is None:
            self.wrong.append(self._names.unknown(word))
            return _Lost()
        return _Fact(info)

    def _count(self) -> _Side:
        self._words.expect("(")
        name = self._words.take()
        self._words.expect(")")
        if name.text not in self._names.counts:
            self.wrong.append(f"nothing to count called {shown(name.text)}{hint(name.text, self._names.counts)}")
            return _Lost()
        return _Count(name.text)

    def _listed(self) -> Written:
        match self._side():
            case _Literal(written):
                return written
        raise ConditionError("a list holds values only; put texts in quotes")

    def _literal(self, info: FactInfo, written: Written) -> Value:
        if written == "":
            name = info.dotted
            self.wrong.append(f"no fact is ever '': what is empty is null; write empty({name}) or set({name})")
            return None
        try:
            return literal(info, written, choices=self._names.orders.get(info.dotted, ()))
        except ValueError as error:
            self.wrong.append(str(error))
            return None
