"""What goes wrong, and who comes in between: hooks for memory systems, a clock that can be turned, a second worker."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.memory import MemoryRequest
from flows.hub.report import Report
from mappings.reconcile.model import Event
from state import attention, history, outbox
from state.attention import Attention
from tests.hub_builders import AHub, a_deal, a_hub


class Clock:
    """The time of a hub and its systems: a tenth of a second goes by whenever somebody asks; `ahead` turns it."""

    def __init__(self, tick: float = 0.1) -> None:
        self._now = datetime(2026, 11, 21, 9, tzinfo=UTC)
        self._tick = timedelta(seconds=tick)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._now += self._tick
            return self._now

    def ahead(self, **by: float) -> None:
        with self._lock:
            self._now += timedelta(**by)


class Hook:
    """
    A hook of a memory system that does DEED at a request of VERB, BEFORE or AFTER it is carried out; the first SKIP
    such requests pass, then it happens TIMES times.
    """

    def __init__(
        self, verb: str, moment: str, deed: Callable[[], object], *, skip: int = 0, times: int = 1, kind: str = "record"
    ) -> None:
        self.verb, self.moment, self.deed, self.kind = verb, moment, deed, kind
        self.skip, self.times, self.met = skip, times, 0

    def __call__(self, request: MemoryRequest, moment: str) -> None:
        if (request.verb, moment, request.kind) != (self.verb, self.moment, self.kind):
            return
        self.met += 1
        if self.skip < self.met <= self.skip + self.times:
            self.deed()


def failing(error: Exception) -> Callable[[], None]:
    """A deed that fails."""

    def deed() -> None:
        raise error

    return deed


def elsewhere(work: Callable[[], object]) -> Callable[[], None]:
    """Do *work* in another thread while this one waits: whole passes of a second worker in between."""

    def deed() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return deed


# --- a hub that is to be disturbed -----------------------------------------------------------------------------------


def a_world(folder: Path, *, deals: int = 1, tick: float = 0.1, **settings: Any) -> AHub:
    """A hub whose CRM has *deals* that nobody has read yet."""
    hub = a_hub(folder, clock=Clock(tick), **settings)
    more_deals(hub, deals)
    return hub


def more_deals(hub: AHub, deals: int) -> None:
    for number in range(deals):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}"))


def opened(folder: Path, **settings: Any) -> AHub:
    """A hub after its first pass."""
    hub = a_world(folder, **settings)
    hub.sync()
    return hub


def after(hub: AHub, **time: float) -> Report:
    """The next pass, some time later."""
    clock = hub.installation.store.clock
    assert isinstance(clock, Clock)
    clock.ahead(**time)
    return hub.sync()


def titles(hub: AHub, system: str = "trk") -> list[Any]:
    return sorted(views["title"] for views in hub.records(system).values())


def parked(hub: AHub) -> list[Attention]:
    """What is parked of cases and records, oldest first; not the questions about people over some of it."""
    return [entry for entry in attention.parked_fields(hub.installation.store) if entry.kind != "person"]


def told(hub: AHub, key: str = "CASE-1") -> list[Event]:
    """The history of a case."""
    return [line.event for line in history.history(hub.installation.store, entity=hub.case(key).entity.id)]


def at_peace(hub: AHub) -> bool:
    """A pass has nothing to do, and nothing is open or on its way."""
    report = hub.sync()
    store = hub.installation.store
    open_ones = [*attention.conflicts(store), *parked(hub)]
    assert (sum(report.writing.values()), open_ones, report.trouble) == (0, [], {})
    assert outbox.open_writes(store) == ()
    return True
