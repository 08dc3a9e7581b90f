"""BB-code out of blocks, in the dialect of Bitrix24. `bbcode_in.parse` is its inverse on what `keep` leaves."""

import re
from collections.abc import Sequence

from .bbcode_in import ENTITY, TAG
from .tree import (
    Block,
    Blocks,
    Break,
    Close,
    CodeBlock,
    Heading,
    Image,
    Link,
    Listing,
    Mark,
    Open,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    Text,
    plain,
    spans,
)

_TAGS: dict[Mark, str] = {"strong": "b", "em": "i", "u": "u", "s": "s"}
_USER = re.compile(r"user:(\d+)")


def write(blocks: Blocks) -> str:
    """Return *blocks* (in normal form, and only what BB-code has) as BB-code."""
    return "\n\n".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs) | Heading(_, runs):
            return _inline(runs)
        case CodeBlock(text):
            return f"[code]\n{text}\n[/code]"
        case Quote(inner):
            return f"[quote]\n{write(inner)}\n[/quote]"
        case Listing(ordered, items):
            lines = "".join(f"[*]{write(item)}\n" for item in items)
            return f"[list{'=1' if ordered else ''}]\n{lines}[/list]"
        case Table(head, rows):
            lines = "".join(f"{_row(row)}\n" for row in ([head] if any(head) else []) + list(rows))
            return f"[table]\n{lines}[/table]"
        case Rule():
            return "***"


def _row(cells: Sequence[Runs]) -> str:
    return f"[tr]{''.join(f'[td]{_inline(cell)}[/td]' for cell in cells)}[/tr]"


def _inline(runs: Runs) -> str:
    parts: list[str] = []
    for event in spans(runs):
        match event:
            case Open(Link(href)):
                parts.append(_begin(href))
            case Close(Link(href)):
                parts.append("[/user]" if _USER.fullmatch(href) else "[/url]")
            case Open(str(mark)):
                parts.append(f"[{_TAGS[mark]}]")
            case Close(str(mark)):
                parts.append(f"[/{_TAGS[mark]}]")
            case Run(Text(text)):
                parts.append(_escaped(text))
            case Run(Image(src)):
                parts.append(f"[img]{_escaped(src)}[/img]")
            case Run(Break()):
                parts.append("\n")
            case Run():
                parts.append(_escaped(plain([event])))
    return "".join(parts)


def _begin(href: str) -> str:
    user = _USER.fullmatch(href)
    return f"[user={user.group(1)}]" if user else f"[url={_escaped(href)}]"


def _escaped(text: str) -> str:
    """Return *text* so that nothing in it is taken for a tag; what is none stays as it is."""
    return TAG.sub(lambda tag: "&#91;" + tag.group()[1:], ENTITY.sub(lambda entity: "&#38;" + entity.group()[1:], text))
