"""Markdown inside, the system's own markup outside."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal, TypeAlias

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Clash, Refusal

from ..base import Plain, malformed
from ..merge3 import merge3
from ..settings import Setting, complete
from ..text import plain_ends
from ..vocabulary import Spot
from . import (
    bbcode_in,
    bbcode_out,
    html_in,
    html_out,
    keep,
    markdown_in,
    markdown_out,
    respell,
    textile_in,
    textile_out,
)
from .builder import Read
from .tree import Blocks

Dialect: TypeAlias = Literal["markdown", "plain", "html", "bbcode", "textile"]


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How a markup is read, written, and taken to pieces."""

    read: Callable[[str], Read]
    write: Callable[[Blocks], str]
    cut: respell.Cut


_TONGUES: dict[keep.Name, _Tongue] = {
    "html": _Tongue(html_in.parse, html_out.write, respell.HTML),
    "bbcode": _Tongue(bbcode_in.parse, bbcode_out.write, respell.LINES),
    "textile": _Tongue(textile_in.parse, textile_out.write, respell.LINES),
}


_RUNS = frozenset({"script", "script link"})
"""What is never sent, not even back to where it came from."""
_NUMBER = re.compile(r"\A\s*\d{1,9}[.)](?:\s+|\Z)")
"""What begins an item of a numbered list."""


@lru_cache(maxsize=64)
def _read(markup: keep.Name, view: str) -> tuple[str, tuple[str, ...]]:
    """Return what *view* says as Markdown, and what of it has no words there. A pass asks for the same texts again."""
    read = _TONGUES[markup].read(view)
    return markdown_out.write(read.blocks), read.notes


@lru_cache(maxsize=64)
def _kept(markup: keep.Name, text: str) -> tuple[str, str]:
    """Return what survives of the Markdown *text*: as Markdown, and in the markup."""
    blocks = keep.kept(markdown_in.parse(text), markup)
    return markdown_out.write(blocks), _TONGUES[markup].write(blocks)


def normal_markdown(text: str) -> str:
    """Return *text* in the one spelling of its kind: two Markdown texts that say the same become equal."""
    return markdown_out.write(markdown_in.parse(text))


@dataclass(frozen=True, slots=True)
class Markup(Plain):
    """
    A text with markup: Markdown in the hub, MARKUP in the system.

    - ``html``, ``bbcode`` (Bitrix24), ``textile`` (Redmine): converted. Every character arrives; of its look, what the
      markup has words for. A write leaves alone what it need not change, and refuses what would not read back.
    - ``markdown``, and ``plain`` (people there see Markdown as it is typed): the text itself; line ends and empty
      lines at its end do not count.

    LIMIT is what the place was found to hold: a longer text is refused (``too long``).
    """

    name: ClassVar[str] = "markup"
    holds: ClassVar[type] = str
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "markup",
            "word",
            "how the system writes bold, lists and links",
            default="markdown",
            words=("markdown", "plain", "html", "bbcode", "textile"),
        ),
    )

    markup: Dialect = "markdown"
    limit: int | None = None

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Markup":
        return cls(markup=complete(cls.declared, given)["markup"], limit=spot.limit)

    @property
    def lossless(self) -> bool:
        return False

    def settings(self) -> Mapping[str, Any]:
        return {"markup": self.markup}

    # --- reading ---

    def means(self, view: View) -> Value | Refusal:
        if view is None:
            return None
        if not isinstance(view, str):
            return malformed("text", view)
        if self.markup == "markdown" or self.markup == "plain":
            return plain_ends(view) or None
        return _read(self.markup, view)[0] or None

    def kept(self, value: Value) -> Value:
        return self._kept(value) or None if isinstance(value, str) else value

    def _kept(self, text: str) -> str:
        if self.markup == "markdown" or self.markup == "plain":
            return plain_ends(text).rstrip()
        return _kept(self.markup, text)[0]

    def fits(self, value: Value, view: View) -> bool:
        shown = self.means(view)
        if isinstance(shown, Refusal) or not self.holds_type(value):
            return False
        kept = self.kept(value)
        return shown == kept or self.kept(shown) == kept  # what is kept is kept whole: no need to look twice

    # --- writing ---

    def say(self, value: str, view: View) -> View | Refusal:
        """Return *view* with what it does not say yet; in the plainest spelling where its own cannot be kept."""
        said = self._said(value, view if isinstance(view, str) else "")
        if isinstance(view, str) and "\r\n" in view:
            said = said.replace("\n", "\r\n")
        if self.limit is not None and len(said) > self.limit:
            return Refusal("too long", f"{len(said)} characters, and the place holds {self.limit}")
        return said

    def _said(self, value: str, view: str) -> str:
        if self.markup == "markdown" or self.markup == "plain":
            return value
        wanted = _kept(self.markup, value)[1]
        own = plain_ends(view)
        shown = _read(self.markup, own)[0]
        if not shown:
            return wanted
        plain = _kept(self.markup, shown)[1]
        for inside in (True, False):
            cut = _TONGUES[self.markup].cut
            said = respell.respelt(wanted, plain, own=own, cut=cut, inside=inside).text
            if self.fits(value, said) and not _RUNS & set(_read(self.markup, said)[1]):
                return said
        return wanted

    def drops(self, value: Value, view: View) -> tuple[str, ...]:
        """Name what stands in *view*, has no words in Markdown, and would not stand in what is written."""
        if self.markup == "markdown" or self.markup == "plain" or not isinstance(view, str):
            return ()
        written = self.write(value, view)
        if isinstance(written, Refusal):
            return ()
        lost = Counter(_read(self.markup, view)[1]) - Counter(_read(self.markup, written or "")[1])
        return tuple(sorted(lost))

    # --- an edit ---

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        """
        Merge by line, as the system sees the text; lines that it did not change keep the hub's own spelling.

        An edit inside a line leaves alone the look that cannot be seen there, or it is not applied.
        """
        if old == onto:
            return new
        same = self.markup == "markdown" or self.markup == "plain"
        seen = plain_ends if same else self._kept
        before, after, here = (seen(text) if isinstance(text, str) else "" for text in (old, new, onto))
        merged = merge3(before, after, here)
        if isinstance(merged, Clash):
            return merged
        if merged == here:
            return onto
        own = plain_ends(onto) if isinstance(onto, str) else ""
        return merged or None if same or not own else self._stepped(merged, here, own=own)

    def _stepped(self, merged: str, here: str, *, own: str) -> Value | Clash:
        aim = self._kept(merged)
        if not aim:
            return None
        for inside in (True, False):
            became = respell.respelt(merged, here, own=own, cut=respell.MARKDOWN, inside=inside)
            if self._kept(became.text) == aim and not any(map(self._hides, became.replaced)):
                return became.text
        if normal_markdown(own) == here:
            return merged
        return Clash("the edit touches formatting that cannot be seen there")

    def _hides(self, line: str) -> bool:
        """Say whether there is something to *line* that cannot be seen in the system. Its number can, list or not."""
        bare = _NUMBER.sub("", line)
        return normal_markdown(bare) != self._kept(bare)
