"""
What may stand beside ``as:`` in a field of a mapping: each transform declares its settings, one function checks them.

The declarations are what the mapping language validates keys with and what the reference page is made from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings.canonical.values import is_currency

SettingType: TypeAlias = Literal["text", "count", "flag", "word", "zone", "currency", "views", "texts", "table"]
"""
``text`` any text · ``count`` a whole number from 0, or null · ``flag`` true or false · ``word`` one of its words ·
``zone`` an IANA time zone · ``currency`` three capital letters · ``views`` one view or a list of them (text, number,
true, false or null) · ``texts`` a list of texts · ``table`` a mapping
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key that a transform takes: its type, what it means, what holds without it, and the words it may have."""

    name: str
    type: SettingType
    meaning: str
    default: Any = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the setting KEY of a transform; RIGHT is the nearest right word, or nothing."""

    key: str
    text: str
    right: str = ""

    def __str__(self) -> str:
        hint = f"; did you mean {self.right!r}?" if self.right else ""
        return f"{self.key}: {self.text}{hint}"


class BadSettings(ValueError):
    """A transform cannot be made so; PROBLEMS says everything that is wrong, not only the first thing."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


def nearest(word: str, right: Iterable[str]) -> str:
    """Return the one of *right* that *word* was most likely meant to be, or nothing."""
    folded = {one.casefold(): one for one in right}
    close = get_close_matches(word.casefold(), folded, n=1)
    return folded[close[0]] if close else ""


def check(declared: Iterable[Setting], given: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return what is wrong with *given*: unknown keys, and values that are not of the declared type."""
    known = {setting.name: setting for setting in declared}
    problems = []
    for key, value in given.items():
        if key not in known:
            problems.append(Problem(str(key), "unknown", nearest(str(key), known)))
        elif text := _misfit(known[key], value):
            right = nearest(str(value), known[key].words) if known[key].type == "word" else ""
            problems.append(Problem(key, text, right))
    return tuple(problems)


def complete(declared: Iterable[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return *given* with the defaults of what it leaves out. Raises `BadSettings`."""
    listed = tuple(declared)
    if problems := check(listed, given):
        raise BadSettings(problems)
    return {setting.name: given.get(setting.name, setting.default) for setting in listed}


def _misfit(setting: Setting, value: Any) -> str:
    """Say why *value* is not of the type of *setting*; nothing where it is."""
    if value is None and setting.default is None and setting.type != "views":
        return ""
    match setting.type:
        case "text":
            return "" if isinstance(value, str) and value else "must be a text"
        case "count":
            fits = value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
            return "" if fits else "must be a whole number from 0, or null"
        case "flag":
            return "" if isinstance(value, bool) else "must be true or false"
        case "word":
            return "" if value in setting.words else f"must be one of {', '.join(setting.words)}, not {value!r}"
        case "zone":
            return "" if isinstance(value, str) and _is_zone(value) else f"not a time zone: {value!r}"
        case "currency":
            fits = isinstance(value, str) and is_currency(value)
            return "" if fits else f"must be a currency code like RUB, not {value!r}"
        case "views":
            listed = value if isinstance(value, list | tuple) else [value]
            fits = bool(listed) and all(one is None or isinstance(one, str | bool | int) for one in listed)
            return "" if fits else "must be a view or a list of views"
        case "texts":
            fits = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
            return "" if fits else "must be a list of texts"
        case "table":
            return "" if isinstance(value, Mapping) else "must be a mapping"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # an odd key is refused as a bad path, or as a folder
        return False
    return True
