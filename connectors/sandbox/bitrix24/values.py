"""Values as they are sent, kept and shown. Kept: aware UTC times, days, floats, numbers of references, tuples."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from .errors import Refused, bad_value
from .fields import Field

CURRENCIES = frozenset({"RUB", "USD", "EUR", "BYN", "KZT"})
YES = frozenset({"Y", "1", 1, "true"})
NO = frozenset({"N", "0", 0, "false"})
REFERENCES = frozenset({"user", "employee", "crm_company", "crm_contact"})
MONEY = re.compile(r"(-?\d+(?:\.\d+)?)(?:\|([A-Z]{3}))?")
EMPTY: tuple[object, ...] = ("", None, (), [])

Holds: TypeAlias = Callable[[Field, Any], bool]
"""Whether a field may hold a value of its type: whether there is such a person, such an element."""


def take(field: Field, value: Any, *, zone: ZoneInfo, holds: Holds) -> Any:
    """Return the kept form of a sent value. Raises Refused on what the field cannot hold."""
    if not field.multiple:
        return _take_one(field, value, zone=zone, holds=holds)
    if isinstance(value, Mapping):
        value = list(value.values())
    if value in EMPTY:
        return ()
    if not isinstance(value, list):
        kind = "string" if isinstance(value, str) else type(value).__name__
        raise Refused("100", f"Expected iterable value for multiple field, but got {kind} instead")
    taken = (_take_one(field, each, zone=zone, holds=holds) for each in value if each not in EMPTY)
    return tuple(dict.fromkeys(taken))


def _take_one(field: Field, value: Any, *, zone: ZoneInfo, holds: Holds) -> Any:
    if value in EMPTY:
        return "" if field.type in ("string", "text") and not field.own else field.empty
    if isinstance(value, list | dict):
        raise bad_value(field.title)
    kept = _taken(field.type, value, zone)
    if kept is None or not holds(field, kept):
        raise bad_value(field.title)
    return kept


def _taken(kind: str, value: Any, zone: ZoneInfo) -> Any:
    if kind == "datetime":
        return moment_of(str(value), zone)
    if kind == "date":
        return day_of(str(value), zone)
    taker: Callable[[Any], Any] = _TAKERS.get(kind, _text)
    return taker(value)


def _text(value: Any) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _whole(value: Any) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else None


def _sum(value: Any) -> float | None:
    """Sums are kept with two decimals."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return float(number.quantize(Decimal("0.01"), ROUND_HALF_UP)) if number.is_finite() else None


def _yes_or_no(value: Any) -> str | None:
    return "Y" if value in YES else "N" if value in NO else None


def _money(value: Any) -> str | None:
    match = MONEY.fullmatch(str(value).strip())
    return f"{match[1]}|{match[2] or 'RUB'}" if match and (match[2] or "RUB") in CURRENCIES else None


_TAKERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("integer", "enumeration", "crm_category", *REFERENCES), _whole),
    "double": _sum,
    "boolean": _yes_or_no,
    "money": _money,
}


# --- times -----------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_SITE = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")


def is_iso(text: str) -> bool:
    return _ISO.fullmatch(text) is not None


def moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a time: ISO, or one of the portal's own forms, which mean its zone. Whole seconds; None for what is none."""
    if is_iso(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    else:
        forms = (_parsed(text, form) for form in _SITE)
        first = next((each for each in forms if each is not None), None)
        if first is None:
            return None
        found = first
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the portal's, put in by the caller
    except ValueError:
        return None


def day_of(text: str, zone: ZoneInfo) -> date | None:
    """Read a day: of a time, the day in the portal's zone."""
    moment = moment_of(text, zone)
    return moment.astimezone(zone).date() if moment else None


def offset_at(moment: datetime, zone: ZoneInfo) -> str:
    """Return the portal's offset at that moment: ``+03:00``."""
    return moment.astimezone(zone).isoformat()[-6:]


def shown(field: Field, value: Any, zone: ZoneInfo) -> Any:
    """Return a kept value as the portal shows it."""
    if value is None:
        return None
    if field.multiple:
        return [shown_one(field.type, each, zone) for each in value]
    return shown_one(field.type, value, zone)


def shown_one(kind: str, value: Any, zone: ZoneInfo) -> Any:
    if kind == "datetime":
        return stamp(value, zone)
    if kind == "date":  # shown with a time that means nothing
        midday = datetime(value.year, value.month, value.day, 12, tzinfo=zone)
        return f"{value.isoformat()}T03:00:00{offset_at(midday, zone)}"
    if kind == "double":
        return int(value) if value == int(value) else value
    return value


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
