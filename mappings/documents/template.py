"""
Templates: a text with ``{{ fact }}`` in it, and nothing else. No loops, no conditions, no expressions, no engine.

In wikitext double braces are the wiki's own; there only names with a dot in them (``{{ deal.amount }}``) are facts, and
all facts have one. Everywhere else whatever stands in double braces has to be a fact.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from mappings.canonical.values import Value

from .escape import Target, escaped

_WIKI_SLOT = re.compile(r"(?<!\{)\{\{[ \t]*([^\W\d]\w*(?:\.\w+)+)[ \t]*\}\}")
_SLOT = re.compile(r"\{\{([^{}\n]*)(\}\})?")
_OPEN_CELL = re.compile(r'(?:\A\ufeff?|[,;\t\r\n])"[^"]*(?:""[^"]*)*\Z')
"""The beginning of a CSV up to the middle of a cell in quotation marks."""
_MOST_FLAWS = 20


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """What is wrong in a template, and in which line of it."""

    line: int
    text: str


class Flawed(ValueError):
    """A template that cannot be used; FLAWS says why, all at once."""

    def __init__(self, flaws: Collection[Flaw]) -> None:
        self.flaws = tuple(sorted(flaws))
        super().__init__("; ".join(f"line {flaw.line}: {flaw.text}" for flaw in self.flaws))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a fact goes. QUOTED: between quotation marks, or in a cell of a CSV that stands in them."""

    fact: str
    quoted: bool = False


Piece: TypeAlias = str | Slot


@dataclass(frozen=True, slots=True)
class Template:
    """A text with facts in it, read once and filled often."""

    target: Target
    pieces: tuple[Piece, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it names, in their order."""
        return tuple(dict.fromkeys(piece.fact for piece in self.pieces if isinstance(piece, Slot)))

    def fill(self, facts: Mapping[str, Value], *, zone: str = "UTC") -> str:
        """Return the text with the values of *facts* in it, escaped for the target; what nobody said is a dash."""
        return "".join(
            piece
            if isinstance(piece, str)
            else escaped(facts.get(piece.fact), self.target, zone=zone, quoted=piece.quoted)
            for piece in self.pieces
        )


def parse_template(text: str, target: Target, known: Collection[str]) -> Template:
    """Return the template that *text* is; it may name only the *known* facts. Raises Flawed."""
    pieces: list[Piece] = []
    flaws: list[Flaw] = []
    end = 0
    for found in (_WIKI_SLOT if target == "wikitext" else _SLOT).finditer(text):
        name = found[1].strip()
        wrong = _wrong(found, name, known)
        if wrong:
            flaws.append(Flaw(text.count("\n", 0, found.start()) + 1, wrong))
        pieces += [text[end : found.start()], Slot(name, quoted=target == "csv" and _quoted(text, found))]
        end = found.end()
    if flaws:
        raise Flawed(flaws[:_MOST_FLAWS])
    return Template(target, tuple(piece for piece in (*pieces, text[end:]) if piece))


def _wrong(found: re.Match[str], name: str, known: Collection[str]) -> str:
    if not found[0].endswith("}}"):
        return "a {{ without its }}"
    if name in known:
        return ""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"unknown fact {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _quoted(text: str, found: re.Match[str]) -> bool:
    marked = text[found.start() - 1 : found.start()] == '"' and text[found.end() : found.end() + 1] == '"'
    return marked or _OPEN_CELL.search(text, 0, found.start()) is not None
