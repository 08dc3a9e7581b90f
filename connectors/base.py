"""What every connector promises, and what it is given from outside."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import ClassVar, Protocol, Self, runtime_checkable

from mappings.exchange import (
    Abilities,
    Account,
    Create,
    Cursor,
    Discovery,
    Found,
    Page,
    PastChange,
    Receipt,
    SystemPerson,
    Transition,
    Write,
)

from .errors import Rejected
from .settings import SettingKey, SystemSettings, setting_keys
from .surroundings import MemoryShelf, Shelf, Spool, Surroundings

__all__ = [
    "CLOCKS",
    "Connector",
    "Hint",
    "MemoryShelf",
    "RequestCount",
    "Search",
    "SettingKey",
    "Shelf",
    "Spool",
    "Surroundings",
    "SystemConnector",
    "SystemSettings",
    "setting_keys",
]

CLOCKS = timedelta(minutes=10)
"""So far may a system's clock and ours be apart; where a create in doubt is looked for, too much beats too little."""


@dataclass(frozen=True, slots=True)
class RequestCount:
    """Requests that left, repeated ones too. OVERHEAD: log-ins, dictionaries, probes. WRITING: may change something."""

    total: int = 0
    overhead: int = 0
    writing: int = 0

    def __sub__(self, other: "RequestCount") -> "RequestCount":
        return RequestCount(self.total - other.total, self.overhead - other.overhead, self.writing - other.writing)

    def __add__(self, other: "RequestCount") -> "RequestCount":
        return RequestCount(self.total + other.total, self.overhead + other.overhead, self.writing + other.writing)


@dataclass(frozen=True, slots=True)
class Search:
    """
    The records that carry a marker.

    "Not there" counts only if the search is fresh enough for the create that is looked for. CURRENT: the search reads
    the records themselves, so it is as fresh as BEGAN, the hub's clock when its request left. Otherwise NEWEST has to
    be newer: the newest stamp, in the system's own words, that the search itself has shown.
    """

    ids: tuple[str, ...]
    newest: str | None
    began: datetime
    current: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """A webhook said that this record may have changed."""

    kind: str
    id: str


@runtime_checkable
class Connector(Protocol):
    """
    A connected system: pages of records come in, writes go out.

    ID is the system's own name for a record, KIND one of `kinds`. A connector belongs to one event loop: `open` it
    there, or use it as an async context manager. All methods raise `RetryLater` and `AuthFailed`; what else they raise
    they say.
    """

    type_name: ClassVar[str]
    settings_model: ClassVar[type[SystemSettings]]

    @property
    def name(self) -> str:
        """The system's name in hub.yaml."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]: ...

    @property
    def abilities(self) -> Abilities: ...

    def abilities_of(self, kind: str) -> Abilities:
        """What records of *kind* can do, where they differ from the system's main kind."""
        ...

    @property
    def requests(self) -> RequestCount: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def identify(self) -> Account:
        """Prove who we are: the first request of a run. Raises AuthFailed on a wrong key even where reads work."""
        ...

    async def pull(self, kind: str, cursor: Cursor | None, *, full: bool = False) -> Page:
        """
        Return the next page after *cursor*; None starts at the beginning, *full* starts a full read.

        Nothing is skipped: records changed while the pages are read come in this read or the next. Repeats are
        possible. Where it raises, the caller still has its cursor and nothing is lost.
        """
        ...

    async def get(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up by id, in as few requests as there are batches; the answers stand in the order of *ids*."""
        ...

    async def find(self, kind: str, marker: str) -> Search:
        """Return the ids of all records that carry *marker*. Raises Rejected where it cannot be searched for."""
        ...

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """
        Return the ids of all records that *create*, sent at or after *since*, may have made.

        By its marker where records of the kind carry one; else by what it said, where it hangs, and that our own
        account made it. Raises Rejected where neither can be searched for.
        """
        ...

    def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        """Give the content of a file piece by piece. Raises Gone, Rejected where the kind has no content."""
        ...

    async def push(self, writes: Sequence[Write]) -> list[Receipt]:
        """
        Carry out *writes* and return one receipt each, in their order.

        One record never spoils another: whatever becomes of it stands in its receipt. Raises AuthFailed and RetryLater
        only where nothing at all was sent.
        """
        ...

    async def discover(self, kind: str) -> Discovery: ...

    async def people(self) -> tuple[SystemPerson, ...]: ...

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        """Return the steps that a workflow allows from where the record stands. Raises Gone, Rejected."""
        ...

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        """Return what changed in the record at or after the stamp *since*, oldest first. Raises Gone, Rejected."""
        ...

    def url_of(self, kind: str, record_id: str) -> str | None: ...

    def hints(self, headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
        """Check a webhook's proof, without any request, and say what it points at. Raises AuthFailed without proof."""
        ...


class SystemConnector:
    """The part that all connectors share; subclasses bring `type_name`, `settings_model` and the requests."""

    type_name: ClassVar[str] = ""
    settings_model: ClassVar[type[SystemSettings]] = SystemSettings

    def __init__(self, name: str, around: Surroundings | None = None) -> None:
        self._name = name
        self._around = around or Surroundings()

    @property
    def name(self) -> str:
        return self._name

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    @property
    def abilities(self) -> Abilities:
        return Abilities()

    def abilities_of(self, kind: str) -> Abilities:
        """All kinds of a system are alike, unless it says otherwise."""
        del kind
        return self.abilities

    @property
    def requests(self) -> RequestCount:
        return RequestCount()

    async def open(self) -> None:
        """Nothing to open: connectors over HTTP open their client here."""

    async def close(self) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def find(self, kind: str, marker: str) -> Search:
        """Without a place for markers nothing can be searched for. Raises Rejected."""
        raise Rejected(f"records of kind {kind!r} carry no marker {marker!r}", system=self._name, whole=True)

    async def find_sent(self, create: Create, since: datetime) -> Search:
        """Records that carry a marker are found by it."""
        del since
        return await self.find(create.kind, create.marker)

    def fetch(self, kind: str, record_id: str) -> AsyncIterator[bytes]:
        """A system without files has no content to give. Raises Rejected."""
        raise Rejected(f"{kind} {record_id} has no content", system=self._name, whole=True)

    async def transitions(self, kind: str, record_id: str) -> tuple[Transition, ...]:
        """A system without a workflow has none."""
        del kind, record_id
        return ()

    async def change_log(self, kind: str, record_id: str, since: str | None = None) -> tuple[PastChange, ...]:
        """A system without a change log shows nothing."""
        del kind, record_id, since
        return ()

    def url_of(self, kind: str, record_id: str) -> str | None:
        """A system without pages has no addresses."""
        del kind, record_id
        return None

    def hints(self, headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
        """A system without webhooks never sends one."""
        del headers, body
        return ()
