"""
The normal form of what was read: equal looks are equal values, and every printer may rely on what holds here.

- No run is empty; neighbours that look alike are one; spaces come one at a time, never at the ends of a line.
- A space or a line break carries only the marks that both its neighbours carry.
- Two line breaks in a row end the paragraph; titles and cells have single ones.
- Neighbouring lists of one kind are one list; blocks that say nothing are left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .tree import Block, Blocks, Break, Code, CodeBlock, Heading, Image, Listing, Paragraph, Quote, Run, Runs, Text
from .tree import Table as Grid

_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_SPACES = re.compile(r"[ \t\n]+")
_UNTIDY = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^ | $|  ")
_WASTE = re.compile(r"[\s\u200b]*")


def clean(source: str) -> str:
    """Return *source* with one kind of line end and without characters that nobody can see or type."""
    return _CONTROLS.sub("", _ENDS.sub("\n", source))


def tidy(blocks: Iterable[Block]) -> Blocks:
    """Return the normal form of *blocks*. They nest no deeper than `tree.DEPTH`."""
    result: list[Block] = []
    for block in blocks:
        for fresh in _tidied(block):
            last = result[-1] if result else None
            if isinstance(fresh, Listing) and isinstance(last, Listing) and fresh.ordered == last.ordered:
                result[-1] = replace(last, items=last.items + fresh.items)
            else:
                result.append(fresh)
    return tuple(result)


def _tidied(block: Block) -> list[Block]:
    match block:
        case Paragraph(runs):
            return [Paragraph(part) for part in paragraphs(runs)]
        case Heading(level, runs):
            line = one_line(runs)
            return [Heading(min(max(level, 1), 6), line)] if line else []
        case CodeBlock(text, lang):
            return _code(text, lang)
        case Quote(inner):
            kept = tidy(inner)
            return [Quote(kept)] if kept else []
        case Listing(ordered, items, start):
            tidied = tuple(tidy(item) for item in items)
            start = start if ordered and 0 <= start < 10**9 else 1
            return [Listing(ordered, tidied, start)] if any(tidied) else []
        case Grid():
            return _grid(block)
    return [block]


def _code(text: str, lang: str) -> list[Block]:
    lines = [line if line.strip() else "" for line in clean(text).split("\n")]
    text = "\n".join(lines).strip("\n")
    word = re.match(r"[\w+#.-]*", lang)
    return [CodeBlock(text, word.group() if word else "")] if text else []


def _grid(table: Grid) -> list[Block]:
    rows = [[one_line(cell) for cell in row] for row in (table.head, *table.rows)]
    width = max(len(row) for row in rows)
    while width and not any(row[width - 1] for row in rows if len(row) >= width):
        width -= 1  # a column that says nothing
    head, *body = (tuple(row[:width]) + ((),) * (width - len(row)) for row in rows)
    body = [row for row in body if any(row)]
    return [Grid(head, tuple(body))] if width else []


def one_line(runs: Sequence[Run]) -> Runs:
    """Return *runs* as the content of a title or a cell: single line breaks inside, none at the ends."""
    parts = paragraphs(runs)
    joined = [run for part in parts for run in (*part, Run(Break()))][:-1]
    return _joined(_spaced(_pieces(joined)))


def paragraphs(runs: Sequence[Run]) -> list[Runs]:
    """Return *runs* in normal form, cut where two line breaks follow each other."""
    tidied = _joined(_spaced(_pieces(runs)))
    parts: list[list[Run]] = [[]]
    for run in tidied:
        if isinstance(run.leaf, Break) and parts[-1] and isinstance(parts[-1][-1].leaf, Break):
            parts[-1].pop()
            parts.append([])
        elif parts[-1] or not isinstance(run.leaf, Break):
            parts[-1].append(run)
    return [tuple(part) for part in map(_trimmed, parts) if not _says_nothing(part)]


def _trimmed(part: list[Run]) -> list[Run]:
    while part and isinstance(part[-1].leaf, Break):
        part.pop()
    return part


def _says_nothing(part: Sequence[Run]) -> bool:
    return all(
        isinstance(run.leaf, Break) or (isinstance(run.leaf, Text) and _WASTE.fullmatch(run.leaf.text)) for run in part
    )


def _pieces(runs: Sequence[Run]) -> list[Run]:
    """Cut spaces off the ends of texts into runs of their own, one space each; drop what is empty."""
    pieces: list[Run] = []
    for run in runs:
        match run.leaf:
            case Text(text) if _UNTIDY.search(text):
                pieces += _words(run, text)
            case Code(text):
                code = clean(text).replace("\n", " ")
                pieces += [replace(run, leaf=Code(code))] if code else []
            case Text("") | Image(""):
                pass
            case _:
                pieces.append(run)
    return pieces


def _words(run: Run, text: str) -> list[Run]:
    words = _SPACES.sub(" ", clean(text))
    core = words.strip(" ")
    if not core:
        return [replace(run, leaf=_SPACE)] if words else []
    before = [replace(run, leaf=_SPACE)] if words.startswith(" ") else []
    after = [replace(run, leaf=_SPACE)] if words.endswith(" ") else []
    return [*before, replace(run, leaf=Text(core)), *after]


_SPACE = Text(" ")


def _spaced(pieces: Sequence[Run]) -> list[Run]:
    """Drop spaces that are doubled or at the end of a line; leave on the others only what both neighbours carry."""
    kept: list[Run] = []
    for piece in pieces:
        if piece.leaf == _SPACE and (not kept or _is_gap(kept[-1])):
            continue
        if isinstance(piece.leaf, Break) and kept and kept[-1].leaf == _SPACE:
            kept.pop()
        kept.append(piece)
    while kept and kept[-1].leaf == _SPACE:
        kept.pop()
    return _narrowed(kept)


def _narrowed(runs: list[Run]) -> list[Run]:
    """Take from spaces and line breaks the marks that do not go on behind them."""
    result = list(runs)
    following: Run | None = None
    after: list[Run | None] = []
    for run in reversed(runs):
        after.append(following)
        if not _is_gap(run):
            following = run
    before: Run | None = None
    for place, (run, behind) in enumerate(zip(runs, reversed(after), strict=True)):
        if not _is_gap(run):
            before = run
        elif before is None or behind is None:
            result[place] = Run(run.leaf)
        else:
            link = run.link if run.link == before.link == behind.link else None
            result[place] = Run(run.leaf, run.marks & before.marks & behind.marks, link)
    return result


def _is_gap(run: Run) -> bool:
    return isinstance(run.leaf, Break) or run.leaf == _SPACE


def _joined(runs: Sequence[Run]) -> Runs:
    """Make one text of neighbouring texts that look alike, and one code of neighbouring codes."""
    result: list[Run] = []
    texts: list[str] = []
    for run in runs:
        last = result[-1] if result else None
        alike = last is not None and (last.marks, last.link) == (run.marks, run.link)
        if alike and isinstance(run.leaf, Text | Code) and last is not None and type(last.leaf) is type(run.leaf):
            texts.append(run.leaf.text)
            continue
        _seal(result, texts)
        result.append(run)
        texts = [run.leaf.text] if isinstance(run.leaf, Text | Code) else []
    _seal(result, texts)
    return tuple(result)


def _seal(result: list[Run], texts: list[str]) -> None:
    """Give the last run the texts that were gathered for it."""
    if len(texts) < 2:
        return
    text = "".join(texts)
    leaf = Code(text) if isinstance(result[-1].leaf, Code) else Text(text)
    result[-1] = replace(result[-1], leaf=leaf)
