"""What of a run can be taken back: judged case by case from what each system shows now. Nothing is stored here."""

import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.base import Connector
from mappings.exchange import View
from mappings.lens import Field, Refusal, Unseen
from mappings.reconcile import held_of
from mappings.reconcile.judge import frozen, seen_view, stored_view
from mappings.reconcile.model import Link, LinkChange, Parked, Side
from mappings.reconcile.removal import removal
from mappings.reconcile.undo import UNDONE, compensation, known_facts, wish
from state import claims, family
from state.history import Line
from state.mentions import is_marked
from state.runs import Run
from state.types import Claimed

from ..beside import Beside
from ..paths import with_paths
from ..remembering import all_lines
from ..report import Report
from ..sides import live_sides, with_derived
from ..sync import Step, read_systems
from ..wired import WHOLE, Scope, Wired
from .claiming import claimed_batches, left_in_doubt, left_to_others
from .model import Left, OfCase, Taking, TakingName, UndoPlan, Verb
from .traces import Place, Traces, Wrote, last_edit, traces_of

FORGOTTEN = "what it was about was forgotten"
REACHED: Mapping[str, str] = {"outcome": "won", "category": "done"}
"""Fact -> its value of what came to a good end: closed too."""
ENDS: Mapping[str, tuple[str, ...]] = {"outcome": ("withdrawn", "no_decision", "lost"), "category": ("dropped",)}
"""Fact -> its values that close a record which should not have been made, the best first."""


async def plan_undo(
    wired: Wired, run: Run, *, only: str | None = None, delete: bool = False, step: Step = lambda _: None
) -> UndoPlan:
    """
    Read the systems and return what would be taken back of *run*; nothing is written.

    ONLY: of this entity and of all that belongs to it, a case's items and notes.

    DELETE: records that the run made are deleted where their connector can, not closed or detached.
    """
    report = Report(wired.shape.name)
    await read_systems(wired, sorted(wired.connectors), report, full=False, step=step)
    those = family.with_all_below(wired.store, only) if only else None
    traces = traces_of(wired.store, run.id, only=those)
    deletable = deletable_scopes(wired) if delete else frozenset()
    cases: list[OfCase] = []
    step("looking at what stands")
    for claimed, mine in claimed_batches(wired, traces):
        cases.append(judge(wired, claimed, mine, deletable=deletable))
        claims.release(wired.store, wired.worker, entities=[claimed.entity.id])
    looked_at = {case.entity.id for case in cases}
    cases += left_to_others(wired.store, {owner: each for owner, each in traces.items() if owner not in looked_at})
    cases += left_in_doubt(wired.store, run.id, those)
    made_in = {place.scope for each in traces.values() for place in each.made}
    undeletable = tuple(sorted({system for system, _ in made_in - deletable})) if delete else ()
    ordered = sorted(cases, key=lambda case: (len(case.entity.key), case.entity.key))
    beside = await _beside(wired, run, those)
    return UndoPlan(run, tuple(ordered), delete, undeletable, dict(report.trouble), beside)


async def _beside(wired: Wired, run: Run, only: Container[str] | None) -> tuple[Beside, ...]:
    """Files go before the documents: it is in this order that they may hang on each other."""
    found: list[Beside] = []
    for keeper in (wired.sharing, wired.papers):
        found += await keeper.made_by(wired, run.id, only) if keeper else ()
    return tuple(found)


def deletable_scopes(wired: Wired) -> frozenset[Scope]:
    """Return the kinds of records that the hub can delete, by system."""
    return frozenset(scope for scope in wired.scopes if can_delete(wired.connectors[scope[0]], scope[1]))


def can_delete(connector: Connector, kind: str) -> bool:
    """Say whether the hub can delete records of a kind there."""
    return connector.abilities_of(kind).deletes


# --- one case ---------------------------------------------------------------------------------------------------------


