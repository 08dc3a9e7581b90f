"""
Markdown out of blocks: the one canonical spelling, with no more escapes than it needs.

`markdown_in.parse` is its inverse on the normal form. Where CommonMark's rules for `*` and `_` leave it open whether a
mark would be understood (inside a word, next to a dash), the mark is written as the HTML tag that CommonMark allows.
"""

import re
from collections.abc import Sequence

from .markdown_line import write_line
from .tree import (
    Block,
    Blocks,
    CodeBlock,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Runs,
    Table,
)


def write(blocks: Blocks) -> str:
    """Return *blocks* (in normal form) as Markdown."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks)


# --- blocks ------------------------------------------------------------------------------------------------------


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph(runs):
            return _paragraph(runs)
        case Heading(level, runs):
            line = write_line(runs, breaks="<br>")
            return ["#" * level + " " + re.sub(r"#+$", lambda end: "\\#" * len(end.group()), line)]
        case CodeBlock(text, lang):
            fence = _fence(text)
            return [fence + lang, *text.split("\n"), fence]
        case Quote(inner):
            return [f"> {line}" if line else ">" for line in _stack(inner)]
        case Listing():
            return _listing(block)
        case Table():
            return _table(block)
        case Rule():
            return ["***"]


def _stack(blocks: Sequence[Block]) -> list[str]:
    """Put *blocks* one under the other with an empty line between."""
    lines: list[str] = []
    for block in blocks:
        lines += [""] if lines else []
        lines += _lines(block)
    return lines


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _listing(listing: Listing) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(listing.items, listing.start):
        marker = f"{min(number, 999_999_999)}." if listing.ordered else "-"
        inner = _item(item)
        indent = " " * (len(marker) + 1)
        lines.append(f"{marker} {inner[0]}" if inner else marker)
        lines += [indent + line if line else "" for line in inner[1:]]
    return lines


def _item(item: Blocks) -> list[str]:
    """Return the lines of an item: a list follows its paragraph directly where CommonMark lets it."""
    lines: list[str] = []
    before: Block | None = None
    for block in item:
        if before is not None and not (isinstance(before, Paragraph) and _may_follow(block)):
            lines.append("")
        lines += _lines(block)
        before = block
    return lines


def _may_follow(block: Block) -> bool:
    if not isinstance(block, Listing) or (block.ordered and block.start != 1):
        return False
    first = block.items[0]
    return bool(first) and isinstance(first[0], Paragraph)


def _table(table: Table) -> list[str]:
    return [_row(table.head), _row_of(["---"] * len(table.head)), *map(_row, table.rows)]


def _row(cells: Sequence[Runs]) -> str:
    return _row_of([write_line(cell, breaks="<br>").replace("|", "\\|") for cell in cells])


def _row_of(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else "  " for cell in cells) + "|"


_BULLET = re.compile(r"[-+*](?=\s|$)|>|#{1,6}(?=\s|$)|=+\s*$|-+\s*$")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_DELIMITERS = re.compile(r"[|:-][|:\- ]*$")
_DEFINITION = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]:", re.DOTALL)


def _paragraph(runs: Runs) -> list[str]:
    lines = write_line(runs, breaks="\\\n").split("\n")
    if _DEFINITION.match("\n".join(lines)):
        lines[0] = "\\" + lines[0]
    return [_line(line) for line in lines]


def _line(line: str) -> str:
    """Escape what would make something else of a *line* of a paragraph."""
    if number := _NUMBER.match(line):
        return f"{number.group(1)}\\{line[number.end(1) :]}"
    if _BULLET.match(line) or _DELIMITERS.match(line):
        return "\\" + line
    return line
