"""Spans, shares, times of day and cron lines, as people write them in a settings file."""

import re
from datetime import time, timedelta
from decimal import Decimal

_SPAN = re.compile(r"([0-9]{1,6})\s?([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s?%")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)


def duration(text: str) -> timedelta | None:
    """Return the span that *text* (``30s``, ``2m``, ``12h``, ``90d``, ``2w``) says; None if it says none."""
    match = _SPAN.fullmatch(text.strip())
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def share(text: str) -> Decimal | None:
    """Return the part of one that ``10%`` says; None if *text* says none or more than the whole."""
    match = _SHARE.fullmatch(text.strip())
    part = Decimal(match[1]) / 100 if match else None
    return part if part is not None and part <= 1 else None


def clock(text: str) -> time | None:
    """Return the time of day that ``09:00`` says; None if it says none."""
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2])) if match else None


def cron_problem(text: str) -> str:
    """Return what is wrong with a cron line of five fields, or nothing."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"a cron line has {len(_FIELDS)} fields, not {len(parts)}"
    for part, (name, low, high, words) in zip(parts, _FIELDS, strict=True):
        if not all(_fits(one, low=low, high=high, words=words) for one in part.split(",")):
            return f"{part!r} is no {name}"
    return "" if _comes(parts[2], parts[3]) else f"{parts[2]!r} never comes in month {parts[3]!r}"


def _comes(days: str, months: str) -> bool:
    """Say whether the first of *days* is in one of *months*: of a day that never comes no run is ever scheduled."""
    longest = max(_LENGTHS[month - 1] for part in months.split(",") for month in _months(part))
    first = [part.split("-")[0] for part in days.split(",")]
    return any(day == "*" or "/" in day or int(day) <= longest for day in first)


def _months(part: str) -> range:
    span, slash, step = part.partition("/")
    ends = [_number(end, 1, words=_MONTHS) or 1 for end in span.split("-")] if span != "*" else [1, 12]
    return range(ends[0], (12 if slash and len(ends) == 1 else ends[-1]) + 1, int(step or 1))


def _fits(part: str, *, low: int, high: int, words: tuple[str, ...]) -> bool:
    """Say whether *part* is ``*``, a value or a range of values, with or without a step."""
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 1 <= int(step) <= high):
        return False
    if span == "*":
        return True
    ends = [_number(end, low, words=words) for end in span.split("-")]
    known = [end for end in ends if end is not None and low <= end <= high]
    return len(known) == len(ends) <= 2 and known == sorted(known)


def _number(text: str, low: int, *, words: tuple[str, ...]) -> int | None:
    if text.casefold() in words:
        return words.index(text.casefold()) + low
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
