"""
Three workers share the live tests: files that work with the same servers go to the same one.

The tests in a browser share one world, which is made for the first of them; nobody else pays for its imports.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it brings no types

from tests.live.plain import ON_TWINS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tools.screenshots.world import World

ROOT = Path(__file__).parents[2]
SHARED = {
    "both": re.compile(r"TRYTON|\bboth\(|PlainTryton"),
    "redmine": re.compile(r"REDMINE|PlainRedmine"),
    "postgres": re.compile(r"PG_|postgres"),
    "tests/live/test_two_workers.py": re.compile(r"(?!)"),
    "documents": re.compile(r"MEDIAWIKI|WEBDAV|documents_hub"),
    "browser": re.compile(r"tools\.screenshots"),
}
"""
Group -> what a file says that works with its servers; such files wipe them, so they never run side by side. The groups
that take longest begin first; a file of no group is one by itself.
"""
ALONE = "redmine"
"""The group that works with the copies of its servers, as another one has these."""


@cache
def group_of(file: str) -> str:
    """Return which files have to stay together: those of the same servers, and each other file by itself."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return next((group for group, words in SHARED.items() if words.search(text)), file)


def turn_of(file: str) -> int:
    """Return when the group of *file* has its turn."""
    group = group_of(file)
    return [*SHARED, group].index(group)


class ByServer(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives whole groups of files to a worker, in the order of their turns."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    """Schedule by server, whatever --dist says; nothing else is safe here."""
    config.option.loadscopereorder = False  # not by the number of tests: one test may be the longest of all
    return ByServer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into the order in which their groups have their turns."""
    items.sort(key=lambda item: turn_of(item.path.relative_to(ROOT).as_posix()))


@pytest.fixture(autouse=True, scope="module")
def twins(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have the files of the group that stands alone work with copies."""
    ON_TWINS.set(group_of(request.path.relative_to(ROOT).as_posix()) == ALONE)
    yield
    ON_TWINS.set(False)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[World]":
    """Return a hub with its page that has lived for a while, with conflicts and questions that wait."""
    from tools.screenshots.life import lived
    from tools.screenshots.world import a_world

    today = date.today()  # noqa: DTZ011  # as the systems' own pages have it
    with a_world(tmp_path_factory.mktemp("world") / "hub", today=today) as world:
        lived(world)
        yield world


@pytest.fixture(scope="module")
def chrome() -> "Iterator[Browser]":
    """Return Debian's Chromium, not longer than it is needed: while it is there, this process has a loop that runs."""
    from playwright.sync_api import expect

    from tools.screenshots.browser import PATIENCE, chromium

    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser
