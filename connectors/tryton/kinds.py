"""Kinds of records: the models that they are in Tryton, and which of their fields are places."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

KIND = "opportunity"
MODEL = "sale.opportunity"

ColumnType: TypeAlias = Literal[
    "line", "text", "decimal", "float", "date", "id", "code", "reference", "state", "moment", "user", "size", "content"
]


@dataclass(frozen=True, slots=True)
class Column:
    """
    One place: the FIELD of the model that it is (called alike unless told), the SHOWN name asked for beside it, and how
    its views look.
    """

    place: str
    type: ColumnType
    shown: str = ""
    writable: bool = True
    field: str = ""

    @property
    def name(self) -> str:
        """The name of the field in Tryton."""
        return self.field or self.place

    @property
    def asked(self) -> str:
        """The name in a request: fields of other records come with theirs, so that a page is one request."""
        return f"{self.name}.{self.shown}" if self.shown else self.name

    @property
    def key(self) -> str:
        """Where its content stands in an answer."""
        return f"{self.name}." if self.shown else self.name


def _columns(*columns: Column) -> Mapping[str, Column]:
    return MappingProxyType({column.place: column for column in columns})


COLUMNS = _columns(
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
    Column("created_on", "moment", writable=False, field="create_date"),
)

CHANGED = "last_modified_at"
"""When a record was changed or, where it never was, made: it can be searched and sorted by."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of records: the MODEL that it is in Tryton.

    WHAT stands for one of them in sentences. MARKED: it has a place for our marker. HANGS: each hangs on an
    opportunity, and Tryton lists them only for opportunities that are named. SCOPED: each belongs to a company. NEEDED
    are the places without which none is made. FIXED are more values that each new one has.
    """

    name: str
    model: str
    what: str
    columns: Mapping[str, Column]
    marked: bool = False
    hangs: bool = False
    scoped: bool = False
    needed: frozenset[str] = frozenset()

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked for of each record."""
        shown = (column.asked for column in self.columns.values() if column.type != "content")
        parent = ("resource",) if self.hangs else ()
        return (*shown, *parent, CHANGED, "write_uid", "create_uid", "_timestamp")


OPPORTUNITY = Kind(
    KIND, MODEL, "opportunity", COLUMNS, marked=True, scoped=True, needed=frozenset({"party"})
)  # without a party it would be a deal of nobody
PARTY = Kind(
    "party",
    "party.party",
    "party",
    _columns(
        Column("name", "line"),
        Column("code", "line", writable=False),
        Column("email", "line", writable=False),
        Column("phone", "line", writable=False),
    ),
    needed=frozenset({"name"}),
)
COMMENT = Kind(
    "comment",
    "ir.note",
    "note",
    _columns(
        Column("text", "text", field="message"),
        Column("author", "user", writable=False, field="create_uid"),
        Column("created_on", "moment", writable=False, field="create_date"),
    ),
    hangs=True,
    needed=frozenset({"text"}),
)
FILE = Kind(
    "file",
    "ir.attachment",
    "attachment",
    _columns(
        Column("name", "line"),
        Column("description", "text"),
        Column("url", "line", writable=False, field="link"),
        Column("size", "size", writable=False, field="data_size"),
        Column("author", "user", writable=False, field="create_uid"),
        Column("created_on", "moment", writable=False, field="create_date"),
        Column("content", "content", field="data"),
    ),
    hangs=True,
    needed=frozenset({"name", "content"}),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (OPPORTUNITY, PARTY, COMMENT, FILE)})


def resource_of(record_id: str) -> str:
    """Return what hangs on an opportunity calls it."""
    return f"{MODEL},{record_id}"
