"""
Textile inside a line, in Redmine's dialect (RedCloth 3): `*bold*`, `_italic_`, `"text":url`, `@code@`, `!image!`.

Textile has no escape sign, but Redmine passes numeric entities on (`&#42;` is shown as `*`): they are the escape here.
What Redmine itself makes of plain text (`{{toc}}`, `[[Wiki]]`, `#12`, bare addresses) is text to us.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .links import address, picture, title
from .tree import Break, Code, Image, Link, Mark, Run, Text

_MARKS: dict[str, Mark] = {
    "*": "strong", "**": "strong", "_": "em", "__": "em", "-": "s", "+": "u", "^": "sup", "~": "sub",
}  # fmt: skip

_SIGN = re.compile(r"\*\*(?!\*)|__(?!_)|(?<!-)-(?!-)|[*_+^~]")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LINK = re.compile(r'"([^"\n]+)":((?:/|[a-zA-Z]+://|www\.|mailto:)[\w/][^\s<"]+)')
_TITLED = re.compile(r"(.*?[^\s]) ?\(([^()]+)\)", re.DOTALL)
_IMAGE = re.compile(r"!([^\s(!<>=][^\s(!]*) ?(?:\(([^()\n!]*)\))?!")
_CODE_TAG = re.compile(r"<code>(.+?)</code>")
HREF = re.compile(r"(?:/|[a-zA-Z]+://|www\.|mailto:)[\w/][^\s<\"]*[\w=/;()]")
"""What may be the address of a link."""


def read(source: str) -> list[Run]:
    """Return what one block of Textile (no empty lines in it) says."""
    return _Line(source).runs()


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece that is not searched for marks: CODE, IMAGE, or the tail of a link that began at HEAD."""

    start: int
    end: int
    leaf: Code | Image | None = None
    link: Link | None = None
    head: int = -1


@dataclass(slots=True)
class _Line:
    """One source on its way to runs."""

    source: str
    atoms: list[_Atom] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)

    def runs(self) -> list[Run]:
        self.atoms = list(_atoms(self.source))
        signs = self._pairs()
        cuts: list[tuple[int, int, _Atom | tuple[Mark, int]]] = [(atom.start, atom.end, atom) for atom in self.atoms]
        cuts += [(at, end, (mark, step)) for at, (end, mark, step) in signs.items()]
        runs: list[Run] = []
        marks: dict[Mark, int] = defaultdict(int)
        link: Link | None = None
        done = 0
        for start, end, what in sorted(cuts, key=lambda cut: cut[:2]):
            on = frozenset(mark for mark, count in marks.items() if count)
            runs += _texts(self.source[done:start], on, link)
            done = end
            if isinstance(what, tuple):
                marks[what[0]] += what[1]
            elif what.leaf is not None:
                runs.append(Run(what.leaf, on, what.link or link))
            else:
                link = what.link
        return [*runs, *_texts(self.source[done:], frozenset(), None)]

    # --- which signs are marks ---

    def _pairs(self) -> dict[int, tuple[int, Mark, int]]:
        """Return where marks begin and end: place -> (place behind the sign, mark, 1 or -1)."""
        found = list(self._signs())
        closers: dict[tuple[str, int], list[int]] = defaultdict(list)
        for at, sign, region in found:
            if self._closes(at, sign):
                closers[sign, region].append(at)
        pairs: dict[int, tuple[int, Mark, int]] = {}
        ends: list[int] = []
        for at, sign, region in found:
            while ends and ends[-1] < at:
                ends.pop()
            if at in pairs or not self._opens(at, sign, pairs):
                continue
            close = self._close(closers[sign, region], at=at, sign=sign, limit=ends[-1] if ends else len(self.source))
            if close is not None and close not in pairs:
                pairs[at] = (at + len(sign), _MARKS[sign], 1)
                pairs[close] = (close + len(sign), _MARKS[sign], -1)
                ends.append(close)
        return pairs

    def _signs(self) -> Iterator[tuple[int, str, int]]:
        """Yield the signs outside atoms, with the link text (by its place) that they stand in."""
        heads = {atom.end: atom.end for atom in self.atoms if atom.leaf is None and atom.link}
        atoms = iter([*self.atoms, _Atom(len(self.source) + 1, len(self.source) + 1)])
        atom = next(atoms)
        region = 0
        for sign in _SIGN.finditer(self.source):
            while atom.end <= sign.start():
                region = heads.get(atom.end, 0 if atom.leaf is None else region)
                atom = next(atoms)
            if sign.end() <= atom.start:
                yield sign.start(), sign.group(), region

    def _opens(self, at: int, sign: str, pairs: dict[int, tuple[int, Mark, int]]) -> bool:
        after = self.source[at + len(sign) : at + len(sign) + 1]
        if after in ("", " ", "\t", "\n"):
            return False
        before = self.source[at - 1 : at]
        if before in ("", " ", "\t", "\n", "("):
            return True
        opened = [pairs.get(at - size) for size in (1, 2)]
        if any(one is not None and one[0] == at and one[2] == 1 for one in opened):
            return True
        return before == '"' and any(atom.end == at and atom.leaf is None and atom.link for atom in self._near(at))

    def _near(self, at: int) -> list[_Atom]:
        place = bisect_right(self.atoms, at, key=lambda atom: atom.end)
        return self.atoms[max(0, place - 1) : place]

    def _closes(self, at: int, sign: str) -> bool:
        after = self.source[at + len(sign) : at + len(sign) + 1]
        return self.source[at - 1 : at] not in ("", " ", "\t", "\n") and is_end(after)

    def _close(self, closers: Sequence[int], *, at: int, sign: str, limit: int) -> int | None:
        """Return the nearest closer that leaves something inside."""
        place = bisect_right(closers, at + len(sign))
        if place < len(closers):
            inside = self.source[at + len(sign) : closers[place]]
            if len(inside) == 1 and not is_word(inside):
                place += 1
        return closers[place] if place < len(closers) and closers[place] < limit else None


