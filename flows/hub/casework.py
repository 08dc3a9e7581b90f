"""What a person does with one case: set a fact, settle a conflict, retry or leave what is parked, link by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mappings.canonical.facts import FactInfo
from mappings.canonical.show import parse
from mappings.canonical.values import Value
from mappings.reconcile import Unresolvable, chosen, retry, set_fact
from mappings.reconcile.model import Entity, Event, Link, LinkChange, Origin, Outcome, Side
from state import claims
from state.types import Claimed, Decided

from .deciding import outcome_of
from .kin import kin_of
from .sides import live_sides, with_derived
from .storing import store
from .wired import Scope, Wired


class Busy(Exception):
    """Another worker is deciding this case right now; the same command works a moment later."""


@dataclass(frozen=True)
class Act:
    """Somebody's deed at the hub: who, at which case."""

    wired: Wired
    entity: str
    person: str

    @property
    def origin(self) -> Origin:
        return Origin("person", self.person, self.wired.clock())


def set_value(act: Act, fact: str, value: Value, *, cause: str = "") -> Outcome:
    """
    Set a fact at the hub; the other systems follow with the next pass. In a conflict this is its resolution. CAUSE goes
    into the history.

    Raises Unresolvable where the fact is only read from its systems, Busy while another worker decides the case.
    """
    claimed, sides = claim_case(act)
    try:
        entity, moved, events = set_fact(claimed.entity, sides, fact, value=value, origin=act.origin)
    except Unresolvable:
        claims.release(act.wired.store, act.wired.worker, entities=[act.entity])
        raise
    events = [event._replace(cause=event.cause or cause) for event in events]
    return store_deed(act, claimed, entity, sides=moved, events=events)


def resolve(act: Act, fact: str, *, take: str | None, value: Value = None) -> Outcome:
    """
    Settle the conflict over *fact* by TAKING a party's value, or by another one.

    Raises Unresolvable where there is no such conflict or party.
    """
    claimed, sides = claim_case(act)
    conflict = claimed.entity.conflicts.get(fact)
    if conflict is None:
        claims.release(act.wired.store, act.wired.worker, entities=[act.entity])
        open_ones = ", ".join(sorted(claimed.entity.conflicts)) or "none"
        raise Unresolvable(f"{fact} is not in conflict here (in conflict: {open_ones})")
    try:
        settled = chosen(conflict, take).value if take is not None else value
    except Unresolvable:
        claims.release(act.wired.store, act.wired.worker, entities=[act.entity])
        raise
    entity, moved, events = set_fact(claimed.entity, sides, fact, value=settled, origin=act.origin)
    return store_deed(act, claimed, entity, sides=moved, events=events)


def retry_parked(act: Act, system: str, field: str) -> Outcome:
    """Forget that *field* was parked in *system*, and decide the case anew."""
    claimed, sides = claim_case(act)
    moved, event = tried_again(sides, system, field, person=act.person)
    return store_deed(act, claimed, claimed.entity, sides=moved, events=[event])


def tried_again(sides: Sequence[Side], system: str, field: str, *, person: str) -> tuple[list[Side], Event]:
    """Return *sides* without what was parked at *field* in *system*, and the line of the history that tells it."""
    moved = [replace(s, link=retry(s.link, field)) if s.link.system == system else s for s in sides]
    return moved, Event("retried", field, system=system, by=person)


def leave_parked(act: Act, system: str, field: str) -> Outcome:
    """Leave a parked field as its system shows it: off the attention list until its value or view changes."""
    claimed, sides = claim_case(act)
    moved, event = left_there(sides, system, field, person=act.person)
    return store_deed(act, claimed, claimed.entity, sides=moved, events=[event])


def leave_away(act: Act, scope: Scope, field: str) -> None:
    """As `leave_parked` where the record takes no part, so that no decision looks at it: it stays left once it does."""
    claimed, _ = claim_case(act)
    links = [_left(one, field) for one in claimed.links if (one.system, one.kind) == scope]
    changes = [LinkChange(one.id, one.bases, one.seen, one.parked, answers=one.answers) for one in links]
    outcome = Outcome(claimed.entity, changes, events=[told_left(scope[0], field, person=act.person)])
    _stored(act.wired.of(claimed.entity.kind), Decided(outcome, claimed, consumed={}, again=True))


def left_there(sides: Sequence[Side], system: str, field: str, *, person: str) -> tuple[list[Side], Event]:
    """As `tried_again`, with what is parked left as it is there."""
    moved = [replace(s, link=_left(s.link, field)) if s.link.system == system else s for s in sides]
    return moved, told_left(system, field, person=person)


def told_left(system: str, field: str, *, person: str) -> Event:
    """Return the line of the history that tells it."""
    return Event("left", field, system=system, by=person, cause="left as it is there")


def _left(link: Link, field: str) -> Link:
    if field not in link.parked:
        return link
    left = replace(link.parked[field], code="left", text="left as it is by a person")
    return replace(link, parked={**link.parked, field: left})


def typed(info: FactInfo, text: str) -> Value:
    """Return the value of a fact that a person wrote as *text*. Raises `show.Unreadable` with an example."""
    if info.choices and text.strip() and text.strip() not in info.choices:
        raise Unresolvable(f"{text!r} is no {info.name}; one of: {', '.join(info.choices)}")
    return parse(info.type, text)


def claim_case(act: Act) -> tuple[Claimed, list[Side]]:
    """
    Take the case for the while, with its sides as they were last decided. Raises Busy.

    What has been read since goes on waiting: whether its record has left, has only the number of ours, or was emptied
    with an account is a pass's to find out, and nobody has been shown it.
    """
    wired = act.wired
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=1, only=[act.entity])
    if not batch.cases:
        raise Busy("another worker is deciding this case; try again in a moment")
    claimed = batch.cases[0]
    shape = wired.of(claimed.entity.kind).shape
    kin = kin_of(wired, entities=[claimed.entity], links=claimed.links)
    sides = [kin.tied(side, shape) for side in live_sides(shape, claimed.links, {})]
    return claimed, with_derived(shape, sides, {})


def store_deed(
    act: Act, claimed: Claimed, entity: Entity, *, sides: Sequence[Side], events: Sequence[Event]
) -> Outcome:
    """
    Store what a person has made of a CLAIMED case: ENTITY and SIDES are as they are after it, EVENTS tell of it. What
    follows is decided at once, and once more by the next pass. Raises Busy where the case has moved since the claim.
    """
    wired = act.wired.of(entity.kind)
    outcome = outcome_of(wired, entity, sides, kin_of(wired, entities=[entity], links=claimed.links))
    outcome = replace(outcome, events=[*events, *outcome.events])
    # records that are now to be made are a pass's business, and so is what waits
    _stored(wired, Decided(outcome, claimed, consumed={}, again=True))
    return outcome


def _stored(wired: Wired, decided: Decided) -> None:
    if store(wired, [decided]).lost:
        raise Busy("the case was changed by another worker meanwhile; do it again")
