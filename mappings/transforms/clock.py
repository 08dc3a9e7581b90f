"""
Reading and writing of dates and times as systems spell them. No clock is read here: only texts are.

A local time without an offset is meant in the system's zone. Where clocks are turned back it stands for two instants.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<gap>[T ])\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(?P<offset>Z|[+-]\d{2}(:?\d{2})?)?", re.ASCII
)

OffsetForm: TypeAlias = Literal["Z", "+03:00", "+0300", "none"]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a system spells a moment: the GAP between day and time, and the form of the offset."""

    gap: str = "T"
    offset: OffsetForm = "+03:00"


@dataclass(frozen=True, slots=True)
class Shown:
    """A date-time as it is shown: MOMENT has no zone where its text has no offset."""

    moment: datetime
    spelling: Spelling


def shown_date(text: object) -> date | None:
    """Return the day that a text like ``2026-12-01`` is; None for anything else."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:  # the 31st of February
        return None


def shown_moment(text: object) -> Shown | None:
    """Return the date-time that a text shows; None for anything else, a bare date included."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(found.group())
    except ValueError:
        return None
    return Shown(moment, Spelling(found["gap"], _form(found["offset"])))


def instants(moment: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """
    Return the instants (UTC) that a shown *moment* stands for, the earlier one first: one, or two where a local time
    was there twice; none where it lies outside the years that can be counted.
    """
    try:
        if moment.tzinfo is not None:
            return (moment.astimezone(UTC),)
        both = [moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except OverflowError:
        return ()
    # In the hour that a clock leaps over the second reading lies before the first: it was never there twice.
    return (both[0], both[1]) if both[0] < both[1] else (both[0],)


def local_time(moment: datetime, zone: tzinfo) -> datetime | None:
    """Return an aware *moment* as it is in *zone*; None outside the years that can be counted."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return None


def spelled(moment: datetime, spelling: Spelling, *, zone: tzinfo) -> str | None:
    """Write an instant as local time of *zone* in a system's *spelling*; None outside the years that can be counted."""
    local = local_time(moment, UTC if spelling.offset == "Z" else zone)
    if local is None:
        return None
    if spelling.offset != "none" and (local.utcoffset() or timedelta(0)) % timedelta(minutes=1):
        local = moment.astimezone(UTC)  # before zones had whole minutes: no system spells such an offset
    text = local.replace(tzinfo=None).isoformat(sep=spelling.gap)
    return text + _offset(local, spelling.offset)


def zone_of(name: str | None) -> tzinfo:
    return ZoneInfo(name) if name else UTC


def fixed(moment: datetime) -> tzinfo | None:
    """Return the bare offset that a moment was shown with, for systems of which no zone is known."""
    offset = moment.utcoffset()
    return None if offset is None else timezone(offset)


def _form(offset: str | None) -> OffsetForm:
    if offset is None:
        return "none"
    if offset == "Z":
        return "Z"
    return "+03:00" if ":" in offset else "+0300"


def _offset(local: datetime, form: OffsetForm) -> str:
    if form in ("Z", "none"):
        return "Z" if form == "Z" else ""
    away = local.utcoffset() or timedelta(0)
    sign = "-" if away < timedelta(0) else "+"
    hours, rest = divmod(abs(away), timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return f"{sign}{hours:02}:{minutes:02}" if form == "+03:00" else f"{sign}{hours:02}{minutes:02}"