def is_word(char: str) -> bool:
    return char == "_" or char.isalnum()


def is_end(char: str) -> bool:
    """Say whether a mark may end before *char*."""
    return char in ("", " ", "\t", "\n") or unicodedata.category(char)[0] == "P" or char in "$+<=>^`|~"


def _texts(source: str, marks: frozenset[Mark], link: Link | None) -> list[Run]:
    runs: list[Run] = []
    for number, line in enumerate(source.split("\n")):
        if number:
            runs.append(Run(Break(), marks, link))
        if line:
            runs.append(Run(Text(unescaped(line)), marks, link))
    return runs


def unescaped(source: str) -> str:
    """Return *source* with its entities as characters."""
    return ENTITY.sub(lambda entity: html.unescape(entity.group()), source)


# --- atoms -------------------------------------------------------------------------------------------------------


def _atoms(source: str) -> Iterator[_Atom]:
    """Yield code, images and both ends of links, in their order, none inside another."""
    code_ends = [found.start() for found in re.finditer(r"@(?!\w)", source)]
    last_tag = source.rfind("</code>")
    done = 0
    tail: _Atom | None = None
    for found in re.finditer(r'[!"@<]', source):
        at = found.start()
        if tail is not None and at >= tail.start:
            yield tail
            done, tail = tail.end, None
        if at < done:
            continue
        atom = _atom(source, at, code_ends=code_ends, last_tag=last_tag)
        if atom is not None and (tail is None or atom.end <= tail.start):
            yield atom
            done = atom.end
        elif found.group() == '"' and tail is None and (ends := _link(source, at)):
            head, tail = ends
            yield head
            done = head.end
    if tail is not None:
        yield tail


def _atom(source: str, at: int, *, code_ends: Sequence[int], last_tag: int) -> _Atom | None:
    before = source[at - 1 : at]
    match source[at]:
        case "<" if at < last_tag and (tag := _CODE_TAG.match(source, at)):
            return _Atom(at, tag.end(), Code(tag.group(1)))
        case "@" if not is_word(before or " "):
            place = bisect_right(code_ends, at + 1)
            code = source[at + 1 : code_ends[place]] if place < len(code_ends) else "\n"
            return None if "\n" in code else _Atom(at, code_ends[place] + 1, Code(unescaped(code)))
        case "!" if before in ("", " ", "\t", "\n", '"') and (image := _IMAGE.match(source, at)):
            return _image(source, at, image)
    return None


def _image(source: str, at: int, image: re.Match[str]) -> _Atom | None:
    src = picture(unescaped(image.group(1)))
    if src is None:
        return None
    leaf, end = Image(src, title(unescaped(image.group(2) or ""))), image.end()
    target = re.compile(r":([^\s<\"]+)").match(source, end)
    href = _trimmed(target.group(1)) if target else ""
    link = address(unescaped(href)) if HREF.fullmatch(href) else None
    return _Atom(at, end + 1 + len(href), leaf, Link(link)) if link else _Atom(at, end, leaf)


def _link(source: str, at: int) -> tuple[_Atom, _Atom] | None:
    """Return the quote that opens a link and what follows its text, or None where no link begins."""
    found = _LINK.match(source, at)
    if found is None:
        return None
    url = _trimmed(found.group(2))
    href = address(unescaped(url)) if HREF.fullmatch(url) else None
    if href is None:
        return None
    text, name = found.group(1), ""
    if titled := _TITLED.fullmatch(text):
        text, name = titled.groups()
    stop = at + 1 + len(text)
    link = Link(href, title(unescaped(name)))
    return _Atom(at, at + 1, None, link), _Atom(stop, found.start(2) + len(url), None, None, at)


def _trimmed(url: str) -> str:
    """Leave out what follows an address: punctuation, and a bracket that was opened before it."""
    stop = len(url)
    while stop and not (url[stop - 1].isalnum() or url[stop - 1] in "_=/;()"):
        stop -= 1
    url = url[:stop]
    return url[:-1] if url.endswith(")") and url.count("(") < url.count(")") else url
