"""
Ping-pong: an answer is a move within five minutes after we wrote that field there.

Each link keeps, per field, the time of our last write and then the times of the answers since anybody else spoke. A
move that is no answer, in any system, or an edit at the hub starts the row anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from .judge import Cell, stored_view
from .rules import ANSWER_WINDOW

Times = Mapping[str, tuple[datetime, ...]]


def count_answers(
    cells: Sequence[Cell], *, now: datetime
) -> tuple[dict[str, tuple[str, ...]], dict[int, dict[str, tuple[datetime, ...]]]]:
    """Return fact -> the systems that answered in a row, and link -> its times as they now stand."""
    if not any(cell.field.name in cell.side.link.answers for cell in cells):
        return {}, {}
    times = {cell.side.link.id: dict(cell.side.link.answers) for cell in cells}
    rows: dict[str, tuple[str, ...]] = {}
    for fact in {fact for cell in cells for fact in cell.field.facts}:
        carriers = [cell for cell in cells if fact in cell.field.facts]
        fresh = [cell for cell in carriers if _just_moved(cell, fact)]
        if fresh and not all(_is_answer(cell, now) for cell in fresh):
            _start_anew(times, carriers)
        elif fresh:
            for cell in fresh:
                kept = times[cell.side.link.id]
                kept[cell.field.name] = (*kept[cell.field.name], now)
        rows[fact] = tuple(_answered(times, carriers))
    return rows, times


def _just_moved(cell: Cell, fact: str) -> bool:
    """Only a view that this very snapshot brought counts: a parked one is judged again and again."""
    return cell.side.fresh is not None and stored_view(cell.side, cell.field) != cell.seen and cell.moved(fact)


def _is_answer(cell: Cell, now: datetime) -> bool:
    written = cell.side.link.answers.get(cell.field.name, ())
    return bool(written) and now - written[0] <= ANSWER_WINDOW


def _start_anew(times: dict[int, dict[str, tuple[datetime, ...]]], carriers: Iterable[Cell]) -> None:
    for cell in carriers:
        kept = times[cell.side.link.id]
        if cell.field.name in kept:
            kept[cell.field.name] = kept[cell.field.name][:1]


def _answered(times: Mapping[int, Times], carriers: Iterable[Cell]) -> list[str]:
    row: list[str] = []
    for cell in carriers:
        row += [cell.system] * (len(times[cell.side.link.id].get(cell.field.name, ())) - 1)
    return row
