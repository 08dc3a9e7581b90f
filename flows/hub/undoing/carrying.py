"""
Carrying an undo out. The wishes are stored before the first request leaves, so that a pass goes on where an undo died;
every write goes through the outbox and is compared before it is sent. An undo is a run of its own and can be undone.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.errors import ConnectorError
from mappings.reconcile.judge import last_seen
from mappings.reconcile.model import Event, Link, Outcome
from mappings.reconcile.removal import NOT_DELETED
from mappings.reconcile.undo import UNDOING, UNDONE
from state import cases, commits, runs, workers
from state.runs import Run
from state.types import Decided

from ..beside import Beside
from ..pushing import push_batch
from ..running import heartbeat
from ..sending import take_batch
from ..wired import WHOLE, Wired
from .claiming import BUSY, claimed_batches
from .judging import judge
from .model import OfCase, Taking, UndoPlan
from .traces import DETACHED, Place, traces_of

WHAT = "undo"
"""What kind of run an undo is."""
MOVED = "moved meanwhile; left as it is"


@dataclass
class Undone:
    """What became of an undo. NOT_DONE: what was planned and did not happen, with the reason."""

    run: Run
    done: list[tuple[str, Taking]] = field(default_factory=list)
    not_done: list[tuple[str, Taking, str]] = field(default_factory=list)
    trouble: dict[str, str] = field(default_factory=dict)
    removed: list[Beside] = field(default_factory=list)
    """Documents and copies of files that are gone now."""
    kept: list[Beside] = field(default_factory=list)
    """Those that were to go and stay, with the reason."""

    def count(self, verb: str) -> int:
        """Return how much of one kind was taken back."""
        return sum(1 for _, taking in self.done if taking.verb == verb)


async def carry_out(wired: Wired, plan: UndoPlan, *, by: str) -> Undone:
    """Take back what *plan* shows and nothing else; what has moved since it was made is left."""
    store = wired.store
    begun = runs.start(store, wired.shape.name, what=WHAT, by=by)
    wired.run = begun.id
    result = Undone(begun, trouble=dict(plan.trouble))
    try:
        async with heartbeat(wired):
            reached = await asyncio.to_thread(_store_wishes, wired, plan, by)
            await _remove(wired, plan, result)
            await _push(wired, result)
            await asyncio.to_thread(_look_back, wired, plan, result, reached)
    except BaseException as error:
        runs.finish(store, begun, state="failed", text=type(error).__name__)
        raise
    finally:
        workers.retire(store, wired.worker)
    result.run = runs.finish(store, begun, counts=_counts(plan, result), text=f"of run {plan.run.id}")
    return result


# --- the wishes -------------------------------------------------------------------------------------------------------


def _store_wishes(wired: Wired, plan: UndoPlan, by: str) -> frozenset[str]:
    """Return the entities at which they stand now; another worker may have had the rest."""
    allowed = frozenset(taking.name for _, taking in plan.taking)
    deletable = frozenset(taking.place.scope for _, taking in plan.taking if taking.verb == "delete")
    wanted = {case.entity.id for case in plan.cases if case.taking}
    traces = {owner: each for owner, each in traces_of(wired.store, plan.run.id).items() if owner in wanted}
    reached: set[str] = set()
    for claimed, mine in claimed_batches(wired, traces):
        case = judge(wired, claimed, mine, deletable=deletable, allowed=allowed)
        decided = Decided(_outcome(case, by=by), claimed, consumed={}, again=True)
        done = commits.commit(
            wired.store, wired.worker, decided=[decided], run=wired.run, mapping=wired.shape.fingerprint
        )
        reached |= {case.entity.id} - set(done.lost)
    return frozenset(reached)


def _outcome(case: OfCase, *, by: str) -> Outcome:
    """Only wishes are stored: what waits in the inbox is a pass's business, so the entity is looked at again."""
    events = [
        Event(DETACHED, "", new=one.place.record, system=one.place.system, by=by, cause="takes no part any more: undo")
        for one in case.taking
        if one.verb == "detach"
    ]
    events += [
        Event("returned", "", new=one.place.record, system=one.place.system, by=by, cause="takes part again: undo")
        for one in case.taking
        if one.verb == "rejoin"
    ]
    return Outcome(case.entity, case.changes, events=tuple(events))


