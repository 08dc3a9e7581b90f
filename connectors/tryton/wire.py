"""Tryton's JSON: tagged decimals, dates and times, to the views that travel and back."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.exchange import Json

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class Malformed(ValueError):
    """A value has not the form that its field should have."""


def plain(number: Decimal) -> str:
    """Return *number* as text without exponent and without trailing zeros: equal numbers have equal texts."""
    whole, point, rest = format(number, "f").partition(".")  # not `normalize`, which keeps 28 digits
    text = f"{whole}{point}{rest}".rstrip("0").rstrip(".") if point else whole
    return "0" if text in ("-0", "0") else text


def number_of(value: Any) -> str | None:
    """Return the text of a decimal or of a float."""
    match value:
        case None:
            return None
        case {"__class__": "Decimal", "decimal": str(text)}:
            return _plain(text)
        case bool():
            raise Malformed("a truth value where a number should be")
        case int() | Decimal():
            return plain(Decimal(value))
    raise Malformed("not a number")


def date_of(value: Any) -> str | None:
    """Return a date as ``2026-12-01``."""
    match value:
        case None:
            return None
        case {"__class__": "date", "year": int(year), "month": int(month), "day": int(day)}:
            return date(year, month, day).isoformat()
    raise Malformed("not a date")


def stamp_of(value: Any) -> str:
    """Return a time as text of one width, in UTC and with microseconds, so that texts sort as times do."""
    match value:
        case {"__class__": "datetime", "year": int(), "month": int(), "day": int()}:
            year, month, day, hour, minute, second, micro = (int(value.get(part, 0)) for part in PARTS)
            return text_of(datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC))
    raise Malformed("not a time")


def text_of(moment: datetime) -> str:
    """Return *moment* in the form of `stamp_of`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(stamp: str) -> datetime:
    """Return the moment of a stamp: the inverse of `text_of`."""
    return datetime.fromisoformat(stamp)


def decimal_form(text: str) -> Json:
    """Return a decimal number as Tryton's JSON has it. Raises Malformed."""
    _plain(text)
    return {"__class__": "Decimal", "decimal": text}


def date_form(text: str) -> Json:
    """Return a date as Tryton's JSON has it. Raises Malformed."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{text!r} is not a date") from None
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def moment_form(moment: datetime) -> Json:
    """Return a moment as Tryton's JSON has it."""
    moment = moment.astimezone(UTC)
    return {"__class__": "datetime", **{part: getattr(moment, part) for part in PARTS}}


def _plain(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Malformed(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise Malformed(f"{text!r} is not a number")
    return plain(number)
