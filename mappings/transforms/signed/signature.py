"""
The line that says whose words a comment carries which our own account has written: ``Анна Ли (crm, 2026-11-20 12:30):``

It is put on when the hub writes and taken off when it reads. Nobody else's comment is looked at for one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

HUB = "hub"
"""Where notes come from that somebody wrote at the hub itself."""
NOBODY = "—"
LONGEST_NAME = 80
_UNSAFE = re.compile(r"[\[\]<>@#*|`~\\{}\x00-\x1f\x7f\u2028\u2029]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose words these are: what people call the author, where they were written, and when if that is to be shown."""

    name: str
    system: str
    at: datetime | None = None

    def line(self, zone: tzinfo) -> str:
        """Return the line; nothing in it that a system could take for markup or for a mention."""
        name = _SPACES.sub(" ", _UNSAFE.sub(" ", self.name)).strip()[:LONGEST_NAME].strip() or NOBODY
        when = f", {self.at.astimezone(zone):%Y-%m-%d %H:%M}" if self.at else ""
        return f"{name} ({self.system}{when}):"


@dataclass(frozen=True, slots=True)
class Signer:
    """Puts signatures on and takes them off; SYSTEMS are those that may be named in one."""

    systems: tuple[str, ...] = ()
    zone: tzinfo = UTC
    html: bool = False

    def put(self, signature: Signature) -> str:
        """Return what stands in front of a signed text."""
        line = signature.line(self.zone)
        return f"<p>{line}</p>\n" if self.html else f"{line}\n\n"

    def split(self, text: str) -> tuple[str, str]:
        """Return what stands in front of *text*, with the gap behind it, and the rest; nothing where it is unsigned."""
        found = _pattern(self.systems, html=self.html).match(text)
        return (text[: found.end()], text[found.end() :]) if found else ("", text)


@lru_cache(maxsize=64)
def _pattern(systems: Collection[str], *, html: bool) -> re.Pattern[str]:
    """The line as people may have edited it: another name, another time, another gap behind it."""
    named = "|".join(re.escape(system) for system in sorted({HUB, *systems}, key=len, reverse=True))
    name = r"[^\n\r]{0,160}?"
    when = r"(?:, ?\d{4}-\d{2}-\d{2} \d{2}:\d{2})?"
    before = r"\s*(?:<[^<>\n]*>\s*)*" if html else r"\s*"
    behind = r"(?:</[^<>\n]*>|<br ?/?>)*\n?" if html else r"(?:\r?\n){0,2}"
    return re.compile(rf"{before}{name}[ ]?\((?:{named}){when}\):[ \t]*{behind}")
