"""
Planned writes: each reconcile of an entity replaces its own.

A planned update goes, or is replaced, if the decision speaks of its link; a planned create if it is not wanted any
more. A write that is `sent` is never touched: it is marked, so that its entity is due once it is settled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mappings.exchange import View
from mappings.reconcile.model import FieldWrite, OpenWrite, Parked, Verb

from . import codec
from .attention import Changes, Place
from .prepared import inserted, many
from .store import Store
from .tables import outbox
from .types import Claimed, Decided


@dataclass(slots=True)
class Plans:
    """What a commit does to the outbox."""

    run: str = ""
    mapping: str = ""
    dropped: list[str] = field(default_factory=list)
    inserted: list[dict[str, Any]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    writes: int = 0

    def collect(self, store: Store, one: Decided, *, changes: Changes) -> None:
        """Note the writes that the decision *one* wants, and those that it replaces."""
        claimed = one.claimed or Claimed(one.outcome.entity)
        self._updates(store, one, claimed)
        self._creates(store, one, claimed, changes=changes)
        open_writes = [each.write for each in claimed.links if each.write]
        open_writes += [create.write for create in claimed.creates]
        self.again += [write.key for write in open_writes if write.state == "sent"]
        self.answered += [new.settles for new in one.new_links if new.settles]

    def _updates(self, store: Store, one: Decided, claimed: Claimed) -> None:
        places = {each.id: (each.system, each.kind, each.write) for each in claimed.links}
        for new in one.new_links:
            places[new.ref] = (new.snapshot.record.system, new.snapshot.record.kind, None)
        for change in one.outcome.links:
            system, kind, before = places[change.link]
            verb: Verb = "delete" if change.delete else "update"
            self._replace(store, one, (system, kind), verb=verb, before=before, fields=change.write)

    def _creates(self, store: Store, one: Decided, claimed: Claimed, *, changes: Changes) -> None:
        before = {(create.system, create.kind): create for create in claimed.creates}
        answered = {(new.snapshot.record.system, new.snapshot.record.kind) for new in one.new_links}
        for wanted in one.outcome.creates:
            place = (wanted.system, wanted.kind)
            old = before.pop(place, None)
            self._replace(
                store,
                one,
                place,
                verb="create",
                before=old.write if old else None,
                fields=wanted.fields,
                fixed=wanted.fixed,
                left_out=wanted.left_out,
                parent=wanted.parent,
            )
            where = Place(*place, entity=one.outcome.entity.id)
            changes.fields(where, before=old.left_out if old else {}, after=wanted.left_out)
        for place, old in before.items():
            if old.write.state == "planned":
                self.dropped.append(old.write.key)
            if old.write.state == "planned" and place not in answered:
                where, stands = Place(*place, entity=one.outcome.entity.id), _parked_at(place, one, claimed)
                changes.fields(where, before=old.left_out, after=stands)
                if "" not in stands:
                    changes.unpark(where, field="")  # its making may have been in doubt

    def _replace(
        self,
        store: Store,
        one: Decided,
        place: tuple[str, str],
        *,
        verb: Verb,
        before: OpenWrite | None,
        fields: Sequence[FieldWrite],
        fixed: Mapping[str, View] | None = None,
        left_out: Mapping[str, Parked] | None = None,
        parent: tuple[str, str] | None = None,
    ) -> None:
        if before is not None and before.state == "sent":
            return
        if before is not None and verb == before.verb != "create" and tuple(fields) == before.fields:
            self.writes += 1
            return
        if before is not None:
            self.dropped.append(before.key)
        if not fields and verb == "update":
            return
        self.writes += 1
        self.inserted.append(
            {
                "key": store.fresh_id(),
                "entity": one.outcome.entity.id,
                "system": place[0],
                "kind": place[1],
                "verb": verb,
                "state": "planned",
                "fields": [codec.write_form(write) for write in fields],
                "fixed": dict(fixed or {}),
                "left_out": codec.each(left_out or {}, codec.parked_form),
                "generation": one.outcome.entity.generation,
                "mapping": self.mapping,
                "planned_at": store.clock(),
                "tries": 0,
                "again": False,
                "run": self.run,
                "parent_kind": parent[0] if parent else None,
                "parent_id": parent[1] if parent else None,
            }
        )

    def write(self, store: Store, conn: sa.Connection) -> None:
        """Write what was noted; nothing for nothing."""
        if self.dropped:
            planned = sa.delete(outbox).where(outbox.c.key.in_(self.dropped), outbox.c.state == "planned")
            conn.execute(planned)
        if self.answered:
            settled = sa.update(outbox).where(outbox.c.key.in_(self.answered))
            conn.execute(settled.values(state="settled", closed_at=store.clock(), worker=None))
        if self.again:
            late = sa.update(outbox).where(outbox.c.key.in_(self.again), outbox.c.state == "sent")
            conn.execute(late.values(again=True))
        many(conn, inserted(outbox), self.inserted)


def _parked_at(place: tuple[str, str], one: Decided, claimed: Claimed) -> Mapping[str, Parked]:
    """Return what is set aside of the record at *place*: it may have come back before it was made anew."""
    changes = {change.link: change for change in one.outcome.links}
    stands = (changes.get(each.id, each) for each in claimed.links if (each.system, each.kind) == place)
    return next((each.parked for each in stands), {})
