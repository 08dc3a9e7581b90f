"""What was asked of a sandbox: so that numbers of requests and limits can be proved."""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One request of a client. STATUS 0: it was never answered. CALLS: how many calls of methods it carried.

    PATH and QUERY are without secrets. FAULT says what the fault script did to it.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    status: int
    calls: int = 1
    fault: str = ""

    def shown(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Log:
    """The last requests, oldest first. The page and the control routes are not among them."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._entries: deque[Entry] = deque(maxlen=longest)
        self.total = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.total += 1

    def since(self, number: int) -> list[Entry]:
        """Return the entries after the one with that number."""
        return [entry for entry in self._entries if entry.number > number]

    def clear(self) -> None:
        self._entries.clear()
