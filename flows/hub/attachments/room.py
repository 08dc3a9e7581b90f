"""What the sharing of files works with in one pass, and what it has done."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.base import Connector
from connectors.errors import AuthFailed, ConnectorError
from mappings.attachments import FileLimits

from ..report import Report
from ..wired import Wired
from .spool import Spool

KIND = "file"
COMMENT = "comment"


@dataclass
class Room:
    """One pass over the files of a sync. INTO: the systems that share files, and what may go into each."""

    wired: Wired
    report: Report
    spool: Spool
    into: Mapping[str, FileLimits]
    full: bool = False
    used: Counter[str] = field(default_factory=Counter)
    """Digest -> how many cases are at work with it just now."""
    reading: dict[str, asyncio.Lock] = field(default_factory=dict)
    """System -> held while a file is read from it: one at a time, so that the spool stays small."""
    made: int = 0
    """Copies begun in this pass."""
    doubted: frozenset[str] = frozenset()
    """Systems that lost so many files at once that none of their copies is taken away."""

    @property
    def sync(self) -> str:
        return self.wired.whole.name

    @property
    def systems(self) -> list[str]:
        """The systems that share files and can be talked to just now."""
        return [name for name in self.into if name in self.wired.connectors and name not in self.report.trouble]

    def connector(self, system: str) -> Connector:
        return self.wired.connectors[system]

    def trouble(self, system: str, error: ConnectorError) -> None:
        """*system* does not answer as it should: it is left out for the rest of the pass."""
        self.report.trouble.setdefault(system, str(error))
        if isinstance(error, AuthFailed):
            self.report.refused_us.add(system)

    def lock(self, system: str) -> asyncio.Lock:
        return self.reading.setdefault(system, asyncio.Lock())

    def has_notes(self, system: str) -> bool:
        """Whether a line may be left in *system*: it has comments, and these are not shared by the sync."""
        shared = any((system, COMMENT) in shape.channels for shape in self.wired.whole.each)
        return COMMENT in self.connector(system).kinds and not shared
