"""Rows of the table: what was measured, what it must be, and whether it is."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

DEFECT = 2.0
"""A miss by more than this factor is a defect."""


@dataclass(frozen=True)
class Row:
    """
    One line. BOUND None: told, not judged. KIND: whether the bound is the most or the least that may be measured.

    NOTE says under what circumstances.
    """

    group: str
    what: str
    measured: float
    bound: float | None = None
    unit: str = ""
    kind: Literal["most", "least"] = "most"
    note: str = ""

    @property
    def factor(self) -> float:
        """By how much the bound is missed; at most 1 where it is met."""
        if self.bound is None or self.measured == self.bound:
            return 0.0 if self.bound is None else 1.0
        over, under = (self.measured, self.bound) if self.kind == "most" else (self.bound, self.measured)
        return over / under if under > 0 else (float("inf") if over > 0 else 0.0)

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        if self.factor <= 1:
            return "met"
        return f"missed {self.factor:.2f} ×" + (", a defect" if self.factor > DEFECT else "")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict}


def number(value: float) -> str:
    """Return *value* with three digits that count, whole numbers whole."""
    if float(value).is_integer():
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def markdown(rows: Sequence[Row]) -> str:
    """Return the table, one section per group."""
    lines: list[str] = []
    for group in dict.fromkeys(row.group for row in rows):
        lines += [f"### {group}", "", "| what | measured | must be | |", "|---|---|---|---|"]
        for row in (one for one in rows if one.group == group):
            sign = "≤" if row.kind == "most" else "≥"
            bound = "" if row.bound is None else f"{sign} {number(row.bound)} {row.unit}".rstrip()
            told = "; ".join(part for part in (row.verdict, row.note) if part)
            lines.append(f"| {row.what} | {number(row.measured)} {row.unit} | {bound} | {told} |".replace("  ", " "))
        lines.append("")
    return "\n".join(lines)


def failed(rows: Iterable[Row], *, strict: bool) -> list[Row]:
    """Return the rows for which the run ends with an error: defects, or with STRICT any miss."""
    return [row for row in rows if row.factor > (1.0 if strict else DEFECT)]
