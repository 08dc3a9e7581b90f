"""How values are shown: times, dates, numbers and money as a language writes them, in the zone of the hub."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import dates, numbers, units
from markupsafe import Markup

from flows.hub.browsing import openable
from mappings.canonical import Money, Value
from mappings.canonical.facts import FACTS
from mappings.canonical.show import Unreadable, in_zone, parse

from .languages import locale

NOTHING = "—"
_CODE = re.compile(r"(?<=[A-Za-z])(?=\d)")
"""Where a currency that has no sign stands against its amount."""
_MOMENT = {"en": "d MMM y, HH:mm", "ru": "dd.MM.y, HH:mm"}


def shown(language: str, zone: ZoneInfo) -> Mapping[str, Callable[..., Any]]:
    """Return the filters of the templates: name -> function."""
    return {name: _bound(made, language, zone) for name, made in _FILTERS.items()}


def _bound(made: Callable[..., Any], language: str, zone: ZoneInfo) -> Callable[..., Any]:
    def bound(value: Any, *rest: Any) -> Any:
        return NOTHING if value is None else made(value, *rest, language=language, zone=zone)

    return bound


def moment(at: datetime, *, language: str, zone: ZoneInfo) -> str:
    """Return a time to the minute."""
    local = in_zone(at, zone)
    return str(dates.format_datetime(local, _MOMENT[language], tzinfo=local.tzinfo, locale=locale(language)))


def day(on: date, *, language: str, zone: ZoneInfo) -> str:
    """Return a date; of a time, the date in the hub's zone."""
    if isinstance(on, datetime):
        on = in_zone(on, zone).date()
    return str(dates.format_date(on, "medium", locale=locale(language)))


def ago(at: datetime, now: datetime | None = None, *, language: str, zone: ZoneInfo) -> Markup:
    """Return how long ago something was; the time itself shows where the pointer rests."""
    since = (now or datetime.now(UTC)) - at
    words = dates.format_timedelta(-since, add_direction=True, locale=locale(language), threshold=1)
    full = dates.format_datetime(at, "medium", tzinfo=zone, locale=locale(language))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), full, words)


def number(value: Decimal | int | float, *, language: str, **_: object) -> str:
    """Return a number with its groups, and all its digits."""
    return numbers.format_decimal(value, locale=locale(language), decimal_quantization=False)


def money(value: Money, *, language: str, **_: object) -> str:
    """Return an amount with its currency and all its digits; whole amounts without their cents."""
    whole = value.amount == value.amount.to_integral_value()
    text = numbers.format_currency(
        value.amount,
        value.currency,
        locale=locale(language),
        currency_digits=not whole,
        decimal_quantization=False,
        format=_whole(language) if whole else None,
    )
    return _CODE.sub("\N{NO-BREAK SPACE}", text)


def size(count: int, *, language: str, **_: object) -> str:
    """Return a number of bytes as people read it."""
    for unit, one in (("gigabyte", 1024**3), ("megabyte", 1024**2), ("kilobyte", 1024)):
        if count >= one:
            return units.format_unit(round(count / one, 1), f"digital-{unit}", "short", locale=locale(language))
    return units.format_unit(count, "digital-byte", "short", locale=locale(language))


def _whole(language: str) -> str:
    return str(locale(language).currency_formats["standard"].pattern).replace("0.00", "0").replace("0,00", "0")


def said(value: Value, *, language: str, zone: ZoneInfo) -> str:
    """Return a value of any type as it is written; what is yes or no the templates say themselves."""
    match value:
        case Money():
            return money(value, language=language)
        case datetime():
            return moment(value, language=language, zone=zone)
        case date():
            return day(value, language=language, zone=zone)
        case Decimal():
            return number(value, language=language)
        case frozenset():
            return ", ".join(sorted(value)) or NOTHING
    return str(value)


def of_fact(text: str, fact: str, *, language: str, zone: ZoneInfo) -> str:
    """Return what a record shows of FACT, a text in its system's words: dates, amounts and numbers as usual here."""
    kind = _TYPES.get(fact)
    if fact == "link":
        return _short_link(text)
    if kind not in ("date", "datetime", "money", "number") or text in ("", NOTHING):
        return text or NOTHING
    for one in (kind, "number") if kind == "money" else (kind,):  # some places hold an amount without its currency
        try:
            value = parse(one, text)
        except Unreadable:
            continue
        return NOTHING if value is None else said(value, language=language, zone=zone)
    return text


def _short_link(text: str) -> str:
    """Return a way to an address, called by the end of it: the rest says nothing to a reader, and needs a line."""
    url = openable(text)
    if not url:
        return text or NOTHING
    parts = urlsplit(url)
    end = "/".join([one for one in parts.path.split("/") if one][-2:]) or parts.netloc
    way = Markup('<a href="{}" title="{}" target="_blank" rel="noopener noreferrer">{} ↗</a>')
    return way.format(url, url, end)


_TYPES = {one.name: one.type for facts in reversed(FACTS.values()) for one in facts}
"""Fact -> its type; what cases and others call alike is of one type."""

_FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "day": day,
    "ago": ago,
    "number": number,
    "money": money,
    "size": size,
    "said": said,
    "of_fact": of_fact,
}
