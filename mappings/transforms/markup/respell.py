"""
Carry a change of a text's canonical spelling over to somebody's own spelling of it.

`plain` is how we would spell `own`, and `wanted` how we would spell what it shall become. Where the two are the same,
the pieces of `own` stay as they are: bullets, widths, attributes, whatever their author chose.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_TAG = re.compile(r"<[^>]*>")
_BORDER = re.compile(
    r".*?(?:</(?:p|div|h[1-6]|li|ul|ol|tr|td|th|table|thead|tbody|blockquote|pre)\s*>"
    r"|<(?:ul|ol|table|thead|tbody|tr|blockquote|div)\b[^>]*>|<br\s*/?>|\Z)\s*",
    re.DOTALL | re.IGNORECASE,
)
_BULLET = re.compile(r"(\s*)(?:([-*+])|(\d+)([.)]))(\s+)(?=\S)")
_WINDOW = 40
_LONG = 2000
"""A line longer than this is changed as a whole, not inside."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a text is taken to pieces: `lines`, or HTML at the borders of its blocks."""

    pieces: Callable[[str], list[str]]
    between: str
    key: Callable[[str], str]
    bullets: bool = False


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _line_key(line: str) -> str:
    """Return what two spellings of one line have in common: its letters and digits, without the number of an item."""
    bare = re.sub(r"^\s*(?:>\s*)*\d+[.)](?=\s)", "", line)
    return "".join(char for char in bare if char.isalnum())


def _blocks(text: str) -> list[str]:
    return [piece for piece in _BORDER.findall(text) if piece]


def _block_key(piece: str) -> str:
    return "".join(char for char in _TAG.sub("", piece) if char.isalnum())


MARKDOWN = Cut(_lines, "\n", _line_key, bullets=True)
LINES = Cut(_lines, "\n", _line_key)
HTML = Cut(_blocks, "", _block_key)


@dataclass(slots=True)
class Respelt:
    """The text as it became, and the pieces of the own spelling that had to be replaced as a whole."""

    text: str
    replaced: list[str]


