"""What the guarded procedures ask of a connector, and the state of one update on its way."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from mappings.exchange import Change, Found, PastChange, Receipt, Refused, Update, VendorRecord, View

from ..errors import AuthFailed, ConnectorError, Rejected, RetryLater
from .blame import blame

T = TypeVar("T")

MOST_STEPS = 6

Fate: TypeAlias = Literal["done", "moved", "refused", "gone", "unclear", "unsent"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    What a closer look at one record gave: its past changes, and per place the views within reach.

    COMPUTED are the places that the system works out from other records, so that what is written there is dropped.
    """

    log: tuple[PastChange, ...] = ()
    allowed: Mapping[str, tuple[View, ...]] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()


class Reads(Protocol):
    """What looks records up."""

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]: ...


async def looked(reading: Awaitable[T]) -> T:
    """
    Return what *reading* records gave. Raises AuthFailed and RetryLater alone: where a look as a whole is refused
    otherwise (a proxy's 409), no record of it has been, and none is known to have moved.
    """
    try:
        return await reading
    except (AuthFailed, RetryLater):
        raise
    except ConnectorError as error:
        raise RetryLater(error.words, system=error.system) from error


class GuardedPort(Protocol):
    """What the procedure asks of a connector. PATHS are the places that a workflow guards."""

    @property
    def paths(self) -> frozenset[str]: ...

    @property
    def concurrency(self) -> int: ...

    def clock(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def read(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """Look records up, in batches. Raises AuthFailed, RetryLater."""
        ...

    async def write(self, before: VendorRecord, views: Mapping[str, View]) -> None:
        """Send one update of the record *before*. Raises any of our errors."""
        ...

    def shown(self, place: str, view: View) -> View:
        """Return *view* as the system will show it once it has arrived."""
        ...

    async def inspect(self, record: VendorRecord, since: str | None) -> Inspection:
        """Read the change log since a stamp, and what the workflow allows. Raises any of our errors."""
        ...


@runtime_checkable
class ClosePort(GuardedPort, Protocol):
    """A system that shows one record with its change log in one request."""

    async def read_closely(self, record: VendorRecord, since: str | None) -> tuple[Found, Inspection]:
        """Look one record up, and what `inspect` tells of it. Raises AuthFailed, RetryLater."""
        ...


@dataclass
class Job:
    """One update on its way. STEPS are the views still to write, per place in order."""

    update: Update
    steps: dict[str, list[View]] = field(default_factory=dict)
    before: VendorRecord | None = None
    record: VendorRecord | None = None
    began: datetime | None = None
    compared: float = 0.0
    window: float | None = None
    fate: Fate | None = None
    stale: bool = False
    """The system itself said that the record moved."""
    reason: str = ""
    other: str | None = None
    written: dict[str, View] = field(default_factory=dict)
    round: dict[str, View] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    inspection: Inspection | None = None
    proved: bool = False

    def settle(self, fate: Fate, reason: str = "") -> None:
        self.fate, self.reason = fate, reason

    def refuse(self, place: str, reason: str, allowed: tuple[View, ...] = ()) -> None:
        self.refused.append(Refused(place, reason, allowed))
        self.steps.pop(place, None)

    def leave_out(self, views: Mapping[str, View], error: Rejected) -> list[dict[str, View]]:
        """Refuse what *error* blames of *views*; returns what is to be sent again, in order."""
        blamed, rests = blame(self.update.changes, views, error)
        for place in blamed:
            allowed = error.allowed if error.place in (None, place) else ()
            self.refuse(place, error.reason or str(error), allowed)
        return rests

    def compare(self, found: Found) -> None:
        """Take what the first list showed: plan the steps, or leave the record alone."""
        self.before = self.record = found.record
        if found.record is None:
            self.miss(found)
        elif _moved(self.update.changes, found.record):
            self.settle("moved", "the record no longer shows what was expected")
        else:
            self._plan()

    def miss(self, found: Found) -> None:
        """The record is not there for us."""
        self.other = found.other
        if found.state == "refused":
            self.refused.append(Refused(None, found.reason or "the account may not see the record"))
            self.settle("refused", found.reason)
        else:
            self.settle("gone", found.reason)

    def receipt(self) -> Receipt:
        fate = self.fate or ("done" if self.written else "refused")
        return Receipt(
            key=self.update.key,
            state=fate,
            id=self.update.id,
            record=None if fate in ("unclear", "unsent", "gone") else self.record,
            before=self.before,
            proved=self.proved,
            began=self.began,
            refused=tuple(self.refused),
            other=self.other,
            window=self.window,
            log=self.inspection.log if self.inspection else (),
            reason=self.reason,
        )

    def _plan(self) -> None:
        for change in self.update.changes:
            path = [*change.hops, change.view]
            if len(path) > MOST_STEPS:
                self.refuse(change.place, f"more than {MOST_STEPS} steps away")
            else:
                self.steps[change.place] = path


def _moved(changes: Sequence[Change], record: VendorRecord) -> bool:
    """Some place shows something else than expected; one that the record does not carry is for the write to refuse."""
    return any(change.place in record.views and record.views[change.place] != change.expected for change in changes)
