"""Source stamps as times. Only to show and to compare roughly: cursors keep the exact string."""

from datetime import UTC, datetime, timedelta

FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""Beyond these lie the ends of the calendar, by which systems say *never*: nothing can be counted on from there."""


def stamp_time(stamp: str | None) -> datetime | None:
    """
    Return the time that *stamp* tells (ISO 8601, or seconds since 1970), aware; None where it tells none, or one at an
    end of the calendar and beyond.
    """
    if not stamp:
        return None
    try:
        seconds = float(stamp)
    except ValueError:
        return _iso(stamp)
    try:
        return _within(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):  # digits that are no seconds: 20261123094500
        return None


def _iso(stamp: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return _within(time if time.tzinfo is not None else time.replace(tzinfo=UTC))


def _within(time: datetime) -> datetime | None:
    return time if FIRST < time < LAST else None
