"""The middle of a pass, batch by batch: claim, decide, commit; then the strangers that have to be met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mappings.exchange import VendorRecord
from mappings.reconcile.guards import Tally
from mappings.reconcile.marker import Marker
from mappings.reconcile.meeting import Meeting as Met
from mappings.reconcile.model import Link
from state import cases, claims, cursors, family, inbox, reused
from state import strangers as strangers_of
from state import waiting as waiting_for
from state.family import DOUBTED
from state.types import Batch, Claimed, Snapshot, Whole

from .deciding import Meeting, Ruling, decide_claimed, decide_new
from .kin import Kin, kin_of
from .newcomers import MAYBE, is_answered, link_with, may_be_met, only_met_in
from .notes import in_order
from .report import Report, cpu_of_hub
from .returning import replaced
from .rewording import look_at_again
from .storing import store
from .strangers import (
    COPY,
    ELSEWHERE,
    HOMELESS,
    MARKED,
    NOT_TAKEN,
    OLD_COPY,
    TIED,
    TORN,
    UNMATCHED,
    WAITS,
    being_made,
    by_who_is_left,
    has_one,
    left_over,
    markers_of,
    meeting_of,
    met_in,
    sort_strangers,
)
from .wired import Channel, Scope, SyncShape, Wired

BATCH = 250
"""Entities that are claimed, decided and stored together: they take as many statements as one of them."""

MOST_LEVELS = 6
"""So often strangers are met in one pass: what was met may be what others hang on, and those are met then."""


@dataclass(frozen=True)
class Waiting:
    """What was claimed together and is to be decided now; MEETING says where records may be made."""

    batch: Batch
    meeting: Meeting

    def __len__(self) -> int:
        return len(self.batch.cases) + len(self.batch.strangers)


@dataclass
class Deciding:
    """The deciding of one pass: counted for its guards and its report, and handed to KEEP batch by batch."""

    wired: Wired
    report: Report
    tally: Tally = field(default_factory=Tally)
    held_back: set[str] = field(default_factory=set)
    news: set[Scope] = field(default_factory=set)
    """Where strangers are to be looked at once more, because of those who may be one of them."""

    def batches(self) -> Iterator[Waiting]:
        """Give everything that waits, batch by batch; each is to be decided before the next one is asked for."""
        yield from self._in_batches({})
        for shape in self.wired.whole.each:  # a full read makes good what a pass that died has left
            self.news |= only_met_in(shape) & self.wired.all_read
        met: dict[Scope, frozenset[str]] = {}
        for _ in range(MOST_LEVELS):
            with cpu_of_hub(self.report):
                unsure = self._meet()
            if unsure is None:
                return
            met |= unsure
            yield from self._in_batches(met)

    def only(self, entity: str) -> int:
        """Decide one entity, whatever waits for it."""
        with cpu_of_hub(self.report):
            waiting = self._claimed(self._meeting({}), only=[entity])
            self._decide(waiting)
            return len(waiting)

    # --- meeting strangers ---

    def has_strangers(self, scope: Scope) -> bool:
        return strangers_of.any_strangers(self.wired.store, scope[0], kind=scope[1], other_than=NOT_TAKEN)

    def strangers(self, scope: Scope) -> list[Snapshot]:
        """Return the strangers of *scope* that might be cases of ours; copies are listed and never matched."""
        everyone = strangers_of.aside(self.wired.store, scope[0], kind=scope[1])
        nobodys = self.wired.chosen(scope).records
        met = [one for one in everyone if one.aside != NOT_TAKEN and not one.aside.startswith(MARKED)]
        return [one for one in met if one.record.id not in nobodys]

    def lone(self, scope: Scope) -> list[Whole]:
        """Return the entities of the sync, of every kind, that have no record in *scope*."""
        found = strangers_of.unlinked(self.wired.store, self.wired.shape.name, system=scope[0], kind=scope[1])
        return [whole for whole in found if whole.entity.id not in self.wired.chosen(scope).left]

    def _meeting(self, unsure: dict[Scope, frozenset[str]]) -> Meeting:
        """Where may records be made? Not before a full read, and not while strangers wait to be met."""
        store = self.wired.store
        scopes = {(make.system, make.kind) for shape in self.wired.whole.each for make in shape.makes}
        unread = {s for s in scopes if not cursors.state(store, s[0], kind=s[1]).first_read_done}
        unmet = {s for s in scopes - unread if s not in unsure and self.has_strangers(s)}
        left = {scope: self.wired.chosen(scope).left | unsure.get(scope, frozenset()) for scope in scopes}
        return Meeting(frozenset(unread), frozenset(unmet), unsure | left)

    def _meet(self) -> dict[Scope, frozenset[str]] | None:
        """
        Match strangers with the entities that have no record there, if either side has somebody new. Returns, per scope
        that is now open, the entities that a person has to match; None where there was nobody to meet.
        """
        unsure: dict[Scope, frozenset[str]] = {}
        news, self.news = self.news, set()
        for shape in self.wired.whole.each:
            for scope in sorted(met_in(shape)):
                strangers = [one for one in self.strangers(scope) if self._may_be(shape, one)]
                fresh = any(stranger.aside == UNMATCHED for stranger in strangers)
                fresh = fresh or is_answered(self.wired.store, scope, strangers)
                read = cursors.state(self.wired.store, scope[0], kind=scope[1]).first_read_done
                if read and (fresh or ((self.held_back or scope in news) and self.has_strangers(scope))):
                    unsure[scope] = unsure.get(scope, frozenset()) | self._meet_in(shape, scope, strangers)
        waited = bool(self.held_back)
        self.again(sorted(self.held_back))
        self.held_back.clear()
        return unsure if unsure or waited else None

    def _may_be(self, shape: SyncShape, stranger: Snapshot) -> bool:
        """Might the stranger be an entity of this kind? A record of a kind that others take too is theirs."""
        return stranger.aside not in (WAITS, *HOMELESS, DOUBTED) and self.wired.whole.taker(stranger.record) is shape

    def _meet_in(self, shape: SyncShape, scope: Scope, strangers: Sequence[Snapshot]) -> frozenset[str]:
        lone = [whole for whole in self.lone(scope) if whole.entity.kind == shape.entity]
        kin = kin_of(self.wired, records=[one.record for one in strangers])
        met = self.who_is_who(scope, lone, strangers, channel=shape.channels[scope], kin=kin)
        by_id = {stranger.record.id: stranger for stranger in strangers}
        for entity, record in met.pairs.items():
            self._join(entity, by_id.pop(record))
        for group in met.ambiguous:
            keys = ", ".join(sorted(whole.entity.key for whole in lone if whole.entity.id in group.entities))
            listed = [by_id.pop(record) for record in group.records if record in by_id]
            self.aside(listed, f"{MAYBE}{keys}: {group.why}", listed=True)
        rest = list(by_id.values())
        if scope in shape.born_in:
            self.keep([decide_new(self.wired, one, self._meeting({}), kin=kin) for one in rest])
        else:
            for reason, those, told in left_over(rest):
                self.aside(those, reason, listed=told)
        return frozenset(entity for group in met.ambiguous for entity in group.entities)

    def who_is_who(
        self, scope: Scope, lone: Sequence[Whole], strangers: Sequence[Snapshot], *, channel: Channel, kin: Kin
    ) -> Met:
        """Return which of the *strangers* are which of the *lone* entities."""
        return meeting_of(channel, lone, strangers, kin, apart=self.wired.chosen(scope).apart)

    # --- batches ---

    def decide(self, waiting: Waiting) -> None:
        """Decide one batch and store what was decided."""
        with cpu_of_hub(self.report):
            self._decide(waiting)

    def _in_batches(self, unsure: dict[Scope, frozenset[str]]) -> Iterator[Waiting]:
        with cpu_of_hub(self.report):
            if not unsure:  # what a pass that died has held back
                waiting_for.wake_held(self.wired.store, self.wired.whole.name)
            meeting = self._meeting(unsure)
            waiting = self._claimed(meeting)
        while waiting:
            yield waiting
            with cpu_of_hub(self.report):
                waiting = self._claimed(meeting)

    def _claimed(self, meeting: Meeting, *, only: Sequence[str] | None = None) -> Waiting:
        wired, name = self.wired, self.wired.shape.name
        batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=BATCH, sync=name, only=only)
        return Waiting(batch, meeting)

    def _decide(self, waiting: Waiting) -> None:
        wired, batch = self.wired, waiting.batch
        parted = [(claimed, link) for claimed in batch.cases for link in replaced(claimed)]
        if parted:
            batch = self.part(batch, parted)
        waits = [*(one for claimed in batch.cases for one in claimed.snapshots.values()), *batch.strangers]
        kin = kin_of(
            wired,
            entities=[claimed.entity for claimed in batch.cases],
            links=[link for claimed in batch.cases for link in claimed.links],
            records=[one.record for one in waits],
        )
        strangers = sort_strangers(wired, batch.strangers, self._owners(batch.strangers), kin)
        rulings = [decide_claimed(wired, claimed, waiting.meeting, kin=kin) for claimed in batch.cases]
        rulings += [decide_new(wired, snapshot, waiting.meeting, kin=kin) for snapshot in strangers.open]
        for reason, those in strangers.homeless:  # before what they wait for is stored, so that they are woken by that
            self.aside(those, reason, listed=reason in (TORN, TIED))
        self.keep(in_order(rulings, lambda ruling: ruling.decided.outcome.entity))
        self.aside(strangers.not_taken, NOT_TAKEN)
        for sync, those in strangers.others.items():
            self.leave(sync, those)
        self.aside(strangers.unmatched, UNMATCHED)
        for owner, marker, snapshot in strangers.ours:
            self._ours(owner, marker, snapshot)

    def _owners(self, strangers: Sequence[Snapshot]) -> dict[str, Whole]:
        """Return the cases whose markers these records carry, as far as they are ours."""
        carried = markers_of(strangers)
        return cases.entities_by_marker(self.wired.store, carried) if carried else {}

    def _ours(self, whole: Whole, marker: Marker, snapshot: Snapshot) -> None:
        """A record with our marker: settles the open create, or is a copy."""
        record = snapshot.record
        if whole.entity.sync != self.wired.shape.name:
            self.aside([snapshot], f"{ELSEWHERE} {whole.entity.key}, of another sync", listed=True)
        elif has_one(whole, record):
            self.aside([snapshot], f"{COPY} ({whole.entity.key})", listed=True)
        elif marker.generation != whole.entity.generation:
            self.aside([snapshot], f"{OLD_COPY} {whole.entity.key}", listed=True)
        elif being_made(self.wired, whole, record):
            self.busy(record)
        else:
            self._join(marker.entity, snapshot)

    def _join(self, entity: str, snapshot: Snapshot) -> None:
        """Link a record to an entity that has none there, and decide it at once."""
        record = snapshot.record
        batch = claims.claim(self.wired.store, self.wired.worker, scopes=self.wired.scopes, limit=1, only=[entity])
        for claimed in batch.cases:
            if has_one(claimed, record):  # its own has come back since the markers of this batch were looked at
                claims.release(self.wired.store, self.wired.worker, entities=[entity])
                self.aside([snapshot], f"{COPY} ({claimed.entity.key})", listed=True)
                continue
            self.keep([decide_claimed(self.wired, claimed, self._meeting({}), joined=[link_with(claimed, snapshot)])])
        if not batch.cases:
            self.busy(record)

    def keep(self, rulings: Sequence[Ruling]) -> None:
        """Store a batch of decisions and count them."""
        if not rulings:
            return
        for ruling in rulings:
            outcome = ruling.decided.outcome
            self.tally.add(outcome)
            self.report.conflicts += len(outcome.entity.conflicts)
            self.note(ruling)
        self.report.decided += len(rulings)
        wired = self.wired
        look_at_again(wired, [ruling.decided.claimed for ruling in rulings])
        store(wired, [replace(one.decided, held=True) if one.held_back else one.decided for one in rulings])

    def note(self, ruling: Ruling) -> None:
        """Remember why strangers have to be met because of what was decided."""
        entity = ruling.decided.outcome.entity
        self.news |= may_be_met(self.wired.of(entity.kind).shape, ruling.decided)
        if ruling.held_back:
            self.held_back.add(entity.id)

    def part(self, batch: Batch, parted: Sequence[tuple[Claimed, Link]]) -> Batch:
        """Part cases from records that only have the number of theirs; they are due, and those records strangers."""
        reused.part(self.wired.store, self.wired.worker, parted)
        due = {claimed.entity.id for claimed, _ in parted}
        return Batch(tuple(one for one in batch.cases if one.entity.id not in due), batch.strangers)

    def again(self, entities: Sequence[str]) -> None:
        """Entities that are to be decided once more, now that their strangers are met."""
        if entities:
            cases.mark_due(self.wired.store, entities)

    def aside(self, snapshots: Sequence[Snapshot], reason: str, *, listed: bool = False) -> None:
        """Put strangers aside until their content changes; LISTED ones are for a person."""
        for (why, left), those in by_who_is_left(self.wired, snapshots, reason).items():
            inbox.set_aside(self.wired.store, those, reason=why, left=left, listed=listed)
        if snapshots and reason in (WAITS, DOUBTED):
            family.wake_late(self.wired.store, [one.record for one in snapshots])

    def leave(self, sync: str, snapshots: Sequence[Snapshot]) -> None:
        """Leave strangers to another sync: they belong to a case of that one."""
        inbox.set_aside(self.wired.store, snapshots, reason="", left=[sync])

    def busy(self, record: VendorRecord) -> None:
        """A record of a case that another worker is deciding, or making: looked at again with the next pass."""
        inbox.hint(self.wired.store, record.system, kind=record.kind, ids=[record.id], reason="its case was busy")
