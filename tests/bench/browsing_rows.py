"""What the pages cost, beside what they may."""

from collections.abc import Iterator, Mapping
from typing import Any

from .table import Row

STATEMENTS = 12
BOUNDS = {"list": 200.0, "board": 200.0, "search": 300.0, "case": 150.0, "feed": 150.0}
"""First word of what is asked -> milliseconds on the server."""

AMONG = 500.0
"""Milliseconds that a page may take for whoever asks, while others do and everything is scanned."""


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


def reader_rows(found: Mapping[str, Any]) -> Iterator[Row]:
    """Give the rows of one run of `readers`."""
    group = f"{found['readers']} readers beside full scans, {found['n']} cases, {found['database']}"
    note = f"{found['answers']} pages, median {found['p50'] * 1000:.0f} ms, longest {found['most'] * 1000:.0f} ms"
    yield Row(group, "95th percentile of a page", found["p95"] * 1000, AMONG, "ms", note=note)
    yield Row(group, "pages that failed", found["failed"], 0)
    note = f"median of {found['full_scans']} that followed one another"
    yield Row(group, "full scan meanwhile", found["full_scan"], unit="s", note=note)
