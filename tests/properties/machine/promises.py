"""
The promises, held against the tape once nothing goes wrong any more and passes have run until they had nothing to do.

Each check is counted for its promise; what does not hold is a `Broken`.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from functools import cached_property

from flows.hub.sync import PassOptions
from state import attention, outbox
from state.types import Whole

from .after import After, scalars
from .facts import Facts
from .findings import Findings
from .links import Links
from .resting import idle, rest
from .settings import KIND
from .tape import Deed
from .world import Life


def hold_all(life: Life) -> Findings:
    """Let everything come to rest, and hold all promises."""
    found = Findings()
    if not rest(life, found):
        return found
    idle(life, found)
    after = Promises(life, found)
    after.hold()
    if not found.broken:
        _one_edit_each(life, found, after)
    return found


class Promises(Links, Facts):
    """What is held of all that is there."""

    @cached_property
    def case_of(self) -> dict[str, int]:
        """Entity -> the number of its case."""
        deals = {
            one.external_id: whole.entity.id for whole in self.wholes for one in whole.links if one.system == "crm"
        }
        return {deals[deal]: case for case, deal in self.life.deals.items() if deal in deals}

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
        self.found.count_conflicts(self.lines, self.case_of)

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
        deleted: set[tuple[str, str]] = set()
        gone: set[tuple[str, str]] = set()  # deleted, or restored and not shown to the hub since
        for deed in self.life.tape.deeds:
            record = (deed.system, deed.record)
            if deed.what == "flag" and deed.new == "deleted":
                deleted.add(record)
                gone.add(record)
            elif deed.what == "flag":
                deleted.discard(record)
            elif deed.what == "shown" and record not in deleted:  # a list that lags shows what is deleted, too
                gone.discard(record)
            elif deed.what == "made" and isinstance(deed.new, str):
                key = (deed.system, self.owners[record])
                standing = [one for one in alive[key] if (deed.system, one) not in gone]
                self.found.hold("P2", not standing, f"{deed.system}: #{deed.record} made, though there is #{standing}")
                alive[key].append(deed.record)
        linked = {(one.system, one.external_id) for whole in self.wholes for one in whole.links}
        listed = {(one.system, one.record) for one in self.parked}
        for (system, _), records in alive.items():
            for record in records:
                row = self.life.systems[system].stands(record)
                unseen = row is not None and row.away and (system, record) in gone  # restored where the hub never looks
                if row is not None and not row.deleted and not unseen:
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
        for (system, record), deeds in self.life.tape.by_record.items():
            if not system:
                continue
            last: dict[str, Deed] = {}
            again: Counter[str] = Counter()
            for deed in deeds:
                if deed.what in ("typed", "written", "dropped"):
                    before = last.get(deed.place)
                    same = before is not None and before[1:] == deed._replace(at=before.at)[1:]
                    again[deed.place] += same and deed.what == "dropped" and not self._said_between(before, deed)
                    last[deed.place] = deed
            excused = self._asked_again(system, record) if +again else 0
            for place, often in (+again).items():
                text = f"{system}#{record} {place}: {last[place].new!r} was sent {1 + often} times in vain"
                self.found.hold("P3", often <= excused + self._wished_anew(system, record, last[place]), text)
            self.found.checks["P3"] += sum(deed.what == "dropped" for deed in deeds)

    def _said_between(self, before: Deed | None, deed: Deed) -> bool:
        """Somebody has said something at the hub since, so that it may have wanted something else meanwhile."""
        owner = self.owners.get((deed.system, deed.record), "")
        said = self.life.tape.of("", owner)
        return before is not None and any(before.at < one.at < deed.at for one in said)

    def _wished_anew(self, system: str, record: str, deed: Deed) -> int:
        """So often has the hub come back to a value that it had left, as where a system showed nothing for a while."""
        owner = self.owners.get((system, record), "")
        events = [line.event for line in self.lines if line.entity == owner]
        said = [one for one in events if one.what == "set" and one.field == deed.place and str(one.new) == deed.new]
        return max(len(said) - 1, 0)

    def _asked_again(self, system: str, record: str) -> int:
        """So often was it asked to be tried once more, or was its end not known."""
        case, steps = self.case_of.get(self.owners.get((system, record), "")), self.life.history.steps
        asked = sum(one["do"] in ("remap", "undo") or (one["do"] == "retry" and one["case"] == case) for one in steps)
        return asked + self.life.counts.unclear[system, record] + self.life.counts.faults["killed"]

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
