"""
Facts that the hub works out for one system from another: `link`, the address of the case's record there, and
`progress`, one line that says how the work stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands in a tracker, in the tracker's own words, as a person reads them there."""

    status: str = ""
    assignee: str = ""
    due: str = ""
    blocked: str = ""


def progress(standing: Standing) -> str | None:
    """Return one line: status, assignee, due, block; None where nothing is known."""
    parts = [standing.status, standing.assignee, standing.due, standing.blocked]
    line = " · ".join(part for part in parts if part)
    return line or None


def first_known(addresses: Sequence[str | None]) -> str | None:
    """Return the first address there is."""
    return next((address for address in addresses if address), None)
