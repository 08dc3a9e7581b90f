"""
What a value looks like in a document: text of the target's own, with nothing in it that the target would act upon.

A value is what somebody typed into another system; in a page it must stay a text, whatever it looks like.
"""

import html
import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from mappings.canonical.show import EMPTY, show
from mappings.canonical.values import Value

Target: TypeAlias = Literal["wikitext", "html", "markdown", "text", "csv", "name"]

TARGETS: Mapping[str, Target] = {
    "wiki": "wikitext",
    "html": "html",
    "htm": "html",
    "md": "markdown",
    "txt": "text",
    "csv": "csv",
}
"""Ending of a file -> what is filled in it; files with other endings are no templates."""

_LONGEST = 100_000
_WIKI = re.compile(r"[^\w\s.,()/%+$@\\?№«»—–₽€£¥₸…-]|_")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&!])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]')


def target_of(path: str) -> Target | None:
    """Return what the file at *path* is as a template, None where it is copied as it is."""
    name = path.rpartition("/")[2]
    return TARGETS.get(name.rpartition(".")[2].lower()) if "." in name else None


def plain(value: Value, *, zone: str) -> str:
    """Return *value* as people read it; texts keep their lines."""
    if isinstance(value, str):
        return "\n".join(value.splitlines()) or EMPTY
    return show(value, zone=zone, longest=_LONGEST)


def escaped(value: Value, target: Target, *, zone: str, quoted: bool = False) -> str:
    """Return *value* as text of *target*. QUOTED: it stands inside quotation marks already (CSV)."""
    if target == "csv":
        return _csv(value, zone=zone, quoted=quoted)
    return _ESCAPES[target](plain(value, zone=zone))


def _wikitext(text: str) -> str:
    """Whatever wikitext could mean becomes the number of its character; so does what is special at a line's start."""
    lines = [_WIKI.sub(lambda found: f"&#{ord(found[0])};", line.strip()) for line in text.split("\n")]
    return "<br />".join(f"&#45;{line[1:]}" if line.startswith("-") else line for line in lines)


def _html(text: str) -> str:
    return "<br>".join(html.escape(line, quote=True) for line in text.split("\n"))


def _markdown(text: str) -> str:
    """Marks are escaped; a line that would begin a list, a title or a rule does not."""
    lines = [_MARKDOWN.sub(r"\\\1", line.strip()) for line in text.split("\n")]
    return "  \n".join(
        re.sub(r"^([-+=]|\d+(?=[.)]))", r"\\\1" if not line[:1].isdigit() else r"\1\\", line) for line in lines
    )


def _csv(value: Value, *, zone: str, quoted: bool) -> str:
    """One cell: a text that a spreadsheet would compute begins with an apostrophe."""
    text = plain(value, zone=zone)
    if isinstance(value, str) and text.lstrip(" ").startswith(_FORMULA):
        text = f"'{text}"
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if _NEEDS_QUOTES.search(text) and not quoted else doubled


def _name(text: str) -> str:
    """No value leads to another folder, page or namespace."""
    return re.sub(r"[/\\:]+", "-", " ".join(text.split()))


_ESCAPES: Mapping[Target, Callable[[str], str]] = {
    "wikitext": _wikitext,
    "html": _html,
    "markdown": _markdown,
    "text": lambda text: text,
    "name": _name,
}