def judge(
    wired: Wired,
    claimed: Claimed,
    traces: Traces,
    *,
    deletable: frozenset[Scope],
    allowed: frozenset[TakingName] | None = None,
) -> OfCase:
    """Return what is taken back at one claimed entity (only what is ALLOWED, if that is given), and what is left."""
    wired = wired.of(claimed.entity.kind)
    sides = with_derived(wired.shape, live_sides(wired.shape, claimed.links, claimed.snapshots), claimed.snapshots)
    lines = list(all_lines(wired.store, entity=claimed.entity.id))
    desk = _Desk(wired, claimed, {_place(side.link): side for side in sides}, lines, allowed)
    made = set(traces.made)
    for place in traces.made:
        desk.made(place, deletable=place.scope in deletable)
    for wrote in traces.wrote.values():
        if wrote.place not in made:
            desk.wrote(wrote)
    for system, record in traces.let_go:
        desk.let_go(system, record)
    for place in traces.deleted:
        desk.deleted(place)
    return OfCase(claimed.entity, tuple(desk.taking), tuple(desk.left), tuple(desk.changes()))


def _place(link: Link) -> Place:
    return Place(link.system, link.kind, link.external_id)


@dataclass
class _Desk:
    """One case under judgement."""

    wired: Wired
    claimed: Claimed
    sides: Mapping[Place, Side]
    lines: list[Line]
    allowed: frozenset[TakingName] | None = None
    taking: list[Taking] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    parked: dict[Place, dict[str, Parked | None]] = field(default_factory=dict)
    removals: dict[Place, LinkChange] = field(default_factory=dict)

    def wrote(self, wrote: Wrote) -> None:
        """A field that was written comes back where our value still stands."""
        side = self.sides.get(wrote.place)
        entry = side.fields.get(wrote.field) if side else None
        why = self._closed(wrote.place, side) or ("" if entry else "the mapping no longer has this field")
        if side is None or entry is None or why:
            self._leave(wrote.place, wrote.field, why, wrote=wrote.after, since=wrote.line)
            return
        seen = seen_view(side, entry)
        if seen == wrote.before:
            return
        if is_marked(wrote.before) or is_marked(wrote.after):
            self._leave(wrote.place, wrote.field, FORGOTTEN, wrote=wrote.after, shows=wrote.after)
            return
        if isinstance(seen, Unseen) or seen != wrote.after:
            # of what was only just read the history cannot say yet who did it
            since = wrote.line if seen == stored_view(side, entry) else sys.maxsize
            self._leave(wrote.place, wrote.field, "edited since", wrote=wrote.after, shows=_shown(seen), since=since)
            return
        self._take("restore", side, entry, before=_whole(entry, wrote.before), seen=seen)

    def made(self, place: Place, *, deletable: bool) -> None:
        """A record that was made is closed, else detached; deleted where that was asked for."""
        side = self.sides.get(place)
        why = self._closed(place, side)
        edit = _edited(side) if side else None
        told = last_edit(self.lines, place)
        if side is None or why or edit or told:
            name = edit or (told.event.field if told else WHOLE)
            self._leave(place, name, why or "people have worked on it since it was made")
        elif deletable:
            self._delete(side)
        elif not self._close(side):
            self._add(Taking("detach", place), detached(place))

    def let_go(self, system: str, record: str) -> None:
        """A record that an undo took out of the sync takes part again."""
        for link in self.claimed.links:
            place = _place(link)
            if (
                (place.system, place.record) == (system, record)
                and WHOLE in link.parked
                and link.parked[WHOLE].code == UNDONE
            ):
                self._add(Taking("rejoin", place), None)

    def deleted(self, place: Place) -> None:
        """A record that an undo has deleted does not come back by itself: a new one is a person's to ask for."""
        if any(_place(link) == place and link.tombstone for link in self.claimed.links):
            back = f"casehub case restore {self.claimed.entity.key} --system {place.system}"
            self._leave(place, WHOLE, f"it was deleted; `{back}` has a new one made")

    def changes(self) -> Iterator[LinkChange]:
        """Yield what is left on the links: their wishes, and the writes that fulfil them."""
        for link in self.claimed.links:
            place = _place(link)
            if place not in self.parked:
                continue
            if place in self.removals:
                yield self.removals[place]
                continue
            after = {**link.parked, **self.parked[place]}
            parked = {name: entry for name, entry in after.items() if entry is not None}
            writes = tuple(one.write for one in self.taking if one.place == place and one.write)
            change = LinkChange(link.id, link.bases, link.seen, parked, writes, answers=link.answers)
            side = self.sides.get(place)
            yield with_paths(self.wired, side, change) if side else change

    # --- in detail ---

    def _add(self, taking: Taking, parked: Parked | None) -> None:
        """Take something back, with what is then PARKED there (None: nothing any more)."""
        if self.allowed is None or taking.name in self.allowed:
            self.taking.append(taking)
            self.parked.setdefault(taking.place, {})[taking.field] = parked

    def _closed(self, place: Place, side: Side | None) -> str:
        """Say why nothing at all can be taken back at a record; nothing where it can."""
        links = [link for link in self.claimed.links if _place(link) == place]
        if not links:
            return "it is no longer the case's record"
        if links[0].tombstone and links[0].id not in self.claimed.snapshots:
            return "the record is gone"
        if side is None:
            return "the record takes no part any more"
        return "a write to it is on its way; run a pass first" if frozen(side) else ""

    def _take(self, verb: Verb, side: Side, entry: Field, *, before: View, seen: View) -> bool:
        place, entity = _place(side.link), self.claimed.entity
        facts = {name: said.value for name, said in entity.facts.items()}
        known = known_facts(entry, facts, side.derived)
        if any(fact in entity.conflicts for fact in entry.facts):
            self._leave(place, entry.name, "in conflict now; settle that first", wrote=seen, shows=seen)
            return True
        wanted = wish(known, wrote=seen, before=before)
        write = compensation(entry, wanted, known=known, seen=seen, held=held_of(entity))
        if write is None:
            self._leave(place, entry.name, "what it showed before cannot be read any more", wrote=seen, shows=seen)
            return True
        self._add(Taking(verb, place, write), wanted)
        return True

    def _delete(self, side: Side) -> None:
        place = _place(side.link)
        wanted = removal(side.link, side.fields, "an undo took back what a run had made")
        self._add(Taking("delete", place), wanted.parked[WHOLE])
        if place in self.parked:
            self.removals[place] = wanted

    def _close(self, side: Side) -> bool:
        """Close the record where its mapping has a view for that; say whether it has."""
        channel = self.wired.shape.channels[side.link.system, side.link.kind]
        facts = {name: said.value for name, said in self.claimed.entity.facts.items()}
        for entry in side.fields.values():
            seen = seen_view(side, entry)
            fact = next((name for name in entry.facts if name in ENDS), None)
            if fact is None or entry.direction != "both" or isinstance(seen, Unseen):
                continue
            if any(entry.lens.fits(fact, end, seen) for end in (*ENDS[fact], REACHED[fact])):
                return True  # closed already
            for end in ENDS[fact]:
                view = entry.lens.write({**known_facts(entry, facts, {}), fact: end}, seen)
                closing = channel.closing.get(entry.places[0])
                if not isinstance(view, Refusal) and view != seen and (closing is None or view in closing):
                    return self._take("close", side, entry, before=view, seen=seen)
        return False

    def _leave(
        self, place: Place, field: str, why: str, *, wrote: View = None, shows: View = None, since: int = 0
    ) -> None:
        """Who edited it is told where that was after line SINCE of the history."""
        told = last_edit(self.lines, place, field or None, since=since)
        by = told.event.by if told else ""
        at = (told.event.at or told.hub_at) if told else None
        entity = self.claimed.entity
        self.left.append(Left(entity.key, place, field, why, wrote, shows, by, at, entity.kind))


def _shown(seen: "View | Unseen") -> View:
    return None if isinstance(seen, Unseen) else seen


def _whole(entry: Field, before: View) -> View:
    """A field of several places that showed nothing is written as nothing in each."""
    return dict.fromkeys(entry.places) if before is None and len(entry.places) > 1 else before


def _edited(side: Side) -> str | None:
    """Return a field that its fresh snapshot shows otherwise than the hub has seen it."""
    for entry in side.fields.values():
        if entry.direction != "once" and seen_view(side, entry) != stored_view(side, entry):
            return entry.name
    return None


def detached(place: Place) -> Parked:
    """Return the entry of a record that an undo took out of the sync."""
    text = f"#{place.record} was made by a run that was undone; it stays as it is and takes no part. "
    return Parked(UNDONE, f"{text}`casehub parked retry` lets it take part again")
