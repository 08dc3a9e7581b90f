"""The connector for Tryton keeps the promises of a connector."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

from pydantic import SecretStr

from connectors.base import Surroundings, SystemConnector
from connectors.tryton import TrytonConnector, TrytonSettings
from mappings.exchange import View
from tests.contract.suite import ConnectorContract
from tests.contract.tryton_fake import PASSWORD, FakeTryton, Fault
from tests.contract.tryton_rows import Opportunities
from tests.contract.world import Failure, World

FIELDS = {"title": "description", "note": "comment", "choice": "state"}


async def no_wait(seconds: float) -> None:
    """Waits are not what is tested."""


class TrytonWorld(World):
    kind = "opportunity"
    title = "description"
    note = "comment"
    choice = "state"
    step = ("lead", "opportunity")
    refused = ("amount", "1.234")
    can_fail = True
    can_move_away = True

    def __init__(self, tick: timedelta = timedelta(microseconds=1500)) -> None:
        self.server = FakeTryton(Opportunities(tick=tick))

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        password = SecretStr("falsch" if wrong_key else PASSWORD)
        settings = TrytonSettings(url="https://tryton.test", database="crm", user="hub", password=password)
        around = Surroundings(transport=self.server.transport(), sleep=no_wait)
        return TrytonConnector("crm", settings, around, page_size=page_size)

    def create(self, title: str, **views: View) -> str:
        return str(self.server.table.create(description=title, **_fields(views)))

    def edit(self, record_id: str, **views: View) -> None:
        self.server.table.edit(int(record_id), **_fields(views))

    def delete(self, record_id: str) -> None:
        self.server.table.delete(int(record_id))

    def move_away(self, record_id: str) -> None:
        self.server.table.edit(int(record_id), company=2)

    def fail(self, how: Failure, *, on: Literal["list", "write"], skip: int = 0, times: int = 1000) -> None:
        self.server.fault = Fault(how, on, skip, times)

    def heal(self) -> None:
        self.server.fault = None


def _fields(views: Mapping[str, View]) -> dict[str, View]:
    return {FIELDS[name]: view for name, view in views.items()}


class TestTrytonConnector(ConnectorContract):
    """Each change at a time of its own. The connector under test is `TrytonConnector`."""

    def make_world(self) -> World:
        return TrytonWorld()


class TestTrytonWithEqualTimes(ConnectorContract):
    """An import: many changes within one microsecond, so that pages are cut between equal times."""

    def make_world(self) -> World:
        return ImportWorld()


class ImportWorld(TrytonWorld):
    """People's records share one time; what happens afterwards has times of its own."""

    def titled(self, names: Sequence[str]) -> list[str]:
        self.server.table.tick, tick = timedelta(0), self.server.table.tick
        ids = [self.create(name) for name in names]
        self.server.table.tick = tick
        return ids
