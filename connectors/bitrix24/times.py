"""Times: as the portal shows them, as views carry them, and as its filters read them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

DateForm: TypeAlias = Literal["iso", "plain"]
"""How a portal's filters want times: ``2026-11-20T12:30:05+03:00``, or ``2026-11-20 12:30:05`` in its own zone."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment_of(stamp: str) -> datetime:
    """Return the moment of a stamp. Raises ValueError on one without an offset: nobody knows when that was."""
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment


def utc_of(stamp: str) -> str:
    """Return a stamp in UTC: one text for one moment, whatever offset the portal shows, and in the order of time."""
    return moment_of(stamp).astimezone(UTC).isoformat(timespec="seconds")


def later_of(one: str | None, other: str | None) -> str | None:
    """Return the later of two stamps, as it was sent."""
    if one is None or other is None:
        return one or other
    return other if moment_of(other) > moment_of(one) else one


def filter_text(stamp: str, form: DateForm, *, shift: float = 0.0) -> str:
    """Return a stamp, moved by SHIFT seconds, as the portal's filters read it."""
    moment = moment_of(stamp) + timedelta(seconds=shift)
    return moment.isoformat(timespec="seconds") if form == "iso" else moment.strftime("%Y-%m-%d %H:%M:%S")


def day_view(text: str) -> str:
    """Return the day of a date, which the portal shows with hours that mean nothing."""
    return text[:10] if _DAY.match(text) else text


def moment_view(text: str) -> str:
    """Return a date-time in UTC; what is none stays as it is."""
    try:
        return utc_of(text)
    except ValueError:
        return text
