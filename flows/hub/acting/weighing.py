"""What follows from a deed at one claimed case, beside what follows anyway: decided in memory, nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace

from mappings.canonical.values import Value
from mappings.reconcile.model import Entity, Link, Outcome, Parked, Side
from state.types import Claimed, NewLink

from ..batches import Deciding
from ..deciding import Meeting, Ruling, decide_claimed
from ..looking import title_of
from ..plan import writes_of
from ..report import Report
from ..wired import WHOLE, Wired
from .foreseen import Becomes, Change, Foreseen, Unwritten, changes_of, marked


class _Now(Deciding):
    """Tells where records may be made as things stand."""

    def meeting(self) -> Meeting:
        return self._meeting({})


def after(claimed: Claimed, entity: Entity, sides: Sequence[Side]) -> Claimed:
    """Return *claimed* as it is once somebody has made ENTITY and SIDES of it."""
    links = {side.link.id: side.link for side in sides}
    return replace(claimed, entity=entity, links=tuple(links.get(link.id, link) for link in claimed.links))


def weigh(
    wired: Wired,
    before: Claimed,
    then: Claimed,
    *,
    what: str,
    fact: str = "",
    joined: Sequence[NewLink] = (),
    told: Sequence[object] = (),
) -> Foreseen:
    """
    Return what the next pass makes of THEN (with JOINED records) and would not make of BEFORE.

    TOLD goes into the mark.
    """
    meeting = _Now(wired, Report(wired.shape.name)).meeting()
    anyway = decide_claimed(wired, before, meeting)
    deed = decide_claimed(wired, then, meeting, joined=joined)
    came, comes = _changes(wired, anyway), _changes(wired, deed)
    changes = tuple(one for one in comes if one not in came)
    waiting = tuple(one for one in comes if one in came)
    outcome = deed.decided.outcome
    stuck = _stuck(outcome, then.links, _parked(anyway.decided.outcome, before.links))
    conflicts = tuple(sorted(_conflicts(outcome, anyway.decided.outcome, fact)))
    facts = tuple(one for one in _becomes(anyway.decided.outcome.entity, outcome.entity) if one.fact != fact)
    return Foreseen(
        what,
        then.entity.key,
        title_of(then.entity),
        fact,
        changes=changes,
        waiting=waiting,
        unwritten=stuck,
        conflicts=conflicts,
        facts=facts,
        later=tuple(sorted(link.system for link in then.links if link.write and link.write.state == "sent")),
        mark=marked(before, what, fact, changes, stuck, conflicts, facts, *told),
    )


def _changes(wired: Wired, ruling: Ruling) -> list[Change]:
    decided = ruling.decided
    links = decided.claimed.links if decided.claimed else ()
    urls = {(link.system, link.external_id): link.url or "" for link in links}
    urls |= {
        (one.snapshot.record.system, one.snapshot.record.id): one.snapshot.record.url or "" for one in decided.new_links
    }
    return changes_of(wired, writes_of(wired, decided), urls)


def _parked(outcome: Outcome, links: Sequence[Link]) -> dict[tuple[int, str], Parked]:
    """What is parked once OUTCOME is stored."""
    held = {link.id: link.parked for link in links} | {change.link: change.parked for change in outcome.links}
    return {(number, name): entry for number, entries in held.items() for name, entry in entries.items()}


def _stuck(outcome: Outcome, links: Sequence[Link], before: dict[tuple[int, str], Parked]) -> tuple[Unwritten, ...]:
    systems = {link.id: link.system for link in links}
    fresh = [(place, one) for place, one in _parked(outcome, links).items() if before.get(place) != one]
    told = [
        Unwritten(systems.get(number, ""), name, one.code, one.text)
        for (number, name), one in fresh
        if name != WHOLE and one.code != "left"
    ]
    made = [
        Unwritten(record.system, name, one.code, one.text)
        for record in outcome.creates
        for name, one in record.left_out.items()
    ]
    return (*told, *made)


def _conflicts(outcome: Outcome, anyway: Outcome, fact: str) -> set[str]:
    mine = outcome.entity.conflicts.keys()
    return {name for name in mine if name == fact or name not in anyway.entity.conflicts}


def _becomes(before: Entity, then: Entity) -> list[Becomes]:
    names = sorted(before.facts.keys() | then.facts.keys())
    pairs = [Becomes(name, _said(before, name), _said(then, name)) for name in names]
    return [one for one in pairs if one.old != one.new]


def _said(entity: Entity, name: str) -> Value:
    return entity.facts[name].value if name in entity.facts else None
