"""Records as Tryton shows them, as places and views, and what is written back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from mappings.exchange import Json, View, Views

from .kinds import CHANGED, KIND, MODEL, OPPORTUNITY, Column, ColumnType, Kind
from .wire import Malformed, date_form, date_of, decimal_form, number_of, stamp_of

STATE = "state"
FIRST_STATE = "lead"

BUTTONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("lead", "opportunity"): "opportunity",
        ("lead", "lost"): "lost",
        ("lead", "cancelled"): "cancel",
        ("opportunity", "lead"): "lead",
        ("opportunity", "converted"): "convert",
        ("opportunity", "lost"): "lost",
        ("opportunity", "cancelled"): "cancel",
        ("lost", "lead"): "lead",
        ("cancelled", "lead"): "lead",
    }
)
"""From state to state: the button that takes the step. Other steps are Tryton's own: a confirmed sale wins."""

CLOSED = frozenset({"converted", "won", "lost", "cancelled"})
"""Hardly a field can be written here; some steps lead out again."""

FOR_GOOD = "convert"
"""Makes a sale: the one step that no button takes back."""


PersonOf: TypeAlias = Callable[[int], str]
"""User -> the id of that person as `people` lists it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record, read. BY is the user who wrote it last; TOKEN is what an exact condition names."""

    id: str
    views: Views
    stamp: str
    token: str
    by: str
    parent: tuple[str, str] | None = None

    @property
    def version(self) -> str:
        """The stamp, for the order; behind it the token, which does not sort but must be sent back letter by letter."""
        return f"{self.stamp} {self.token}"


def token_of(version: str) -> str:
    """Return the token in a version."""
    return version.partition(" ")[2]


def read_row(row: Any, kind: Kind = OPPORTUNITY, person_of: PersonOf = str) -> Row:
    """Return *row* of an answer as a `Row`. Raises Malformed where it has not the form of one."""
    match row:
        case {"id": int(number), "_timestamp": str(token)}:
            pass
        case _:
            raise Malformed(f"not an {kind.what} with its time")
    stamp = stamp_of(row.get(CHANGED))
    by = row.get("write_uid") or row.get("create_uid")
    views = read_views(row, kind, person_of)
    return Row(str(number), views, stamp, token, "" if by is None else str(by), _parent(row, kind))


def read_views(row: Mapping[str, Any], kind: Kind = OPPORTUNITY, person_of: PersonOf = str) -> dict[str, View]:
    """Return the views of *row*, of which only some may have been asked for. Raises Malformed."""
    shown = (column for column in kind.columns.values() if column.key in row and column.type != "content")
    return {column.place: _view(column, row[column.key], person_of) for column in shown}


def _parent(row: Mapping[str, Any], kind: Kind) -> tuple[str, str] | None:
    if not kind.hangs:
        return None
    model, _, number = str(row.get("resource") or "").partition(",")
    if model != MODEL or not number.isdecimal():
        raise Malformed("it does not hang on an opportunity")
    return (KIND, number)


def _view(column: Column, value: Any, person_of: PersonOf) -> View:
    try:
        if column.type == "user":
            return None if _id(value, column) is None else person_of(value)
        return _READ[column.type](value, column)
    except Malformed as error:
        raise Malformed(f"{column.place}: {error}") from None


def _text(value: Any, _column: Column) -> View:
    if value is not None and not isinstance(value, str):
        raise Malformed("not a text")
    return value or None


def _id(value: Any, _column: Column) -> View:
    if value is not None and not isinstance(value, int):
        raise Malformed("not an id")
    return None if value is None else str(value)


def _reference(value: Any, column: Column) -> View:
    match value:
        case None:
            return None
        case {"id": int(number), column.shown: name}:
            return {"id": str(number), "name": name or ""}
    raise Malformed("not another record")


def _code(value: Any, column: Column) -> View:
    match value:
        case None:
            return None
        case {column.shown: str(code)}:
            return code
    raise Malformed("not a code")


_READ: Mapping[ColumnType, Callable[[Any, Column], View]] = MappingProxyType(
    {
        "line": _text,
        "text": _text,
        "state": _text,
        "decimal": lambda value, _: number_of(value),
        "float": lambda value, _: number_of(value),
        "date": lambda value, _: date_of(value),
        "id": _id,
        "code": _code,
        "reference": _reference,
        "moment": lambda value, _: None if value is None else stamp_of(value),
        "size": lambda value, _: number_of(value),
    }
)


# --- writing -------------------------------------------------------------------------------------------------------


def form_of(column: Column, view: View) -> Json:
    """
    Return *view* as it is written to the field of *column*; None clears it.

    References are written by id, currencies need `Names` first. Raises Malformed on a view that cannot be one.
    """
    if view is None:
        return None
    match column.type, view:
        case (("line" | "text"), str()):
            return view
        case "decimal", str():
            return decimal_form(view)
        case "float", str():
            return float(decimal_form(view)["decimal"])
        case "date", str():
            return date_form(view)
        case (("id" | "code"), str()) if view.isdecimal():
            return int(view)
        case "reference", ({"id": str(number)} | str(number)) if number.isdecimal():
            return int(number)
    raise Malformed(f"{view!r} cannot be written there")


def steps_from(state: View) -> tuple[str, ...]:
    """Return the states that a button leads to from *state*."""
    return tuple(target for source, target in BUTTONS if source == state)