# --- requests ---------------------------------------------------------------------------------------------------------


async def _push(wired: Wired, result: Undone) -> None:
    """Send the writes of this run; a system that fails is told, and a pass goes on there."""
    for name in sorted(wired.connectors):
        try:
            while going := await take_batch(wired, name, run=wired.run):
                pushed = await push_batch(wired, name, going)
                if pushed.postponed == pushed.sent:
                    break
        except ConnectorError as error:
            result.trouble[name] = str(error)


async def _remove(wired: Wired, plan: UndoPlan, result: Undone) -> None:
    """Take documents and copies away, before the records that files hang on."""
    for one in plan.removing:
        keeper = wired.papers if one.what == "document" else wired.sharing
        try:
            why = await keeper.take_away(wired, one) if keeper else "hub.yaml no longer asks for such things"
        except ConnectorError as error:
            why = str(error)
        if why:
            result.kept.append(replace(one, why=why))
        else:
            result.removed.append(one)


# --- what became of it ------------------------------------------------------------------------------------------------


def _look_back(wired: Wired, plan: UndoPlan, result: Undone, reached: frozenset[str]) -> None:
    """Compare what was planned with what the records show now; REACHED are the entities that could be claimed."""
    told = {taking.name for _, taking, _ in result.not_done}
    stands = cases.by_ids(wired.store, [case.entity.id for case in plan.cases if case.taking])
    for case in plan.cases:
        for taking in case.taking:
            links = stands[case.entity.id].links
            link = next((one for one in links if _is(one, taking.place)), None)
            why = _missed(wired.of(case.entity.kind), taking, link)
            if taking.name in told:
                continue
            if why:
                why = why if case.entity.id in reached else BUSY
                result.not_done.append((case.entity.key, taking, why))
            else:
                result.done.append((case.entity.key, taking))


def _is(link: Link, place: Place) -> bool:
    return (link.system, link.kind, link.external_id) == (place.system, place.kind, place.record)


def _missed(wired: Wired, taking: Taking, link: Link | None) -> str:
    """Say why *taking* has not happened; nothing where it has."""
    if link is None:
        return "it is no longer the case's record"
    if taking.write is None:
        return _stayed(taking, link)
    entry = wired.shape.channels[link.system, link.kind].fields[taking.field]
    if last_seen(link.bases, link.seen, entry) == taking.write.view:
        return ""
    if link.write is not None:
        return "on its way; the next pass goes on"
    parked = link.parked.get(taking.field)
    return parked.text if parked and parked.code not in (UNDOING, UNDONE) else MOVED


def _stayed(taking: Taking, link: Link) -> str:
    """Say why a record stands as it did before, of which nothing was to be written; nothing where it does not."""
    whole = link.parked.get(WHOLE)
    is_out = whole is not None and whole.code == UNDONE
    match taking.verb:
        case "delete":
            return "" if link.tombstone else _kept(link)
        case "detach":
            return "" if is_out else MOVED
        case _:
            return MOVED if is_out else ""


def _kept(link: Link) -> str:
    """Say why a record that was to be deleted is still there."""
    parked = link.parked.get(WHOLE)
    if parked is not None and parked.code == NOT_DELETED:
        return parked.text
    return "on its way; the next pass goes on" if link.write is not None else "it is still there"


def _counts(plan: UndoPlan, result: Undone) -> Mapping[str, object]:
    """Numbers only, as every run keeps them."""
    updated = Counter(taking.place.system for _, taking in result.done if taking.write)
    return {"undoes": plan.run.id, "updated": dict(updated), "left": len(plan.left), "not_done": len(result.not_done)}
