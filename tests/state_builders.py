"""Records, pages and decisions in few words: `a_record`, `a_page`, `opened`. Valid by default."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config

from mappings.exchange import Cursor, Found, Page, VendorRecord
from mappings.reconcile.model import (
    Base,
    Entity,
    Event,
    Fact,
    FieldWrite,
    Link,
    LinkChange,
    NewRecord,
    Origin,
    Outcome,
)
from state import cases, claims, commits, inbox, migrations
from state.store import Store
from state.types import Batch, Claimed, Committed, Decided, NewLink, PutCount, Snapshot, Whole, Worker

CRM, TRACKER = ("crm", "deal"), ("tracker", "issue")
SCOPES = (CRM, TRACKER)
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is told to go on."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def a_record(
    record: str = "10",
    *,
    of: tuple[str, str] = CRM,
    version: str | None = None,
    marker: str | None = None,
    **views: Any,
) -> VendorRecord:
    return VendorRecord(*of, record, views or {"title": "Внедрение CRM"}, version=version, marker=marker)


def a_page(store: Store, *records: VendorRecord, began: datetime | None = None, **given: Any) -> Page:
    """A page whose request left now, unless told otherwise."""
    place = (records[0].system, records[0].kind) if records else CRM
    given.setdefault("cursor", Cursor(at="2026-11-21T09:00:00+03:00"))
    return Page(*place, records, began=began or store.clock(), **given)


def put(store: Store, *records: VendorRecord, began: datetime | None = None, lag: bool = False) -> PutCount:
    return inbox.put(store, a_page(store, *records, began=began), lag=lag)


def look(store: Store, *found: Found, of: tuple[str, str] = CRM, began: datetime | None = None) -> Any:
    return inbox.put_found(store, found, system=of[0], kind=of[1], began=began or store.clock())


def claim(store: Store, worker: Worker, **given: Any) -> Batch:
    return claims.claim(store, worker, scopes=given.pop("scopes", SCOPES), limit=given.pop("limit", 100), **given)


def a_fact(value: Any, system: str = "crm") -> Fact:
    return Fact(value, Origin("system", system, START, "#10"))


def an_entity(number: int | str = 1, **facts: Any) -> Entity:
    said = facts or {"title": "Внедрение CRM"}
    values = {name: a_fact(value) for name, value in said.items()}
    return Entity(f"entity{number:0>4}", "case", "", "presales", facts=values)


def a_change(link: int, title: Any = "Внедрение CRM", **given: Any) -> LinkChange:
    """What a link is left with when it says *title*."""
    bases = {"title": Base({"title": title}, title, "lens")}
    return LinkChange(link, given.pop("bases", bases), given.pop("seen", {}), given.pop("parked", {}), **given)


def a_write(title: Any, expected: Any = "Внедрение CRM") -> FieldWrite:
    return FieldWrite("title", {"title": title}, title, expected)


def an_event(what: str = "set", **given: Any) -> Event:
    return Event(what, given.pop("field", "title"), **given)


def opening(
    snapshot: Snapshot,
    number: int | str = 1,
    *,
    creates: Sequence[NewRecord] = (),
    parked: Mapping[str, Any] | None = None,
) -> Decided:
    """A stranger becomes a new entity."""
    title = snapshot.record.views.get("title")
    outcome = Outcome(
        an_entity(number, title=title),
        links=[a_change(-1, title, parked=parked or {})],
        creates=creates,
        events=[an_event("opened", field="", system=snapshot.record.system)],
    )
    return Decided(outcome, new_links=(NewLink(-1, snapshot),))


def opened(store: Store, worker: Worker, *records: VendorRecord, creates: Sequence[NewRecord] = ()) -> list[Whole]:
    """Open one entity per record, as a first pass does."""
    put(store, *(records or (a_record(),)))
    strangers = claim(store, worker).strangers
    decided = [opening(stranger, number, creates=creates) for number, stranger in enumerate(strangers, 1)]
    commits.commit(store, worker, decided=decided)
    found = cases.by_ids(store, [one.outcome.entity.id for one in decided])
    return [found[one.outcome.entity.id] for one in decided]


def linked(store: Store, worker: Worker, *, title: str = "Внедрение CRM") -> Whole:
    """One entity with a deal 10 in the CRM and an issue 41 in the tracker, both agreed."""
    put(store, a_record(title=title))
    put(store, a_record("41", of=TRACKER, title=title))
    deal, issue = sorted(claim(store, worker).strangers, key=lambda one: one.record.system)
    outcome = Outcome(an_entity(title=title), links=[a_change(-1, title), a_change(-2, title)])
    commits.commit(store, worker, decided=[Decided(outcome, new_links=(NewLink(-1, deal), NewLink(-2, issue)))])
    return the(store)


def the(store: Store, number: int | str = 1) -> Whole:
    name = f"entity{number:0>4}"
    return cases.by_ids(store, [name])[name]


def link_in(whole: Whole | Claimed, system: str) -> Link:
    return next(link for link in whole.links if link.system == system)


def decided(
    store: Store,
    worker: Worker,
    claimed: Claimed,
    *changes: LinkChange,
    creates: Sequence[NewRecord] = (),
    events: Sequence[Event] = (),
    entity: Entity | None = None,
    **given: Any,
) -> Committed:
    """Commit one decision about *claimed*."""
    outcome = Outcome(entity or claimed.entity, links=changes, creates=creates, events=events)
    return commits.commit(store, worker, decided=[Decided(outcome, claimed, **given)])


def due_claim(store: Store, worker: Worker, whole: Whole | None = None) -> Claimed:
    """Claim one entity whatever waits."""
    name = (whole or the(store)).entity.id
    return claim(store, worker, only=[name]).cases[0]


def planned(store: Store, worker: Worker, *, title: str = "Новое", system: str = "tracker") -> Whole:
    """Plan to write *title* to the record of the one entity in *system*."""
    claimed = due_claim(store, worker)
    at = link_in(claimed, system)
    change = replace(a_change(at.id), write=(a_write(title),))
    decided(store, worker, claimed, change, entity=replace(claimed.entity, facts={"title": a_fact(title)}))
    return the(store)


def hinted(store: Store, of: tuple[str, str] = CRM) -> list[str]:
    return [one.id for one in inbox.hints(store, of[0], kind=of[1], limit=10)]


def revised(conn: sa.Connection, work: Callable[[Config, str], None], to: str) -> None:
    """Have Alembic WORK (upgrade or downgrade) on the tables."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = conn
    work(config, to)
