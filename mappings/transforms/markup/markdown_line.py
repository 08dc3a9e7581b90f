"""Markdown inside a line: which signs are sure to be understood, and which characters need an escape."""

import re
import unicodedata
from collections.abc import Sequence

from .markdown_tokens import TIMES
from .tree import (
    Break,
    Close,
    Code,
    Event,
    Image,
    Leaf,
    Link,
    Mark,
    Open,
    Run,
    Runs,
    Text,
    spans,
)


def write_line(runs: Runs, *, breaks: str) -> str:
    """Return *runs* (in normal form) as Markdown, with *breaks* between lines."""
    events = list(spans(runs))
    signs = _signs(events)
    parts: list[str] = []
    links = 0
    for place, event in enumerate(events):
        match event:
            case Open(Link()):
                links += 1
                parts.append(signs[place])
            case Close(Link()):
                links -= 1
                parts.append(signs[place])
            case Run(leaf):
                before, after = _end(events, place - 1), _front(events, place + 1)
                parts.append(signs.get(place, _leaf(leaf, before=before, after=after, label=links > 0, breaks=breaks)))
            case _:
                parts.append(signs[place])
    return _RIM.sub(lambda rim: "".join(f"&#{ord(char)};" for char in rim.group()), "".join(parts))


_RIM = re.compile(r"^[^\S \n]+|[^\S \n]+$", re.MULTILINE)  # rare spaces, which the reader would trim


def _leaf(leaf: Leaf, *, before: str, after: str, label: bool, breaks: str) -> str:
    match leaf:
        case Text(text):
            return escape(text, before=before, after=after, label=label)
        case Code(text):
            return _code(text)
        case Image(src, alt):
            return f"![{escape(alt, before='[', after=']', label=True)}]({_target(src)})"
        case Break():
            return breaks


def _code(text: str) -> str:
    longest = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(n for n in range(1, len(longest) + 2) if n not in longest)
    spaced = text[0] == text[-1] == " " and text.strip(" ") != ""
    pad = " " if spaced or "`" in (text[0], text[-1]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _target(href: str) -> str:
    target = _ENTITY.sub(lambda entity: "\\" + entity.group(), href)
    return target if _balanced(href) else f"<{target}>"


def _balanced(href: str) -> bool:
    deep = 0
    for char in href:
        deep += (char == "(") - (char == ")")
        if deep < 0 or deep > 20:
            return False
    return deep == 0


def _title(title: str) -> str:
    return ' "' + re.sub(r'[\\"&]', lambda odd: "\\" + odd.group(), title) + '"' if title else ""


# --- marks -------------------------------------------------------------------------------------------------------


def _signs(events: Sequence[Event]) -> dict[int, str]:
    """Say how each span is opened and closed; a link that shows its own address stands in angle brackets."""
    signs: dict[int, str] = {}
    stack: list[tuple[int, str]] = []
    closing = _closings(events)
    for place, event in enumerate(events):
        if isinstance(event, Open):
            close = closing[place]
            starred = any("*" in sign for _, sign in stack)
            signs[place], signs[close] = _pair(events, (place, close), what=event.what, starred=starred)
            if isinstance(event.what, Link) and signs[place] == "":
                signs[place + 1] = f"<{event.what.href}>"
            stack.append((place, signs[place]))
        elif isinstance(event, Close):
            stack.pop()
    return signs


def _closings(events: Sequence[Event]) -> dict[int, int]:
    """Say where each span that opens closes."""
    closing: dict[int, int] = {}
    stack: list[int] = []
    for place, event in enumerate(events):
        if isinstance(event, Open):
            stack.append(place)
        elif isinstance(event, Close):
            closing[stack.pop()] = place
    return closing


_SELF = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\s]*")


