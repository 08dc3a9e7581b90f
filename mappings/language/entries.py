"""
Reading a tree by what is expected there: each misfit is noted with its path and line, and reading goes on.

A method that could not give what it was asked for has noted why and returns None.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mappings.exchange import View

from .problems import Mark, Sheet, hint, shown
from .reader import Items, Keys, Node, Scalar, Word
from .times import duration

_REFERENCE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A node under the PATH that leads to it; LINE is that of its key."""

    node: Node
    path: str
    line: int
    file: str
    sheet: Sheet

    def fail(self, text: str) -> None:
        """Note that something is wrong with this entry."""
        self.sheet.add(self.mark.problem(text))

    @property
    def mark(self) -> Mark:
        return Mark(self.file, self.line, self.path)

    @property
    def empty(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.word is None

    @property
    def single(self) -> bool:
        return isinstance(self.node, Scalar)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, Items)

    @property
    def is_mapping(self) -> bool:
        """Say whether it is a mapping, or empty; anything else is noted."""
        if self.empty or isinstance(self.node, Keys):
            return True
        self.fail("must be a mapping of keys to values")
        return False

    def peek(self) -> "dict[str, Entry]":
        """Return the entries of a mapping; nothing, and nothing noted, where it is none."""
        return self.open_keys() if isinstance(self.node, Keys) else {}

    def open_keys(self) -> "dict[str, Entry]":
        """Return the entries of a mapping whose keys are names that the file gives; an empty entry has none."""
        if not self.is_mapping or not isinstance(self.node, Keys):
            return {}
        return {key.text: self._under(key.text, node, key.line) for key, node in self.node.pairs}

    def keys(self, known: Collection[str]) -> "dict[str, Entry]":
        """Return the entries of a mapping that has only *known* keys; others are noted and left out."""
        entries = self.open_keys()
        for name in [name for name in entries if name not in known]:
            entries.pop(name).fail(f"unknown{hint(name, known)}")
        return entries

    def items(self) -> "list[Entry]":
        """Return the entries of a list; an empty entry has none."""
        if self.empty:
            return []
        if not isinstance(self.node, Items):
            self.fail("must be a list")
            return []
        return list(self._numbered(self.node))

    def one_or_more(self) -> "list[Entry]":
        """Return the entries of a list, or this entry alone where it is a single value."""
        if self.single or self.is_list:
            return [self] if self.single else self.items()
        self.fail("must be a single value or a list")
        return []

    def word(self) -> Word:
        """Return a single value as it was meant."""
        if isinstance(self.node, Scalar):
            return self.node.word
        self.fail("must be a single value")
        return None

    def text(self) -> str | None:
        """Return a single value as it was written: a number or ``No`` is text where text is expected."""
        if not isinstance(self.node, Scalar):
            self.fail("must be a single value")
            return None
        if self.node.word is None or not self.node.text.strip():
            self.fail("must not be empty")
            return None
        return self.node.text

    def plain(self) -> str | None:
        """Return a text in which nothing is replaced: a ``${NAME}`` in it is a mistake."""
        text = self.text()
        if text is not None and _REFERENCE.search(text):
            self.fail("${…} is replaced only in secrets and URLs")
            return None
        return text

    def choice(self, right: Collection[str]) -> str | None:
        """Return one of the words in *right*."""
        text = self.text()
        if text is None or text in right:
            return text
        self.fail(f"unknown {shown(text)}{hint(text, right)}")
        return None

    def flag(self) -> bool | None:
        word = self.word() if self.single else None
        if isinstance(word, bool):
            return word
        self.fail("must be true or false")
        return None

    def number(self, *, least: int = 0) -> int | None:
        word = self.word() if self.single else None
        if isinstance(word, int) and not isinstance(word, bool) and word >= least:
            return word
        self.fail(f"must be a whole number, {least} or more")
        return None

    def duration(self) -> timedelta | None:
        """Return a time span such as ``30s``, ``2m``, ``12h``, ``90d``, ``2w``."""
        text = self.text()
        if text is None:
            return None
        span = duration(text)
        if span is None:
            self.fail(f"not a duration: {shown(text)}; write it like 30s, 2m, 12h, 90d")
        return span

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts, or one text alone."""
        found = [(entry, entry.plain()) for entry in self.one_or_more()]
        texts: list[str] = []
        for entry, text in found:
            if text in texts:
                entry.fail(f"{shown(text)} is written twice")
            elif text is not None:
                texts.append(text)
        return tuple(texts)

    def _under(self, name: str, node: Node, line: int) -> "Entry":
        path = f"{self.path}.{name}" if self.path else name
        return Entry(node, path, line, file=self.file, sheet=self.sheet)

    def _numbered(self, node: Items) -> "Iterator[Entry]":
        for number, item in enumerate(node.items, 1):
            yield Entry(item, f"{self.path}[{number}]", item.line, file=self.file, sheet=self.sheet)


def views(entry: Entry) -> tuple[View, ...]:
    """Return one view or several, as written: text, or true, false and null where they stand bare."""
    return (None,) if entry.empty else tuple(_view(one) for one in entry.one_or_more())


def _view(entry: Entry) -> View:
    word = entry.word()
    return word if word is None or isinstance(word, bool) else entry.plain()


def need(entries: Mapping[str, Entry], name: str, *, of: Entry) -> Entry | None:
    """Return the entry *name*, or note on *of* that it is missing."""
    if name not in entries:
        of.sheet.add(Mark(of.file, of.line, f"{of.path}.{name}" if of.path else name).problem("missing"))
        return None
    return entries[name]
