"""
What a pass costs this process: CPU apart by hub and transport, peak of memory, SQL statements.

Transport is what runs inside a connector's calls, step by step of their coroutines, tasks that they start included; the
rest of the process's CPU time is the hub's own: deciding, SQL, the event loop between them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.base import Connector

_INSIDE: ContextVar[bool] = ContextVar("inside", default=False)
CALLS = frozenset({"open", "close", "identify", "pull", "get", "find", "push", "discover", "people", "transitions"})
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FORGET_PEAK = "5"
"""Written to `clear_refs` it makes the kernel count the peak of resident memory anew."""


@dataclass
class Transport:
    """CPU seconds spent inside connectors so far."""

    seconds: float = 0.0

    def steps(self, work: Coroutine[Any, Any, Any]) -> "_Stepped":
        return _Stepped(work, self)

    def factory(self, loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> asyncio.Task[Any]:
        """Make tasks; those that a connector starts are counted as the connector's."""
        return asyncio.Task(_awaited(self.steps(work)) if _INSIDE.get() else work, loop=loop, **named)


@dataclass(frozen=True)
class _Stepped:
    work: Coroutine[Any, Any, Any]
    into: Transport

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = lambda: self.work.send(None)  # noqa: E731 - the first of many steps of one form
        while True:
            began = time.thread_time()
            try:
                wanted = step()
            except StopIteration as end:
                return end.value
            finally:
                self.into.seconds += time.thread_time() - began
            try:
                given = yield wanted
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is handed on to the coroutine
                step = _thrown(self.work, error)
            else:
                step = _sent(self.work, given)


def _thrown(work: Coroutine[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: work.throw(error)


def _sent(work: Coroutine[Any, Any, Any], value: Any) -> Callable[[], Any]:
    return lambda: work.send(value)


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


class Metered:
    """A connector whose calls are counted as transport; everything else is its own."""

    def __init__(self, connector: Connector, transport: Transport) -> None:
        self._connector = connector
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connector, name)
        return self._counted(found) if name in CALLS | {"change_log"} else found

    def _counted(self, call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*given: Any, **named: Any) -> Any:
            before = _INSIDE.set(True)
            try:
                return await self._transport.steps(call(*given, **named))
            finally:
                _INSIDE.reset(before)

        return counted


def peak_mb() -> float:
    """Return the peak of resident memory since it was last forgotten, in MB."""
    return _status("VmHWM")


def resident_mb() -> float:
    return _status("VmRSS")


def forget_peak() -> None:
    CLEAR.write_text(FORGET_PEAK)


def _status(name: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
