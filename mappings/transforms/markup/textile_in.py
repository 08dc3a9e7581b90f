"""Textile into blocks, in Redmine's dialect. What it does not know stays in the text as it stands."""

import re
from collections.abc import Iterator, Sequence

from .builder import Read
from .textile_inline import read
from .tidy import clean, tidy
from .tree import DEPTH, Block, Blocks, CodeBlock, Heading, Listing, Paragraph, Quote, Rule, Runs, Table

_ATTRIBUTES = r"(?:[<>=]|\([^()\s]*\)|\{[^{}]*\}|\[[^\[\]\s]*\])*"
PREFIX = re.compile(rf"(h[1-6]|bq|p)({_ATTRIBUTES})\. +(?=[^ ])")
ITEM = re.compile(r"([*#]+)(?: +|$)")
RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})$")
MODIFIER = re.compile(r"(_?)((?:[\\/]\d+)*(?:<>|[<>=^~-])*" + _ATTRIBUTES + r")\. ?")
WIKI = re.compile(r"\[\[[^|\[\]]*\|[^|\[\]]*\]\]")
_TABLE = re.compile(rf"table_?{_ATTRIBUTES}\. ?$")
_PRE = re.compile(r"<pre\b([^>\n]*)>", re.IGNORECASE)
_CODE = re.compile(r"\s*<code\b([^>\n]*)>(.*)</code>\s*", re.IGNORECASE | re.DOTALL)
_CLASS = re.compile(r"class=[\"']?([\w+#.-]+)")


def parse(source: str) -> Read:
    """Return what the Textile *source* says, in normal form."""
    notes: list[str] = []
    blocks: list[Block] = []
    for piece in _pieces(clean(source)):
        if isinstance(piece, CodeBlock):
            blocks.append(piece)
        else:
            blocks += _blocks([line.strip(" \t") for line in piece.split("\n")], notes, depth=0)
    return Read(tidy(blocks), tuple(notes))


def _pieces(source: str) -> Iterator[str | CodeBlock]:
    """Yield the texts between `<pre>` blocks, and those."""
    lowered = source.lower()
    done = 0
    for start in _PRE.finditer(source):
        if start.start() < done:
            continue
        end = lowered.find("</pre>", start.end())
        if end < 0 or len(lowered) != len(source):
            break
        yield source[done : start.start()]
        inner, attributes = source[start.end() : end], start.group(1)
        if code := _CODE.fullmatch(inner):
            attributes, inner = code.group(1) or attributes, code.group(2)
        lang = _CLASS.search(attributes)
        yield CodeBlock(inner, lang.group(1) if lang else "")
        done = end + len("</pre>")
    yield source[done:]


# --- blocks ------------------------------------------------------------------------------------------------------


def _blocks(lines: Sequence[str], notes: list[str], *, depth: int) -> list[Block]:
    """Return the blocks of *lines*: quoted ones are blocks of their own, empty ones end a block."""
    blocks: list[Block] = []
    for quoted, group in _groups(lines, deeper=depth < DEPTH):
        if quoted:
            inner = [line[1:].lstrip(" ") for line in group]
            blocks.append(Quote(tuple(_blocks(inner, notes, depth=depth + 1))))
        else:
            blocks += _block(group, notes)
    return blocks


def _groups(lines: Sequence[str], *, deeper: bool) -> Iterator[tuple[bool, list[str]]]:
    group: list[str] = []
    quoted = False
    for line in lines:
        quotes = deeper and line.startswith(">")
        if group and (not line or quotes != quoted):
            yield quoted, group
            group = []
        quoted = quotes
        if line:
            group.append(line)
    if group:
        yield quoted, group


