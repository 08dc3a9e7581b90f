"""
Names of the companies and contacts that records point at.

Only what is not known is asked for: fifty ids a call, all calls of a page in one request. While a long window is read,
each such request also reads on through the list of companies, so that there are never more of them than that list has
pages. A name is good for an hour; renaming a company does not touch its deals.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mappings.exchange import Choice

from ..base import Shelf
from ..errors import Rejected
from .client import BATCH, PAGE, Bitrix24Client, Command, Reply, Row, rows_of
from .kinds import COMPANY, CONTACT

KEPT = 3600.0
MOST_KEPT = 20_000
"""Names in memory, of each kind; the oldest go first."""
MOST_SHELVED = 2_000
MOST_LISTED = 2_000
"""A portal with more companies than this offers none by name: a name would not be proof enough of who is meant."""
SELECTED: Mapping[int, tuple[str, ...]] = {COMPANY: ("id", "title"), CONTACT: ("id", "name", "lastName")}


@dataclass
class _Shelf:
    """The names of one kind: id -> (name, None where we may not see it; until when). READ: the list up to an id."""

    names: dict[str, tuple[str | None, float]] = field(default_factory=dict)
    read: int | None = 0
    """None: the whole list has been read."""
    until: float = 0.0


class Names:
    """The names of companies and contacts, as far as they are known."""

    def __init__(self, client: Bitrix24Client, shelf: Shelf, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._shelf = shelf
        self._clock = clock
        self._kinds = {number: _Shelf() for number in SELECTED}
        self._loaded = False
        self._news = False

    def of(self, kind: int, number: str) -> str | None:
        """Return a name that is known, without asking anybody."""
        return self._kinds[kind].names.get(number, (None, 0.0))[0]

    async def look_up(self, wanted: Mapping[int, Collection[str]], *, sweep: bool = False) -> None:
        """Know the names of all WANTED, as far as the account may see them. SWEEP: read on through the lists too."""
        self._load()
        now = self._clock().timestamp()
        asked: list[tuple[int, list[str], Command]] = []
        for kind, numbers in wanted.items():
            missing = sorted({each for each in numbers if not self._is_known(kind, each, now)}, key=int)
            asked += [(kind, some, _by_id(kind, some)) for some in _parts(missing)]
            if missing and sweep and (after := self._read_up_to(kind, now)) is not None:
                asked.append((kind, [], _from(kind, after)))
        for at in range(0, len(asked), BATCH):
            some_asked = asked[at : at + BATCH]
            replies = await self._client.batch([command for _, _, command in some_asked])
            for (kind, numbers, _), reply in zip(some_asked, replies, strict=True):
                self._take(kind, numbers, reply=reply, now=now)

    async def listed(self, kind: int) -> tuple[Choice, ...] | None:
        """Return all records of *kind* by name; None where they are too many, or hidden."""
        params = {"entityTypeId": kind, "select": list(SELECTED[kind]), "order": {"id": "ASC"}}
        try:
            rows = await self._client.listed("crm.item.list", params, "items", most=MOST_LISTED)
        except Rejected:
            return None
        self._learn(kind, rows, now=self._clock().timestamp())
        return tuple(Choice(str(row["id"]), name_of(row)) for row in rows if "id" in row)

    def keep(self) -> None:
        """Put the names that were met last on the shelf, for the next process."""
        if not self._news:
            return
        self._news = False
        form = {
            str(kind): {number: list(entry) for number, entry in list(kept.names.items())[-MOST_SHELVED:]}
            for kind, kept in self._kinds.items()
        }
        self._shelf.put(f"{self._client.system}/names", form, seconds=KEPT)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for kind, entries in (self._shelf.get(f"{self._client.system}/names") or {}).items():
            for number, (name, until) in entries.items():
                self._kinds[int(kind)].names.setdefault(number, (name, until))

    def _is_known(self, kind: int, number: str, now: float) -> bool:
        return self._kinds[kind].names.get(number, (None, 0.0))[1] > now

    def _read_up_to(self, kind: int, now: float) -> int | None:
        """Where the list has been read up to; an hour later it is read again."""
        kept = self._kinds[kind]
        if kept.until <= now:
            kept.read, kept.until = 0, now + KEPT
        return kept.read

    def _take(self, kind: int, numbers: Iterable[str], *, reply: Reply, now: float) -> None:
        try:
            rows = rows_of(reply.value(), "items")
        except Rejected:
            rows = []  # the account may not see them; their ids still say that there is somebody
        if not numbers:
            self._kinds[kind].read = max((int(row["id"]) for row in rows), default=0) if len(rows) == PAGE else None
        self._learn(kind, rows, now=now, hidden=numbers)

    def _learn(self, kind: int, rows: Iterable[Row], *, now: float, hidden: Iterable[str] = ()) -> None:
        found = {str(row["id"]): name_of(row) or None for row in rows if "id" in row}
        for number in hidden:
            found.setdefault(number, None)
        kept = self._kinds[kind].names
        for number, name in found.items():
            kept.pop(number, None)
            kept[number] = (name, now + KEPT)
        for number in list(kept)[: max(0, len(kept) - MOST_KEPT)]:
            del kept[number]
        self._news = self._news or bool(found)


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of a company, or of a person."""
    if "title" in row:
        return str(row["title"] or "")
    return " ".join(str(row[part]) for part in ("name", "lastName") if row.get(part))


def _by_id(kind: int, numbers: list[str]) -> Command:
    condition = {"@id": numbers}
    params = {"entityTypeId": kind, "select": list(SELECTED[kind]), "filter": condition, "start": -1}
    return Command("crm.item.list", params)


def _from(kind: int, after: int) -> Command:
    order, condition = {"id": "ASC"}, {">id": after}
    params = {"entityTypeId": kind, "select": list(SELECTED[kind]), "filter": condition, "order": order, "start": -1}
    return Command("crm.item.list", params)


def _parts(numbers: list[str]) -> Iterable[list[str]]:
    return (numbers[at : at + PAGE] for at in range(0, len(numbers), PAGE))
