"""
Comments in the timelines of deals, and the files attached to them, as rows and as records.

A portal has no list of comments across deals: each list is of one deal. A comment shows when it was made and not when
it was changed, so it has no version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.exchange import Fault, Place, VendorRecord, View, Views

from .client import Command, Row
from .fields import plain_number
from .kinds import DEAL
from .times import moment_view

COMMENT = "comment"
FILE = "file"
TIMELINE = (COMMENT, FILE)
EVENT = "TIMELINECOMMENT"
OWNER = "deal"

LIST = "crm.timeline.comment.list"
GET = "crm.timeline.comment.get"
ADD = "crm.timeline.comment.add"
UPDATE = "crm.timeline.comment.update"

PLACES: Mapping[str, tuple[Place, ...]] = {
    COMMENT: (
        Place("text", "Text", "markup", required=True),
        Place("author", "Author", "person", writable=False),
        Place("created_on", "Created", "datetime", writable=False),
    ),
    FILE: (
        Place("name", "Name", "text", required=True),
        Place("size", "Size", "number", writable=False),
        Place("author", "Author", "person", writable=False),
        Place("created_on", "Created", "datetime", writable=False),
        Place("content", "Content", "text", required=True),
    ),
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Makes records of the comments of one portal. USER is the one that the hub works as."""

    system: str
    portal: str
    user: str

    def records(self, kind: str, rows: Iterable[Row]) -> tuple[tuple[VendorRecord, ...], tuple[Fault, ...]]:
        """Make records of comments, or of the files attached to them; what cannot be read is a fault of its own."""
        records: list[VendorRecord] = []
        faults: list[Fault] = []
        for row in rows:
            try:
                records += self.files(row) if kind == FILE else self.comments(row)
            except (KeyError, TypeError, ValueError) as error:
                number = row.get("ID")
                reason = f"the comment is not as Bitrix24 shows them ({type(error).__name__})"
                faults.append(Fault(str(number) if number else None, reason))
        return tuple(records), tuple(faults)

    def comments(self, row: Row) -> list[VendorRecord]:
        """Return the comment, unless it only carries a file of ours. Raises KeyError, TypeError, ValueError."""
        return [] if self.carries(row) else [self.comment(row)]

    def comment(self, row: Row) -> VendorRecord:
        """Return the record of a row. Raises KeyError, TypeError or ValueError on what is none."""
        views: dict[str, View] = {
            "text": text_of(row) or None,
            "author": _person(row.get("AUTHOR_ID")),
            "created_on": moment_view(str(row["CREATED"])),
        }
        return self._record(COMMENT, str(int(row["ID"])), views, row)

    def files(self, row: Row) -> list[VendorRecord]:
        """Return what is attached to a comment, in the order of numbers. Raises KeyError, TypeError or ValueError."""
        number = str(int(row["ID"]))
        return [
            self._record(FILE, f"{number}/{file}", _file_views(told), row)
            for file, told in sorted(files_of(row).items())
        ]

    def file(self, record_id: str, row: Row) -> VendorRecord | None:
        """Return one file of a comment, None where it is not attached any more."""
        return next((record for record in self.files(row) if record.id == record_id), None)

    def carries(self, row: Row) -> bool:
        """Whether a comment of ours says nothing but the name of its only file: the hub made it to attach that."""
        names = [str(told.get("name") or "") for told in files_of(row).values()]
        return len(names) == 1 and str(row.get("AUTHOR_ID")) == self.user and text_of(row) == names[0]

    def _record(self, kind: str, record_id: str, views: Views, row: Row) -> VendorRecord:
        owner, number = str(row["ENTITY_TYPE"]).lower(), str(int(row["ENTITY_ID"]))
        return VendorRecord(
            system=self.system,
            kind=kind,
            id=record_id,
            views=views,
            url=f"{self.portal}{DEAL.page.format(id=number)}" if owner == OWNER else None,
            in_scope=owner == OWNER,
            parent=(owner, number),
        )


def files_of(row: Row) -> dict[int, Mapping[str, Any]]:
    """Return what is attached to a comment, by its number; PHP writes an empty mapping as an empty list."""
    files = row.get("FILES")
    told = files.values() if isinstance(files, Mapping) else files if isinstance(files, list) else ()
    return {int(each["id"]): each for each in told if isinstance(each, Mapping)}


def text_of(row: Row) -> str:
    """Return what a comment says, with line ends of one kind."""
    return str(row.get("COMMENT") or "").replace("\r\n", "\n")


def list_command(deal: str, start: int = 0, *, newest: bool = False) -> Command:
    """Ask for fifty comments of one deal."""
    condition = {"ENTITY_ID": deal, "ENTITY_TYPE": OWNER}
    return Command(LIST, {"filter": condition, "order": {"ID": "DESC" if newest else "ASC"}, "start": start})


def _file_views(told: Mapping[str, Any]) -> Views:
    """Never its address: it is good for a browser that is logged in, and may carry a token."""
    return {
        "name": str(told["name"]),
        "size": plain_number(str(told["size"])),
        "author": _person(told.get("authorId")),
        "created_on": moment_view(str(told["date"])),
    }


def _person(value: Any) -> View:
    return str(value) if value not in (None, "", 0, "0") else None
