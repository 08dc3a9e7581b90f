"""Text as it is, cut where the mapping says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from mappings.canonical.values import Value
from mappings.exchange import View
from mappings.lens import Clash, Refusal

from .base import Plain, malformed
from .merge3 import merge3
from .settings import BadSettings, Problem, Setting, complete
from .vocabulary import Spot

_LINE_END = re.compile(r"\r\n?")
_LAST_RUN = re.compile(r"(\s+|\S+)\Z")


def plain_ends(text: str) -> str:
    """Return *text* with line feeds for line ends: the form that texts have inside."""
    return _LINE_END.sub("\n", text) if "\r" in text else text


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """
    Text. The empty text means empty; line ends (CR LF, CR, LF) do not count and are left as a view has them; nothing is
    stripped.

    MAX_LENGTH is a loss that the mapping declares: longer texts are cut to it. LIMIT is what the system was found to
    hold: a longer text is refused (``too long``), since nobody has agreed to lose its end.
    """

    name: ClassVar[str] = "text"
    holds: ClassVar[type] = str
    declared: ClassVar[tuple[Setting, ...]] = (
        Setting("max_length", "count", "how many characters the place holds; what is longer is cut there, not refused"),
    )

    max_length: int | None = None
    limit: int | None = None

    @classmethod
    def built(cls, given: Mapping[str, Any], spot: Spot) -> "Text":
        asked = complete(cls.declared, given)
        if asked["max_length"] == 0:
            raise BadSettings([Problem("max_length", "must be at least 1")])
        return cls(max_length=asked["max_length"], limit=spot.limit)

    @property
    def lossless(self) -> bool:
        return self.max_length is None

    def settings(self) -> Mapping[str, Any]:
        return {"max_length": self.max_length}

    def means(self, view: View) -> Value | Refusal:
        if view is None:
            return None
        return plain_ends(view) or None if isinstance(view, str) else malformed("text", view)

    def kept(self, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        return plain_ends(value)[: self.max_length] or None

    def say(self, value: str, view: View) -> View | Refusal:
        most = min((one for one in (self.max_length, self.limit) if one is not None), default=None)
        if most is not None and len(value) > most:
            return Refusal("too long", f"{len(value)} characters, and the place holds {most}")
        if not (isinstance(view, str) and "\r\n" in view):
            return value
        dressed = value.replace("\n", "\r\n")
        return value if most is not None and len(dressed) > most else dressed

    def step(self, old: Value, new: Value, onto: Value) -> Value | Clash:
        """
        Apply an edit of what can be seen here.

        - A text that is cut here gets the edit only if its cut end, up to the last whole word or gap, was left alone.
        - A text of several lines that has other changes is merged by line.
        - Otherwise the new text is taken.
        """
        before, after, here = _plain(old), _plain(new), _plain(onto)
        if before == after or after == here:
            return here or None
        if before == here:
            return after or None
        seen = here[: self.max_length]
        if len(seen) < len(here) and before == seen:
            return _on_the_visible(before, after, hidden=here[len(seen) :])
        if len(seen) == len(here) and not any("\n" in text for text in (before, after, here)):
            return after or None
        merged = merge3(before, after, here)
        return merged if isinstance(merged, Clash) else merged or None


def _plain(value: Value) -> str:
    return plain_ends(value) if isinstance(value, str) else ""


def _on_the_visible(before: str, after: str, *, hidden: str) -> str | Clash:
    """
    Put *after* in place of *before*, in front of what is *hidden*.

    Where the last word or gap before the cut is another one now, nobody can say whether the edit was meant to go on
    behind the cut (or the system has pushed words over it): it is not applied.
    """
    end, now = _LAST_RUN.search(before), _LAST_RUN.search(after)
    if end and now and end.group() == now.group():
        return after + hidden
    return Clash("the edit touches the place where the text is cut in that system")
