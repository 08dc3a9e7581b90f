"""`history:` of a sync: what is taken of what was said before."""

from datetime import date
from typing import cast

from .entries import Entry
from .model import History
from .problems import shown


def read_history(entry: Entry | None) -> History:
    """Return whether nothing is taken, all of it, or what is not older than a day."""
    text = entry.plain() if entry else None
    if entry is None or text is None or text in ("none", "import"):
        return cast("History", text or "none")
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.fail(f"must be none, import, or a day like 2026-11-01, not {shown(text)}")
        return "none"
