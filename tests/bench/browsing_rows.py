"""What the pages cost, beside what they may."""

from collections.abc import Iterator, Mapping
from typing import Any

from .table import Row

STATEMENTS = 12
BOUNDS = {"list": 200.0, "board": 200.0, "search": 300.0, "case": 150.0, "feed": 150.0}
"""First word of what is asked -> milliseconds on the server."""


def rows(found: Mapping[str, Any]) -> Iterator[Row]:
    """Give the rows of one run of `browsing`."""
    group = f"the page, {found['cases']} cases, {found['database']}"
    for name, cost in found["pages"].items():
        bound = BOUNDS.get(name.replace(",", " ").split()[0])
        note = f"{cost['p95'] * 1000:.0f} ms at the 95th percentile"
        yield Row(group, name, cost["median"] * 1000, bound, "ms", note=note)
    most = max(cost["statements"] for cost in found["pages"].values())
    yield Row(group, "statements of the page with the most", most, STATEMENTS)
    yield Row(group, "list while everything is taken in", found["first"] * 1000, unit="ms", note="a piece of it")
    yield Row(group, "everything taken in by readers", found["taken_in"], unit="s")
