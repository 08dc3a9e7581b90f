"""Of a decision that was just made, the part that a plan file names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from mappings.reconcile.model import Event, FieldWrite, LinkChange, NewRecord, Outcome, Parked
from mappings.reconcile.removal import left
from state.attention import LEFT
from state.types import Decided

from .plan_file import CaseForm, Place, PlanCase, Wish, WriteForm, wishes
from .wired import Scope

Meant: TypeAlias = Literal["link", "create", "nothing"]
"""What a person has answered about a case in one system: its record is linked, is made, or neither."""


def only(decided: Decided, meant: Mapping[Scope, Meant], trim: "Trim | None") -> Decided:
    """
    Return of a decision what was answered, and no more: what else follows from it is shown by the next plan.

    A record that nothing else was answered about is made where TRIM has it in the file as it would be made now.
    """
    outcome = decided.outcome
    made = tuple(kept for one in outcome.creates for kept in _answered(one, meant.get((one.system, one.kind)), trim))
    links = [replace(change, write=(), delete=False) for change in outcome.links]
    fewer = len(made) < len(outcome.creates) or any(change.write for change in outcome.links)
    again = "link" in meant.values() or fewer or (trim is not None and trim.again)
    return replace(decided, outcome=replace(outcome, links=links, creates=made), again=decided.again or again)


def _answered(create: NewRecord, meant: Meant | None, trim: "Trim | None") -> Iterator[NewRecord]:
    if meant == "create":
        yield create
    elif meant is None and trim is not None:
        yield from trim.as_shown(create)


@dataclass
class Trim:
    """One decision without what a person struck out of it."""

    whole: Decided
    case: CaseForm
    present: PlanCase
    by: str
    events: list[Event] = field(default_factory=list)
    again: bool = False

    def decided(self) -> Decided:
        outcome = self.whole.outcome
        links = [self._link(change) for change in outcome.links]
        creates = tuple(self._creates(outcome.creates))
        events = (*outcome.events, *self.events)
        trimmed: Outcome = replace(outcome, links=tuple(links), creates=creates, events=events)
        return replace(self.whole, outcome=trimmed, again=self.whole.again or self.again)

    def as_shown(self, create: NewRecord) -> Iterator[NewRecord]:
        """Yield *create* without what was struck out of it, if all of its lines are as the file has them."""
        place = (create.system, create.kind, "")
        shown = {line.field: line.mark for each in self.case.writes if each.place == place for line in each.fields}
        lines = self.present.writes.get(place, {})
        if shown and all(name in lines and lines[name].mark == mark for name, mark in shown.items()):
            yield from self._creates([create])

    def _link(self, change: LinkChange) -> LinkChange:
        if not change.write:
            return change
        place = self._place(change.link)
        wanted = self._wishes(place)
        if change.delete:
            return self._delete(change, place, set(wanted.values()))
        parked = dict(change.parked)
        for write in change.write:
            if wanted[write.field] == "no":
                parked[write.field] = _left(write)
                self._tell(write, place)
        kept = tuple(write for write in change.write if wanted[write.field] == "yes")
        return replace(change, write=kept, parked=parked)

    def _delete(self, change: LinkChange, place: Place, wanted: set[Wish]) -> LinkChange:
        """A record is deleted whole or not at all: its lines only say what it must still show."""
        if wanted == {"yes"}:
            return change
        if "no" not in wanted:  # the wish stands, for the next pass
            return replace(change, write=(), delete=False)
        link = next(one for one in self.whole.claimed.links if one.id == change.link) if self.whole.claimed else None
        if link is None:
            return replace(change, write=(), delete=False)
        kept, told = left(link, "struck out of a plan")
        self.events.append(told._replace(by=self.by))
        return kept

    def _creates(self, creates: Sequence[NewRecord]) -> Iterator[NewRecord]:
        for one in creates:
            place = (one.system, one.kind, "")
            if all(wish != "yes" for wish in self._wishes(place).values()):
                self.again = True
                continue
            wanted = self._wishes(place)
            unsaid = {write.field: _left(write) for write in one.fields if wanted[write.field] == "no"}
            kept = tuple(write for write in one.fields if wanted[write.field] == "yes")
            yield replace(one, fields=kept, left_out={**one.left_out, **unsaid})

    def _wishes(self, place: Place) -> dict[str, Wish]:
        write = next((each for each in self.case.writes if each.place == place), None)
        form = write or WriteForm(system=place[0], kind=place[1], record=place[2])
        wanted = wishes(self.case, form, self.present.writes[place])
        self.again = self.again or "out" in wanted.values()
        return wanted

    def _place(self, link: int) -> Place:
        for known in self.whole.claimed.links if self.whole.claimed else ():
            if known.id == link:
                return known.system, known.kind, known.external_id
        record = next(new.snapshot.record for new in self.whole.new_links if new.ref == link)
        return record.system, record.kind, record.id

    def _tell(self, write: FieldWrite, place: Place) -> None:
        cause = "struck out of a plan: left as it is there"
        self.events.append(
            Event("left", write.field, write.expected, write.view, system=place[0], by=self.by, cause=cause)
        )


def _left(write: FieldWrite) -> Parked:
    return Parked(LEFT, "left as it is by a person", write.value, write.expected)
