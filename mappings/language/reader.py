"""
YAML text in, a tree that knows its lines out.

Only what a settings file needs: mappings, lists and scalars. Refused, each with its line: tags (``!!python/…``), a key
written twice, two documents in one file, unknown or recursive aliases, and what is too large, too deep or
grows too large by aliases. Bare words are read as YAML 1.2 reads them, so ``No``, ``on`` and ``да`` stay text; numbers
with a point are `Decimal`, never floats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

import yaml
from yaml import events as seen

from .problems import Sheet, shown

LONGEST_FILE = 512_000
"""Characters of one file."""
DEEPEST = 24
MOST_NODES = 50_000
"""Nodes of one file, aliases counted as often as they are used."""

Word: TypeAlias = bool | int | Decimal | str | None

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})\.[0-9]{1,30}")
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a PyYAML without libyaml has only its own
_NULL = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: WORD as it was meant, TEXT as it was written."""

    line: int
    text: str
    word: Word
    nodes: int = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple["Node", ...]
    nodes: int


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping: keys as text, in the order of the file; a key's own line is its scalar's."""

    line: int
    pairs: tuple[tuple[Scalar, "Node"], ...]
    nodes: int

    def get(self, key: str) -> "Node | None":
        return next((node for name, node in self.pairs if name.text == key), None)


Node: TypeAlias = Scalar | Items | Keys


def load(text: str, name: str) -> Node:
    """Return the tree of *text*; an empty text is an empty `Scalar`. Raises `Problems`, naming the file *name*."""
    sheet = Sheet()
    node = read(text, name, sheet=sheet)
    sheet.settle()
    return node or Scalar(1, "", None)


def read(text: str, name: str, *, sheet: Sheet) -> Node | None:
    """
    Return the tree of *text*, or None where it cannot be read to its end; problems go on the *sheet*.

    A key written twice or a tag is noted and the tree is returned all the same, so that everything else that is wrong
    is found in the same round.
    """
    if len(text) > LONGEST_FILE:
        sheet.note(name, 0, text=f"too large: {len(text)} characters; at most {LONGEST_FILE}")
        return None
    try:
        return _Builder(text, name, sheet=sheet).document()
    except _Refused as refused:
        sheet.note(name, refused.line, text=refused.text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sheet.note(name, mark.line + 1 if mark else 0, text=_yaml_text(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sheet.note(name, line, text=f"not YAML: a character that is not allowed: U+{error.character:04X}")
    return None


class _Refused(Exception):
    """A file that is YAML but not ours, and cannot be read on."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(line, text)
        self.line = line
        self.text = text


class _Builder:
    """Builds the tree from the parser's events; counts what it builds, so that nothing grows without bound."""

    def __init__(self, text: str, name: str, *, sheet: Sheet) -> None:
        self._name = name
        self._sheet = sheet
        self._events: Iterator[seen.Event] = _events(text)
        self._anchors: dict[str, Node] = {}
        self._path: list[str] = []
        self._nodes = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self._events:
            match event:
                case seen.DocumentStartEvent() if root is not None:
                    raise _Refused(_line(event), "a second document; one file holds one")
                case seen.NodeEvent():
                    root = self._node(event, 0)
        return root if root is not None else Scalar(1, "", None)

    def _node(self, event: seen.Event, depth: int) -> Node:
        line = _line(event)
        if depth > DEEPEST:
            raise _Refused(line, f"nested deeper than {DEEPEST} levels")
        if isinstance(event, seen.AliasEvent):
            return self._alias(event)
        self._count(1, line)
        if not isinstance(event, seen.ScalarEvent | seen.SequenceStartEvent | seen.MappingStartEvent):
            raise _Refused(line, "not YAML: something is missing here")
        if event.tag is not None:
            self._note(line, f"a tag is not allowed: {shown(event.tag)}")
        node = self._build(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _build(self, event: seen.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, seen.ScalarEvent):
            return Scalar(line, event.value, event.value if event.style else _word(event.value))
        if isinstance(event, seen.SequenceStartEvent):
            items = tuple(self._node(one, depth + 1) for one in self._until(seen.SequenceEndEvent))
            return Items(line, items, 1 + sum(one.nodes for one in items))
        pairs = tuple(self._pairs(depth))
        return Keys(line, pairs, 1 + sum(1 + node.nodes for _, node in pairs))

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        first: dict[str, int] = {}
        for event in self._until(seen.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise _Refused(key.line, "a key must be a single word or text")
            self._path.append(key.text)
            if key.text in first:
                self._note(key.line, f"{'.'.join(self._path)}: written twice, first in line {first[key.text]}")
            node = self._node(next(self._events), depth + 1)
            if isinstance(node, Scalar) and node.text == "":
                node = replace(node, line=key.line)  # where nothing follows, the two parsers name different lines
            self._path.pop()
            if key.text not in first:
                first[key.text] = key.line
                yield key, node

    def _note(self, line: int, text: str) -> None:
        self._sheet.note(self._name, line, text=text)

    def _until(self, end: type[seen.Event]) -> Iterator[seen.Event]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _alias(self, event: seen.AliasEvent) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise _Refused(_line(event), f"unknown alias {shown(f'*{event.anchor}')}")
        self._count(node.nodes, _line(event))
        return node

    def _count(self, more: int, line: int) -> None:
        self._nodes += more
        if self._nodes > MOST_NODES:
            raise _Refused(line, f"too large: more than {MOST_NODES} values, aliases counted as often as they are used")


def _events(text: str) -> Iterator[seen.Event]:
    """Read with libyaml, ten times as fast; what it refuses is read by the parser whose words and lines we show."""
    try:
        return iter([*_shallow(yaml.parse(text, Loader=_FAST))])
    except (yaml.YAMLError, UnicodeError):
        return iter(yaml.parse(text, Loader=yaml.SafeLoader))


def _shallow(events: Iterator[seen.Event]) -> Iterator[seen.Event]:
    """Give *events* as far as they may be nested: both parsers take hours for a long line of opening brackets."""
    depth = 0
    for event in events:
        yield event
        if isinstance(event, seen.CollectionStartEvent):
            depth += 1
        elif isinstance(event, seen.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST + 1:
            return  # the last one given is too deep, and refused where the tree is built


def _line(event: seen.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _word(text: str) -> Word:
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _yaml_text(error: yaml.MarkedYAMLError) -> str:
    what = error.problem or error.context or "cannot be read"
    needs_quotes = "expected" in what or "mapping values" in what
    advice = "; quote text that holds one of : # [ ] { } , & *" if needs_quotes else ""
    return f"not YAML: {what}{advice}"
