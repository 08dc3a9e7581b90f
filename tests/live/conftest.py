"""Two workers share the live tests: everything that works with Redmine or Tryton goes to one, the rest to both."""

import re
from functools import cache
from pathlib import Path

import pytest

TRACKERS = re.compile(r"REDMINE|TRYTON|\bboth\(|PlainRedmine|PlainTryton")
"""What a file says that works with these servers; such files wipe them, so they never run side by side."""


@cache
def group_of(path: Path) -> str:
    """Return which files have to stay together: those of the trackers, and each other file by itself."""
    return "trackers" if TRACKERS.search(path.read_text(encoding="utf-8")) else path.stem


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
