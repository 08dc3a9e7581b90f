"""
The webhook door: a system says that a record may have changed, and the fast path looks at it.

A webhook is a hint and nothing more: its proof is checked, the record's number is kept, its content is not believed.
What carries no proof costs a comparison and nothing else: no request to any system, no row in the database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from connectors.base import Connector, Hint
from connectors.errors import AuthFailed
from flows.hub.wiring import Installation, Maker, make_connector
from mappings.language import Problems
from state import inbox

LARGEST = 1024 * 1024
"""Bytes of the largest webhook that is read at all."""
UNPROVED, UNKNOWN = 401, 404

log = logging.getLogger(__name__)


class Bell:
    """
    Asks the fast path to look, one asking at a time: hints that come meanwhile share the next one.

    ASK is `flows.wake.wake`, or what stands for it.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._wanted = False
        self._asking: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Have somebody look soon; returns at once."""
        self._wanted = True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._run())

    async def rest(self) -> None:
        """Wait until everything that was wanted has been asked for."""
        if self._asking is not None:
            await self._asking

    async def _run(self) -> None:
        while self._wanted:
            self._wanted = False
            await self._ask()


class Door:
    """Takes webhooks for the systems of one hub; NOW gives the hub as it is at that moment."""

    def __init__(self, now: Callable[[], Installation], bell: Bell, make: Maker = make_connector) -> None:
        self._now = now
        self._make = make
        self._bell = bell
        self._installation = now()
        made = {name: make(self._installation, name) for name in self._installation.hub.systems}
        self._connectors = _listening(made)

    async def take(self, system: str, headers: Mapping[str, str], body: bytes) -> int:
        """
        Return the HTTP status of the answer: 202 where the hint is kept, or points at nothing of ours.

        A system that is not there and one that sends no webhooks look alike from outside.
        """
        self._follow()
        connector = self._connectors.get(system)
        if connector is None:
            return UNKNOWN
        try:
            hints = connector.hints(headers, body)
        except AuthFailed as error:
            log.warning("%s", error)
            return UNPROVED
        ours = [hint for hint in hints if self._installation.hub.mappings_of(system, kind=hint.kind)]
        if ours:
            await asyncio.to_thread(self._keep, system, ours)
            self._bell.ring()
        return 202

    def _follow(self) -> None:
        """Know the systems anew where the hub's files have changed; what was known goes on where they are wrong."""
        now = self._now()
        if now is not self._installation:
            made = {name: self._made(now, name) for name in now.hub.systems}
            self._connectors = _listening({name: one for name, one in made.items() if one is not None})
            self._installation = now

    def _made(self, now: Installation, name: str) -> Connector | None:
        """Return the connector of a system as it is NOW; where its settings are wrong the one of before, if any."""
        try:
            return self._make(now, name)
        except Problems as problems:
            log.warning("%s works as before: %s", name, problems)
            return self._connectors.get(name)

    def _keep(self, system: str, hints: list[Hint]) -> None:
        for kind in {hint.kind for hint in hints}:
            ids = [hint.id for hint in hints if hint.kind == kind]
            inbox.hint(self._installation.store, system, kind=kind, ids=ids, reason=inbox.WEBHOOK)


def _listening(made: Mapping[str, Connector]) -> dict[str, Connector]:
    return {name: connector for name, connector in made.items() if connector.abilities.webhooks}
