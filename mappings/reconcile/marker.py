"""
Our marker: the text that a record carries from its create request on, and that finds it again after an unclear answer.

``ch-<entity id>-<generation>``. The generation rises when a record that is gone is made again, so that an old copy of
it is never taken for the new one.
"""

import re

from mappings.frozen import dataclass

_FORM = re.compile(r"ch-([0-9a-z]{8,32})-([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose record it is, and which making of it."""

    entity: str
    generation: int = 1

    def __str__(self) -> str:
        return f"ch-{self.entity}-{self.generation}"


def parse_marker(text: str | None) -> Marker | None:
    """Return the marker that *text* is, or None where somebody else wrote it."""
    found = _FORM.fullmatch((text or "").strip())
    return Marker(found[1], int(found[2])) if found else None
