"""Hubs with several cases, and the guards that a report names."""

from pathlib import Path
from typing import Any

from flows.hub.report import Report
from tests.hub_builders import AHub, a_deal, a_hub


def a_crowd(folder: Path, count: int, **settings: Any) -> AHub:
    """A hub with so many deals, each with its issue."""
    hub = a_hub(folder, **settings)
    for number in range(count):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}", channel=f"канал {number}"))
    hub.sync(approved=True)
    hub.sync(approved=True)
    return hub


def guards(report: Report) -> list[str]:
    """The guards that stopped a pass."""
    return [stop.guard for stop in report.stops]
