"""
What a text says, whatever it is written in: blocks, and in them runs of characters with their marks.

A run is a leaf (text, code, image, line break) with the set of marks on it, not a node in a tree of spans. So two
spellings of one look (`<b><i>x</i></b>` and `<i><b>x</b></i>`, one bold word or two halves of it) are equal values, and
ten thousand nested `[b]` are one mark. `spans` gives the nesting that a printer needs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal["strong", "em", "s", "u", "sup", "sub"]
MARKS: tuple[Mark, ...] = ("strong", "em", "s", "u", "sup", "sub")

DEPTH = 24
"""How deep blocks may nest; what is deeper is read as text."""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain characters: no line break, no two spaces in a row."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Characters to be shown as they are, inside a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by its address, and what it says to those who do not see it."""

    src: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a run leads."""

    href: str
    title: str = ""


Leaf: TypeAlias = Text | Code | Image | Break


@dataclass(frozen=True, slots=True)
class Run:
    """One leaf with what lies on it."""

    leaf: Leaf
    marks: frozenset[Mark] = frozenset()
    link: Link | None = None


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of LEVEL 1 to 6."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines to be shown as they are; LANG is the language they are in, where it is said."""

    text: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said."""

    blocks: "Blocks"


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted or numbered list; each item is blocks of its own."""

    ordered: bool
    items: "tuple[Blocks, ...]"
    start: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, all as wide as HEAD. A table without titles has a head of empty cells."""

    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


Block: TypeAlias = Paragraph | Heading | CodeBlock | Quote | Listing | Table | Rule
Blocks: TypeAlias = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """A span begins: a mark, or a link."""

    what: Mark | Link


@dataclass(frozen=True, slots=True)
class Close:
    """The innermost open span ends."""

    what: Mark | Link


Event: TypeAlias = Open | Close | Run


def spans(runs: Sequence[Run]) -> Iterator[Event]:
    """Yield *runs* with spans opened and closed around them, properly nested: what reaches furthest lies outside."""
    reach = _reaches(runs)
    stack: list[Mark | Link] = []
    for run, far in zip(runs, reach, strict=True):
        wanted = _on(run)
        keep = next((i for i, what in enumerate(stack) if what not in wanted), len(stack))
        while len(stack) > keep:
            yield Close(stack.pop())
        fresh = [what for what in wanted if what not in stack]
        for what in sorted(fresh, key=lambda what: -far[what]):
            stack.append(what)
            yield Open(what)
        yield run
    while stack:
        yield Close(stack.pop())


def _on(run: Run) -> list[Mark | Link]:
    """Return what lies on *run*, in the order in which equals are nested."""
    marks: list[Mark | Link] = [mark for mark in MARKS if mark in run.marks]
    return [run.link, *marks] if run.link else marks


def _reaches(runs: Sequence[Run]) -> list[dict[Mark | Link, int]]:
    """Say for each run how many runs from it on carry each of the things that lie on it."""
    reach: list[dict[Mark | Link, int]] = []
    after: dict[Mark | Link, int] = {}
    for run in reversed(runs):
        after = {what: after.get(what, 0) + 1 for what in _on(run)}
        reach.append(after)
    return reach[::-1]


def plain(runs: Iterable[Run]) -> str:
    """Return the bare characters of *runs*."""
    return "".join(_bare(run.leaf) for run in runs)


def _bare(leaf: Leaf) -> str:
    match leaf:
        case Text(text) | Code(text):
            return text
        case Image(src, alt):
            return alt or src
        case Break():
            return " "
