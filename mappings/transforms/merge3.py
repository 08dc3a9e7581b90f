"""
Three-way merge of texts, line by line: what two people made of one text becomes one text, or nobody's guess.

Pure, and careful rather than clever: edits that touch (no untouched line between them) clash, unless both sides made
the same of the place. Line ends are those of the text that is merged onto; a missing last line end is a line of its
own kind (the text then does not end in an empty line), so that it is merged like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mappings.lens import Clash


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: equal to another with the same TEXT, however it ends. END is empty on a text's last line."""

    text: str
    end: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """The lines LOW to HIGH of the old text became FROM to TO of another."""

    low: int
    high: int
    start: int
    stop: int


def merge3(old: str, new: str, onto: str) -> str | Clash:
    """
    Return *onto* with what was changed from *old* to *new*.

    - Unchanged on one side takes the other side; the same change on both sides is taken once.
    - Changes that overlap or touch and are not the same are a `Clash`.
    - A line that stands in *onto* and is not changed by *new* is never lost.
    """
    if old == new or new == onto:
        return onto
    if old == onto:
        return new
    before, theirs, ours = _lines(old), _lines(new), _lines(onto)
    end = next((line.end for line in ours if line.end), next((line.end for line in theirs if line.end), "\n"))
    merged: list[_Line] = []
    done = 0  # lines of *ours* that are in merged
    for region in _regions(_edits(before, theirs), _edits(before, ours)):
        merged += ours[done : region.ours.start]
        chosen = _decide(region, before=before, theirs=theirs, ours=ours)
        if chosen is None:
            return Clash(f"both sides changed the text at line {region.low + 1}")
        merged += chosen
        done = region.ours.stop
    return _join([*merged, *ours[done:]], end)


# --- lines -----------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[_Line]:
    """Split at line feeds only: other separators (form feed, U+2028) are content."""
    *whole, last = text.split("\n")
    lines = [_Line(line[:-1], "\r\n") if line.endswith("\r") else _Line(line, "\n") for line in whole]
    return [*lines, _Line(last, "")]


def _join(lines: Sequence[_Line], end: str) -> str:
    """Put *lines* together; a line that was the last one of its text and no longer is gets the *end* of the others."""
    *whole, last = lines
    return "".join(line.text + (line.end or end) for line in whole) + last.text


def _texts(lines: Sequence[_Line]) -> list[str]:
    return [line.text for line in lines]


# --- edits -----------------------------------------------------------------------------------------------------


def _edits(old: Sequence[_Line], new: Sequence[_Line]) -> list[_Edit]:
    """Return what was changed, first to last. Equal ends are set aside first: difflib need not look at them."""
    before, after = _texts(old), _texts(new)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    middle = SequenceMatcher(
        a=before[head : len(before) - tail], b=after[head : len(after) - tail], autojunk=False
    ).get_opcodes()
    return [
        _Edit(low + head, high + head, start + head, stop + head)
        for tag, low, high, start, stop in middle
        if tag != "equal"
    ]


@dataclass(frozen=True, slots=True)
class _Region:
    """Edits that touch: the old lines LOW to HIGH, and the lines that each side has in their place."""

    low: int
    high: int
    theirs: slice
    ours: slice


def _regions(theirs: Sequence[_Edit], ours: Sequence[_Edit]) -> Iterator[_Region]:
    """Gather edits of both sides that overlap or touch; between two regions there is a line that nobody changed."""
    waiting = sorted([(edit.low, edit.high) for edit in (*theirs, *ours)])
    while waiting:
        low, high = waiting.pop(0)
        while waiting and waiting[0][0] <= high:
            high = max(high, waiting.pop(0)[1])
        yield _Region(low, high, _there(theirs, low, high=high), _there(ours, low, high=high))


def _there(edits: Sequence[_Edit], low: int, *, high: int) -> slice:
    """Return where the old lines *low* to *high* stand on a side with these *edits* (none of them reaches across)."""
    shift = sum((edit.stop - edit.start) - (edit.high - edit.low) for edit in edits if edit.high < low)
    inside = sum(
        (edit.stop - edit.start) - (edit.high - edit.low) for edit in edits if low <= edit.low and edit.high <= high
    )
    return slice(low + shift, high + shift + inside)


def _decide(
    region: _Region, *, before: Sequence[_Line], theirs: Sequence[_Line], ours: Sequence[_Line]
) -> Sequence[_Line] | None:
    """Return the lines that a region becomes; None where the sides made different things of it."""
    was = _texts(before[region.low : region.high])
    there, here = theirs[region.theirs], ours[region.ours]
    if _texts(there) in (was, _texts(here)):
        return here
    if _texts(here) == was:
        return _restyled(there, like=ours)
    return None


def _restyled(lines: Sequence[_Line], *, like: Sequence[_Line]) -> list[_Line]:
    """Give *lines* the line ends of *like*, where it has any."""
    end = next((line.end for line in like if line.end), None)
    return [_Line(line.text, (end or line.end) if line.end else "") for line in lines]
