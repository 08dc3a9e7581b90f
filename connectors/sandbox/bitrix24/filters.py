"""Filters and orders: prefixes, groups, and refusals instead of silence."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .errors import bad_argument

Row: TypeAlias = Any
Test: TypeAlias = Callable[[Row], bool]
PREFIXES = ("!=%", "!%=", "=%", "%=", "!%", "!@", ">=", "<=", "!=", "@", "%", "=", "!", ">", "<")
NOTHING = object()
"""A value that no record can have, such as a time that is none: nothing compares with it."""
_COMPARES: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Column:
    """How to get a field of a row, and what a sent value means there (NOTHING if nothing)."""

    get: Callable[[Row], Any]
    read: Callable[[Any], Any]


Columns: TypeAlias = Callable[[str], Column | None]


def compiled(form: Any, columns: Columns) -> Test:
    """Return the test that a filter is. Raises Refused for a field that cannot be filtered by, naming it."""
    if not form:
        return _always
    pairs = enumerate(form) if isinstance(form, list) else form.items()
    tests: list[Test] = []
    either = False
    for key, value in pairs:
        name = str(key)
        if name.lower() == "logic":
            either = str(value).upper() == "OR"
        elif name.isdigit():
            tests.append(compiled(value, columns))
        else:
            tests.append(_condition(name, value, columns))
    if len(tests) == 1:
        return tests[0]
    if either:
        return lambda row: any(test(row) for test in tests)
    return _all_of(tests)


def _all_of(tests: list[Test]) -> Test:
    if not tests:
        return _always
    first, *rest = tests
    if not rest:
        return first
    others = _all_of(rest)
    return lambda row: first(row) and others(row)


def _always(_: Row) -> bool:
    return True


def _never(_: Row) -> bool:
    return False


def split(name: str) -> tuple[str, str]:
    """Return prefix and field of a filter's key."""
    prefix = next((each for each in PREFIXES if name.startswith(each)), "")
    return prefix, name[len(prefix) :]


def _condition(key: str, value: Any, columns: Columns) -> Test:
    prefix, name = split(key)
    column = columns(name)
    if column is None:
        raise bad_argument(f"Invalid filter: field '{name}' is not allowed in filter")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list) and prefix not in ("", "=", "!", "!=", "@", "!@"):
        raise bad_argument(f"Invalid filter: field '{name}' has invalid value")
    if prefix in _COMPARES:
        return _compare(column, _COMPARES[prefix], column.read(value))
    if "%" in prefix:
        return _like(column, str(value), prefix)
    wanted = value if isinstance(value, list) else [value]
    test = _among(column, wanted)
    return (lambda row: not test(row)) if prefix.startswith("!") else test


def _compare(column: Column, compare: Callable[[Any, Any], Any], bound: Any) -> Test:
    get = column.get
    if bound is NOTHING:
        return _never

    def test(row: Row) -> bool:
        held = get(row)
        return held is not None and bool(compare(held, bound))

    return test


def _among(column: Column, wanted: Iterable[Any]) -> Test:
    get = column.get
    wanted = list(wanted)
    empty = any(_is_empty(each) for each in wanted)
    read = (column.read(each) for each in wanted if not _is_empty(each))
    values = {folded(each) for each in read if each is not NOTHING}

    def test(row: Row) -> bool:
        held = get(row)
        if isinstance(held, tuple):
            return any(folded(each) in values for each in held) or (empty and not held)
        return folded(held) in values or (empty and held in ("", None, 0))

    return test


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ""


def _like(column: Column, value: str, prefix: str) -> Test:
    """A part of the text; with an equals sign in the prefix, a pattern with percent signs of its own."""
    pattern = value if "=" in prefix else f"%{value}%"
    inside = "".join(".*" if each == "%" else "." if each == "_" else re.escape(each) for each in pattern)
    found = re.compile(inside, re.IGNORECASE | re.DOTALL)
    get, wanted = column.get, not prefix.startswith("!")

    def test(row: Row) -> bool:
        held = get(row)
        texts = held if isinstance(held, tuple) else ("" if held is None else str(held),)
        return any(found.fullmatch(str(each)) for each in texts) is wanted

    return test


def folded(value: Any) -> Any:
    """Texts are compared as the portal's database does: without regard to case."""
    return value.casefold() if isinstance(value, str) else value


def ordered(rows: list[Row], order: Any, columns: Columns, *, default: str) -> list[Row]:
    """Return rows in the order that is asked for. Raises Refused for an unknown field or direction."""
    wanted = order if isinstance(order, Mapping) and order else {default: "ASC"}
    keys: list[tuple[Column, bool]] = []
    for name, direction in wanted.items():
        column = columns(str(name))
        if column is None:
            raise bad_argument(f"Invalid order: field '{name}' is not allowed in order")
        if str(direction).upper() not in ("ASC", "DESC"):
            text = f"allowed sort directions are `ASC, DESC`. But got '{direction}' for field '{name}'"
            raise bad_argument(f"Invalid order: {text}")
        keys.append((column, str(direction).upper() == "DESC"))
    for column, downwards in reversed(keys):
        rows.sort(key=lambda row, get=column.get: _rank(get(row)), reverse=downwards)  # type: ignore[misc] # default binds
    return rows


def _rank(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, folded(value))
