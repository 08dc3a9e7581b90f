"""
What of a text survives in a markup: every character does, and as much of its look as the markup has words for.

`kept` is idempotent, and what a markup's reader gives is always kept whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from urllib.parse import unquote

from .builder import as_numbered
from .links import is_attached
from .textile_fit import fitted
from .tidy import tidy
from .tree import (
    MARKS,
    Block,
    Blocks,
    Code,
    CodeBlock,
    Heading,
    Image,
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

Name: TypeAlias = Literal["html", "bbcode", "textile"]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a markup has words for."""

    marks: frozenset[Mark] = frozenset(MARKS)
    headings: bool = True
    code: bool = True
    languages: bool = True
    starts: bool = True
    rules: bool = True
    heads: bool = True
    alts: bool = True
    titles: bool = True
    attached: bool = True
    """A picture may be named that is attached to the record; else its name alone is left."""


_WORDS: dict[Name, _Words] = {
    "html": _Words(),
    "textile": _Words(starts=False),
    "bbcode": _Words(
        marks=frozenset({"strong", "em", "s", "u"}),
        headings=False,
        code=False,
        languages=False,
        starts=False,
        rules=False,
        heads=False,
        alts=False,
        titles=False,
        attached=False,
    ),
}


def kept(blocks: Blocks, markup: Name) -> Blocks:
    """Return what of *blocks* survives in *markup*, in normal form."""
    plainer = tidy(_all_said(blocks, _WORDS[markup]))
    return fitted(plainer) if markup == "textile" else plainer


def _all_said(blocks: Blocks, words: _Words) -> Blocks:
    """A list that does not begin with 1 may refer to other numbers ("2. Yes"): they stay, if not the list."""
    said: list[Block] = []
    for block in blocks:
        one = _said(block, words)
        if isinstance(one, Listing) and one.start != 1 and not words.starts:
            said += as_numbered(one.items, one.start)
        else:
            said.append(one)
    return tuple(said)


def _said(block: Block, words: _Words) -> Block:
    match block:
        case Paragraph(runs):
            return Paragraph(_runs(runs, words))
        case Heading(level, runs):
            line = _runs(runs, words)
            return Heading(level, line) if words.headings else Paragraph(_strong(line))
        case CodeBlock(text, lang):
            return CodeBlock(text, lang if words.languages else "")
        case Quote(inner):
            return Quote(_all_said(inner, words))
        case Listing(ordered, items, start):
            return Listing(ordered, tuple(_all_said(item, words) for item in items), start)
        case Table(head, rows):
            return _table(tuple(_runs(cell, words) for cell in head), rows, words=words)
        case Rule():
            return block if words.rules else Paragraph((Run(Text("***")),))


def _table(head: tuple[Runs, ...], rows: Iterable[tuple[Runs, ...]], *, words: _Words) -> Table:
    plainer = tuple(tuple(_runs(cell, words) for cell in row) for row in rows)
    if words.heads or not any(head):
        return Table(head, plainer)
    return Table((), (tuple(_strong(cell) for cell in head), *plainer))


def _strong(runs: Runs) -> Runs:
    return tuple(replace(run, marks=run.marks | {"strong"}) for run in runs)


def _runs(runs: Runs, words: _Words) -> Runs:
    return tuple(_run(run, words) for run in runs)


def _run(run: Run, words: _Words) -> Run:
    leaf = run.leaf
    if isinstance(leaf, Code) and not words.code:
        leaf = Text(leaf.text)
    if isinstance(leaf, Image) and not words.attached and is_attached(leaf.src):
        leaf = Text(unquote(leaf.src))
    if isinstance(leaf, Image) and not words.alts:
        leaf = Image(leaf.src)
    link = replace(run.link, title="") if run.link and not words.titles else run.link
    return Run(leaf, run.marks & words.marks, link)
