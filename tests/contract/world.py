"""What a contract test needs to arrange: a system with people in it, and the hub's way to it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

import pytest

from connectors.base import SystemConnector
from mappings.exchange import Change, Create, Cursor, Page, Update, VendorRecord, View, Views

Failure: TypeAlias = Literal["cut", "html", "500", "429", "lost before", "lost after", "locked out"]
"""How a request goes wrong; ``lost``: no answer, and the request was carried out before that (``after``) or not."""


class World(ABC):
    """
    One system of one test. The attributes name places of `kind` that every connector has something of.

    TITLE is a text, NOTE a text of several lines that may be empty, CHOICE a choice that starts at STEP[0] and may go
    to STEP[1]. What a system has not is None, and the promises about it are not asked.
    """

    kind: str
    title: str = "title"
    note: str = "note"
    choice: str = "choice"
    step: tuple[str, str]
    fixed: ClassVar[Views] = {}
    """A view that a create is scoped by, beside what the connector itself knows."""
    dropped: tuple[str, View] | None = None
    """A write that the system takes without a word and does not carry out."""
    refused: tuple[str, View] | None = None
    """A write that the system refuses."""
    can_fail = False
    can_move_away = False
    offered: bool = True
    """`discover` lists the choices of CHOICE."""

    @abstractmethod
    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        """Return a new connector, not yet open: another process, so to say."""

    @abstractmethod
    def create(self, title: str, **views: View) -> str:
        """A person makes a record and may fill `title`, `note`, `choice`; returns its id."""

    @abstractmethod
    def edit(self, record_id: str, **views: View) -> None:
        """A person changes `title`, `note`, `choice`."""

    @abstractmethod
    def delete(self, record_id: str) -> None: ...

    def move_away(self, record_id: str) -> None:
        """A person takes the record out of what the hub is connected to."""
        pytest.skip(f"nothing can be moved away here, record {record_id} neither")

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        """Let the next requests go wrong, after SKIP good ones."""
        pytest.skip(f"no {on} can be made to fail here: {how}, {times} times after {skip}")

    def heal(self) -> None:
        """Let all go well again."""
        pytest.skip("nothing can be made to fail here")

    def close(self) -> None:
        """Clear away what the test made: nothing, where the world ends with the process."""
        return

    def titled(self, names: Sequence[str]) -> list[str]:
        """A person makes several records in a row."""
        return [self.create(name) for name in names]


# --- short ways to write a test ------------------------------------------------------------------------------------


async def pages(
    connector: SystemConnector, kind: str, cursor: Cursor | None = None, *, full: bool = False
) -> tuple[list[Page], Cursor]:
    """Pull until nothing more follows; fails where the read runs in a circle."""
    met: list[Page] = []
    while True:
        page = await connector.pull(kind, cursor, full=full and not met)
        met.append(page)
        assert page.cursor != cursor or not page.more, "the page after this cursor is this page again"
        assert len(met) < 200, "the read does not end"
        cursor = page.cursor
        if not page.more:
            return met, cursor


async def pull_all(connector: SystemConnector, kind: str, cursor: Cursor | None = None) -> dict[str, VendorRecord]:
    """Return the records of all pages, the last reading of each."""
    met, _ = await pages(connector, kind, cursor)
    return {record.id: record for page in met for record in page.records}


def update(record: VendorRecord, *, key: str = "", hops: tuple[View, ...] = (), **views: View) -> Update:
    """Return the update that a hub would plan on *record*; VIEWS by place, `cf[…]` and all."""
    changes = tuple(Change(place, view, record.views.get(place), hops) for place, view in views.items())
    return Update(key or f"u{record.id}", record.system, record.kind, record.id, changes, record.version)


def create(world: World, system: str, *, marker: str, key: str = "c1", **views: View) -> Create:
    """Return the create of a record with *marker*."""
    changes = tuple(Change(place, view) for place, view in views.items())
    return Create(key, system, world.kind, marker, changes, world.fixed)
