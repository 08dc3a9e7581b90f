"""Webhooks: posted once after each change, to loopback only, with the faults that real ones have."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from .faults import Script
from .wire import Headers

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PATIENCE = 10.0
SHUFFLED_WITHIN = 0.05
"""Seconds in which events gather, where the script reorders them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where events go. SECRET signs them, where the vendor signs."""

    url: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it will be posted."""

    target: Target
    body: bytes
    headers: Headers


class Webhooks:
    """
    The outgoing webhooks of a sandbox.

    Nothing is sent again: like the vendors', an event that does not arrive is lost. LAST is the last event that was
    given out, whether it arrived or not; DELIVERED and LOST count.
    """

    def __init__(
        self,
        script: Callable[[], Script],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._script = script
        self._transport = transport
        self._sleep = sleep
        self._waiting: list[Event] = []
        self._worker: asyncio.Task[None] | None = None
        self.targets: tuple[Target, ...] = ()
        self.last: Event | None = None
        self.delivered = 0
        self.lost = 0

    def aim(self, targets: tuple[Target, ...]) -> None:
        """Set where events go. Raises ValueError on an address that is not on this machine."""
        for target in targets:
            url = httpx.URL(target.url)
            if url.scheme not in ("http", "https") or url.host not in LOOPBACK:
                raise ValueError(f"a sandbox posts to this machine only, not to {url.host!r}")
        self.targets = targets

    def give_out(self, event: Event) -> None:
        """Queue *event*; returns at once. Outside of a running loop it waits for the next `drained`."""
        self.last = event
        script = self._script()
        faults = script.webhooks
        if faults.lose and script.random.random() < faults.lose:
            self.lost += 1
            return
        times = 2 if faults.duplicate and script.random.random() < faults.duplicate else 1
        self._waiting += [event] * times
        if self._worker is None or self._worker.done():
            try:
                self._worker = asyncio.get_running_loop().create_task(self._work())
            except RuntimeError:
                self._worker = None

    async def drained(self) -> None:
        """Wait until everything that was given out has been posted."""
        if self._waiting and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._work())
        if self._worker is not None:
            await self._worker

    async def close(self) -> None:
        """Stop posting; what still waits is lost."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _work(self) -> None:
        async with httpx.AsyncClient(transport=self._transport, timeout=PATIENCE, trust_env=False) as client:
            while self._waiting:
                faults = self._script().webhooks
                if faults.delay:
                    await self._sleep(faults.delay)
                if faults.reorder:
                    await self._sleep(SHUFFLED_WITHIN)
                events, self._waiting = self._waiting, []
                if faults.reorder:
                    self._script().random.shuffle(events)
                for event in events:
                    await self._post(client, event)

    async def _post(self, client: httpx.AsyncClient, event: Event) -> None:
        try:
            response = await client.post(event.target.url, content=event.body, headers=list(event.headers))
        except httpx.HTTPError as error:
            self.lost += 1
            log.info("a webhook did not arrive: %s", type(error).__name__)
            return
        if response.is_success:
            self.delivered += 1
        else:
            self.lost += 1
