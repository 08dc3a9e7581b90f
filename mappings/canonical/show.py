"""Values as people write and read them: for plans, lists and the command line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from .facts import FactType
from .values import MULTIPLES, Money, Value, is_currency

EMPTY = "—"
SIGNS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "KZT": "₸", "CNY": "¥"}
LONGEST = 60
_THIN = "\u00a0"
_WIDEST = 30
"""Digits before or behind the point: beyond any amount."""
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""A comma before three digits: in English it stands between thousands, in Russian before the fraction."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""As _EITHER, of an amount: hardly anybody writes one to three places, and many write 150.000 RUB of thousands."""
_MILLS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose amounts do have three places (ISO 4217)."""
_MEMBER = re.compile(r'\s*(?:"((?:[^"]|""){1,1000})"\s*(?:,|$)|([^,]+))')
"""One of several words with commas between: as a whole in quotation marks, those within it doubled; or as it is."""


class Unreadable(ValueError):
    """A text that is no value of the wanted type; the message says what one looks like."""


def show(value: Value, *, zone: str = "UTC", longest: int = LONGEST) -> str:
    """Return *value* in one line: thousands apart, dates as 2026-12-01, times in *zone*, long texts cut."""
    match value:
        case None:
            return EMPTY
        case bool():
            return "yes" if value else "no"
        case str():
            return _cut(" ".join(value.split()), longest)
        case Money():
            return f"{_grouped(value.amount)}{_THIN}{SIGNS.get(value.currency, value.currency)}"
        case Decimal():
            return _grouped(value)
        case datetime():
            return in_zone(value, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case frozenset():
            return ", ".join(sorted(value)) or EMPTY


def contrasted(lines: Sequence[str], longest: int = LONGEST) -> list[str]:
    """
    Return whole *lines*, of which each became the next, cut to *longest* characters so that what differs is seen: from
    a few words before it on, where it would be cut off.
    """
    differs = (place for place, each in enumerate(zip(*lines, strict=False)) if len({*each}) > 1)
    same = next(differs, min(map(len, lines), default=0))
    start = 0
    if same > longest // 2 and max(map(len, lines)) > longest:
        start = same - longest // 3
        start = lines[0].find(" ", start, same) + 1 or start
    return [_cut("…" * bool(start) + line[start:], longest) for line in lines]


def _cut(line: str, longest: int) -> str:
    return line if len(line) <= longest else line[: longest - 1] + "…"


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return *moment* as clocks in *zone* show it; as it is where that is beyond the calendar, as "never" may be."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _grouped(number: Decimal) -> str:
    text = f"{number:,f}".replace(",", _THIN)
    return text.rstrip("0").rstrip(".") if "." in text and text.endswith("00") else text


def parse(kind: FactType, text: str) -> Value:
    """
    Return the value of type *kind* that a person wrote as *text*; an empty text is the empty value.

    Raises Unreadable, with an example of how it is written.
    """
    given, text = text, text.strip().replace("\r\n", "\n")  # as forms send it
    if not text:
        return None
    match kind:
        case "number":
            return _decimal(text, "a number, like 1500.50")
        case "money":
            return _money(text)
        case "bool":
            return _flag(text)
        case "date":
            return _day(text)
        case "datetime":
            return _moment(text)
        case "set":
            return frozenset(_members(text))
        case "markdown":
            return _indented(given) + text
        case _:
            return text


def _indented(text: str) -> str:
    """Return what the first line is indented with, where the next one is too: a list or code that begins so."""
    lines = [line for line in text.split("\n") if line.strip()]
    before = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
    return before if len(lines) > 1 and lines[1].startswith(before) else ""


def spelled(members: Iterable[str]) -> str:
    """Return the members of a set as a person writes them, so that `parse` reads the same set."""
    return ", ".join(_quoted(one) if "," in one or one.startswith('"') else one for one in sorted(members))


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _members(text: str) -> Iterator[str]:
    for quoted, plain in _MEMBER.findall(text):
        member = quoted.replace('""', '"') or plain.strip()
        if member.strip():
            yield member.strip()


def _decimal(text: str, like: str) -> Decimal:
    bare = text.replace(_THIN, "").replace(" ", "")
    if _EITHER.fullmatch(bare):
        whole, point = bare.replace(",", ""), bare.replace(",", ".")
        raise Unreadable(f"{text!r} may be {whole} or {point}; write the one that is meant")
    try:
        number = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        raise Unreadable(f"{text!r} is not {like}") from None
    if not number.is_finite() or abs(number.adjusted()) > _WIDEST:  # 1e999999999 would be written out in full
        raise Unreadable(f"{text!r} is not {like}")
    return number


def _money(text: str) -> Money:
    like = "an amount with its currency, like 175000 RUB"
    amount, _, currency = text.replace(_THIN, " ").rpartition(" ")  # as `show` has it, and somebody copies it
    codes = {sign: code for code, sign in SIGNS.items()}
    code = codes.get(currency, currency.upper())
    if currency.rstrip(".").casefold() in MULTIPLES:
        raise Unreadable(f"{text!r} is not {like}; write the number out, without {currency!r}")
    if not amount or not is_currency(code):
        raise Unreadable(f"{text!r} is not {like}")
    if code not in _MILLS and _THOUSANDS.fullmatch(bare := amount.replace(" ", "")):
        point = Decimal(bare.replace(",", "."))
        exact = f"{point:.2f}" if point == round(point, 2) else f"{point:.4f}"
        whole = bare.replace(".", "").replace(",", "")
        raise Unreadable(f"{amount!r} may be {whole} or {exact}; write the one that is meant")
    return Money(_decimal(amount, like), code)


def _flag(text: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "да": True, "no": False, "false": False, "0": False, "нет": False}
    if text.casefold() not in words:
        raise Unreadable(f"{text!r} is neither yes nor no")
    return words[text.casefold()]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text!r} is not a day, like 2026-12-01") from None


def _moment(text: str) -> datetime:
    like = "a time with its zone, like 2026-12-01T10:00+03:00"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the first hours of the year 1 have no time in UTC
        pass
    raise Unreadable(f"{text!r} is not {like}")
