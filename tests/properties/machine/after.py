"""What is there when all is at rest, read from the hub and from the tape."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import takewhile
from typing import Any

from flows.hub.wired import WHOLE, SyncShape
from mappings.reconcile.marker import parse_marker
from state import attention, cases, history
from state.types import Whole

from .findings import Findings
from .settings import KIND
from .tape import Deed
from .world import Life


def scalars(view: Any) -> Iterator[str]:
    """Yield what a view says, its parts one by one."""
    if isinstance(view, Mapping):
        for part in view.values():
            yield from scalars(part)
    elif isinstance(view, list | tuple | set | frozenset):
        yield json.dumps(sorted(map(str, view)), ensure_ascii=False)
    else:
        yield json.dumps(view, ensure_ascii=False, default=str)


class After:
    """What is there when all is at rest."""

    def __init__(self, life: Life, found: Findings) -> None:
        self.life, self.found = life, found
        self.store = life.store
        self.wholes: list[Whole] = list(cases.cases(self.store, limit=1000).entities)
        self.shape: SyncShape = life.wired(lambda wired: wired.shape)
        self.lines = history.history(self.store, limit=1_000_000)
        self.parked = attention.parked_fields(self.store, limit=10_000)
        self.conflicts = attention.conflicts(self.store, limit=10_000)
        self.disturbed = life.disturbed
        self.undone = any(deed.what == "undone" for deed in life.tape.deeds)

    @cached_property
    def told(self) -> Mapping[tuple[str, str], set[str]]:
        """(system, entity or record) -> every view that the history or the attention list tells of."""
        told: dict[tuple[str, str], set[str]] = defaultdict(set)
        for line in self.lines:
            event = line.event
            said = {*scalars(event.old), *scalars(event.new)}
            for party in event.parties:
                told[str(party.get("system")), line.entity or ""] |= set(scalars(dict(party)))
            for who in (line.entity, line.record):
                if who and event.system:
                    told[event.system, who] |= said
        for entry in self.parked:
            if entry.parked is not None:
                told[entry.system, entry.entity or entry.record] |= set(scalars(entry.parked.view))
        for entry in self.conflicts:
            for party in entry.conflict.parties if entry.conflict else ():
                told[party.system, entry.entity or ""] |= set(scalars(party.view))
        return told

    @cached_property
    def owners(self) -> Mapping[tuple[str, str], str]:
        """(system, record) -> the entity whose it is or was."""
        owners = {(one.system, one.external_id): whole.entity.id for whole in self.wholes for one in whole.links}
        for deed in self.life.tape.deeds:
            marker = parse_marker(deed.new) if deed.what == "made" and isinstance(deed.new, str) else None
            if marker is not None:
                owners.setdefault((deed.system, deed.record), marker.entity)
        for line in self.lines:  # a record that somebody else had made, and that has gone since
            if line.entity and line.record and line.event.system:
                owners.setdefault((line.event.system, line.record), line.entity)
        return owners

    @cached_property
    def records(self) -> Mapping[str, list[tuple[str, str]]]:
        records: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for place, owner in self.owners.items():
            records[owner].append(place)
        return records

    # --- what people did, and what of it can be held against the hub ---

    def _deeds(self, whole: Whole, place: str) -> list[Deed]:
        """What people did to one place of all records of the case, and at the hub, in the order of time."""
        mine = [
            deed
            for system, record in self.records.get(whole.entity.id, ())
            for deed in self.life.tape.of(system, record)
            if deed.what == "typed" and deed.place == place
        ]
        mine += [d for d in self.life.tape.of("", whole.entity.id) if d.what == "said" and d.place == place]
        return sorted(mine, key=lambda deed: deed.at)

    def _open(self, whole: Whole, fact: str) -> bool:
        """Something is held back over this fact, or a record of the case is not what it was."""
        return (
            fact in whole.entity.conflicts
            or any(link.parked.keys() & {fact, WHOLE} for link in whole.links)
            or fact in self.disturbed
            or self.undone
        )

    def _bent(self, fact: str) -> bool:
        """Some system makes something else of this fact by itself, or does not say all of it."""
        return any(
            fact in one.get("drops", ())
            or fact == one.get("alters")
            or (fact == "title" and "title_cut" in one)
            or (fact == "next_step" and "next_step" in one)
            for one in self.life.setting["systems"].values()
        )

    def _lives(self, whole: Whole, deed: Deed) -> bool:
        return any(
            (one.system, one.external_id) == (deed.system, deed.record) and not one.tombstone for one in whole.links
        )

    def _shown_to_another(self, typed: Deed) -> bool:
        """One worker had compared before the edit and wrote after it; another one read it between, and that is told."""
        if self.life.systems[typed.system].traits(KIND).conditional_writes:
            return False
        lines = (line.event for line in self.lines if line.record == typed.record)
        told = (event for event in lines if event.system == typed.system and event.cause == "replaced unread")
        return any(event.field == typed.place and event.old == typed.new for event in told)

    def _put_back(self, typed: Deed) -> bool:
        """
        It put back just what a write of ours had replaced, before anything showed that write: by values nobody was
        there, and the write has never arrived. A change log tells, where its stamps tell the write from what was known.
        """
        traits = self.life.systems[typed.system].traits(KIND)
        dated = (
            traits.change_feed and traits.versions and not traits.conditional_writes and traits.resolution != "minute"
        )
        if traits.change_log and dated:
            return False
        before = (deed for deed in reversed(self.life.tape.of(typed.system, typed.record)) if deed.at < typed.at)
        since = takewhile(lambda deed: deed.what != "shown", before)
        ours = (deed for deed in since if deed.what == "written" and deed.place == typed.place)
        return any((deed.old or None) == (typed.new or None) for deed in ours)

    def _unseen(self, typed: Deed) -> bool:
        """The hub wrote over it before anything showed it to whoever wrote, or its own people did."""
        if self._put_back(typed):
            return True
        for deed in self.life.tape.of(typed.system, typed.record):
            if deed.at > typed.at and deed.what == "shown":
                return self._shown_to_another(typed)
            if deed.at > typed.at and deed.what in ("written", "typed") and deed.place == typed.place:
                return True
        return True
