"""A hub with cases, put there through the state layer as decisions are: `installed(store, folder)`, `seeded(store)`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.hub.files import read_catalog
from flows.hub.wiring import Installation, load_files
from mappings.canonical.values import Value
from mappings.exchange import SystemPerson, VendorRecord
from mappings.reconcile.model import Base, Conflict, Entity, Event, Fact, LinkChange, Origin, Outcome, Parked, Party
from state import commits, people
from state.store import Store
from state.types import Decided, NewLink, Snapshot, Worker
from tests.hub_builders import CRM, HUB, TRK

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"
PREFIX = {"case": "CASE", "item": "ITEM", "note": "NOTE", "client": "CLIENT", "document": "DOC", "contact": "CONTACT"}
PLAIN = ("title", "client", "next_step", "deadline", "description")


def installed(store: Store, folder: Path) -> Installation:
    """A hub of a CRM and a tracker over *store*."""
    files = {"hub.yaml": HUB, "record.crm.yaml": CRM, "record.trk.yaml": TRK}
    return Installation(folder, load_files(files, {}, catalog=read_catalog()), store)


def acquainted(store: Store) -> None:
    """The people of the CRM are known by name."""
    names = {ANNA: "Анна Ли", BORIS: "Борис Годунов", VERA: "Вера Холодная"}
    listed = [SystemPerson(str(number), name, email=mail) for number, (mail, name) in enumerate(names.items(), 7)]
    people.store_people(store, "crm", people=listed, who={one.id: one.email or "" for one in listed})


def a_conflict(fact: str = "deadline") -> Mapping[str, Conflict]:
    return {fact: Conflict(fact, None, (Party("crm", None), Party("trk", None)), "nobody decides")}


def a_parked(field_name: str = "title", code: str = "rejected") -> Mapping[str, Parked]:
    return {field_name: Parked(code, "it was refused")}


@dataclass
class Seeded:
    """Entities on their way into a store; ids and keys count from 1 within each kind."""

    store: Store
    worker: Worker
    made: list[Decided] = field(default_factory=list)
    number: int = 0
    of: dict[str, int] = field(default_factory=dict)

    def entity(
        self,
        kind: str,
        facts: Mapping[str, Value],
        *,
        parent: str = "",
        at: datetime = NOW,
        records: tuple[str, ...] = (),
        conflicts: Mapping[str, Conflict] | None = None,
        parked: Mapping[str, Parked] | None = None,
        events: tuple[Event, ...] = (),
    ) -> tuple[str, str]:
        """
        Note a new entity with a record in each of the systems RECORDS; returns its id and the key it gets.

        PARKED is set aside at the last of the records.
        """
        self.number += 1
        self.of[kind] = self.of.get(kind, 0) + 1
        own = f"e{self.number:08}"
        said = {name: Fact(value, Origin("system", "crm", at, f"#{self.number}")) for name, value in facts.items()}
        entity = Entity(own, kind, "", "presales", facts=said, conflicts=conflicts or {}, created=at, parent=parent)
        shown = {name: value for name, value in facts.items() if name in PLAIN and isinstance(value, str)}
        bases = {name: Base({name: value}, value, "lens") for name, value in shown.items()}
        links, new = [], []
        for ref, system in enumerate(records, 1):
            record = VendorRecord(system, "record", str(self.number), shown, url=f"https://{system}.example.org/{own}")
            new.append(NewLink(-ref, Snapshot(record, 0, at, at)))
            links.append(LinkChange(-ref, bases, {}, (parked or {}) if ref == len(records) else {}))
        opened = Event("opened", "", system="crm", at=at, cause=f"#{self.number} entered")
        outcome = Outcome(entity, links=links, events=[opened, *events])
        self.made.append(Decided(outcome, new_links=tuple(new), prefix=PREFIX[kind]))
        return own, f"{PREFIX[kind]}-{self.of[kind]}"

    def case(self, **facts: Any) -> tuple[str, str]:
        """Note a new case without records."""
        return self.entity("case", {"title": "Внедрение CRM", "stage": "lead", "outcome": "open", **facts})

    def under(self, kind: str, case: tuple[str, str], *, parent: str = "", **facts: Value) -> tuple[str, str]:
        """Note something that belongs to *case* (as `case` gave it)."""
        return self.entity(kind, {"case": case[1], **facts}, parent=parent or case[0])

    def put(self) -> None:
        """Store what was noted."""
        for first in range(0, len(self.made), 250):
            commits.commit(self.store, self.worker, decided=self.made[first : first + 250])
        self.made.clear()


def seeded(store: Store) -> Seeded:
    return Seeded(store, store.worker())
