"""Rows by number, and what lists show of them while an index is behind."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Generic, TypeVar

R = TypeVar("R")


class Records(Generic[R]):
    """
    Rows in the order of their numbers. A number is never given twice.

    While lists lag, `note` is told what stood before each change; a list then shows what stood some seconds ago: new
    rows not yet, changed ones as they were, deleted ones still.
    """

    def __init__(self) -> None:
        self.rows: dict[int, R] = {}
        self._past: dict[int, list[tuple[datetime, R | None]]] = {}
        self._next = 1

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, number: object) -> bool:
        return number in self.rows

    def get(self, number: int) -> R | None:
        return self.rows.get(number)

    def new_number(self) -> int:
        number = self._next
        self._next += 1
        return number

    def put(self, number: int, row: R) -> None:
        self.rows[number] = row
        self._next = max(self._next, number + 1)

    def note(self, number: int, before: R | None, *, at: datetime) -> None:
        """Remember that the row was *before* until *at*; None: it was not there."""
        self._past.setdefault(number, []).append((at, before))

    def listed(self, numbers: Iterable[int] | None, *, now: datetime, lag: float) -> Iterator[R]:
        """Yield what a list shows now, of all rows or of those *numbers*, in the order of numbers."""
        if not self._past:
            chosen = self.rows.values() if numbers is None else self._some(numbers)
            yield from chosen
            return
        self._forget(now - timedelta(seconds=lag))
        wanted = sorted(set(self.rows) | set(self._past)) if numbers is None else sorted(set(numbers))
        for number in wanted:
            past = self._past.get(number)
            row = past[0][1] if past else self.rows.get(number)
            if row is not None:
                yield row

    def _some(self, numbers: Iterable[int]) -> Iterator[R]:
        return (self.rows[number] for number in sorted(set(numbers)) if number in self.rows)

    def _forget(self, horizon: datetime) -> None:
        """What changed before the horizon is in the index by now."""
        for number in list(self._past):
            kept = [change for change in self._past[number] if change[0] > horizon]
            if kept:
                self._past[number] = kept
            else:
                del self._past[number]
