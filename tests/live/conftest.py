"""Two workers share the live tests: files that work with the same servers go to the same one."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it brings no types

ROOT = Path(__file__).parents[2]
SHARED = {
    "trackers": re.compile(r"REDMINE|TRYTON|\bboth\(|PlainRedmine|PlainTryton"),
    "documents": re.compile(r"MEDIAWIKI|WEBDAV|documents_hub"),
    "postgres": re.compile(r"PG_|postgres"),
}
"""Group -> what a file says that works with its servers; such files wipe them, so they never run side by side."""


@cache
def group_of(file: str) -> str:
    """Return which files have to stay together: those of the same servers, and each other file by itself."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return next((group for group, words in SHARED.items() if words.search(text)), file)


class ByServer(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives whole groups of files to a worker, the largest first: it takes the longest."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    """Schedule by server, whatever --dist says; nothing else is safe here."""
    return ByServer(config, log)
