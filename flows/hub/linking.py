"""Linking by hand: this record is the case's, whatever the rules of the mapping say, or it is not."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mappings.exchange import Found
from mappings.reconcile.model import Event, Link
from state import cases, claims, inbox, unlinking, waiting
from state.types import Claimed, NewLink, OpenCreate, Snapshot

from .casework import Act, Busy
from .deciding import Meeting, decide_claimed
from .intake import admitted
from .storing import store
from .wired import Scope, Wired

_DOUBT = "a write to it is on its way; run a pass first, so that its end is known"


class Unlinkable(Exception):
    """What was asked for cannot be linked or unlinked; the message says why and what can be done."""


@dataclass(frozen=True)
class Linked:
    """What was linked or unlinked."""

    case: str
    scope: Scope
    record: str


def scope_of(act: Act, system: str, kind: str | None) -> Scope:
    """Return the kind of record that stands for a case in *system*. Raises Unlinkable."""
    mapped = sorted(_of(act).shape.channels)
    scopes = [scope for scope in mapped if scope[0] == system and kind in (None, scope[1])]
    if len(scopes) == 1:
        return scopes[0]
    if scopes:
        raise Unlinkable(f"{system} has several kinds of records of a case; say which: {_kinds(scopes)}")
    if system in act.wired.trouble:
        raise Unlinkable(f"{system} cannot be talked to: {act.wired.trouble[system]}")
    there = ", ".join(" ".join(scope) for scope in mapped) or "none"
    wanted = f"{system} {kind}" if kind else system
    raise Unlinkable(f"{act.wired.shape.name} maps no records of {wanted}; there is: {there}")


def _of(act: Act) -> Wired:
    """The sync as it is wired for the kind of entity that the act is about."""
    return act.wired.of(cases.by_ids(act.wired.store, [act.entity])[act.entity].entity.kind)


def _kinds(scopes: list[Scope]) -> str:
    return ", ".join(kind for _, kind in scopes)


async def link(act: Act, system: str, record: str, *, kind: str | None = None) -> Linked:
    """
    Make *record* the case's record in *system*; they are compared at once, and what differs is decided as ever.

    Raises Unlinkable where the case has a record there already, the record is another case's or does not exist;
    Busy while another worker decides the case.
    """
    scope = scope_of(act, system, kind)
    refuse_double(act, scope, record)
    wired = act.wired
    began = wired.clock()
    [found] = await wired.connectors[system].get(scope[1], [record])
    found = replace(found, record=admitted(wired, found.record)) if found.record else found
    snapshot = _stored(act, scope, found, began=began)
    claimed = _claim(act, scope)
    claimed = replace(claimed, snapshots={})  # what waits of its other records is a pass's to look at
    settles = next((one.write.key for one in claimed.creates if (one.system, one.kind) == scope), "")
    unread = frozenset((make.system, make.kind) for make in _of(act).shape.makes)  # a pass makes records, not this
    new = NewLink(-1, snapshot, settles=settles)
    decided = decide_claimed(wired, claimed, Meeting(unread=unread), joined=[new]).decided
    events = [one._replace(by=act.person) if one.what == "linked" else one for one in decided.outcome.events]
    decided = replace(decided, outcome=replace(decided.outcome, events=events), again=True)
    done = store(wired, [decided])
    if done.lost:
        raise Busy("the case or the record was changed by another worker meanwhile; do it again")
    return Linked(claimed.entity.key, scope, snapshot.record.id)


def refuse_double(act: Act, scope: Scope, record: str) -> None:
    """Raise Unlinkable where *record* is somebody's already, or the case has another record in SCOPE."""
    owner = cases.by_record(act.wired.store, scope[0], kind=scope[1], ids=[record]).get(record)
    if owner is not None:
        key = owner.entity.key
        raise Unlinkable(f"#{record} of {scope[0]} is {key}'s; `casehub case unlink {key} {scope[0]}` first")
    whole = cases.by_ids(act.wired.store, [act.entity])[act.entity]
    there = [one for one in whole.links if (one.system, one.kind) == scope]
    if there:
        key, old = whole.entity.key, there[0].external_id
        raise Unlinkable(f"{key} has #{old} in {scope[0]}; `casehub case unlink {key} {scope[0]}` first")


def _stored(act: Act, scope: Scope, found: Found, *, began: datetime) -> Snapshot:
    """Put what was read where every read record goes, and take it from there with its number."""
    store = act.wired.store
    if found.record is None:
        why = found.reason or ("it may not be read" if found.state == "refused" else "it is not there")
        raise Unlinkable(f"#{found.id} of {scope[0]} cannot be linked: {why}")
    inbox.put_found(store, [found], system=scope[0], kind=scope[1], began=began)
    snapshot = waiting.stranger(store, scope[0], kind=scope[1], record=found.record.id)
    if snapshot is None:
        raise Busy("another worker is looking at this record; do it again in a moment")
    return snapshot


def _claim(act: Act, scope: Scope) -> Claimed:
    wired = act.wired
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=1, only=[act.entity])
    if not batch.cases:
        raise Busy("another worker is deciding this case; try again in a moment")
    claimed = batch.cases[0]
    creates = [one.write for one in claimed.creates if (one.system, one.kind) == scope and not _overdue(act, one)]
    writes = [one.write for one in claimed.links if (one.system, one.kind) == scope and one.write]
    if any(write.state == "sent" for write in (*creates, *writes)):
        claims.release(wired.store, wired.worker, entities=[act.entity])
        raise Unlinkable(_DOUBT)
    return claimed


def _overdue(act: Act, create: OpenCreate) -> bool:
    """A create whose answer can no longer come: a person who has found the record may say so."""
    abilities = act.wired.connectors[create.system].abilities
    patience = timedelta(seconds=abilities.request_timeout + abilities.index_lag)
    return create.sent_at is not None and act.wired.clock() - create.sent_at > patience


def unlink(act: Act, system: str, *, kind: str | None = None) -> Linked:
    """
    Take the case's record in *system* from it. The record stays as it is; the history keeps what it held.

    Its marker no longer counts. Where the sync makes records in *system*, the next pass may make a new one; where cases
    are born, the record opens a case of its own once it changes. Raises Unlinkable, Busy.
    """
    wired = act.wired
    claimed = _claim_linked(act, system, kind)
    [record] = _links(claimed, system, kind)
    told = Event("unlinked", "", by=act.person, cause=f"#{record.external_id}")
    if not unlinking.unlink(wired.store, wired.worker, claimed, record=record, told=told):
        raise Busy("another worker has changed the case meanwhile; do it again")
    return Linked(claimed.entity.key, (record.system, record.kind), record.external_id)


def _links(claimed: Claimed, system: str, kind: str | None) -> list[Link]:
    return [one for one in claimed.links if one.system == system and kind in (None, one.kind)]


def _claim_linked(act: Act, system: str, kind: str | None) -> Claimed:
    whole = cases.by_ids(act.wired.store, [act.entity])[act.entity]
    there = [one for one in whole.links if one.system == system and kind in (None, one.kind)]
    if not there:
        names = ", ".join(sorted(one.system for one in whole.links)) or "none"
        raise Unlinkable(f"{whole.entity.key} has no record in {system}; it has one in: {names}")
    if len(there) > 1:
        raise Unlinkable(f"{whole.entity.key} has several records in {system}; say which kind: {_kinds_of(there)}")
    return _claim(act, (there[0].system, there[0].kind))


def _kinds_of(links: list[Link]) -> str:
    return ", ".join(sorted(one.kind for one in links))
