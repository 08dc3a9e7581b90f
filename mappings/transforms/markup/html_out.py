"""
HTML out of blocks. `html_in.parse` is its inverse on the normal form; every character that means something is escaped.
"""

import html

from .tree import (
    Block,
    Blocks,
    Break,
    Close,
    Code,
    CodeBlock,
    Event,
    Heading,
    Image,
    Link,
    Listing,
    Open,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    Text,
    spans,
)


def write(blocks: Blocks) -> str:
    """Return *blocks* (in normal form) as HTML."""
    return "".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return f"<p>{_inline(runs)}</p>"
        case Heading(level, runs):
            return f"<h{level}>{_inline(runs)}</h{level}>"
        case CodeBlock(text, lang):
            kind = f' class="language-{html.escape(lang)}"' if lang else ""
            return f"<pre><code{kind}>{html.escape(text, quote=False)}</code></pre>"
        case Quote(inner):
            return f"<blockquote>{write(inner)}</blockquote>"
        case Listing(ordered, items, start):
            tag = "ol" if ordered else "ul"
            begin = f' start="{start}"' if start != 1 else ""
            return f"<{tag}{begin}>{''.join(map(_item, items))}</{tag}>"
        case Table():
            return _table(block)
        case Rule():
            return "<hr>"


def _item(item: Blocks) -> str:
    """Return a list item; a single paragraph in front needs no tag of its own."""
    if item and isinstance(item[0], Paragraph) and not any(isinstance(block, Paragraph) for block in item[1:]):
        return f"<li>{_inline(item[0].runs)}{write(item[1:])}</li>"
    return f"<li>{write(item)}</li>"


def _table(table: Table) -> str:
    head = f"<thead>{_row(table.head, 'th')}</thead>" if any(table.head) else ""
    return f"<table>{head}<tbody>{''.join(_row(row, 'td') for row in table.rows)}</tbody></table>"


def _row(cells: tuple[Runs, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in cells)}</tr>"


def _inline(runs: Runs) -> str:
    return "".join(map(_event, spans(runs)))


def _event(event: Event) -> str:
    match event:
        case Open(Link(href, name)):
            return f'<a href="{html.escape(href)}"' + (f' title="{html.escape(name)}">' if name else ">")
        case Close(Link()):
            return "</a>"
        case Open(mark):
            return f"<{mark}>"
        case Close(mark):
            return f"</{mark}>"
        case Run(leaf):
            return _leaf(leaf)


def _leaf(leaf: Text | Code | Image | Break) -> str:
    match leaf:
        case Text(text):
            return html.escape(text, quote=False)
        case Code(text):
            return f"<code>{html.escape(text, quote=False)}</code>"
        case Image(src, alt):
            return f'<img src="{html.escape(src)}" alt="{html.escape(alt)}">'
        case Break():
            return "<br>"
