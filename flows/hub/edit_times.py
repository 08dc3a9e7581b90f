"""
When edits were made, for the policy `newest`: from the readings around them, and from change logs where two edits are
too near to tell. A log is asked for only then, once per conflict.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from connectors.errors import ConnectorError
from mappings.exchange import PastChange, View
from mappings.lens import Field
from mappings.reconcile.judge import seen_view, stored_view
from mappings.reconcile.model import Conflict, Interval, Link, Side
from mappings.reconcile.newest import logged_at, seen_between
from state import attention, cases, dictionaries
from state.types import Decided, Whole

from .times import stamp_time
from .wired import Wired

_EVER = timedelta(days=3650)
MOST_ASKED = 1000
"""Conflicts that are looked through in one pass."""


# --- from readings ----------------------------------------------------------------------------------------------------


def with_times(wired: Wired, sides: Sequence[Side]) -> list[Side]:
    """Return *sides* with the times of the edits that they show, where a policy of the sync asks for them."""
    asked = wired.shape.by_time
    return [replace(side, edits=_edits(wired, side, asked)) for side in sides] if asked else list(sides)


def _edits(wired: Wired, side: Side, asked: frozenset[str]) -> dict[str, Interval]:
    found = {}
    for entry in side.fields.values():
        if asked.isdisjoint(entry.facts):
            continue
        logged = wired.edits.get((side.link.system, side.link.kind, side.link.external_id, entry.name))
        if logged is not None and logged[0] == seen_view(side, entry):
            found[entry.name] = logged[1]
        elif side.fresh is not None and entry.name in side.fresh and stored_view(side, entry) != side.fresh[entry.name]:
            found[entry.name] = _between(wired, side)
    return found


def _between(wired: Wired, side: Side) -> Interval:
    abilities = wired.connectors[side.link.system].abilities_of(side.link.kind)
    lag, resolution = timedelta(seconds=abilities.index_lag), timedelta(seconds=abilities.stamp_resolution)
    # A list that did not name the record says as much as a reading that showed it unchanged. One that came after what
    # the record's own stamp says has named it, and the look-up that it asked for came later still.
    listed = wired.pulled_before.get((side.link.system, side.link.kind)) if abilities.change_feed else None
    if listed is not None and side.began is not None and listed < side.began and side.at is not None:
        asked = listed - timedelta(seconds=abilities.request_timeout)  # kept when its page was stored
        heard = seen_between(max(asked, side.after or asked), side.at, lag=lag, resolution=resolution)
        if heard.after is not None:
            return heard
    return seen_between(side.after, side.at, lag=lag, resolution=resolution)


# --- from change logs -------------------------------------------------------------------------------------------------


async def narrow(wired: Wired, systems: Sequence[str]) -> bool:
    """
    Ask the change logs about conflicts that the readings could not decide, each once; say whether cases are to be
    decided again. What a system refuses stays parked.
    """
    asked = wired.shape.by_time
    if not asked:
        return False
    known: dict[str, str] = dictionaries.recall(wired.store, "", name=_name(wired), within=_EVER) or {}
    open_ones = dict(_conflicts(wired, asked))
    fresh = {key: one for key, one in open_ones.items() if known.get(key) != _hash(one[1])}
    now = {key: _hash(conflict) for key, (_, conflict) in open_ones.items()}
    if now != known:
        dictionaries.remember(wired.store, "", name=_name(wired), form=now)
    told = set()
    for whole, conflict in fresh.values():
        if [link for link in whole.links if await _ask(wired, link, conflict, systems=systems)]:
            told.add(whole.entity.id)
    cases.mark_due(wired.store, sorted(told))
    return bool(told)


async def narrow_for_plan(wired: Wired, decided: Sequence[Decided], *, systems: Sequence[str]) -> list[str]:
    """
    As `narrow`, of decisions that nobody has stored: return the entities that would be decided otherwise.

    What a pass has asked already stays as it is: its answer is known, or there is none.
    """
    asked = wired.shape.by_time
    known: dict[str, str] = dictionaries.recall(wired.store, "", name=_name(wired), within=_EVER) or {}
    told = []
    for one in decided if asked else ():
        links = one.claimed.links if one.claimed else ()
        for fact, conflict in one.outcome.entity.conflicts.items():
            if fact not in asked or known.get(f"{one.outcome.entity.id} {fact}") == _hash(conflict):
                continue
            if [link for link in links if await _ask(wired, link, conflict, systems=systems)]:
                told.append(one.outcome.entity.id)
    return told


def _name(wired: Wired) -> str:
    return f"newest:{wired.shape.name}"


def _hash(conflict: Conflict) -> str:
    shown = repr([(party.system, party.record, party.view) for party in conflict.parties])
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _conflicts(wired: Wired, asked: frozenset[str]) -> Iterator[tuple[str, tuple[Whole, Conflict]]]:
    entries = [one for one in attention.conflicts(wired.store, limit=MOST_ASKED) if one.field in asked]
    wholes = cases.by_ids(wired.store, sorted({one.entity for one in entries if one.entity}))
    for one in entries:
        whole = wholes.get(one.entity or "")
        if whole is not None and one.conflict is not None and whole.entity.sync == wired.shape.name:
            yield f"{one.entity} {one.field}", (whole, one.conflict)


async def _ask(wired: Wired, link: Link, conflict: Conflict, *, systems: Sequence[str]) -> bool:
    """Ask the log of one party's record; say whether it told when the view that is seen was put there."""
    parties = {party.system: party.view for party in conflict.parties}
    channel = wired.shape.channels.get((link.system, link.kind))
    if link.tombstone or channel is None or link.system not in parties or link.system not in systems:
        return False
    connector = wired.connectors[link.system]
    abilities = connector.abilities_of(link.kind)
    entries = [
        entry
        for entry in channel.fields.values()
        if conflict.fact in entry.facts and len(entry.places) == 1 and entry.places[0] in abilities.change_log
    ]
    if not entries:
        return False
    try:
        log = await connector.change_log(link.kind, link.external_id)
    except ConnectorError:
        return False  # it stays parked, and a person sees it
    resolution = timedelta(seconds=abilities.stamp_resolution)
    found = [(entry, _last(log, entry, parties[link.system], resolution)) for entry in entries]
    for entry, when in found:
        if when is not None:
            wired.edits[link.system, link.kind, link.external_id, entry.name] = (parties[link.system], when)
    return any(when is not None for _, when in found)


def _last(log: Sequence[PastChange], entry: Field, view: View, resolution: timedelta) -> Interval | None:
    """When somebody else than the hub put *view* there last."""
    put = [one for one in log if one.place == entry.places[0] and one.new == view and not one.ours]
    at = stamp_time(put[-1].at) if put else None
    return logged_at(at, resolution=resolution) if at is not None else None
