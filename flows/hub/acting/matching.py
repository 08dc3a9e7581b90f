"""A record that nobody could place is a case's, because a person says so."""

from dataclasses import replace

from mappings.reconcile.model import Link
from state import claims, waiting, workers
from state.types import Claimed, NewLink, Whole

from ..casework import Act, Busy
from ..deciding import makes_due
from ..kin import kin_of
from ..linking import Unlinkable, link, refuse_double, scope_of, unlink
from ..looking import title_of
from ..wiring import open_sync
from .deeds import Match, Part
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
    refuse_double(act, (system, kind), deed.record)
    seen = replace(_foreseen(act, deed, kind), title=title_of(whole.entity), system=system, record=deed.record)
    return Prepared(seen, lambda: hand.desk.run(_linked(hand, act, deed, kind=kind)))


def part(hand: Hand, deed: Part) -> Prepared:
    """Prepare `Part`. Raises Busy, Unlinkable, NoSuchCase."""
    whole = hand.desk.case(deed.key)
    links = [one for one in whole.links if one.system == deed.system and deed.kind in ("", one.kind)]
    if len(links) != 1:
        raise Unlinkable(f"{whole.entity.key} has {len(links) or 'no'} records in {deed.system}")
    act, [record] = hand.act(whole), links
    again = _made_again(act, whole, record)
    seen = Foreseen(
        "part",
        whole.entity.key,
        title_of(whole.entity),
        system=record.system,
        record=record.external_id,
        later=(record.system,) if again else (),
        mark=mark_of("part", act.entity, record.id, record.external_id, again),
    )
    return Prepared(seen, lambda: unlink(act, record.system, kind=record.kind))


def _made_again(act: Act, whole: Whole, record: Link) -> bool:
    """Say whether the next pass makes a record in the place of RECORD: where the sync's condition holds of the case."""
    wired, scope = act.wired.of(whole.entity.kind), (record.system, record.kind)
    rest = tuple(link for link in whole.links if link.id != record.id)
    kin = kin_of(wired, entities=[whole.entity], links=rest)
    due = makes_due(wired, whole.entity, Claimed(whole.entity, links=rest), joined=(), kin=kin)
    return scope in {(make.system, make.kind) for make in due} and whole.entity.id not in wired.chosen(scope).left


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
