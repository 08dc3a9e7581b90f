"""
Ping-pong: an answer is a move within five minutes after we wrote that field there.

Each link keeps, per field, the time of our last write and then the times of the answers since anybody else spoke. A
move that is no answer, in any system, or an edit at the hub starts the row anew. A write is answered once: who goes on
editing there afterwards, while nothing is written back, speaks with nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from .judge import Cell, by_fact, stored_view
from .rules import ANSWER_WINDOW

Times = Mapping[str, tuple[datetime, ...]]


def count_answers(
    cells: Sequence[Cell], *, now: datetime
) -> tuple[dict[str, tuple[str, ...]], dict[int, dict[str, tuple[datetime, ...]]]]:
    """Return fact -> the systems that answered in a row, and link -> its times as they now stand."""
    if not any(cell.field.name in cell.side.link.answers for cell in cells):
        return {}, {}
    carriers = by_fact(cells)
    anew: set[Place] = set()
    answering: set[Place] = set()
    for fact, those in carriers.items():
        fresh = [cell for cell in those if _just_moved(cell, fact)]
        if fresh and not all(_is_answer(cell, now) for cell in fresh):
            anew.update(_place(cell) for cell in those)
        else:
            answering.update(_place(cell) for cell in fresh if not _has_answered(cell))
    times = {cell.side.link.id: dict(cell.side.link.answers) for cell in cells}
    for link, field in anew | answering:
        kept = times[link].get(field, ())
        if kept:
            times[link][field] = kept[:1] if (link, field) in anew else (*kept, now)
    return {fact: tuple(_answered(times, those)) for fact, those in carriers.items()}, times


Place: TypeAlias = tuple[int, str]
"""A field of a link: what an answer is counted for, however many facts of it moved at once."""


def _place(cell: Cell) -> Place:
    return cell.side.link.id, cell.field.name


def _just_moved(cell: Cell, fact: str) -> bool:
    """Only a view that this very snapshot brought counts: a parked one is judged again and again."""
    return cell.side.fresh is not None and stored_view(cell.side, cell.field) != cell.seen and cell.moved(fact)


def _is_answer(cell: Cell, now: datetime) -> bool:
    written = cell.side.link.answers.get(cell.field.name, ())
    return bool(written) and now - written[0] <= ANSWER_WINDOW


def _has_answered(cell: Cell) -> bool:
    """Say whether our last write there has its answer already."""
    written = cell.side.link.answers[cell.field.name]
    return len(written) > 1 and written[0] < written[-1]


def _answered(times: Mapping[int, Times], carriers: Iterable[Cell]) -> list[str]:
    row: list[str] = []
    for cell in carriers:
        row += [cell.system] * (len(times[cell.side.link.id].get(cell.field.name, ())) - 1)
    return row
