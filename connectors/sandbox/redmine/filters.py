"""Short filters and orders of lists, as app/models/query.rb reads them."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from .model import Issue, User
from .setup import FIELDS, STATUSES, CustomField
from .wording import fault

Test: TypeAlias = Callable[[Issue], bool]

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "list": ("=", "!"),
    "list_status": ("o", "=", "!", "c", "*"),
    "list_optional": ("=", "!", "!*", "*"),
    "date": ("=", ">=", "<=", "><", "!*", "*"),
    "string": ("~", "=", "!~", "!", "^", "$", "!*", "*"),
    "integer": ("=", ">=", "<=", "><", "!*", "*"),
    "tree": ("=", "~", "!*", "*"),
}
WITHOUT_VALUE = frozenset({"o", "c", "*", "!*"})
KINDS: Mapping[str, str] = {
    "status_id": "list_status",
    **dict.fromkeys(("tracker_id", "priority_id", "author_id", "is_private"), "list"),
    **dict.fromkeys(("assigned_to_id", "category_id", "fixed_version_id"), "list_optional"),
    **dict.fromkeys(("created_on", "updated_on", "closed_on", "start_date", "due_date"), "date"),
    **dict.fromkeys(("subject", "description"), "string"),
    **dict.fromkeys(("issue_id", "done_ratio", "estimated_hours"), "integer"),
    "parent_id": "tree",
}
_CUSTOM_KINDS = {"list": "list_optional", "bool": "list", "date": "date", "int": "integer", "float": "integer"}
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}((:)?\d{2}){0,2}(Z|\d{2}:?\d{2})?)?")


class InvalidFilter(Exception):
    """A filter has a value that cannot be read; the sentences are for the caller."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


def compiled(params: Mapping[str, str], *, user: User) -> Test:
    """Return the test that the filters among *params* are; what is no filter is ignored. Raises InvalidFilter."""
    tests: list[Test] = []
    wrong: list[str] = []
    given = {"status_id": "o", **{name: value for name, value in params.items() if value}}
    for name, expression in given.items():
        kind = _kind(name)
        if kind is None:
            continue
        sign, values = _read(kind, expression)
        values = [str(user.id) if value == "me" and name.endswith("_to_id") else value for value in values]
        if sign not in WITHOUT_VALUE and not _valid(kind, name, values):
            wrong.append(fault(_label(name), "invalid", user.language))
        else:
            tests.append(_test(name, kind, sign=sign, values=values))
    if wrong:
        raise InvalidFilter(wrong)
    return _all_of(tests)


def _all_of(tests: list[Test]) -> Test:
    first, *rest = tests
    if not rest:
        return first
    others = _all_of(rest)
    return lambda issue: first(issue) and others(issue)


def only_ids(params: Mapping[str, str]) -> list[int] | None:
    """Return the only numbers that can fit, where the filters name them."""
    ids = params.get("issue_id", "")
    return [int(each) for each in ids.split(",")] if re.fullmatch(r"\d+(,\d+)*", ids) else None


def _kind(name: str) -> str | None:
    if name in KINDS:
        return KINDS[name]
    field = _custom(name)
    return _CUSTOM_KINDS.get(field.format, "string") if field is not None and field.filter else None


def _custom(name: str) -> CustomField | None:
    return FIELDS.get(int(name[3:])) if name.startswith("cf_") and name[3:].isdigit() else None


def _label(name: str) -> str:
    field = _custom(name)
    return field.name if field else name if name in ("issue_id", "parent_id") else name.removesuffix("_id")


def _read(kind: str, expression: str) -> tuple[str, list[str]]:
    """Split an expression into operator and values; without an operator it is an equation."""
    for sign in sorted(OPERATORS[kind], reverse=True):
        if expression.startswith(sign):
            return sign, expression[len(sign) :].split("|")
    return "=", expression.split("|")


def _valid(kind: str, name: str, values: list[str]) -> bool:
    if kind == "date":
        return all(_TIME.fullmatch(value) and _moment(value) is not None for value in values)
    if kind == "integer" and name != "estimated_hours" and not name.startswith("cf_"):
        return all(re.fullmatch(r"[+-]?\d+(,[+-]?\d+)*", value) for value in values)
    if kind == "integer":
        return all(_number(value) is not None for value in values)
    return any(values)


def _test(name: str, kind: str, *, sign: str, values: list[str]) -> Test:
    get = _getter(name)
    if name == "status_id" and sign in ("o", "c", "*"):
        return {"o": _is_open, "c": lambda issue: not _is_open(issue)}.get(sign, lambda issue: issue.status_id > 0)
    if sign in ("*", "!*"):
        return lambda issue: (get(issue) not in (None, "", ())) is (sign == "*")
    match kind:
        case "date":
            return _dates(get, sign, values)
        case "string":
            return _texts(get, sign, values)
        case "integer" if name != "issue_id" or sign != "=":
            return _numbers(get, sign, values)
        case "integer" | "tree":
            wanted = {number for value in values for number in re.findall(r"\d+", value)}
            return lambda issue: str(get(issue)) in wanted
    return _among(get, sign, values)


