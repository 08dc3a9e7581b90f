"""
Fields as `crm.item.fields` describes them: how each reads and is written.

Own fields are among the others, by the names they have there (``ufCrm_1690000001``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.exchange import Json, View

from .times import day_view, moment_view

LEFT_OUT = frozenset({"lastActivityTime", "lastActivityBy", "fm"})
"""Not places: calls and letters move the first two without touching the record; the third is shown to gets only."""
PEOPLE = frozenset({"user", "employee"})
RECORDS = frozenset({"crm_company", "crm_contact"})
NUMBERS = frozenset({"integer", "double"})
IDS = frozenset({"enumeration", "crm_lead", "crm_quote", "iblock_element", "iblock_section"}) | PEOPLE | RECORDS
"""Types of which 0 means nothing."""
MOST_DIGITS = 100
"""A text like 1e999999 is left as it is."""
YES_OR_NO: Mapping[str, bool] = {"Y": True, "1": True, "True": True, "N": False, "0": False, "False": False}


MULTI = "fm"
"""Where phones and e-mail addresses stand in a record, all in one list; each kind of them is a place of its own."""


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of a kind of record. FIXED: the portal alone sets it; ONCE: it can be set in a create only. DICTIONARY is
    the list of words that a `crm_status` takes its values from, ITEMS are (id, label) of an own choice.
    """

    name: str
    label: str
    type: str
    multiple: bool = False
    required: bool = False
    fixed: bool = False
    once: bool = False
    own: bool = False
    dictionary: str = ""
    items: tuple[tuple[str, str], ...] = ()

    def read(self, value: Any) -> View:
        """Return the view of what Bitrix24 shows. Raises TypeError on what such a field never shows."""
        if self.type == MULTI:
            rows = (row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else ()
            texts = {str(row.get("value") or "") for row in rows if row.get("typeId") == self.name.upper()}
            return sorted(texts - {""}) or None
        if not self.multiple:
            return self._read_one(value)
        shown = value if isinstance(value, list) else [] if value is None or value is False else [value]
        return sorted({str(view) for each in shown if (view := self._read_one(each)) is not None}) or None

    def write(self, view: View) -> Any:
        """Return what Bitrix24 takes for *view*: empty is "", or the empty list."""
        if not self.multiple:
            return self._write_one(view)
        members = view if isinstance(view, list) else [] if view is None else [view]
        return [self._write_one(each) for each in members]

    def _read_one(self, value: Any) -> View:
        if value is None or value == "":
            return None
        if self.type == "boolean":
            return YES_OR_NO.get(str(value))
        if self.type == "file":
            return str(value["id"])  # never its address, which carries the webhook
        if isinstance(value, dict | list):
            raise TypeError(f"{self.name} shows a {type(value).__name__}")
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        if self.type in IDS:
            return None if text in ("0", "False") else text
        return self._read_text(text)

    def _read_text(self, text: str) -> View:
        if self.type in NUMBERS:
            return plain_number(text)
        if self.type == "date":
            return day_view(text)
        if self.type == "datetime":
            return moment_view(text)
        if self.type == "money":
            return money_view(text)
        if self.type == "address":
            return text.split("|", 1)[0] or None
        return text.replace("\r\n", "\n")

    def _write_one(self, view: View) -> Any:
        if view is None:
            return ""
        if isinstance(view, bool):
            return "Y" if view else "N"
        if isinstance(view, Mapping):
            return str(view["id"])
        return str(view)


class FieldTable:
    """The fields of one kind of record."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields = {field.name: field for field in fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def get(self, name: str) -> Field | None:
        return self._fields.get(name)

    @property
    def asked(self) -> tuple[str, ...]:
        """What a list has to select: phones and addresses come only with everything, which leaves out own fields."""
        if any(field.type == MULTI for field in self):
            return ("*", *(field.name for field in self if field.own))
        return self.names

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._fields)

    def place_in(self, words: str, places: Iterable[str]) -> str | None:
        """Return the one of *places* that a refusal names by its label or its name; the longest, if there are more."""
        met = [
            (len(word), field.name)
            for place in places
            if (field := self._fields.get(place)) is not None
            for word in (field.label, field.name)
            if len(word) > 2 and word in words
        ]
        return max(met)[1] if met else None

    def to_json(self) -> Json:
        return [asdict(field) for field in self._fields.values()]

    @classmethod
    def from_json(cls, form: Json) -> "FieldTable":
        """The inverse of `to_json`."""
        return cls(Field(**{**each, "items": tuple((key, label) for key, label in each["items"])}) for each in form)

    @classmethod
    def told(cls, described: Mapping[str, Any]) -> "FieldTable":
        """Return the fields that `crm.item.fields` describes."""
        return cls(
            _told(name, each)
            for name, each in described.items()
            if name not in LEFT_OUT and isinstance(each, Mapping) and each.get("type") != "crm_multifield"
        )


MULTIPLE = (Field("phone", "Phone", MULTI, multiple=True), Field("email", "E-mail", MULTI, multiple=True))


def multi_changes(rows: Iterable[Mapping[str, Any]], wanted: Mapping[str, View]) -> dict[str, Any]:
    """
    Return what brings phones and addresses from ROWS, as a get shows them, to those WANTED by place.

    A value that stays keeps its number and its type; a number with an empty value is taken away.
    """
    changes: dict[str, Any] = {}
    for place, view in wanted.items():
        values = [str(each) for each in (view if isinstance(view, list) else [view] if view else [])]
        mine = [row for row in rows if row.get("typeId") == place.upper()]
        for row in mine:
            if row.get("value") not in values:
                changes[str(row["id"])] = {"typeId": place.upper(), "value": ""}
        there = {row.get("value") for row in mine}
        for value in values:
            if value not in there:
                changes[f"n{len(changes)}"] = {"typeId": place.upper(), "valueType": "WORK", "value": value}
    return changes


def _told(name: str, described: Mapping[str, Any]) -> Field:
    items = described.get("items")
    listed = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    return Field(
        name=name,
        label=str(described.get("title") or name),
        type=str(described.get("type") or "string"),
        multiple=described.get("isMultiple") is True,
        required=described.get("isRequired") is True,
        fixed=described.get("isReadOnly") is True,
        once=described.get("isImmutable") is True,
        own=described.get("isDynamic") is True,
        dictionary=str(described.get("statusType") or ""),
        items=tuple((str(item.get("ID")), str(item.get("VALUE") or "")) for item in listed),
    )


def plain_number(text: str) -> str:
    """Return one text for one number, without exponent and needless zeros; what is no number stays as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return text
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def money_view(text: str) -> View:
    """Return ``100.50|RUB`` as ``100.5|RUB``; a sum that is missing is nothing, whatever the currency beside it."""
    amount, bar, currency = text.partition("|")
    if not amount.strip():
        return None
    return f"{plain_number(amount.strip())}{bar}{currency.strip()}"
