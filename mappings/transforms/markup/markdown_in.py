"""
Markdown into blocks: `markdown_tokens` reads CommonMark, tables and strike-through; this turns tokens into our tree.

HTML in Markdown is text, except the tags for marks that Markdown has no sign for (`<u>`, `<sup>` …) and `<br>`. Lines
stay lines: the end of a line inside a paragraph is a line break, whether it was marked as a hard one or not.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from .links import address, picture, title
from .markdown_tokens import tokenized
from .tidy import clean, tidy
from .tree import (
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


def parse(source: str) -> Blocks:
    """Return what the Markdown *source* says, in normal form."""
    return tidy(_blocks(tokenized(clean(source))))


# --- blocks ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Frame:
    """A block that is still open."""

    token: Token | None = None
    blocks: list[Block] = field(default_factory=list)
    items: list[Blocks] = field(default_factory=list)
    signs: list[Block] = field(default_factory=list)
    rows: list[tuple[Runs, ...]] = field(default_factory=list)
    cells: list[Runs] = field(default_factory=list)


_LANGUAGE = re.compile(r"[\w+#.-]*")
_CONTAINERS = frozenset({"blockquote", "bullet_list", "ordered_list", "list_item", "table", "heading"})


def _blocks(read: Sequence[Token]) -> list[Block]:
    stack = [_Frame()]
    for token in read:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in _CONTAINERS and token.nesting == 1:
            stack.append(_Frame(token))
        elif kind in _CONTAINERS:
            _shut(stack, kind)
        elif token.type == "tr_close":
            stack[-1].rows.append(tuple(stack[-1].cells))
            stack[-1].cells.clear()
        else:
            _add(stack[-1], token)
    return stack[0].blocks


def _add(frame: _Frame, token: Token) -> None:
    """Add to *frame* what *token* says by itself."""
    match token.type:
        case "inline":
            runs = _runs(token.children or [])
            if frame.token is not None and frame.token.type == "table_open":
                frame.cells.append(runs)
            elif frame.token is not None and frame.token.type == "heading_open":
                frame.blocks.append(Heading(int(frame.token.tag[1:]), runs) if runs else _sign(frame.token))
            else:
                frame.blocks.append(Paragraph(runs))
        case "fence" | "code_block":
            frame.blocks.append(_code(token.content, token.info.strip()))
        case "hr":
            frame.blocks.append(Rule())
        case "definition":
            frame.blocks.append(_definition(token))


def _sign(token: Token) -> Paragraph:
    """Return the sign of a title or an item in which nothing stands: ``+`` is how some people agree."""
    return Paragraph((Run(Text(token.info + token.markup)),))


def _definition(token: Token) -> Paragraph:
    """Return the definition of a link that there is none of as the text that it was meant to be."""
    name, target, note = token.meta["label"], token.meta["url"], token.meta["title"]
    return Paragraph((Run(Text(f'[{name}]: {target} "{note}"' if note else f"[{name}]: {target}")),))


def _code(content: str, info: str) -> CodeBlock:
    """Take *info*, what stands behind the fence, for a language where it can be one; else it is a line of the code."""
    if content.strip() and _LANGUAGE.fullmatch(info):
        return CodeBlock(content, info)
    return CodeBlock(f"{info}\n{content}" if info else content)


def _shut(stack: list[_Frame], kind: str) -> None:
    """Close the innermost frame and hand what it became to the one around it."""
    frame, outer = stack.pop(), stack[-1]
    match kind:
        case "blockquote":
            outer.blocks.append(Quote(tuple(frame.blocks)))
        case "list_item":
            outer.items.append(tuple(frame.blocks))
            outer.signs += [_sign(frame.token)] if frame.token else []
        case "heading":
            outer.blocks += frame.blocks
        case "table":
            head, *rows = frame.rows
            outer.blocks.append(Table(head, tuple(rows)))
        case _ if not any(frame.items):
            outer.blocks += frame.signs
        case _:
            start = frame.token.attrGet("start") if frame.token is not None else None
            ordered = kind == "ordered_list"
            outer.blocks.append(Listing(ordered, tuple(frame.items), 1 if start is None else int(start)))


# --- inside a line -----------------------------------------------------------------------------------------------

_TAG = re.compile(r"<(/?)(strong|b|em|i|s|del|strike|u|ins|sup|sub)>", re.IGNORECASE)
_BR = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARKS: dict[str, Mark] = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "s": "s", "del": "s", "strike": "s",
    "u": "u", "ins": "u", "sup": "sup", "sub": "sub",
}  # fmt: skip


@dataclass(slots=True)
class _Marks:
    """What lies on the characters that are read just now."""

    count: dict[Mark, int] = field(default_factory=lambda: defaultdict(int))
    link: Link | None = None
    since: int = 0

    def run(self, leaf: Text | Code | Image | Break) -> Run:
        return Run(leaf, frozenset(mark for mark, count in self.count.items() if count), self.link)


def _runs(tokens: Sequence[Token]) -> Runs:
    runs: list[Run] = []
    marks = _Marks()
    paired = _paired(tokens)
    for place, token in enumerate(tokens):
        match token.type:
            case "text" | "text_special":
                runs.append(marks.run(Text(token.content)))
            case "softbreak" | "hardbreak":
                runs.append(marks.run(Break()))
            case "code_inline":
                runs.append(marks.run(Code(token.content)))
            case "image":
                runs += _image(token, marks)
            case "html_inline":
                runs += _tag(token.content, marks, paired=place in paired)
            case "link_open" | "link_close":
                runs += _link(token, marks, len(runs))
            case _:
                mark: Mark = _MARKS[token.tag]
                marks.count[mark] += token.nesting
    return tuple(runs)


def _link(token: Token, marks: _Marks, count: int) -> list[Run]:
    """Begin or end a link; one without a text shows its address."""
    if token.nesting == 1:
        href = address(str(token.attrGet("href") or ""))
        marks.link = Link(href, title(str(token.attrGet("title") or ""))) if href else None
        marks.since = count
        return []
    bare = [marks.run(Text(marks.link.href))] if marks.link and marks.since == count else []
    marks.link = None
    return bare


def _image(token: Token, marks: _Marks) -> list[Run]:
    src = picture(str(token.attrGet("src") or ""))
    alt = title("".join(_said(token.children or [])))
    return [marks.run(Image(src, alt) if src else Text(alt))]


def _said(tokens: Sequence[Token]) -> list[str]:
    """Return the bare text of *tokens*."""
    said: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            said.append(" ")
        elif token.type == "image":
            said += _said(token.children or [])
        else:
            said.append(token.content)
    return said


def _tag(tag: str, marks: _Marks, *, paired: bool) -> list[Run]:
    """Read an HTML tag: a mark or a line break if it is one of ours, else text."""
    if _BR.fullmatch(tag):
        return [marks.run(Break())]
    found = _TAG.fullmatch(tag)
    if found is None or not paired:
        return [marks.run(Text(tag))]
    marks.count[_MARKS[found.group(2).lower()]] += -1 if found.group(1) else 1
    return []


def _paired(tokens: Sequence[Token]) -> set[int]:
    """Return the places of the HTML tags of ours that have their counterpart."""
    waiting: dict[str, list[int]] = defaultdict(list)
    paired: set[int] = set()
    for place, token in enumerate(tokens):
        found = _TAG.fullmatch(token.content) if token.type == "html_inline" else None
        if found is None:
            continue
        name = found.group(2).lower()
        if not found.group(1):
            waiting[name].append(place)
        elif waiting[name]:
            paired |= {waiting[name].pop(), place}
    return paired
