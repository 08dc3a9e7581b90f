"""
BB-code into blocks, in the dialect of Bitrix24; the libraries for it are unmaintained, and the dialect is small.

A tag is one only if its counterpart stands in the same block; every other square bracket is text, and so are tags that
are not of the dialect (`[color=red]`): they are written back as they were.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .builder import Builder, Frame, Read
from .links import address, picture
from .tidy import clean
from .tree import DEPTH, CodeBlock, Link, Mark

TAG = re.compile(
    r"\[(?:(/?)(b|i|u|s|url|quote|code|list|p|img|user|table|tr|td|th)(=[^\[\]\n]*|\s[^\[\]\n]*)?|(\*))\]",
    re.IGNORECASE,
)
"""What may be a tag: a slash, its name, its value; or the star of a list."""
ENTITY = re.compile("&#(91|93|38);")

_MARKS: dict[str, Mark] = {"b": "strong", "i": "em", "u": "u", "s": "s"}
_FRAMES: dict[str, Frame] = {
    "quote": "quote", "list": "list", "table": "table", "tr": "row", "td": "cell", "th": "cell",
}  # fmt: skip
_VERBATIM = frozenset({"code", "img"})


@dataclass(slots=True)
class _Token:
    """A piece of the source, and the tag that it is where PARTNER says so: the place of its counterpart."""

    source: str
    name: str = ""
    closing: bool = False
    value: str = ""
    partner: int = -1


def parse(source: str) -> Read:
    """Return what the BB-code *source* says, in normal form."""
    tokens = list(_tokens(clean(source)))
    _pair(tokens)
    build = Builder()
    ends: dict[int, Callable[[], None]] = {}
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.partner < 0:
            _text(build, token.source)
        elif token.closing:
            ends.pop(place)()
        elif token.name == "*":
            build.begin("item")
        elif token.name in _VERBATIM or _is_bare_url(token):
            place = _whole(build, tokens, place)
        else:
            ends[token.partner] = _begin(build, token, closing=tokens[token.partner].source)
        place += 1
    return Read(build.blocks(), tuple(build.notes))


def _tokens(source: str) -> Iterator[_Token]:
    done = 0
    for found in TAG.finditer(source):
        if done < found.start():
            yield _Token(source[done : found.start()])
        slash, name, value, star = found.groups()
        yield _Token(found.group(), (star or name).lower(), bool(slash), _bare((value or "")[1:].strip()))
        done = found.end()
    if done < len(source):
        yield _Token(source[done:])


def _bare(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


# --- which tags belong together ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scope:
    """An open block, and the tags that wait in it for their end."""

    name: str
    place: int
    waiting: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    stars: list[int] = field(default_factory=list)


def _pair(tokens: list[_Token]) -> None:
    """Give each tag its counterpart. Tags inside a block that ends before they do stay without one."""
    scopes = [_Scope("", -1)]
    verbatim = _verbatim(tokens)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.name in _VERBATIM and not token.closing and place in verbatim:
            _join(tokens, place, verbatim[place])
            place = verbatim[place]
        elif token.name == "*":
            scopes[-1].stars.append(place)
        elif token.name in _FRAMES:
            _block(tokens, scopes, place)
        elif token.closing and scopes[-1].waiting[token.name]:
            _join(tokens, scopes[-1].waiting[token.name].pop(), place)
        elif token.name and not token.closing:
            scopes[-1].waiting[token.name].append(place)
        place += 1


def _verbatim(tokens: list[_Token]) -> dict[int, int]:
    """Say where a tag whose inside is not read ends: at the next end of its kind."""
    ends: dict[str, int] = {}
    found: dict[int, int] = {}
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if token.name not in _VERBATIM:
            continue
        if token.closing:
            ends[token.name] = place
        elif token.name in ends:
            found[place] = ends[token.name]
    return found


_INSIDE = {"tr": "table", "td": "tr", "th": "tr"}


def _block(tokens: list[_Token], scopes: list[_Scope], place: int) -> None:
    token = tokens[place]
    if not token.closing:
        if len(scopes) < DEPTH and scopes[-1].name == _INSIDE.get(token.name, scopes[-1].name):
            scopes.append(_Scope(token.name, place))
        return
    depth = next((n for n in range(len(scopes) - 1, 0, -1) if scopes[n].name == token.name), 0)
    if not depth:
        return
    scope = scopes[depth]
    del scopes[depth:]
    _join(tokens, scope.place, place)
    if scope.name == "list":
        for star in scope.stars:
            tokens[star].partner = place


def _join(tokens: list[_Token], opening: int, closing: int) -> None:
    tokens[opening].partner, tokens[closing].partner = closing, opening


# --- what they say -----------------------------------------------------------------------------------------------


def _text(build: Builder, source: str) -> None:
    first, *lines = source.split("\n")
    build.text(ENTITY.sub(_character, first))
    for line in lines:
        build.line()
        build.text(ENTITY.sub(_character, line))


def _character(entity: re.Match[str]) -> str:
    return chr(int(entity.group(1)))


def _is_bare_url(token: _Token) -> bool:
    return token.name == "url" and not token.value


def _whole(build: Builder, tokens: list[_Token], place: int) -> int:
    """Read a tag together with what stands in it, and return the place to go on behind."""
    token = tokens[place]
    inside = "".join(inner.source for inner in tokens[place + 1 : token.partner])
    if token.name == "code":
        build.add(CodeBlock(inside))
        return token.partner
    plain = ENTITY.sub(_character, inside).strip()
    href = None if "[" in inside or "\n" in inside else (picture if token.name == "img" else address)(plain)
    if href is None:  # an address that must not be one, or none at all: the tags are text
        _text(build, token.source)
        tokens[token.partner].partner = -1
        return place
    if token.name == "img":
        build.image(href, "")
    else:
        build.link(Link(href))
        build.text(plain)
        build.end_link()
    return token.partner


def _begin(build: Builder, token: _Token, *, closing: str) -> Callable[[], None]:
    """Do what an opening tag says, and return what its end (*closing* as it stands) does."""
    name = token.name
    if name in _MARKS:
        build.mark(_MARKS[name], 1)
        return lambda: build.mark(_MARKS[name], -1)
    if name == "p":
        build.flush()
        return build.flush
    href = address(f"user:{token.value}" if name == "user" else ENTITY.sub(_character, token.value))
    if name in ("url", "user") and href is not None:
        build.link(Link(href))
        return build.end_link
    if name in _FRAMES and build.begin(_FRAMES[name], ordered=bool(token.value)):
        if name in ("td", "th"):
            build.header(is_header=name == "th")
        return lambda: build.end(_FRAMES[name])
    _text(build, token.source)
    return lambda: _text(build, closing)
