"""What the transforms of plain values are tried with: what systems show, and what the hub holds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from mappings.canonical.values import Facts, Money, Value
from mappings.exchange import Choice, View
from mappings.lens import Lens
from mappings.transforms import Spot, Vocabulary, make
from tests.properties.lens_laws import Case

Views = st.SearchStrategy[View]


def lens(name: str, given: Mapping[str, Any] | None = None, *, at: tuple[str, ...] = ("at",), **words: Any) -> Lens:
    """Make a lens over the fact `x`, or over those that it sets."""
    facts = tuple((given or {}).get("sets", ("x",)))
    return make(name, given or {}, spot=Spot(facts, at, Vocabulary(**words)))


def one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Facts]:
    return st.fixed_dictionaries({"x": st.none() | values})


# --- text ----------------------------------------------------------------------------------------------------------

LETTERS = st.text("аяЖz ё-*", max_size=9)
WORDS = LETTERS.filter(bool)
LINES = st.lists(st.tuples(LETTERS, st.sampled_from(["\n", "\r\n", "\r", "\n\n"])), max_size=4).map(
    lambda parts: "".join(text + end for text, end in parts)
)
TEXT_VIEWS = st.none() | LETTERS | LINES
TEXTS = one((LETTERS | LINES).map(lambda text: text.replace("\r\n", "\n").replace("\r", "\n") or None))


def _the_end_is_there(onto: Value, old: Value, result: Value) -> bool:
    """What lies behind the cut of a text (of 7 characters) is still its end, if it was not shown."""
    return onto == old or str(result or "").endswith(str(onto or "")[7:])


TEXT = [
    Case("text", lens("text"), TEXT_VIEWS, TEXTS, lossless=True),
    Case("text", lens("text"), st.none() | WORDS, one(WORDS), one_to_one=True, label="one line"),
    Case("text", lens("text", {"max_length": 7}), TEXT_VIEWS, TEXTS, hidden=_the_end_is_there, label="cut"),
    Case("text", lens("text", limits={"at": 7}), TEXT_VIEWS, TEXTS, lossless=True, label="limited"),
]

# --- numbers and money ---------------------------------------------------------------------------------------------

DECIMALS = st.decimals(-(10**12), 10**12, allow_nan=False, places=4)
WHOLE = st.integers(-(10**6), 10**6)
SPELLED = st.sampled_from(["15005.0", "15005", "0", "-0.00", "1e3"])
NUMBERS = st.one_of(st.none(), WHOLE, DECIMALS.map(str), SPELLED)

NUMBER = [
    Case("number", lens("number"), NUMBERS, one(DECIMALS), lossless=True, label="exact"),
    Case("number", lens("number", {"places": 1}), NUMBERS, one(DECIMALS), label="rounded"),
    Case("number", lens("number", {"places": 0}), st.none() | WHOLE, one(WHOLE.map(Decimal)), label="whole"),
    Case("number", lens("number"), st.none() | WHOLE.map(str), one(WHOLE.map(Decimal)), one_to_one=True, label="text"),
]

CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
CODES = st.sampled_from(["RUB", "USD", "EUR"])
IN_RUBLES = one(st.builds(Money, CENTS, st.just("RUB")))
IN_ANY = one(st.builds(Money, CENTS, CODES))
TOO_FINE = one(st.builds(Money, DECIMALS, CODES))
RUBLES: dict[str, Any] = {"currency": "RUB"}
DEFAULT: dict[str, Any] = {"currency": "USD", "zero": "empty"}
TWO = ("sum", "cur")
LISTED = {"cur": (Choice("1", "RUB"), Choice("2", "USD"), Choice("9", "бонусы"))}


def _pairs(codes: Views) -> Views:
    return st.fixed_dictionaries({"sum": NUMBERS, "cur": codes})


MONEY = [
    Case("money", lens("money", RUBLES), NUMBERS, IN_RUBLES, lossless=True, label="fixed"),
    Case("money", lens("money", RUBLES), NUMBERS, TOO_FINE, label="rounded"),
    Case("money", lens("money", {**RUBLES, "places": None}), NUMBERS, TOO_FINE, lossless=True, label="exact"),
    Case("money", lens("money", {**RUBLES, "zero": "empty"}), NUMBERS, IN_RUBLES, label="zero is empty"),
    Case("money", lens("money", at=TWO), _pairs(CODES), IN_ANY, lossless=True, label="pair"),
    Case("money", lens("money", DEFAULT, at=TWO), _pairs(st.none() | CODES), IN_ANY, label="pair with a default"),
    Case(
        *("money", lens("money", at=TWO, choices=LISTED), _pairs(st.sampled_from(["1", "2", "9", None])), IN_ANY),
        lossless=True,
        label="pair by id",
    ),
    Case(
        *("money", lens("money", {"form": "pipe"}), st.none() | st.builds("{}|{}".format, CENTS, CODES), IN_ANY),
        lossless=True,
        label="pipe",
    ),
]

# --- yes and no ----------------------------------------------------------------------------------------------------

YES_NO = st.fixed_dictionaries({"x": st.sampled_from([True, False, None])})
LETTER: dict[str, Any] = {"true_is": "Y", "false_is": ["N", "n"]}
DIGIT: dict[str, Any] = {"true_is": [1, "1"], "false_is": ["0", None]}

BOOL = [
    Case("bool", lens("bool"), st.sampled_from([True, False, None]), YES_NO, lossless=True, one_to_one=True),
    Case("bool", lens("bool", LETTER), st.sampled_from(["Y", "N", "n", None]), YES_NO, lossless=True, label="letters"),
    Case("bool", lens("bool", DIGIT), st.sampled_from(["1", "0", 1, None]), YES_NO, label="empty is false"),
]

# --- days and moments ----------------------------------------------------------------------------------------------

DAYS = st.dates() | st.dates(date(2026, 3, 1), date(2026, 4, 5))
SKIPPED = st.dates(date(2011, 12, 28), date(2012, 1, 1))  # Samoa had no 30th of December
INSTANTS = one(
    st.datetimes(timezones=st.just(UTC))
    | st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC))
)
CLOCKS = st.times().map(lambda at: at.replace(tzinfo=None).isoformat())


def _moments(*offsets: str) -> Views:
    gaps, aways = st.sampled_from(["T", " "]), st.sampled_from(offsets)
    return st.none() | st.builds(lambda day, gap, at, away: f"{day}{gap}{at}{away}", DAYS, gaps, CLOCKS, aways)


AWARE = _moments("Z", "+03:00", "+0300", "-11:30", "+00:00")
LOCAL = _moments("")
TIMED: dict[str, Any] = {"form": "datetime", "zone": "Europe/Moscow"}
AT_TIMES: dict[str, Any] = {"types": {"at": "datetime"}, "zone": "Europe/Berlin"}
HAVANA = {"zone": "America/Havana"}  # turns its clocks at midnight
MINUTES: dict[str, Any] = {"local": True, "resolution": "minute"}

DATE = [
    Case("date", lens("date"), st.none() | DAYS.map(str), one(DAYS), lossless=True, one_to_one=True),
    Case("date", lens("date", TIMED), AWARE, one(DAYS), lossless=True, label="of times"),
    Case("date", lens("date", {"local": True}, **AT_TIMES), LOCAL, one(DAYS), lossless=True, label="of local times"),
    Case("date", lens("date", {"form": "datetime", "zone": "Pacific/Apia"}), AWARE, one(SKIPPED), label="skipped"),
]
DATETIME = [
    Case("datetime", lens("datetime", {"resolution": "exact"}), AWARE, INSTANTS, lossless=True, label="exact"),
    Case("datetime", lens("datetime", {"zone": "Europe/Moscow"}), AWARE, INSTANTS, label="seconds"),
    Case("datetime", lens("datetime", MINUTES, zone="Europe/Berlin"), LOCAL | AWARE, INSTANTS, label="local minutes"),
    Case("datetime", lens("datetime", {"local": True}, **HAVANA), LOCAL, INSTANTS, label="local seconds"),
    Case(
        *("datetime", lens("datetime", {"resolution": "day"}, **HAVANA), DAYS.map(str) | AWARE, INSTANTS),
        label="days",
    ),
]
CASES = [*TEXT, *NUMBER, *MONEY, *BOOL, *DATE, *DATETIME]
