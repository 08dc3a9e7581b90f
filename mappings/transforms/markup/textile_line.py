"""Textile inside a line, out of runs; `textile_inline.read` says whether it reads back as them."""

import re
from collections.abc import Sequence

from .textile_inline import ENTITY, is_word
from .tree import Close, Code, Event, Image, Link, Mark, Open, Run, Runs, Text, plain, spans

SIGNS: dict[Mark, str] = {"strong": "*", "em": "_", "s": "-", "u": "+", "sup": "^", "sub": "~"}
_ELSEWHERE = r"(?!(?:https?|mailto|tel|user):)[a-z][a-z0-9+.-]*:"
_TAGS = (
    r"<(?=/?(?:pre|code|notextile|kbd)\b)"
    rf'|"(?=:{_ELSEWHERE}\S)|!(?={_ELSEWHERE}[^\s!]*!)'  # no link or image to us, perhaps one to the system
)
_ESCAPES = (
    re.compile(_TAGS, re.IGNORECASE),
    re.compile(
        _TAGS + r'|(?:(?<=[\s(*_+^~"-])|\A)[*_+^~-](?=\S|\Z)|"(?=:|\Z)|(?<!\w)@|(?:(?<=\s)|\A)!(?=\S|\Z)',
        re.IGNORECASE,
    ),
    re.compile(r'[<*_+^~@!"-]'),
)
LEVELS = range(len(_ESCAPES))
"""How much is escaped: what always must be, what might be taken for a sign where it stands, every sign."""


def write(runs: Runs, *, level: int) -> str:
    """Return *runs* as Textile, escaped as *level* says. Whether it reads back as them is for the caller to see."""
    events = list(spans(runs))
    return "".join(_written(events, place, level=level) for place in range(len(events)))


def _written(events: Sequence[Event], place: int, *, level: int) -> str:
    match events[place]:
        case Open(Link()):
            return "" if _pictured(events, place) else '"'
        case Close(Link(href, name)):
            tail = f":{escaped(href, level=0)}"
            return tail if _pictured(events, place - 2) else (f" ({name})" if name else "") + '"' + tail
        case Open(str(mark)) | Close(str(mark)):
            return SIGNS[mark]
        case Run(Text(text)):
            shown = escaped(text, level=level)
            return shown[:-1] + "&#41;" if shown.endswith(")") and _untitled(events, place + 1) else shown
        case Run(Code(text)):
            return _code(events, place, text=text)
        case Run(Image(src, alt)):
            return f"!{escaped(src, level=0)}({alt})!" if alt else f"!{escaped(src, level=0)}!"
    return "\n"


def _untitled(events: Sequence[Event], place: int) -> bool:
    """Say whether a link without a title ends at *place*: a bracket before its end would be read as one."""
    event = events[place] if place < len(events) else None
    return isinstance(event, Close) and isinstance(event.what, Link) and not event.what.title


def _pictured(events: Sequence[Event], place: int) -> bool:
    """Say whether a link that opens at *place* holds one image and nothing else."""
    inside = events[place + 1 : place + 3]
    return (
        place >= 0
        and len(inside) == 2
        and isinstance(inside[0], Run)
        and isinstance(inside[0].leaf, Image)
        and (isinstance(events[place], Open) and isinstance(inside[1], Close) and isinstance(inside[1].what, Link))
    )


def _code(events: Sequence[Event], place: int, *, text: str) -> str:
    before = _near_text(events, place - 1)[-1:]
    after = _near_text(events, place + 1)[:1]
    at_word = is_word(before or " ") or is_word(after or " ")
    if ("@" in text or text[0] == "|" or at_word) and not _ESCAPES[0].search(text):
        return f"<code>{text}</code>"
    return f"@{escaped(text, level=0)}@"


def _near_text(events: Sequence[Event], place: int) -> str:
    event = events[place] if 0 <= place < len(events) else None
    if isinstance(event, Run):
        return plain([event]) if isinstance(event.leaf, Text) else " "
    return ""


def escaped(text: str, *, level: int) -> str:
    """Return *text* with entities for what would be read as one, and for what *level* says."""
    text = ENTITY.sub(lambda entity: "&#38;" + entity.group()[1:], text)
    return _ESCAPES[level].sub(lambda sign: "".join(f"&#{ord(char)};" for char in sign.group()), text)