def _block(lines: list[str], notes: list[str]) -> list[Block]:
    """Return what lines without an empty one between them say."""
    if prefix := PREFIX.match(lines[0]):
        tag, attributes = prefix.groups()
        if tag != "p" or not attributes:
            notes += ["style"] if attributes else []
            return [_prefixed(tag, [lines[0][prefix.end() :], *lines[1:]])]
    blocks: list[Block] = []
    texts: list[str] = []
    for place, line in enumerate(lines):
        rest = _tail(lines, place, notes)
        if rest is None and not RULE.match(line):
            texts.append(line)
            continue
        if rest is not None and line.startswith("|") and texts and _TABLE.match(texts[-1]):
            texts.pop()
            notes.append("table formatting")
        blocks += [Paragraph(_runs(texts))] if texts else []
        texts = []
        if rest is not None:
            return [*blocks, *rest]
        blocks.append(Rule())
    return [*blocks, Paragraph(_runs(texts))] if texts else blocks


def _prefixed(tag: str, lines: Sequence[str]) -> Block:
    if tag == "bq":
        return Quote((Paragraph(_runs(lines)),))
    return Paragraph(_runs(lines)) if tag == "p" else Heading(int(tag[1]), _runs(lines))


def _tail(lines: Sequence[str], place: int, notes: list[str]) -> list[Block] | None:
    """Return the list or table that begins at *place* and takes the rest of the block, None where there is none."""
    if ITEM.match(lines[place]) and not RULE.match(lines[place]):
        return _lists(lines[place:])
    if lines[place].startswith("|") and lines[-1].endswith("|") and len(lines[-1]) > 1:
        return [_table(lines[place:], notes)]
    return None


def _runs(lines: Sequence[str]) -> Runs:
    return tuple(read("\n".join(lines)))


# --- lists -------------------------------------------------------------------------------------------------------

_DEEPEST = DEPTH // 2


def _lists(lines: Sequence[str]) -> list[Block]:
    """Return the lists of *lines*: the marker says how deep an item stands, its last sign which kind of list it is."""
    items: list[tuple[str, list[str]]] = []
    for line in lines:
        marker = ITEM.match(line)
        if marker and (len(marker.group(1)) <= _DEEPEST or not items):
            items.append((marker.group(1)[:_DEEPEST], [line[marker.end() :]]))
        else:
            items[-1][1].append(line)
    return _nested([(len(marker), marker[-1] == "#", _runs(text)) for marker, text in items])


def _nested(items: Sequence[tuple[int, bool, Runs]]) -> list[Block]:
    """Build lists of items, each with what stands deeper behind it."""
    lists: list[Block] = []
    place = 0
    while place < len(items):
        level, ordered, runs = items[place]
        stop = place + 1
        while stop < len(items) and items[stop][0] > level:
            stop += 1
        item: Blocks = (Paragraph(runs), *_nested(items[place + 1 : stop]))
        lists.append(Listing(ordered, (item,)))
        place = stop
    return lists


# --- tables ------------------------------------------------------------------------------------------------------


def _table(lines: Sequence[str], notes: list[str]) -> Block:
    rows: list[list[tuple[bool, Runs]]] = []
    row: list[str] = []
    for line in lines:
        row.append(line)
        if line.endswith("|") and len("\n".join(row)) > 1:
            rows.append([_cell(cell, notes) for cell in _cells("\n".join(row))])
            row = []
    titles = [all(title for title, _ in cells) for cells in rows]
    if any(title for cells in rows[titles[0] :] for title, _ in cells):
        notes.append("table titles")
    plain = [tuple(runs for _, runs in cells) for cells in rows]
    return Table(plain[0], tuple(plain[1:])) if titles[0] else Table((), tuple(plain))


def _cells(row: str) -> list[str]:
    """Cut a row at its bars; the bar of a wiki link does not count."""
    hidden = WIKI.sub(lambda link: link.group().replace("|", "\0"), row[1:-1])
    return [cell.replace("\0", "|").strip(" \n\t") for cell in hidden.split("|")]


def _cell(source: str, notes: list[str]) -> tuple[bool, Runs]:
    modifier = MODIFIER.match(source + " ")
    if modifier is None or modifier.group() in (". ", "."):
        return False, tuple(read(source))
    notes += ["table formatting"] if modifier.group(2) else []
    return bool(modifier.group(1)), tuple(read(source[modifier.end() :].strip(" ")))
