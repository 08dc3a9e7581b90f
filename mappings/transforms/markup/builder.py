"""
Blocks from a stream of opening and closing tags: what HTML and BB-code have in common.

Tags come in any order that people and editors make of them; the builder never fails, never recurses and never nests
deeper than `tree.DEPTH`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .tidy import tidy
from .tree import (
    DEPTH,
    Block,
    Blocks,
    Break,
    Code,
    CodeBlock,
    Heading,
    Image,
    Link,
    Listing,
    Mark,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    Text,
)

Frame: TypeAlias = Literal["root", "quote", "list", "item", "heading", "table", "row", "cell"]

_SCOPE: dict[Frame, frozenset[Frame]] = {
    "item": frozenset({"list"}),
    "row": frozenset({"table"}),
    "cell": frozenset({"table"}),
    "list": frozenset({"cell"}),
    "quote": frozenset({"cell"}),
    "heading": frozenset({"cell", "item"}),
}
"""What a closing tag does not reach across."""

_INNER: dict[Frame, Frame] = {"list": "item", "row": "cell"}
_ROOM: dict[Frame, int] = {"list": 1, "table": 2, "row": 1}
"""How many levels a block needs inside before it can hold anything."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a view says, and the names of what stands in it and could not be taken over."""

    blocks: Blocks
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    """A block that is still open. LEVEL is that of a heading; HEAD says that a row has title cells only."""

    kind: Frame
    ordered: bool = False
    level: int = 1
    head: bool = False
    blocks: list[Block] = field(default_factory=list)
    items: list[Blocks] = field(default_factory=list)
    rows: list[tuple[bool, tuple[Runs, ...]]] = field(default_factory=list)
    cells: list[Runs] = field(default_factory=list)


