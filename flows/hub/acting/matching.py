"""A record that nobody could place is a case's, because a person says so."""

from dataclasses import replace

from state import claims, waiting, workers
from state.types import NewLink

from ..casework import Act, Busy
from ..linking import Unlinkable, link, scope_of
from ..looking import title_of
from ..wiring import open_sync
from .deeds import Match
from .desk import Hand
from .foreseen import Foreseen, Prepared, mark_of
from .weighing import weigh


def match_record(hand: Hand, deed: Match) -> Prepared:
    """
    Prepare `Match`. What differs is foreseen from what was last read of the record; made, it is read anew.

    Raises Busy, Unlinkable, NoSuchCase.
    """
    whole = hand.desk.case(deed.key)
    act = hand.act(whole)
    system, kind = scope_of(act, deed.system, deed.kind or None)
    there = [one for one in whole.links if (one.system, one.kind) == (system, kind)]
    if there:
        raise Unlinkable(f"{whole.entity.key} has #{there[0].external_id} in {system} already")
    seen = replace(_foreseen(act, deed, kind), title=title_of(whole.entity), system=system, record=deed.record)
    return Prepared(seen, lambda: hand.desk.run(_linked(hand, act, deed, kind=kind)))


def _foreseen(act: Act, deed: Match, kind: str) -> Foreseen:
    wired = act.wired
    snapshot = waiting.stranger(wired.store, deed.system, kind=kind, record=deed.record)
    if snapshot is None:
        return Foreseen("match", deed.key, mark=mark_of("match", act.entity, deed.system, deed.record))
    batch = claims.claim(wired.store, wired.worker, scopes=wired.scopes, limit=1, only=[act.entity])
    if not batch.cases:
        raise Busy("another worker is deciding this case; try again in a moment")
    [claimed] = batch.cases
    seen = weigh(wired, claimed, claimed, what="match", joined=[NewLink(-1, snapshot)], told=(deed.record,))
    claims.release(wired.store, wired.worker, entities=[act.entity])  # linking claims it itself
    return seen


async def _linked(hand: Hand, act: Act, deed: Match, *, kind: str) -> None:
    """Ask the system for the record as it is now, and link it."""
    installation = hand.desk.installation
    async with open_sync(installation, act.wired.whole.name, hand.desk.make) as wired:
        try:
            await link(Act(wired, act.entity, hand.by), deed.system, deed.record, kind=kind)
        finally:
            workers.retire(installation.store, wired.worker)
