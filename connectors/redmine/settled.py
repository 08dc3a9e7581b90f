"""
Which issues need not be read again for what a list does not show of them: their journals.

Each window begins before the end of the last one, so the newest issues come again with every pull. The cursor's ids
say which of them were read after their stamp's second was surely over: ``41@STAMP`` is settled, and
``41@STAMP?MILLISECONDS`` was first seen at that time of ours. An issue that changes again has another stamp.
"""

from collections.abc import Sequence

from mappings.exchange import Cursor

from .client import Row
from .window import OVERLAP, earlier


def unsettled(rows: Sequence[Row], before: Cursor | None) -> list[Row]:
    """Return the rows whose issues have to be read (again)."""
    done = set(before.ids) if before else set()
    return [row for row in rows if row.get("id") and _mark(row) not in done]


def settled_ids(rows: Sequence[Row], before: Cursor | None, *, at: str, now: float) -> tuple[str, ...]:
    """Return what the cursor has to remember of the rows of a window that was read to its end at NOW by our clock."""
    first: dict[str, str] = {}
    for each in before.ids if before else ():
        mark, _, seconds = each.partition("?")
        first[mark] = seconds
    kept = []
    start = earlier(at)
    for row in rows:
        if str(row.get("updated_on")) < start:
            continue
        mark = _mark(row)
        seconds = first.get(mark, str(int(now * 1000)))
        over = not seconds or (seconds.isdigit() and now - int(seconds) / 1000 >= OVERLAP)
        kept.append(mark if over else f"{mark}?{seconds}")
    return tuple(kept)


def _mark(row: Row) -> str:
    return f"{row.get('id')}@{row.get('updated_on')}"
