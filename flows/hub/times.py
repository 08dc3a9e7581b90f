"""Source stamps as times. Only to show and to compare roughly: cursors keep the exact string."""

from datetime import UTC, datetime


def stamp_time(stamp: str | None) -> datetime | None:
    """Return the time that *stamp* tells (ISO 8601, or seconds since 1970), aware; None where it tells none."""
    if not stamp:
        return None
    try:
        seconds = float(stamp)
    except ValueError:
        return _iso(stamp)
    return datetime.fromtimestamp(seconds, UTC)


def _iso(stamp: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