def respelt(wanted: str, plain: str, *, own: str, cut: Cut, inside: bool = True) -> Respelt:
    """
    Return *own* with what is different between *plain* and *wanted*.

    *inside* says that a changed piece is changed inside, where the place can be found. Whether the result says what
    is wanted is for the caller to see: it is not understood here.
    """
    work = _Work(cut.pieces(wanted), cut.pieces(plain), cut.pieces(own), cut=cut, inside=inside)
    return Respelt(cut.between.join(work.run()), work.replaced)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Pieces of the plain spelling (LOW to HIGH) and of the own one (START to STOP) that say the same."""

    low: int
    high: int
    start: int
    stop: int


def _pairs(plain: Sequence[str], own: Sequence[str]) -> Iterator[_Pair]:
    """Walk through both spellings side by side."""
    here, there = 0, 0
    while here < len(plain) or there < len(own):
        low, start = _next(plain[here : here + _WINDOW], own[there : there + _WINDOW])
        if low or start:
            yield _Pair(here, here + low, there, there + start)
        here, there = here + low, there + start
        if here < len(plain) and there < len(own) and (plain[here] == own[there] or low or not start):
            yield _Pair(here, here + 1, there, there + 1)
            here, there = here + 1, there + 1


def _next(plain: Sequence[str], own: Sequence[str]) -> tuple[int, int]:
    """Say how many pieces to go on in each until they agree again; to the end of both where they do not."""
    for far in range(len(plain) + len(own) - 1):
        for low in range(max(0, far - len(own) + 1), min(far, len(plain) - 1) + 1):
            if plain[low] == own[far - low] and (plain[low] or far == 0):
                return low, far - low
    return len(plain), len(own)


@dataclass(slots=True)
class _Work:
    """One text on its way."""

    wanted: list[str]
    plain: list[str]
    own: list[str]
    cut: Cut
    inside: bool
    replaced: list[str] = field(default_factory=list)
    prefixes: dict[tuple[str, bool], tuple[str, ...]] = field(default_factory=dict)

    def run(self) -> list[str]:
        same, changed = self._moves()
        pairs = list(_pairs(list(map(self.cut.key, self.plain)), list(map(self.cut.key, self.own))))
        for pair in reversed(pairs):
            self._learn(pair)
        result: list[str] = []
        done = 0
        for pair in pairs:
            places = range(pair.low, pair.high)
            if all(same.get(place) == same.get(pair.low, -1) + place - pair.low for place in places):
                start = same[pair.low] if places else done
                result += [*map(self._restyled, self.wanted[done:start]), *self.own[pair.start : pair.stop]]
                done = start + len(places)
                self._learn(pair)
                continue
            stop = max((same.get(place, changed.get(place, -1)) + 1 for place in places), default=done)
            if stop > done:
                result += self._changed(pair, changed.get(pair.low, -1), done=done, stop=stop)
                done = stop
        return [*result, *map(self._restyled, self.wanted[done:])]

    def _moves(self) -> tuple[dict[int, int], dict[int, int]]:
        """Say where each plain piece stands in what is wanted: unchanged, and changed in its place."""
        same: dict[int, int] = {}
        changed: dict[int, int] = {}
        head = 0
        least = min(len(self.plain), len(self.wanted))
        while head < least and self.plain[head] == self.wanted[head]:
            head += 1
        tail = 0
        while tail < least - head and self.plain[-1 - tail] == self.wanted[-1 - tail]:
            tail += 1
        plain, wanted = self.plain[head : len(self.plain) - tail], self.wanted[head : len(self.wanted) - tail]
        for tag, low, high, start, stop in SequenceMatcher(a=plain, b=wanted, autojunk=False).get_opcodes():
            where = {low + n + head: start + n + head for n in range(min(high - low, stop - start))}
            (same if tag == "equal" else changed).update(where)
        shift = len(self.wanted) - len(self.plain)
        edges = [
            *((n, n) for n in range(head)),
            *((n, n + shift) for n in range(len(self.plain) - tail, len(self.plain))),
        ]
        return same | dict(edges), changed

    def _changed(self, pair: _Pair, at: int, *, done: int, stop: int) -> list[str]:
        """Return what a pair becomes of which something changed."""
        own = self.own[pair.start : pair.stop]
        single = pair.high - pair.low == 1 and len(own) == 1 and at >= done
        if single and self.inside:
            within = spliced(self.plain[pair.low], self.wanted[at], own=own[0])
            if within is not None:
                return [*map(self._restyled, self.wanted[done:at]), within]
        self.replaced += own
        return [*map(self._restyled, self.wanted[done:stop])]

    # --- bullets ---

    def _learn(self, pair: _Pair) -> None:
        """Remember how the author spells the bullet of an item."""
        if not self.cut.bullets or (pair.high - pair.low, pair.stop - pair.start) != (1, 1):
            return
        ours, theirs = _BULLET.match(self.plain[pair.low]), _BULLET.match(self.own[pair.start])
        if ours and theirs and bool(ours.group(3)) == bool(theirs.group(3)):
            self.prefixes[ours.group(1), bool(ours.group(3))] = theirs.groups("")

    def _restyled(self, piece: str) -> str:
        """Spell the bullet of a new item as the author spells those around it."""
        bullet = _BULLET.match(piece) if self.cut.bullets else None
        known = self.prefixes.get((bullet.group(1), bool(bullet.group(3)))) if bullet else None
        if bullet is None or known is None:
            return piece
        indent, sign, _, end, gap = known
        return (
            f"{indent}{bullet.group(3)}{end}{gap}" * bool(bullet.group(3))
            + f"{indent}{sign}{gap}" * bool(sign)
            + (piece[bullet.end() :])
        )


# --- inside a piece ----------------------------------------------------------------------------------------------


def spliced(plain: str, wanted: str, *, own: str) -> str | None:
    """Return *own* with what is different between *plain* and *wanted*, None where its place cannot be found."""
    if plain == own:
        return wanted
    if max(len(plain), len(wanted), len(own)) > _LONG:
        return None
    head = 0
    least = min(len(plain), len(wanted))
    while head < least and plain[head] == wanted[head]:
        head += 1
    tail = 0
    while tail < least - head and plain[-1 - tail] == wanted[-1 - tail]:
        tail += 1
    place = _place(plain, own, span=(head, len(plain) - tail))
    if place is None:
        return None
    return own[: place[0]] + wanted[head : len(wanted) - tail] + own[place[1] :]


def _place(plain: str, own: str, *, span: tuple[int, int]) -> tuple[int, int] | None:
    """Return where the characters of *plain* in *span* stand in *own*."""
    where: dict[int, int] = {}
    for block in SequenceMatcher(a=plain, b=own, autojunk=False).get_matching_blocks():
        where.update({block.a + n: block.b + n for n in range(block.size)})
    low, high = span
    if low == high:
        before, after = where.get(low - 1), where.get(low)
        return (before + 1, before + 1) if before is not None else (after, after) if after is not None else None
    if low not in where or where.get(high - 1) != where[low] + high - 1 - low:
        return None
    return where[low], where[low] + high - low
