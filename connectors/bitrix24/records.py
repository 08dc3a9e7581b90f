"""A record as Bitrix24 shows it, and its views."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.exchange import Fault, VendorRecord, View, Views

from .client import Row
from .fields import MULTI, RECORDS, Field, FieldTable
from .kinds import COMPANY, CONTACT, Kind
from .times import utc_of

STAGE = "stageId"
CATEGORY = "categoryId"
SUM = "opportunity"
BY_HAND = "isManualOpportunity"
ORIGIN = "originId"
ORIGINATOR = "originatorId"
HUB = "casehub"
"""What stands in `originatorId` of the records that a hub makes."""
POINTS_AT: Mapping[str, int] = {"crm_company": COMPANY, "crm_contact": CONTACT}

NameOf = Callable[[int, str], str | None]


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes records of rows. CATEGORY is the only pipeline that takes part, if one is named."""

    system: str
    kind: Kind
    portal: str
    fields: FieldTable
    name_of: NameOf
    marker_place: str
    category: int | None

    def records(self, rows: Iterable[Row]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        """Make records of rows; a row that cannot be read is a fault of its own."""
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                records.append(self.record(row))
            except (KeyError, TypeError, ValueError) as error:
                number = row.get("id")
                reason = f"the {self.kind.name} is not as Bitrix24 shows them ({type(error).__name__})"
                faults.append(Fault(str(number) if number else None, reason))
        return tuple(records), tuple(faults)

    def record(self, row: Mapping[str, Any]) -> VendorRecord:
        """Return the record of a row. Raises KeyError, TypeError or ValueError on what is none."""
        number, stamp = int(row["id"]), row["updatedTime"]
        views = self.views(row)
        marker = views.get(self.marker_place)
        return VendorRecord(
            system=self.system,
            kind=self.kind.name,
            id=str(number),
            views=views,
            version=utc_of(stamp),
            stamp=stamp,
            marker=marker if isinstance(marker, str) else None,
            url=f"{self.portal}{self.kind.page.format(id=number)}",
            in_scope=self.category is None or views.get(CATEGORY) == str(self.category),
            editor=str(row.get("updatedBy") or ""),
        )

    def views(self, row: Mapping[str, Any]) -> Views:
        places = ((field, MULTI if field.type == MULTI else field.name) for field in self.fields)
        return {field.name: self._view(field, row[name]) for field, name in places if name in row}

    def _view(self, field: Field, value: Any) -> View:
        view = field.read(value)
        if view is None or field.multiple or field.type not in RECORDS:
            return view
        name = self.name_of(POINTS_AT[field.type], str(view))
        return {"id": view, "name": name} if name else view


def pointed_at(rows: Iterable[Row], fields: FieldTable) -> dict[int, set[str]]:
    """Return the ids of the companies and contacts whose names the views of *rows* carry."""
    wanted: dict[int, set[str]] = {}
    for field in fields:
        if field.type not in RECORDS or field.multiple:
            continue
        met = {str(row[field.name]) for row in rows if row.get(field.name)}
        wanted.setdefault(POINTS_AT[field.type], set()).update(each for each in met if each.isdecimal() and each != "0")
    return wanted
