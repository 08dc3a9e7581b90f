"""BB-code out of blocks, in the dialect of Bitrix24. `bbcode_in.parse` is its inverse on what `keep` leaves."""

import re
from collections.abc import Sequence

from .bbcode_in import ENTITY, TAG, parse
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
_ELSEWHERE = re.compile(
    r"\[(?:url|img)(?:=|(?:\s[^\]]*)?\])[\s\x00-\x20\"']*(?!(?:https?|mailto|tel|user):|data:image/(?:gif|png|jpeg|webp);)"
    r"[^\[\]\s/?#:]*(?:&#|:)",
    re.IGNORECASE,
)
_USER = re.compile(r"user:(\d+)")


def write(blocks: Blocks) -> str:
    """
    Return *blocks* (in normal form, and only what BB-code has) as BB-code.

    What looks like a tag is escaped only if there is no other way: Bitrix24 shows a lone `[b]` as it stands. A text
    that looks like a link to what `links` refuses is no link to us, and must be none to Bitrix24 either.
    """
    plainest = _stack(blocks, escape=False)
    plain_enough = not _ELSEWHERE.search(plainest) and parse(plainest).blocks == blocks
    return plainest if plain_enough else _stack(blocks, escape=True)


def _stack(blocks: Blocks, *, escape: bool) -> str:
    """Put *blocks* one under the other: an empty line stands between two paragraphs only."""
    lines: list[str] = []
    for place, block in enumerate(blocks):
        both = place and isinstance(block, Paragraph) and isinstance(blocks[place - 1], Paragraph)
        lines += ["", _block(block, escape=escape)] if both else [_block(block, escape=escape)]
    return "\n".join(lines)


def _block(block: Block, *, escape: bool) -> str:
    match block:
        case Paragraph(runs) | Heading(_, runs):
            return _inline(runs, escape=escape)
        case CodeBlock(text):
            return f"[code]\n{text}\n[/code]"
        case Quote(inner):
            return f"[quote]\n{_stack(inner, escape=escape)}\n[/quote]"
        case Listing(ordered, items):
            lines = "".join(f"[*]{_stack(item, escape=escape)}\n" for item in items)
            return f"[list{'=1' if ordered else ''}]\n{lines}[/list]"
        case Table(head, rows):
            lines = "".join(f"{_row(row, escape=escape)}\n" for row in ([head] if any(head) else []) + list(rows))
            return f"[table]\n{lines}[/table]"
        case Rule():
            return "***"


def _row(cells: Sequence[Runs], *, escape: bool) -> str:
    return f"[tr]{''.join(f'[td]{_inline(cell, escape=escape)}[/td]' for cell in cells)}[/tr]"


def _inline(runs: Runs, *, escape: bool) -> str:
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
                parts.append(_escaped(text, tags=escape))
            case Run(Image(src)):
                parts.append(f"[img]{_escaped(src, tags=True)}[/img]")
            case Run(Break()):
                parts.append("\n")
            case Run():
                parts.append(_escaped(plain([event]), tags=escape))
    return "".join(parts)


def _begin(href: str) -> str:
    user = _USER.fullmatch(href)
    return f"[user={user.group(1)}]" if user else f"[url={_escaped(href, tags=True)}]"


def _escaped(text: str, *, tags: bool) -> str:
    """Return *text* with entities for what would be read as one, and for *tags* that are meant as text."""
    text = ENTITY.sub(lambda entity: "&#38;" + entity.group()[1:], text)
    return TAG.sub(lambda tag: "&#91;" + tag.group()[1:], text) if tags else text
