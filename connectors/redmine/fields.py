"""
Custom fields: their names, numbers and formats.

Only an administrator is shown the table of fields. Any other account learns names from the issues it reads and never
learns formats: values stay the text that Redmine sends.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.exchange import Json, View

MOST_DIGITS = 100
"""A text like 1e999999 is left as it is."""


@dataclass(frozen=True, slots=True)
class CustomField:
    """One custom field of issues. FORMAT is "" where the account may not know it."""

    id: int
    name: str
    format: str = ""
    multiple: bool = False
    required: bool = False
    filter: bool = True
    max_length: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    """(value, label) of lists."""

    def read(self, value: Any) -> View:
        """Return the view of what Redmine shows."""
        if isinstance(value, list):
            members = sorted({text for each in value if (text := self._read_one(each)) not in (None, "")}, key=str)
            return members or None
        return self._read_one(value)

    def write(self, view: View) -> Any:
        """Return what Redmine takes for *view*: empty is "", never null, which it would ignore."""
        if isinstance(view, list):
            return [_text(each) for each in view] or [""]
        if view is None:
            return [""] if self.multiple else ""
        return _text(view)

    def _read_one(self, value: Any) -> View:
        if value is None or value == "":
            return None
        text = _text(value)
        match self.format:
            case "bool":
                return {"1": True, "0": False}.get(text)
            case "int" | "float":
                return plain_number(text)
            case _:
                return text.replace("\r\n", "\n")


class FieldTable:
    """All custom fields that are known so far."""

    def __init__(self, fields: Iterable[CustomField] = (), *, whole: bool = False) -> None:
        self._fields = {field.id: field for field in fields}
        self.whole = whole
        """Told by Redmine's own table, so nothing has to be learned."""

    def __iter__(self) -> Iterator[CustomField]:
        return iter(self._fields.values())

    def learn(self, rows: Iterable[Mapping[str, Any]]) -> bool:
        """Take the names of fields from *rows* of issues; says whether one was new or has another name."""
        news = False
        for row in rows:
            for shown in row.get("custom_fields") or ():
                met = CustomField(shown["id"], shown["name"], multiple=shown.get("multiple", False) is True)
                known = self._fields.get(met.id)
                if known is None or (not self.whole and known != met):
                    self._fields[met.id] = met
                    news = True
        return news

    def several(self) -> frozenset[int]:
        """Return the numbers of the fields that take several values."""
        return frozenset(field.id for field in self._fields.values() if field.multiple)

    def by_id(self, number: int) -> CustomField | None:
        return self._fields.get(number)

    def by_place(self, place: str) -> CustomField | None:
        """Return the field of ``cf[Name]`` or ``cf[#12]``; None where it is unknown, or two have the name."""
        name = place.removeprefix("cf[").removesuffix("]")
        if name.startswith("#") and name[1:].isdigit():
            number = int(name[1:])
            return self._fields.get(number, CustomField(number, name))
        met = [field for field in self._fields.values() if field.name == name]
        return met[0] if len(met) == 1 else None

    def place(self, field: CustomField) -> str:
        """Return the name of the field's place: by number where two fields have one name."""
        twins = sum(other.name == field.name for other in self._fields.values())
        return f"cf[{field.name}]" if twins < 2 else f"cf[#{field.id}]"

    def to_json(self) -> Json:
        return {"whole": self.whole, "fields": [asdict(field) for field in self._fields.values()]}

    @classmethod
    def from_json(cls, form: Json) -> "FieldTable":
        """The inverse of `to_json`."""
        fields = [
            CustomField(**{**each, "values": tuple((value, label) for value, label in each["values"])})
            for each in form["fields"]
        ]
        return cls(fields, whole=form["whole"])


def told_field(row: Mapping[str, Any]) -> CustomField:
    """Return a field of Redmine's own table."""
    values = row.get("possible_values") or ()
    return CustomField(
        id=row["id"],
        name=row["name"],
        format=row.get("field_format", ""),
        multiple=bool(row.get("multiple")),
        required=bool(row.get("is_required")),
        filter=bool(row.get("is_filter")),
        max_length=row.get("max_length") or None,
        values=tuple((str(each["value"]), str(each.get("label", each["value"]))) for each in values),
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


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
