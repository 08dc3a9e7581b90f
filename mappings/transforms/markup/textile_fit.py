"""
What Textile can hold of a text: lists of lines, marks around whole words, links to whole addresses.

Whatever does not fit moves out of the list, loses its mark, or stands beside its text in brackets; no character of a
text is lost. `fitted` is idempotent.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from . import textile_inline as inline
from . import textile_line as line
from .builder import as_lines, as_numbered
from .tidy import one_line, tidy
from .tree import (
    Block,
    Blocks,
    Break,
    Close,
    Code,
    CodeBlock,
    Event,
    Heading,
    Image,
    Link,
    Listing,
    Mark,
    Open,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    Text,
    plain,
    spans,
)


def fitted(blocks: Blocks) -> Blocks:
    """Return *blocks* (in normal form) as Textile can hold them, in normal form."""
    return tidy(fresh for block in blocks for fresh in _fitted(block))


def _fitted(block: Block) -> list[Block]:
    match block:
        case Paragraph(runs):
            return [Paragraph(fit(runs))]
        case Heading(level, runs):
            return [Heading(level, fit(runs))]
        case Quote(inner):
            return _quote(fitted(inner))
        case Listing():
            return _listing(block)
        case Table(head, rows):
            return [Table(tuple(map(_cell, head)), tuple(tuple(map(_cell, row)) for row in rows))]
    return [block]


def _cell(runs: Runs) -> Runs:
    """A bar in code would end the cell."""
    barred = [
        replace(r, leaf=Text(r.leaf.text)) if isinstance(r.leaf, Code) and "|" in r.leaf.text else r for r in runs
    ]
    return fit(_normal(barred))


def _quote(blocks: Blocks) -> list[Block]:
    """Code blocks cannot be quoted: they stand between two quotes."""
    parts: list[Block] = []
    inner: list[Block] = []
    for block in blocks:
        if isinstance(block, CodeBlock):
            parts += [Quote(tuple(inner)), block] if inner else [block]
            inner = []
        else:
            inner.append(block)
    return [*parts, Quote(tuple(inner))] if inner else parts


def _listing(listing: Listing) -> list[Block]:
    """
    An item is lines and the lists under them; anything else ends the list and stands behind it. What has numbers is no
    list then: behind that it would begin with 1 again.
    """
    parts: list[Block] = []
    items: list[Blocks] = []
    split = [_split(fitted(item)) for item in listing.items]
    if listing.ordered and (any(rest for *_, rest in split[:-1]) or any(rest and not lead for lead, _, rest in split)):
        return list(fitted(tidy(as_numbered(listing.items, listing.start))))
    for lead, under, rest in split:
        if lead:
            items.append((Paragraph(fit(one_line(as_lines(lead)))), *under))
        if rest:
            parts += [Listing(listing.ordered, tuple(items)), *rest] if items else rest
            items = []
    return [*parts, Listing(listing.ordered, tuple(items))] if items else parts


def _split(item: Blocks) -> tuple[list[Block], list[Block], list[Block]]:
    lead: list[Block] = []
    under: list[Block] = []
    for place, block in enumerate(item):
        if isinstance(block, Paragraph) and not under:
            lead.append(block)
        elif isinstance(block, Listing) and lead:
            under.append(block)
        else:
            return lead, under, list(item[place:])
    return lead, under, []


# --- inside a line -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def fit(runs: Runs) -> Runs:
    """Return *runs* as a line of Textile can hold them."""
    if _is_bare(runs):
        return runs
    fits = _bounded(_normal(_linked(runs)))
    if written(fits) is not None:
        return fits
    unmarked = _normal([replace(run, marks=frozenset()) for run in fits])
    if written(unmarked) is not None:
        return unmarked
    return _normal([Run(Break() if isinstance(run.leaf, Break) else Text(_told(run))) for run in unmarked])


@lru_cache(maxsize=256)
def written(runs: Runs) -> str | None:
    """Return *runs* in the plainest Textile that reads back as them; None where there is none."""
    if _is_bare(runs):
        return line.write(runs, level=0)
    for level in line.LEVELS:
        source = line.write(runs, level=level)
        if _normal(inline.read(source)) == runs:
            return source
    return None


_SIGNS = re.compile(r'[*_+^~@!"<&-]')


def _is_bare(runs: Runs) -> bool:
    """Say whether there is nothing in *runs* that Textile could misunderstand."""
    return all(
        not run.marks
        and run.link is None
        and (isinstance(run.leaf, Break) or (isinstance(run.leaf, Text) and not _SIGNS.search(run.leaf.text)))
        for run in runs
    )


def _normal(runs: Sequence[Run]) -> Runs:
    return one_line(runs) if runs else ()


def _told(run: Run) -> str:
    text = run.leaf.src if isinstance(run.leaf, Image) else plain([run])
    return f"{text} ({run.link.href})" if run.link and run.link.href != text else text


def _linked(runs: Runs) -> list[Run]:
    """Write out the addresses that Textile cannot link to, and give images and links the room they need."""
    result: list[Run] = []
    for place, run in enumerate(runs):
        behind = runs[place + 1] if place + 1 < len(runs) else None
        fresh = _simple(run)
        if isinstance(fresh.leaf, Image) and result and not _ends_in_space(result[-1]):
            result.append(Run(Text(" ")))
        if isinstance(fresh.leaf, Image) and fresh.link and _shared(runs, place):
            fresh = replace(fresh, link=None)
        result.append(fresh)
        last = run.link is not None and (behind is None or behind.link != run.link)
        if last and fresh.link is None and run.link is not None and not isinstance(run.leaf, Break):
            shown = plain([one for one in runs if one.link == run.link])
            result += [] if shown == run.link.href else [Run(Text(f" ({run.link.href})"))]
        if behind is not None and (isinstance(fresh.leaf, Image) or (last and fresh.link)) and _sticks(behind):
            result.append(Run(Text(" ")))
    return result


def _shared(runs: Runs, place: int) -> bool:
    near = [runs[n] for n in (place - 1, place + 1) if 0 <= n < len(runs)]
    return any(one.link == runs[place].link for one in near)


def _ends_in_space(run: Run) -> bool:
    return isinstance(run.leaf, Break) or (isinstance(run.leaf, Text) and run.leaf.text.endswith(" "))


def _sticks(run: Run) -> bool:
    """Say whether what follows an address would be taken for a part of it."""
    if not isinstance(run.leaf, Text):
        return not isinstance(run.leaf, Break)
    word = run.leaf.text.split(" ")[0]
    return word.strip(".,;:!?)") != "" or ";" in word or word.startswith(":") or ")" in word[1:]


def _simple(run: Run) -> Run:
    """Return *run* without what Textile has no words for."""
    leaf, link = run.leaf, run.link
    if isinstance(leaf, Image):
        leaf = Image(leaf.src, "" if set(leaf.alt) & set('()!"&<') else leaf.alt)
        leaf = Text(leaf.src) if set(leaf.src) & set("(!&") or leaf.src[0] in "<>=" else leaf
    if link is not None:
        whole = inline.HREF.fullmatch(link.href) and link.href.count("(") == link.href.count(")")
        bare = isinstance(leaf, Break) or leaf == Text(link.href)
        link = (
            None
            if bare or not whole
            else replace(link, title="" if set(link.title) & set('()"&<*_+-^~@!') else link.title)
        )
    return Run(leaf, run.marks, link)


def _bounded(runs: Runs) -> Runs:
    """Take off the marks that do not begin and end where Textile wants it."""
    for _ in range(8):
        events = list(spans(runs))
        bad = _misplaced(events)
        if not bad:
            return runs
        stripped: list[Run] = []
        for place, event in enumerate(events):
            if isinstance(event, Run):
                off = {mark for start, stop, mark in bad if start < place < stop}
                stripped.append(replace(event, marks=event.marks - off))
        runs = _normal(stripped)
    return _normal([replace(run, marks=frozenset()) for run in runs])


def _misplaced(events: Sequence[Event]) -> list[tuple[int, int, Mark]]:
    bad: list[tuple[int, int, Mark]] = []
    stack: list[int] = []
    for place, event in enumerate(events):
        if isinstance(event, Open):
            stack.append(place)
        elif isinstance(event, Close):
            start = stack.pop()
            if not isinstance(event.what, Link) and not _in_place(events, start, place):
                bad.append((start, place, event.what))
    return bad


def _in_place(events: Sequence[Event], start: int, stop: int) -> bool:
    inside = events[start + 1 : stop]
    if len(inside) == 1 and isinstance(inside[0], Run) and isinstance(inside[0].leaf, Text):
        text = inside[0].leaf.text
        if len(text) == 1 and not inline.is_word(text):
            return False
    return _may_begin(events, start - 1) and _may_end(events, stop + 1)


def _may_begin(events: Sequence[Event], before: int) -> bool:
    if before < 0:
        return True
    match events[before]:
        case Run(Text(text)):
            return text[-1] in " ("
        case Run(Break()) | Open():
            return True
    return False


def _may_end(events: Sequence[Event], after: int) -> bool:
    if after >= len(events):
        return True
    match events[after]:
        case Run(Text(text)):
            return inline.is_end(text[0])
        case Run(Break() | Code()) | Close() | Open():
            return True
    return False