def _is_open(issue: Issue) -> bool:
    return not STATUSES[issue.status_id].closes


def _getter(name: str) -> Callable[[Issue], Any]:
    field = _custom(name)
    if field is not None:
        return lambda issue: issue.custom.get(field.id, field.empty)
    attribute = "id" if name == "issue_id" else name
    return lambda issue: getattr(issue, attribute)


def _among(get: Callable[[Issue], Any], sign: str, values: list[str]) -> Test:
    wanted = set(values)

    def test(issue: Issue) -> bool:
        held = get(issue)
        held = ("1" if held else "0") if isinstance(held, bool) else held
        texts = held if isinstance(held, tuple) else ("" if held is None else str(held),)
        return any(each in wanted for each in texts) is (sign == "=")

    return test


def _texts(get: Callable[[Issue], Any], sign: str, values: list[str]) -> Test:
    """Equal as it is written; parts without regard to case."""
    wanted, part = set(values), (values[0] if values else "").casefold()

    def test(issue: Issue) -> bool:
        text = str(get(issue) or "")
        small = text.casefold()
        match sign:
            case "=" | "!":
                return (text in wanted) is (sign == "=")
            case "~" | "!~":
                return (part in small) is (sign == "~")
        return small.startswith(part) if sign == "^" else small.endswith(part)

    return test


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _numbers(get: Callable[[Issue], Any], sign: str, values: list[str]) -> Test:
    bounds = [number for value in values if (number := _number(value.split(",")[0])) is not None]

    def test(issue: Issue) -> bool:
        held = _number(get(issue))
        if held is None:
            return False
        match sign:
            case ">=":
                return held >= bounds[0]
            case "<=":
                return held <= bounds[0]
            case "><":
                return bounds[0] <= held <= bounds[-1]
        return held in bounds

    return test


# --- times -----------------------------------------------------------------------------------------------------------


def _moment(text: str) -> datetime | date | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _dates(get: Callable[[Issue], Any], sign: str, values: list[str]) -> Test:
    """
    A lower bound is one second earlier and open, so that it holds the whole second that is shown; an upper bound is
    compared with the stored fraction. A bare day is the whole of it.
    """
    moments = [_moment(value) for value in values]
    low = _start(moments[0]) if sign in (">=", "=", "><") else None
    high = _end(moments[-1]) if sign in ("<=", "=", "><") else None

    def test(issue: Issue) -> bool:
        held = _as_moment(get(issue))
        return held is not None and (low is None or held > low) and (high is None or held <= high)

    return test


def _as_moment(held: Any) -> datetime | None:
    if isinstance(held, str):
        held = _moment(held) if held else None
    if isinstance(held, datetime):
        return held
    return datetime(held.year, held.month, held.day, tzinfo=UTC) if isinstance(held, date) else None


def _start(moment: datetime | date | None) -> datetime | None:
    whole = _as_moment(moment)
    if whole is None or isinstance(moment, datetime):
        return whole - timedelta(seconds=1) if whole else None
    return whole - timedelta(microseconds=1)


def _end(moment: datetime | date | None) -> datetime | None:
    whole = _as_moment(moment)
    return whole if whole is None or isinstance(moment, datetime) else whole + timedelta(days=1, microseconds=-1)


# --- order -----------------------------------------------------------------------------------------------------------

SORTED_BY: Mapping[str, str] = {
    **{name: name for name in ("id", "subject", "updated_on", "created_on", "closed_on", "start_date", "due_date")},
    **{name: name for name in ("done_ratio", "estimated_hours")},
    **{name: f"{name}_id" for name in ("project", "tracker", "status", "priority", "author", "assigned_to")},
    **{name: f"{name}_id" for name in ("category", "fixed_version")},
    "parent": "parent_id",
}


def ordered(issues: Iterable[Issue], sort: str) -> list[Issue]:
    """Return issues by up to three keys, unknown ones left out; equal ones, and all without a key, newest first."""
    rows = sorted(issues, key=lambda issue: issue.id, reverse=True)
    for key in reversed(sort.split(",")[:3] if sort else []):
        name, _, direction = key.strip().partition(":")
        get = _sort_getter(name)
        if get is not None:
            rows.sort(key=get, reverse=direction == "desc")
    return rows


def _sort_getter(name: str) -> Callable[[Issue], tuple[bool, Any]] | None:
    field = _custom(name)
    if field is not None:
        return lambda issue: (True, str(issue.custom.get(field.id, "")))
    attribute = SORTED_BY.get(name)
    if attribute is None:
        return None

    def rank(issue: Issue) -> tuple[bool, Any]:
        value = getattr(issue, attribute)
        return (False, 0) if value is None else (True, value)

    return rank
