"""Memory systems in a process of their own, so that what is measured here is the hub and not the systems' records."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from connectors.base import Surroundings, SystemConnector
from connectors.memory import MemoryConnector, MemorySystem
from tests.hub_builders import ENDS, PEOPLE, a_deal, some_traits

NAMES = ("crm", "trk")
KIND = "record"
CLIENTS = 200


class Far:
    """This end of the line to the process with the systems."""

    def __init__(self, line: "Connection[Any, Any]") -> None:
        self._line = line

    def ask(self, system: str, name: str, *given: Any, **named: Any) -> Any:
        """Call a method, or read an attribute, of a connector there."""
        self._line.send((system, name, given, named))
        failed, found = self._line.recv()
        if failed:
            raise RuntimeError(f"{system}.{name}: {found}")
        return found

    def seed(self, count: int) -> None:
        self.ask("", "seed", count)

    def edit(self, system: str, number: int) -> int:
        """People change the amount of that many records, spread over all; returns how many."""
        return int(self.ask("", "edit", system, number))

    def close(self, number: int) -> None:
        """People close that many deals, the oldest first."""
        self.ask("", "close", number)

    def records(self, system: str) -> int:
        return int(self.ask("", "records", system))


class FarConnector(SystemConnector):
    """A memory connector whose records are elsewhere: its calls wait for the line, nothing else."""

    type_name = "memory"
    settings_model = MemoryConnector.settings_model

    def __init__(self, name: str, far: Far) -> None:
        super().__init__(name, None)
        self._far = far
        self._abilities = far.ask(name, "abilities")

    @property
    def kinds(self) -> tuple[str, ...]:
        return (KIND,)

    @property
    def abilities(self) -> Any:
        return self._abilities

    @property
    def requests(self) -> Any:
        return self._far.ask(self.name, "requests")

    def url_of(self, kind: str, record_id: str) -> str | None:
        return f"memory://{self.name}/{kind}/{record_id}"

    async def open(self) -> None:
        self._far.ask("", "connect", self.name)

    async def identify(self) -> Any:
        return self._far.ask(self.name, "identify")

    async def pull(self, *given: Any, **named: Any) -> Any:
        return self._far.ask(self.name, "pull", *given, **named)

    async def get(self, *given: Any) -> Any:
        return self._far.ask(self.name, "get", *given)

    async def find(self, *given: Any) -> Any:
        return self._far.ask(self.name, "find", *given)

    async def push(self, *given: Any) -> Any:
        return self._far.ask(self.name, "push", *given)

    async def discover(self, *given: Any) -> Any:
        return self._far.ask(self.name, "discover", *given)

    async def people(self) -> Any:
        return self._far.ask(self.name, "people")

    async def transitions(self, *given: Any) -> Any:
        return self._far.ask(self.name, "transitions", *given)

    async def change_log(self, *given: Any, **named: Any) -> Any:
        return self._far.ask(self.name, "change_log", *given, **named)


@contextmanager
def far_systems() -> Iterator[Far]:
    """Start the process with both systems; it ends with the block, and when this process is gone."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        yield Far(here)
    finally:
        here.close()
        process.join(10)


# --- the other end ------------------------------------------------------------------------------------------------


class _World:
    def __init__(self) -> None:
        self.systems = {n: MemorySystem(_now, kinds={KIND: some_traits(n)}, people=PEOPLE) for n in NAMES}
        self.connectors: dict[str, MemoryConnector] = {}
        self.edits = 0
        for name in NAMES:
            self.connect(name)

    def connect(self, name: str) -> None:
        """A run begins: its connector counts its own requests."""
        around = Surroundings(markers={KIND: "marker"})
        self.connectors[name] = MemoryConnector(name, None, around, system=self.systems[name])

    def seed(self, count: int) -> None:
        for number in range(count):
            client = f"ООО «Клиент {number % CLIENTS}»"
            deal = a_deal(f"Внедрение {number}", client=client, contact="Иван Петров", deadline="2026-12-15")
            labels = ["тендер", "срочно"] if number % 3 else []
            self.systems["crm"].create(KIND, {**deal, "description": TEXT, "labels": labels, "channel": "site"})

    def edit(self, system: str, number: int) -> int:
        ids = list(self.systems[system].rows[KIND])
        self.edits += 1
        place = "amount" if system == "crm" else "next_step"
        chosen = ids[:: max(1, len(ids) // number)][:number]
        for record in chosen:
            self.systems[system].edit(KIND, record, {place: str(1000 + self.edits)})
        return len(chosen)

    def close(self, number: int) -> None:
        for place, record in enumerate(list(self.systems["crm"].rows[KIND])[:number]):
            self.systems["crm"].edit(KIND, record, {"stage": ENDS[place % len(ENDS)].id})

    def records(self, system: str) -> int:
        return len(self.systems[system].rows.get(KIND, {}))


TEXT = "Цель: один реестр заявок\n\n- пилот до конца года\n- смета по этапам\n\nКонтакт: Анна Ли"


def _now() -> datetime:
    return datetime.now(UTC)


def _serve(line: "Connection[Any, Any]") -> None:
    import asyncio

    world = _World()

    async def serve() -> None:
        while True:
            try:
                system, name, given, named = line.recv()
            except EOFError:
                return
            found = getattr(world.connectors[system] if system else world, name)
            try:
                found = found(*given, **named) if callable(found) else found
                found = await found if asyncio.iscoroutine(found) else found
            except Exception as error:  # noqa: BLE001 - told to whoever asked; this end has nobody else to tell
                line.send((True, repr(error)))
            else:
                line.send((False, found))

    asyncio.run(serve())