class Builder:
    """Takes tags and text in their order and gives the blocks they make."""

    def __init__(self) -> None:
        self._stack = [_Open("root")]
        self._runs: list[Run] = []
        self._marks: dict[Mark, int] = defaultdict(int)
        self._links: list[tuple[Link | None, int]] = []
        self._said = 0
        self.notes: list[str] = []
        """What was present and could not be taken over."""

    # --- inside a line ---

    def text(self, text: str) -> None:
        if text:
            self._leaf(Text(text))

    def code(self, text: str) -> None:
        self._leaf(Code(text))

    def line(self) -> None:
        self._leaf(Break())

    def image(self, src: str, alt: str) -> None:
        self._leaf(Image(src, alt))

    def mark(self, mark: Mark, step: int) -> None:
        """Put on *mark* (1) or take it off again (-1); a mark that is not on cannot be taken off."""
        self._marks[mark] = max(0, self._marks[mark] + step)

    def link(self, link: Link | None) -> None:
        """Begin a link; None is one that leads nowhere."""
        self._links.append((link, self._said))

    def end_link(self) -> None:
        """End the link begun last; one that shows nothing shows its address."""
        if not self._links:
            return
        link, said = self._links[-1]
        if link is not None and said == self._said:
            self.text(link.href)
        self._links.pop()

    def _leaf(self, leaf: Text | Code | Image | Break) -> None:
        if not isinstance(leaf, Break) and not (isinstance(leaf, Text) and not leaf.text.strip()):
            self._settle()
        marks = frozenset(mark for mark, count in self._marks.items() if count)
        self._runs.append(Run(leaf, marks, self._links[-1][0] if self._links else None))
        self._said += 1

    # --- blocks ---

    def flush(self) -> None:
        """End the paragraph."""
        if self._runs:
            self._stack[-1].blocks.append(Paragraph(tuple(self._runs)))
            self._runs = []

    def add(self, block: CodeBlock | Rule) -> None:
        """Add a whole block."""
        self.flush()
        self._settle()
        self._stack[-1].blocks.append(block)

    def _settle(self) -> None:
        """See that what comes next has a place: between the items of a list and the cells of a row there is none."""
        if self._stack[-1].kind in _INNER:
            self.begin(_INNER[self._stack[-1].kind])

    def _resume(self) -> None:
        """Go on with the item that was ended last: a list that stands between items belongs to the one before it."""
        frame = self._stack[-1]
        if frame.kind == "list" and frame.items:
            self.flush()
            self._stack.append(_Open("item", blocks=list(frame.items.pop())))

    def begin(self, kind: Frame, *, ordered: bool = False, level: int = 1) -> bool:
        """Begin a block; False where it would nest too deep (the caller then has nothing to close)."""
        if kind == "item":
            self.end("item")
            if self._stack[-1].kind != "list" and not self.begin("list"):
                return False
        self.flush()
        if kind == "cell":
            self.end("cell")
            if self._stack[-1].kind != "row" and not self.begin("row"):
                return False
        if kind == "row":
            self.end("row")
            if self._stack[-1].kind != "table":
                return False
        elif kind not in ("item", "cell"):
            if kind == "list":
                self._resume()
            self._settle()
        if len(self._stack) + _ROOM.get(kind, 0) > DEPTH:
            return False
        self._stack.append(_Open(kind, ordered=ordered, level=level))
        return True

    def header(self, *, is_header: bool) -> None:
        """Say whether the cell just begun is a title."""
        row = next(frame for frame in reversed(self._stack) if frame.kind == "row")
        row.head = is_header and (row.head or not row.cells)

    def end(self, kind: Frame) -> None:
        """End the innermost block of a *kind*, and what is still open in it. Nothing happens where there is none."""
        place = self._find(kind)
        if place is None:
            return
        while len(self._stack) > place:
            self._shut()

    def within(self, kind: Frame) -> bool:
        """Say whether a block of a *kind* is open here."""
        return self._find(kind) is not None

    def _find(self, kind: Frame) -> int | None:
        for place in range(len(self._stack) - 1, 0, -1):
            if self._stack[place].kind == kind:
                return place
            if self._stack[place].kind in _SCOPE.get(kind, frozenset()):
                return None
        return None

    def _shut(self) -> None:
        self.flush()
        frame = self._stack.pop()
        outer = self._stack[-1]
        match frame.kind:
            case "quote":
                outer.blocks.append(Quote(tuple(frame.blocks)))
            case "item":
                outer.items.append(tuple(frame.blocks))
            case "list":
                outer.blocks.append(Listing(frame.ordered, tuple(frame.items), frame.level))
            case "heading":
                outer.blocks.append(Heading(frame.level, self._lines(frame.blocks)))
            case "cell":
                outer.cells.append(self._lines(frame.blocks))
            case "row":
                outer.rows.append((frame.head, tuple(frame.cells)))
            case "table":
                outer.blocks += frame.blocks  # what stood between the rows: a caption
                outer.blocks += self._table(frame.rows)

    def _table(self, rows: Sequence[tuple[bool, tuple[Runs, ...]]]) -> list[Block]:
        full = [(head, cells) for head, cells in rows if cells]
        if not full:
            return []
        if any(head for head, _ in full[1:]):
            self.notes.append("table titles")
        first, *rest = full
        head = first[1] if first[0] else ()
        return [Table(head, tuple(cells for _, cells in (rest if first[0] else full)))]

    def _lines(self, blocks: Sequence[Block]) -> Runs:
        """Return *blocks* as the lines of one place that holds no blocks."""
        if any(not isinstance(block, Paragraph) for block in blocks):
            self.notes.append("blocks in a line")
        return as_lines(blocks)

    def blocks(self) -> Blocks:
        """End everything and return the blocks in normal form."""
        while len(self._stack) > 1:
            self._shut()
        self.flush()
        return tidy(self._stack[0].blocks)


def as_lines(blocks: Sequence[Block]) -> Runs:
    """Return what *blocks* say as lines: nothing is lost but how it was laid out."""
    runs: list[Run] = []
    for block in blocks:
        runs += [Run(Break())] if runs else []
        match block:
            case Paragraph(inner) | Heading(_, inner):
                runs += inner
            case CodeBlock(text):
                for line in text.split("\n"):
                    runs += [Run(Code(line)), Run(Break())]
            case Quote(inside):
                runs += as_lines(inside)
            case Listing(_, items):
                for item in items:
                    runs += [*as_lines(item), Run(Break())]
            case Table(head, rows):
                for row in (head, *rows):
                    for cell in row:
                        runs += [*cell, Run(Text(" "))]
                    runs.append(Run(Break()))
    return tuple(runs)


def as_numbered(items: Sequence[Blocks], start: int) -> list[Block]:
    """Return *items* as lines that begin with their numbers, for markups in which each list begins with 1."""
    blocks: list[Block] = []
    for number, item in enumerate(items, start):
        lead, rest = (item[0].runs, item[1:]) if item and isinstance(item[0], Paragraph) else ((), item)
        line = (Run(Text(f"{number}. ")), *lead)
        last = blocks[-1] if blocks else None
        if isinstance(last, Paragraph):
            blocks[-1] = Paragraph((*last.runs, Run(Break()), *line))
        else:
            blocks.append(Paragraph(line))
        blocks += rest
    return blocks
