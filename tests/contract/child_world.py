"""What a test of comments and files needs to arrange: a system with people in it, and contents to send."""

import hashlib
from abc import ABC, abstractmethod
from datetime import datetime
from pathlib import Path
from typing import Literal

from connectors.base import SystemConnector
from mappings.exchange import Change, Create, Delete, Update, VendorRecord, View, Views
from tests.contract.world import update

Kind = Literal["comment", "file"]
PLACES = {
    "comment": {"text", "author", "created_on", "private"},
    "file": {"name", "size", "type", "author", "created_on", "url"},
}
WORDS = {"comment": "text", "file": "name"}
"""The place that a child of each kind is known by here."""


class Folder:
    """A spool in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        (self._path / digest).write_bytes(content)
        return f"sha256:{digest}"

    def path(self, digest: str) -> Path:
        found = self._path / digest
        if not found.exists():
            raise KeyError(digest)
        return found


class ChildWorld(ABC):
    """One system with people in it. `words` is the text of a comment or the name of a file."""

    kind: Kind
    spool: Folder
    author: str
    """The person who makes, edits and deletes."""
    unshown: frozenset[str] = frozenset()
    """Places that this system has nothing for."""
    idle = 1
    """Requests of a pull with nothing new."""
    changes = True
    """What was made can be changed by a write."""

    @abstractmethod
    def connector(self, *, page_size: int = 100) -> SystemConnector:
        """Return a new connector, not yet open."""

    @abstractmethod
    def parent(self) -> tuple[str, str]:
        """A person makes a record that something may hang on."""

    @abstractmethod
    def add(self, parent: tuple[str, str], words: str) -> str:
        """A person adds a child; returns its id."""

    @abstractmethod
    def edit(self, child: str, words: str) -> None: ...

    @abstractmethod
    def delete(self, child: str) -> None: ...

    @abstractmethod
    def delete_parent(self, parent: tuple[str, str]) -> None: ...

    @abstractmethod
    def now(self) -> datetime:
        """The hub's clock."""

    @abstractmethod
    def rest(self) -> None:
        """Let the seconds pass in which two changes have one stamp."""

    def lose_answer(self) -> None:
        """Let the next change of a parent be carried out and its answer be lost."""
        raise LookupError("no answer can be lost here")

    def close(self) -> None:
        """Clear away what the test made: nothing, where the world ends with the process."""
        return

    def create(self, parent: tuple[str, str], words: str, *, key: str = "k", **views: View) -> Create:
        """Return the create of a child with all that its kind needs."""
        said: dict[str, View] = {WORDS[self.kind]: words, **views}
        if self.kind == "file":
            said.setdefault("content", self.spool.put("Итого: 100".encode()))
        changes = tuple(Change(place, view) for place, view in said.items())
        return Create(key, "трекер", self.kind, "", changes, {}, parent)


def words_of(record: VendorRecord) -> View:
    return record.views[WORDS[record.kind]]


def an_update(record: VendorRecord | None, place: str, view: View) -> Update:
    assert record is not None
    return update(record, **{place: view})


def a_delete(record: VendorRecord | None, expected: Views) -> Delete:
    """Ask for *record* to be taken away, if it shows what is EXPECTED."""
    assert record is not None
    return Delete("d", record.system, record.kind, record.id, expected, record.version)
