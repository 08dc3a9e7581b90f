"""Textile out of blocks, in Redmine's dialect. `textile_in.parse` is its inverse on what `textile_fit` leaves."""

from collections.abc import Sequence

from . import textile_line as line
from .textile_fit import written
from .textile_in import ITEM, MODIFIER, PREFIX, RULE, WIKI
from .tree import Block, Blocks, CodeBlock, Heading, Listing, Paragraph, Quote, Rule, Runs, Table


def write(blocks: Blocks) -> str:
    """Return *blocks* (in normal form, and only what Textile has) as Textile."""
    return "\n\n".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return _lines(runs, first=True)
        case Heading(level, runs):
            return f"h{level}. {_lines(runs, first=False)}"
        case CodeBlock(text, lang):
            return f'<pre><code class="{lang}">\n{text}\n</code></pre>' if lang else f"<pre>\n{text}\n</pre>"
        case Quote((Paragraph(runs),)):
            return f"bq. {_lines(runs, first=False)}"
        case Quote(inner):
            return "\n".join(f"> {line}".rstrip(" ") for line in write(inner).split("\n"))
        case Listing():
            return "\n".join(_items(block, ""))
        case Table():
            return _table(block)
        case Rule():
            return "---"


def _items(listing: Listing, marker: str) -> list[str]:
    marker += "#" if listing.ordered else "*"
    lines: list[str] = []
    for item in listing.items:
        for block in item:
            match block:
                case Paragraph(runs):
                    lines.append(f"{marker} {_lines(runs, first=False)}")
                case Listing():
                    lines += _items(block, marker)
    return lines


def _table(table: Table) -> str:
    head = [_row(table.head, "_. ")] if any(table.head) else []
    return "\n".join([*head, *(_row(row, "") for row in table.rows)])


def _row(cells: Sequence[Runs], sign: str) -> str:
    return "|" + "".join(f"{sign}{_cell(cell) or ' '}|" for cell in cells)


def _cell(runs: Runs) -> str:
    source = _source(runs)
    hidden = WIKI.sub(lambda link: link.group().replace("[", "\1").replace("|", "\2"), source)
    bare = hidden.replace("[[", "&#91;[").replace("|", "&#124;").replace("\n>", "\n&#62;")
    bare = bare.replace("\1", "[").replace("\2", "|")
    return bare.replace(".", "&#46;", 1) if MODIFIER.match(bare + " ") else bare


def _lines(runs: Runs, *, first: bool) -> str:
    """Return *runs* as lines of a block, of which none begins another block; *first*: nothing stands before them."""
    lines = _source(runs).split("\n")
    if first and (prefix := PREFIX.match(lines[0])):
        dot = prefix.group().rindex(".")
        lines[0] = f"{lines[0][:dot]}&#46;{lines[0][dot + 1 :]}"
    start = 0 if first else 1
    return "\n".join([*lines[:start], *map(_line, lines[start:])])


def _line(line: str) -> str:
    begins = ITEM.match(line) or RULE.match(line) or line.startswith(("|", ">"))
    return f"&#{ord(line[0])};{line[1:]}" if begins else line


def _source(runs: Runs) -> str:
    source = written(runs)
    return line.write(runs, level=max(line.LEVELS)) if source is None else source
