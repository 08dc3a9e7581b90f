"""Notes and attachments of the Tryton connector keep the promises, against the fake."""

from datetime import datetime, timedelta
from pathlib import Path

from connectors.base import Surroundings, SystemConnector
from connectors.tryton import TrytonConnector, TrytonSettings
from tests.contract.child_world import ChildWorld, Folder, Kind
from tests.contract.children import ChildContract
from tests.contract.tryton_fake import PASSWORD, FakeTryton, Fault
from tests.contract.tryton_rows import PERSON

MODELS = {"comment": "ir.note", "file": "ir.attachment"}
UNSHOWN = {"comment": frozenset({"private"}), "file": frozenset({"type"})}


async def no_wait(seconds: float) -> None:
    """Waits are not what is tested."""


class TrytonChildren(ChildWorld):
    author = f"user/{PERSON}"
    idle = 2

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind = kind
        self.unshown = UNSHOWN[kind]
        self.changes = kind == "file"
        self.spool = Folder(folder)
        self.server = FakeTryton()

    def connector(self, *, page_size: int = 100) -> SystemConnector:
        told = {"url": "https://tryton.test", "database": "crm", "user": "hub", "password": PASSWORD}
        around = Surroundings(
            transport=self.server.transport(), sleep=no_wait, spool=self.spool, clock=lambda: self.server.table.now
        )
        return TrytonConnector("трекер", TrytonSettings.model_validate(told), around, page_size=page_size)

    def parent(self) -> tuple[str, str]:
        return ("opportunity", str(self.server.table.create(description="Внедрение CRM")))

    def add(self, parent: tuple[str, str], words: str) -> str:
        resource = f"sale.opportunity,{parent[1]}"
        if self.kind == "comment":
            return str(self.server.others.create("ir.note", resource=resource, message=words))
        data = {"__class__": "bytes", "base64": "Pw=="}
        return str(self.server.others.create("ir.attachment", resource=resource, name=words, data=data))

    def edit(self, child: str, words: str) -> None:
        place = "message" if self.kind == "comment" else "name"
        self.server.others.edit(MODELS[self.kind], int(child), **{place: words})

    def delete(self, child: str) -> None:
        del self.server.others.rows[MODELS[self.kind]][int(child)]

    def delete_parent(self, parent: tuple[str, str]) -> None:
        self.server.table.delete(int(parent[1]))

    def now(self) -> datetime:
        return self.server.table.now

    def rest(self) -> None:
        self.server.table.now += timedelta(minutes=1)

    def lose_answer(self) -> None:
        self.server.fault = Fault("lost after", "write", times=1, model=f"model.{MODELS[self.kind]}.")


class TestComments(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return TrytonChildren("comment", folder)


class TestFiles(ChildContract):
    def make_world(self, folder: Path) -> ChildWorld:
        return TrytonChildren("file", folder)
