"""
Markdown into tokens: markdown-it-py, so set up that no text is swallowed.

What it hides because nobody would see it (the definition of a link that no link uses, cells beyond the width of a
table, blocks that nest too deep) is text here: somebody may have meant it so.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from .links import picture
from .tree import DEPTH

BlockRule = Callable[[StateBlock, int, int, bool], bool]


TIMES = re.compile(r"\d\*\d")
"""A star that multiplies, between the digits beside it."""


class _Reader(MarkdownIt):
    """markdown-it that leaves addresses as they are: `links.address` judges them."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  the library's name
        return picture(url) is not None  # which of both it is, is judged where it is used

    def normalizeLink(self, url: str) -> str:  # noqa: N802  the library's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802  the library's name
        return link


def _bounded(rule: BlockRule) -> BlockRule:
    """Stop *rule* where blocks nest too deep: the library would swallow the text there, so it must not get there."""

    def applied(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  the library's call
        return state.level < 2 * DEPTH and rule(state, start, end, silent)

    return applied


def _reader() -> _Reader:
    named = {"inline_definitions": True, "store_labels": True}
    reader = _Reader("commonmark", {"maxNesting": 4 * DEPTH, "html": True, **named})
    reader.enable(["table", "strikethrough"]).disable(["html_block"])
    reader.block.ruler.at("blockquote", _bounded(blockquote), {"alt": ["paragraph", "reference", "blockquote", "list"]})
    reader.block.ruler.at("list", _bounded(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
    reader.block.ruler.at("table", _whole_table, {"alt": ["paragraph", "reference"]})
    reader.inline.ruler.before("emphasis", "times", times)
    return reader


def times(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the library's call
    """Take a star between two digits for itself: ``5*3*2`` is no 532, which it would be where no mark can stand."""
    around = state.src[max(state.pos - 1, 0) : state.pos + 2]
    if state.pos + 1 >= state.posMax or not TIMES.fullmatch(around):
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def _whole_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  the library's call
    """Take a table only if none of its rows has more cells than its head: they would vanish."""
    before = len(state.tokens)
    found = table(state, start, end, silent)
    if silent or not found:
        return found
    width = _cells(state, start)
    if all(_cells(state, line) <= width for line in range(start + 2, state.line)):
        return True
    del state.tokens[before:]
    state.line = start
    return False


def _cells(state: StateBlock, line: int) -> int:
    row = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip(" \t").removeprefix("|")
    return len(re.findall(r"(?<!\\)\|", re.sub(r"(?<!\\)\|$", "", row))) + 1


_READER = _reader()


def tokenized(source: str) -> list[Token]:
    """Return the tokens of *source*; a definition is among them only where no link uses it (``[Due]: Friday``)."""
    read = _READER.parse(source)
    used = set(_named(read))
    shown: list[Token] = []
    for token in read:
        if token.type == "definition" and token.meta["id"] in used:
            used.discard(token.meta["id"])  # a second one of the same name is none
        else:
            shown.append(token)
    return shown


def _named(read: Sequence[Token]) -> Iterator[str]:
    """Yield the names of the definitions that links and images use."""
    for token in read:
        if "label" in token.meta and token.type != "definition":
            yield token.meta["label"]
        yield from _named(token.children or ())
