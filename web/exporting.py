"""
The list of cases as a file: CSV or XLSX, in the columns and words of whoever asks.

What a table program would take for a formula stays text: who fills in a deal's title must not be able to have somebody
else's computer work something out.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, TypeAlias
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]  # it comes without types

from flows.hub.browsing import CaseRow, Exported, Names

from .languages import later

Cell: TypeAlias = str | int | Decimal | date | datetime | bool | None
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By it Excel knows UTF-8."""
ACTS = tuple("=+-@\t\r\n＝＋－＠")
"""What a formula begins with."""
AT_ONCE = 200
COLUMNS: Mapping[str, str] = {
    "key": later("Key"),
    "title": later("Title"),
    "client": later("Client"),
    "stage": later("Stage"),
    "outcome": later("Outcome"),
    "amount": later("Amount"),
    "currency": later("Currency"),
    "deadline": later("Deadline"),
    "closes_on": later("Closes on"),
    "owner": later("Owner"),
    "manager": later("Case manager"),
    "participants": later("Participants"),
    "labels": later("Labels"),
    "key_client": later("Key client"),
    "blocked": later("Blocked"),
    "next_step": later("Next step"),
    "attention": later("Open questions"),
    "sync": later("Sync"),
    "created": later("Created"),
    "changed": later("Changed"),
}
"""What a column is called by programs, and by people."""
LONGEST = 32_767
"""Letters that a cell of XLSX holds."""
FIRST_YEAR = 1900
"""Days before it are numbers below zero in XLSX, and no table program shows them."""
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Words:
    """
    How a file says things: `_` translates titles, STAGE and OUTCOME are what people call them, NAMES are people's.

    Without a language everything is as programs know it, with a comma between cells and a point in numbers.
    """

    zone: ZoneInfo
    _: Callable[[str], str] | None = None
    stage: Callable[[str], str] = str
    outcome: Callable[[str], str] = str
    comma: bool = False
    """Numbers are written with a comma, so that it cannot stand between cells."""

    @property
    def titles(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(map(self._, COLUMNS.values())) if self._ else tuple(COLUMNS)

    def yes(self, said: bool) -> str:  # noqa: FBT001  # it is the value itself
        """Return yes or no."""
        text = later("yes") if said else later("no")
        return self._(text) if self._ else text


@dataclass(frozen=True, slots=True)
class Said:
    """A case in the words of a file."""

    row: CaseRow
    names: Names
    words: Words

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What stands in its line, in the order of `COLUMNS`."""
        row, names = self.row, self.names
        return (
            row.key,
            row.title,
            row.client,
            self.words.stage(row.stage),
            self.words.outcome(row.outcome),
            row.amount.amount if row.amount else None,
            row.amount.currency if row.amount else None,
            row.deadline,
            row.closes_on,
            names.of(row.owner),
            names.of(row.manager),
            ", ".join(sorted(map(names.of, row.participants))),
            ", ".join(sorted(row.labels)),
            row.key_client,
            row.blocked,
            row.next_step,
            row.attention,
            row.sync,
            row.created,
            row.changed,
        )


def harmless(text: str) -> str:
    """Return TEXT as no table program takes it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(ACTS) else text


def as_csv(found: Exported, words: Words) -> Iterator[str]:
    """Yield the file piece by piece, titles first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if words.comma else ",")
    writer.writerow(words.titles)
    yield BOM + _taken(buffer)
    for first in range(0, len(found.rows), AT_ONCE):
        for row in found.rows[first : first + AT_ONCE]:
            writer.writerow([_written(cell, words) for cell in Said(row, found.names, words).cells])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _written(cell: Cell, words: Words) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return words.yes(cell)
        case Decimal():
            return f"{cell:f}".replace(".", "," if words.comma else ".")
        case datetime():
            there = cell.astimezone(words.zone)
            return f"{there:%Y-%m-%d %H:%M}" if words._ else there.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case str():
            return harmless(cell)
    return str(cell)


# --- XLSX -------------------------------------------------------------------------------------------------------------

_AS_TEXT = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def as_xlsx(found: Exported, words: Words, *, made: datetime) -> IO[bytes]:
    """Return the file, MADE at that time, open at its beginning; who takes it closes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # it is sent after this has ended
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "dd.mm.yyyy", **_AS_TEXT})
    book.set_properties({"title": "Casehub", "created": made.replace(tzinfo=None)})
    sheet = book.add_worksheet()
    bold, time = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for place, title in enumerate(words.titles):
        sheet.write_string(0, place, title, bold)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(found.rows, 1):
        _fill(sheet, line, Said(row, found.names, words).cells, words=words, time=time)
    book.close()
    file.seek(0)
    return file


def _fill(sheet: Any, line: int, cells: Sequence[Cell], *, words: Words, time: Any) -> None:
    for place, cell in enumerate(cells):
        match cell:
            case None | "":
                continue
            case bool():
                sheet.write_string(line, place, words.yes(cell))
            case Decimal() | int():
                sheet.write_number(line, place, cell)
            case datetime():
                sheet.write_datetime(line, place, cell.astimezone(words.zone).replace(tzinfo=None), time)
            case date() if cell.year >= FIRST_YEAR:
                sheet.write_datetime(line, place, cell)
            case date():
                sheet.write_string(line, place, cell.isoformat())
            case _:
                sheet.write_string(line, place, cell[:LONGEST])


def pieces(file: IO[bytes], size: int = 64 * 1024) -> Iterator[bytes]:
    """Yield what FILE holds, and close it."""
    with file:
        while piece := file.read(size):
            yield piece
