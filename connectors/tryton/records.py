"""An opportunity as Tryton shows it, as places and views, and what is written back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from mappings.exchange import Json, View, Views

from .wire import Malformed, date_form, date_of, decimal_form, number_of, stamp_of

KIND = "opportunity"
MODEL = "sale.opportunity"
STATE = "state"
FIRST_STATE = "lead"

ColumnType: TypeAlias = Literal["line", "text", "decimal", "float", "date", "id", "code", "reference", "state"]

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


@dataclass(frozen=True, slots=True)
class Column:
    """One place: the FIELD of the model that it is, the SHOWN name asked for beside it, and how its views look."""

    place: str
    type: ColumnType
    shown: str = ""
    writable: bool = True

    @property
    def asked(self) -> str:
        """The name in a request: fields of other records come with theirs, so that a page is one request."""
        return f"{self.place}.{self.shown}" if self.shown else self.place


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.place: column
        for column in (
            Column("description", "line"),
            Column("reference", "line"),
            Column("number", "line", writable=False),
            Column("state", "state"),
            Column("amount", "decimal"),
            Column("currency", "code", "code"),
            Column("party", "reference", "name"),
            Column("contact", "reference", "rec_name"),
            Column("employee", "id"),
            Column("start_date", "date"),
            Column("end_date", "date"),
            Column("comment", "text"),
            Column("conversion_probability", "float"),
            Column("lost_reason", "text"),
            Column("payment_term", "id"),
            Column("address", "reference", "rec_name"),
            Column("company", "id", writable=False),
        )
    }
)

CHANGED = "last_modified_at"
"""When a record was changed or, where it never was, made: it can be searched and sorted by."""

ASKED: tuple[str, ...] = (
    *(column.asked for column in COLUMNS.values()),
    *(CHANGED, "write_uid", "create_uid", "_timestamp"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One opportunity, read. BY is the user who wrote it last; TOKEN is what an exact condition names."""

    id: str
    views: Views
    stamp: str
    token: str
    by: str

    @property
    def version(self) -> str:
        """The stamp, for the order; behind it the token, which does not sort but must be sent back letter by letter."""
        return f"{self.stamp} {self.token}"


def token_of(version: str) -> str:
    """Return the token in a version."""
    return version.partition(" ")[2]


def read_row(row: Any) -> Row:
    """Return *row* of an answer as a `Row`. Raises Malformed where it has not the form of one."""
    match row:
        case {"id": int(number), "_timestamp": str(token)}:
            pass
        case _:
            raise Malformed("not an opportunity with its time")
    stamp = stamp_of(row.get(CHANGED))
    by = row.get("write_uid") or row.get("create_uid")
    return Row(str(number), read_views(row), stamp, token, "" if by is None else str(by))


def read_views(row: Mapping[str, Any]) -> dict[str, View]:
    """Return the views of *row*, of which only some may have been asked for. Raises Malformed."""
    return {place: _view(column, row) for place, column in COLUMNS.items() if _is_shown(column, row)}


def _is_shown(column: Column, row: Mapping[str, Any]) -> bool:
    return (f"{column.place}." if column.shown else column.place) in row


def _view(column: Column, row: Mapping[str, Any]) -> View:
    try:
        return _READ[column.type](row[f"{column.place}." if column.shown else column.place], column)
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
    }
)


# --- writing -------------------------------------------------------------------------------------------------------


def form_of(place: str, view: View) -> Json:
    """
    Return *view* as it is written to the field *place*; None clears it.

    References are written by id, currencies need `Names` first. Raises Malformed on a view that cannot be one.
    """
    column = COLUMNS[place]
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
