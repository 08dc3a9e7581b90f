"""
The promises, held against the tape once nothing goes wrong any more and passes have run until they had nothing to do.

Each check is counted for its promise; what does not hold is a `Broken`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from flows.hub.missing import approve as approve_missing
from flows.hub.missing import missing
from flows.hub.sync import PassOptions
from flows.hub.wired import WHOLE, Channel, SyncShape
from mappings.exchange import View
from mappings.lens import Field, Unseen
from mappings.reconcile.guards import EMPTY, MAX_DELETES
from mappings.reconcile.model import Link
from state import attention, cases, history, outbox
from state.store import Store
from state.tables import metadata
from state.types import Whole

from .settings import KIND, PLAIN
from .tape import Deed
from .world import SYNC, Life

MOST_PASSES = 14
PLACES = {"position": "status", "amount": "amount"}


class Broken(NamedTuple):
    """A promise that was not kept, and how it shows."""

    promise: str
    text: str


@dataclass
class Findings:
    """What was checked, and what did not hold."""

    checks: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)
    conflicts_of: Counter[int] = field(default_factory=Counter)

    def hold(self, promise: str, holds: bool, text: str = "") -> None:
        """Count a check of *promise*."""
        self.checks[promise] += 1
        if not holds:
            self.broken.append(Broken(promise, text))


def hold_all(life: Life) -> Findings:
    """Let everything come to rest, and hold all promises."""
    found = Findings()
    if not rest(life, found):
        return found
    _idle(life, found)
    after = After(life, found)
    after.hold()
    if not found.broken:
        _one_edit_each(life, found, after)
    return found


# --- coming to rest --------------------------------------------------------------------------------------------------


def rest(life: Life, found: Findings) -> bool:
    """Passes run until they have nothing to do; say whether they came to that."""
    life.calm()
    stopped = True
    for _ in range(MOST_PASSES):
        life.clock.ahead(timedelta(minutes=6))
        life.sync(PassOptions(full=True), approved=stopped)
        report = life.last
        if report is None:
            found.hold("P6", False, "a pass came to no end")
            return False
        if any(stop.guard in (EMPTY, MAX_DELETES) for stop in report.stops):
            approve_missing(life.installation, SYNC, missing(life.installation, SYNC))
        quiet = not (stopped or report.stops or report.trouble or report.decided or any(report.writing.values()))
        stopped = bool(report.stops)
        if quiet:
            found.hold("P4", True)
            return True
    found.hold("P4", False, f"not at rest after {MOST_PASSES} passes: {report.as_json()}")
    return False


def _idle(life: Life, found: Findings) -> None:
    """A pass with nothing to do writes nothing anywhere."""
    for options in (PassOptions(), PassOptions(full=True)):
        life.clock.ahead(timedelta(minutes=1))
        before, deeds = _stored(life.store), _changes(life)
        life.sync(options)
        report = life.last
        writing = dict(report.writing) if report else {}
        found.hold("P3", not any(writing.values()) and _changes(life) == deeds, f"an idle pass wrote: {writing}")
        after = _stored(life.store)
        changed = [name for name in after if after[name] != before[name]]
        found.hold("P3", not changed, f"an idle pass changed {changed}")


def _changes(life: Life) -> int:
    return sum(1 for deed in life.tape.deeds if deed.what in ("written", "made"))


PASSING = ("touched", "began", "version", "claimed_by", "claimed_until", "not_before")
KEPT = ("entity", "link", "event", "conflict", "parked", "outbox")


def _stored(store: Store) -> dict[str, Any]:
    with Store.read(store) as conn:
        return {
            name: sorted(
                str([value for key, value in row.items() if key not in PASSING])
                for row in conn.execute(sa.select(metadata.tables[name])).mappings()
            )
            for name in KEPT
        }


# --- afterwards ------------------------------------------------------------------------------------------------------


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
            if deed.what == "made" and isinstance(deed.new, str):
                owners.setdefault((deed.system, deed.record), deed.new.partition(":")[0].partition("/")[0])
        return owners

    @cached_property
    def records(self) -> Mapping[str, list[tuple[str, str]]]:
        records: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for place, owner in self.owners.items():
            records[owner].append(place)
        return records

    def hold(self) -> None:
        """Hold all promises."""
        self._count_conflicts()
        self._nothing_lost()
        self._nothing_doubled()
        self._nothing_on_its_way()
        for deed in self.life.tape.deeds:
            if deed.what in ("written", "needless"):
                self.found.hold("P3", deed.what == "written", f"what stood there was written once more: {deed}")
        self._not_again_and_again()
        for whole in self.wholes:
            for one in whole.links:
                self._link(whole, one)
            self._facts(whole)
            self._listed(whole)
        for entry in (*self.parked, *self.conflicts):
            self.found.hold(
                "P7", bool(entry.code and (entry.text or entry.conflict)), f"an entry says nothing: {entry}"
            )

    def _count_conflicts(self) -> None:
        deals = {
            one.external_id: whole.entity.id for whole in self.wholes for one in whole.links if one.system == "crm"
        }
        mine = {deals[deal]: case for case, deal in self.life.deals.items() if deal in deals}
        for line in self.lines:
            event = line.event
            decided = event.what == "set" and event.cause not in ("", "agreed")
            if line.entity in mine and (event.what == "conflict" or decided):
                self.found.conflicts_of[mine[line.entity]] += 1

    # --- P1 ---

    def _nothing_lost(self) -> None:
        """What a person typed and the hub replaced is in the history, if the hub can have seen it."""
        for (system, record), deeds in self.life.tape.by_record.items():
            if not system:
                continue
            owner = self.owners.get((system, record), "")
            for number, typed in enumerate(deeds):
                if typed.what != "typed" or typed.new in (None, "", []) or typed.place == "marker":
                    continue
                replaced = next(
                    (d for d in deeds[number + 1 :] if d.place == typed.place and d.what in ("typed", "written")), None
                )
                if replaced is None or replaced.what == "typed":
                    continue
                self._told_of(typed, replaced, deeds[number:], owner)

    def _told_of(self, typed: Deed, replaced: Deed, since: list[Deed], owner: str) -> None:
        traits = self.life.systems[typed.system].traits(KIND)
        shown = any(deed.what == "shown" and deed.at < replaced.at for deed in since)
        known = self.told.get((typed.system, owner), set()) | self.told.get((typed.system, typed.record), set())
        if not shown and not traits.conditional_writes:  # nobody can promise it: see P1
            told = all(one in known for one in scalars(typed.new))
            self.found.checks[f"P1, in the declared window: {'told' if told else 'not seen'}"] += 1
            return
        if typed.place in self.disturbed:
            return
        seen = "seen" if shown else "unseen"
        text = f"{typed.system}#{typed.record} {typed.place}: {typed.new!r}, {seen}, was replaced by {replaced.new!r}"
        self.found.hold("P1", all(one in known for one in scalars(typed.new)), text)

    # --- P2 ---

    def _nothing_doubled(self) -> None:
        alive: dict[tuple[str, str], list[str]] = defaultdict(list)
        flags: dict[tuple[str, str], str] = {}
        for deed in self.life.tape.deeds:
            if deed.what == "flag":
                flags[deed.system, deed.record] = str(deed.new)
            elif deed.what == "made" and isinstance(deed.new, str):
                key = (deed.system, self.owners[deed.system, deed.record])
                standing = [one for one in alive[key] if flags.get((deed.system, one)) != "deleted"]
                self.found.hold("P2", not standing, f"{deed.system}: #{deed.record} made, though there is #{standing}")
                alive[key].append(deed.record)
        linked = {(one.system, one.external_id) for whole in self.wholes for one in whole.links}
        listed = {(one.system, one.record) for one in self.parked}
        for (system, _), records in alive.items():
            for record in records:
                row = self.life.systems[system].stands(record)
                if row is not None and not row.deleted:
                    known = (system, record) in linked or (system, record) in listed
                    self.found.hold("P2", known or self.undone, f"{system}#{record} is nobody's, and on no list")
        for case, deal in self.life.deals.items():
            row = self.life.systems["crm"].stands(deal)
            if row is not None and not row.deleted and not row.away:
                known = ("crm", deal) in linked or ("crm", deal) in listed
                self.found.hold("P7", known, f"deal {deal} (case {case}) is in no case and on no list")

    def _nothing_on_its_way(self) -> None:
        doubted = {(one.entity, one.system) for one in self.parked if one.code == "in doubt"}
        left = [
            one
            for one in outbox.open_writes(self.store)
            if (getattr(one, "entity", None) and one.entity.id, one.system) not in doubted
        ]
        self.found.hold("P4", not left, f"writes are still on their way: {left}")

    def _not_again_and_again(self) -> None:
        """What a system does not take is not sent once more, unless its end was in doubt or somebody asked for it."""
        drops = Counter(
            (deed.system, deed.record, deed.place, *scalars(deed.old), *scalars(deed.new))
            for deed in self.life.tape.deeds
            if deed.what == "dropped"
        )
        asked = sum(1 for step in self.life.history.steps if step["do"] in ("retry", "remap", "undo"))
        for (system, record, place, *views), often in drops.items():
            case = self.life.case_of(system, record)
            excused = asked + (self.life.counts.faults_of[case] if case is not None else 99)
            self.found.hold(
                "P3", often <= 1 + excused, f"{system}#{record} {place}: {views} sent {often} times in vain"
            )

    # --- P4 and P5 ---

    def _link(self, whole: Whole, link: Link) -> None:
        channel = self.shape.channels.get((link.system, link.kind))
        row = self.life.systems[link.system].stands(link.external_id)
        if channel is None or row is None:
            return
        if row.deleted:
            gone = link.tombstone and WHOLE in link.parked
            text = f"{whole.entity.key} {link.system}#{link.external_id} is deleted, and nobody says so"
            self.found.hold("P7", gone or self.undone, text)
            return
        self.found.hold("P4", not link.tombstone or WHOLE in link.parked, f"{link.system}#{link.external_id} lives")
        if link.tombstone:
            return
        names = [place.name for place in self.life.systems[link.system].traits(KIND).places]
        shown = {name: row.views.get(name) for name in names}
        for entry in channel.fields.values():
            self._base(whole, link, entry)
            if entry.direction != "once" and entry.facts != ("link",):
                self._field(whole, link, entry, channel=channel, view=entry.view(shown))

    def _field(self, whole: Whole, link: Link, entry: Field, *, channel: Channel, view: "View | Unseen") -> None:
        facts, told = whole.entity.facts, link.parked.keys() & {entry.name, WHOLE}
        if isinstance(view, Unseen):
            return
        for fact, key in entry.slots:
            value = facts[fact].value if fact in facts else None
            base = link.bases.get(key)
            default = base is not None and base.default and base.view == view
            if entry.direction == "out" and base is None and value is None:
                continue  # what was there before the hub had anything to say is let be
            fits = entry.lens.fits(fact, value, view)
            excused = bool(told) or fact in whole.entity.conflicts or default
            text = f"{whole.entity.key} {link.system}#{link.external_id} {entry.name}: hub {value!r}, there {view!r}"
            self.found.hold("P4" if fits else "P7", fits or excused, text)
            self.found.checks["P6"] += bool(self.parked) and fits

    def _base(self, whole: Whole, link: Link, entry: Field) -> None:
        for fact, key in entry.slots:
            base = link.bases.get(key)
            if base is None or base.lens != entry.fingerprint:
                continue
            where = f"{whole.entity.key} {link.system}#{link.external_id} {key}"
            fits = base.default or entry.lens.fits(fact, base.value.get(fact), base.view)
            self.found.hold("P5", fits, f"{where}: base {base.value} does not fit {base.view!r}")
            if len(entry.places) == 1 and link.external_id not in self.life.systems[link.system].took_over:
                shown = {"null"} | {
                    one
                    for deed in self.life.tape.of(link.system, link.external_id)
                    if deed.what in ("typed", "written") and deed.place == entry.places[0]
                    for one in (*scalars(deed.old), *scalars(deed.new))
                }
                self.found.hold("P5", set(scalars(base.view)) <= shown, f"{where}: {base.view!r} was never shown")

    # --- what nobody removed, and who said what stands ---------------------------------------------------------------

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

    def _facts(self, whole: Whole) -> None:
        for fact in PLAIN:
            if not self._open(whole, fact) and not self._bent(fact):
                self._plain(whole, fact)
        self._kept(whole, "labels", "union", lambda view: set(view or ()))
        if not any(one.get("description") for one in self.life.setting["systems"].values()):
            self._kept(whole, "description", "merge", lambda view: set(str(view).split("\n")) if view else set())

    def _bent(self, fact: str) -> bool:
        """Some system makes something else of this fact by itself, or does not say all of it."""
        return any(
            fact in one.get("defaults", ())
            or fact in one.get("drops", ())
            or fact == one.get("alters")
            or (fact == "title" and "title_cut" in one)
            or (fact == "next_step" and "next_step" in one)
            for one in self.life.setting["systems"].values()
        )

    def _plain(self, whole: Whole, fact: str) -> None:
        stands = whole.entity.facts[fact].value if fact in whole.entity.facts else None
        deeds = self._deeds(whole, fact)
        where = f"{whole.entity.key} {fact}: {stands!r} stands"
        self.found.hold("P3", stands is None or any(d.new == stands for d in deeds), f"{where}, and nobody said it")
        last = next((deed for deed in reversed(deeds) if (deed.new or None) == stands), None)
        if last is not None and last.system:
            self._not_withdrawn(last, deeds, where)
        if deeds and self.life.setting["policies"].get(fact, self.life.setting["policies"]["default"]) == "park":
            latest = deeds[-1]
            if (not latest.system and not latest.fresh) or (
                latest.system and self._lives(whole, latest) and not self._unseen(latest)
            ):
                self.found.hold("P1", (latest.new or None) == stands, f"{where}, and the last word was {latest}")

    def _not_withdrawn(self, last: Deed, deeds: list[Deed], where: str) -> None:
        later = [d for d in deeds if d.at > last.at and (d.system, d.record) == (last.system, last.record)]
        seen = [d for d in later if d.old == last.new and not self._unseen(d)]
        row = self.life.systems[last.system].stands(last.record)
        if row is not None and not row.deleted:
            self.found.hold("P1", not seen, f"{where}, which {last.system}#{last.record} has replaced: {seen[:1]}")

    def _lives(self, whole: Whole, deed: Deed) -> bool:
        return any(
            (one.system, one.external_id) == (deed.system, deed.record) and not one.tombstone for one in whole.links
        )

    def _unseen(self, typed: Deed) -> bool:
        """The hub wrote over it before anything showed it, or its own people did."""
        for deed in self.life.tape.of(typed.system, typed.record):
            if deed.at > typed.at and deed.what == "shown":
                return False
            if deed.at > typed.at and deed.what in ("written", "typed") and deed.place == typed.place:
                return True
        return True

    def _kept(self, whole: Whole, fact: str, policy: str, parts: Any) -> None:
        """What somebody added and nobody removed is there; what somebody removed is not."""
        if self.life.setting["policies"].get(fact) != policy or self._open(whole, fact):
            return
        said = whole.entity.facts.get(fact)
        stands = parts(said.value if said else None)
        narrow = {
            name for name, one in self.life.setting["systems"].items() if fact == "labels" and "vocabulary" in one
        }
        deeds = [deed for deed in self._deeds(whole, fact) if deed.system not in narrow]  # other words stay theirs
        removed = {one for deed in deeds for one in parts(deed.old) - parts(deed.new)}
        for chosen in (deed for deed in deeds if not deed.system):  # whoever decides leaves out what he does not say
            removed |= {one for deed in deeds if deed.at < chosen.at for one in parts(deed.new)} - parts(chosen.new)
        for deed in deeds:
            for one in parts(deed.new) - parts(deed.old) - removed:
                if "-" in one and self._lives(whole, deed) and not self._unseen(deed):
                    self.found.hold(
                        "kept", one in stands, f"{whole.entity.key} {fact}: {one!r} of {deed.system} is gone"
                    )
            for one in parts(deed.old) - parts(deed.new):
                again = any(one in parts(d.new) - parts(d.old) for d in deeds if d.at > deed.at)
                if "-" in one and self._lives(whole, deed) and not self._unseen(deed) and not again:
                    self.found.hold(
                        "kept", one not in stands, f"{whole.entity.key} {fact}: {one!r} is back, gone in {deed.system}"
                    )

    # --- P7 ---

    def _listed(self, whole: Whole) -> None:
        """What is held back is on the list."""
        entity = whole.entity
        listed = {(one.system, one.field) for one in self.parked if one.entity == entity.id}
        for link in whole.links:
            for name, parked in link.parked.items():
                on = parked.code == "left" or (link.system, name) in listed
                self.found.hold("P7", on, f"{entity.key} {link.system} {name} is parked ({parked.code}) and not listed")
        facts = {one.field for one in self.conflicts if one.entity == entity.id}
        self.found.hold(
            "P7", facts == set(entity.conflicts), f"{entity.key}: in conflict {set(entity.conflicts)}, listed {facts}"
        )


# --- one more edit ---------------------------------------------------------------------------------------------------


def _one_edit_each(life: Life, found: Findings, after: After) -> None:
    """Of what is at rest one edit goes everywhere within two passes."""
    wanted: list[tuple[Whole, str]] = []
    for number, whole in enumerate(after.wholes):
        live = [one for one in whole.links if not one.tombstone and not one.parked]
        fact = ("next_step", "client", "title")[number % 3]
        if len(live) < 2 or after._bent(fact) or after._open(whole, fact):
            continue
        link = live[number % len(live)]
        row = life.systems[link.system].stands(link.external_id)
        if row is None or row.deleted or row.away or whole.entity.key == "":
            continue
        life.systems[link.system].edit(KIND, link.external_id, {fact: f"потом {number}"})
        wanted.append((whole, fact))
    if not wanted:
        return
    for _ in range(2):
        life.clock.ahead(timedelta(minutes=6))
        life.sync(PassOptions(full=True))
    for whole, fact in wanted:
        for link in whole.links:
            row = life.systems[link.system].stands(link.external_id)
            if link.tombstone or row is None or row.deleted:
                continue
            shown = row.views.get(fact)
            said = str(shown).startswith("потом")
            text = f"{whole.entity.key} {link.system}#{link.external_id} {fact}: {shown!r} two passes after an edit"
            parked = {(one.entity, one.system) for one in attention.parked_fields(life.store, limit=10_000)}
            found.hold("P4", said or (whole.entity.id, link.system) in parked, text)
