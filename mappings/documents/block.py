"""
The block of facts in a page: what stands between two comments is the hub's, everything else is people's.

::

    <!-- casehub:facts d41d8cd98f: kept current by the hub; write below or above -->
    …
    <!-- /casehub:facts -->

The first comment carries the id of the document, so that a page is known for ours whatever it is called. Nothing is
guessed: where the two comments are not there exactly once, in their order, there is no block.
"""

import re
from dataclasses import dataclass

_BEGIN = re.compile(r"<!--[ \t]*casehub:facts\b(?:[ \t]+(?P<owner>[\w-]+))?[^\n>]*-->")
_END = re.compile(r"<!--[ \t]*/casehub:facts[ \t]*-->")
_NOTE = "kept current by the hub; write above or below"


class BlockLost(ValueError):
    """The text has no block that could be told for sure; the message says what is wrong with the two comments."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in three: BEFORE ends with the first comment, AFTER begins with the second. OWNER is who it is for."""

    before: str
    inner: str
    after: str
    owner: str = ""


def split_block(text: str) -> Parts:
    """Return *text* in its three parts, nothing of it lost. Raises BlockLost."""
    begins, ends = list(_BEGIN.finditer(text)), list(_END.finditer(text))
    if len(begins) != 1 or len(ends) != 1:
        raise BlockLost(_count("casehub:facts", len(begins)) + " and " + _count("/casehub:facts", len(ends)))
    begin, end = begins[0], ends[0]
    if end.start() < begin.end():
        raise BlockLost("the comment /casehub:facts stands before casehub:facts")
    inner = text[begin.end() : end.start()]
    return Parts(text[: begin.end()], inner, text[end.start() :], begin["owner"] or "")


def put_block(text: str, inner: str) -> str:
    """Return *text* with *inner* in its block and every other character as it was. Raises BlockLost."""
    parts = split_block(text)
    return parts.before + inner + parts.after


def stamp_block(text: str, owner: str) -> str:
    """Return *text*, a filled template, with the id *owner* in its first comment. Raises BlockLost."""
    split_block(text)
    return _BEGIN.sub(f"<!-- casehub:facts {owner}: {_NOTE} -->", text)


def _count(name: str, number: int) -> str:
    times = {0: "is missing", 1: "is there once"}.get(number, f"is there {number} times")
    return f"the comment {name} {times}"