def _pair(events: Sequence[Event], pair: tuple[int, int], *, what: Mark | Link, starred: bool) -> tuple[str, str]:
    place, close = pair
    if isinstance(what, Link):
        href, title = what.href, what.title
        inner = events[place + 1]
        alone = close == place + 2 and isinstance(inner, Run) and inner.leaf == Text(href)
        if alone and not title and _SELF.fullmatch(href):
            return "", ""
        return "[", f"]({_target(href)}{_title(title)})"
    sign = _sign(events, pair, starred=starred)
    return (sign, sign) if sign else (f"<{what}>", f"</{what}>")


def _sign(events: Sequence[Event], pair: tuple[int, int], *, starred: bool) -> str:
    """Return the sign of a mark where CommonMark is sure to understand it as one; nothing where it may not."""
    place, close = pair
    event = events[place]
    outer = (_kind(_end(events, place - 1)), _kind(_front(events, close + 1)))
    inner = (_kind(_front(events, place + 1)), _kind(_end(events, close - 1)))
    for beside, within in zip(outer, inner, strict=True):
        if within == "space" or (within != "word" and beside not in ("space", "mark")):
            return ""
    apart = all(beside in ("space", "mark") for beside in outer)
    match event:
        case Open("strong"):
            return "**" if apart or not starred else ""
        case Open("s"):
            return "~~"
        case Open("em") if apart:
            return "_"
        case Open("em"):
            near = (place - 1, place + 1, close - 1, close + 1)
            alone = all(isinstance(events[n], Run) for n in near if 0 <= n < len(events))
            return "*" if alone and not starred and not _multiplies(events, pair) else ""
    return ""


def _multiplies(events: Sequence[Event], pair: tuple[int, int]) -> bool:
    """Say whether a star for the mark would stand between two digits, at either end."""
    return any(TIMES.fullmatch(f"{_end(events, at - 1)}*{_front(events, at + 1)}") for at in pair)


def _front(events: Sequence[Event], place: int) -> str:
    """Return the first character of an event: a space beyond the end of the line."""
    if place >= len(events):
        return " "
    match events[place]:
        case Run(Text(text)):
            return text[0]
        case Open(Link()):
            return "["
        case Run(Image()):
            return "!"
    return "*"


def _end(events: Sequence[Event], place: int) -> str:
    """Return the last character of an event: a space beyond the beginning of the line."""
    if place < 0:
        return " "
    match events[place]:
        case Run(Text(text)):
            return text[-1]
    return "*"


def _kind(char: str) -> str:
    """Sort a character as the rules for `*` do: word, space or punctuation; odd where versions of the rules differ."""
    if char.isspace():
        return "space"
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return "word"
    return "mark" if category[0] == "P" or char in "$+<=>^`|~" else "odd"


# --- text --------------------------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\`*\[\]<&~!]|_+")
_ENTITY = re.compile(r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def escape(text: str, *, before: str, after: str, label: bool) -> str:
    """
    Return *text* so that Markdown reads it as just that.

    *before* and *after* are the characters beside it; *label* says that it stands in the square brackets of a link.
    """

    def escaped(found: re.Match[str]) -> str:
        start, end = found.span()
        left = text[start - 1] if start else before
        right = text[end] if end < len(text) else after
        if not _acts(found, left=left, right=right, label=label):
            return found.group()
        return "".join("\\" + char for char in found.group())

    return _SPECIAL.sub(escaped, text)


def _acts(found: re.Match[str], *, left: str, right: str, label: bool) -> bool:
    """Say whether a special character could be read as markup where it stands."""
    start, end = found.span()
    at_edge = start == 0 or end == len(found.string)
    match found.group():
        case "\\":
            return right in _PUNCTUATION or end == len(found.string)
        case "*":
            return (left, right) != (" ", " ")
        case "[":
            return label
        case "]":
            return label or right == "("
        case "!":
            return right == "["
        case "<":
            return right.isalpha() or right in "/!?" or end == len(found.string)
        case "&":
            return _ENTITY.match(found.string, start) is not None
        case "~":
            return "~" in (left, right) or (at_edge and (left, right) != (" ", " "))
        case "`":
            return True
    return (_kind(left), _kind(right)) != ("word", "word")
