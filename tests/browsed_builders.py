"""A hub with many cases, put there through the state layer: `browsed(store)` and `a_case(...)` in few words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.hub.files import read_catalog
from flows.hub.wiring import Installation, load_files
from mappings.canonical.values import Value
from mappings.reconcile.model import Entity, Fact, Origin, Outcome
from state import commits
from state.store import Store
from state.types import Decided, Worker
from tests.hub_builders import CRM, HUB, TRK

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"


def installed(store: Store, folder: Path) -> Installation:
    """A hub of a CRM and a tracker over *store*."""
    files = {"hub.yaml": HUB, "record.crm.yaml": CRM, "record.trk.yaml": TRK}
    return Installation(folder, load_files(files, {}, catalog=read_catalog()), store)


@dataclass
class Seeded:
    """Puts entities into a store, as decisions do; ids and keys count from 1."""

    store: Store
    worker: Worker
    made: list[Decided] = field(default_factory=list)
    number: int = 0

    def entity(self, kind: str, *, parent: str = "", at: datetime = NOW, **facts: Value) -> str:
        """Note a new entity; returns its id."""
        self.number += 1
        own = f"e{self.number:08}"
        said = {name: Fact(value, Origin("system", "crm", at, f"#{self.number}")) for name, value in facts.items()}
        entity = Entity(own, kind, "", "presales", facts=said, created=at, parent=parent)
        self.made.append(Decided(Outcome(entity), prefix={"case": "CASE"}.get(kind, kind.upper())))
        return own

    def case(self, **facts: Value) -> str:
        """Note a new case."""
        said: dict[str, Any] = {"title": "Внедрение CRM", "stage": "lead", "outcome": "open", **facts}
        return self.entity("case", **said)

    def store_all(self) -> Mapping[str, str]:
        """Store what was noted; returns id -> key."""
        keys: dict[str, str] = {}
        for first in range(0, len(self.made), 500):
            part = self.made[first : first + 500]
            keys |= commits.commit(self.store, self.worker, decided=part).keys
        self.made.clear()
        return keys


def seeded(store: Store) -> Seeded:
    return Seeded(store, store.worker())
