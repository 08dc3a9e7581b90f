"""Gather what is open, send what is due, remember what was told."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from state import dictionaries, leases, runs
from state.attention import Attention
from state.store import Store

from ..looking import all_conflicts, all_parked
from ..wiring import Installation
from .composing import Notice, digest, news
from .due import FAILURES, after, away, digest_day, digest_due, news_of, troubled

Send = Callable[[str, Notice], bool]
"""Sends a notice to an address; says whether it was taken."""
_EVER = timedelta(days=3650)
LEASE, EACH = "notices", 120.0
"""The lease of whoever tells, and the seconds that it lasts for each address: longer than any server is waited for."""


@dataclass
class Told:
    """What was sent: entries that were NEW to somebody, DIGESTS, and the addresses that took nothing, by number."""

    new: int = 0
    digests: int = 0
    refused: list[int] = field(default_factory=list)


def notify(installation: Installation, send: Send) -> Told:
    """
    Send what is due to every address of `notify`.

    What an address did not take is sent to it again next time; the others are not told twice because of it. Nothing is
    sent where another process tells at the same moment: after an outage Prefect begins all runs that are late at once.
    """
    store = installation.store
    held = leases.acquire(store, LEASE, worker=store.worker(), seconds=EACH * len(installation.hub.notify.attention))
    if held is None:
        return Told()
    try:
        return _all(installation, send)
    finally:
        leases.release(store, held)


def _all(installation: Installation, send: Send) -> Told:
    told, entries = Told(), _open(installation)
    for number, secret in enumerate(installation.hub.notify.attention, 1):
        address = secret.get_secret_value()
        if not _one(installation, address, entries, told=told, send=send):
            told.refused.append(number)
    return told


def _open(installation: Installation) -> tuple[Attention, ...]:
    """Return everything that waits for a person: syncs that do not run, and systems that are away, first."""
    store = installation.store
    halted = [one for one in (_halted(store, name) for name in installation.hub.syncs) if one is not None]
    failed = {one.key for one in halted if one.code == "failed"}  # an entry of those says so of all their systems
    others = _away(installation, [name for name in installation.hub.syncs if name not in failed])
    return (*halted, *others, *all_conflicts(store), *all_parked(store))


def _halted(store: Store, name: str) -> Attention | None:
    """Return an entry about the sync *name* if it does not run, with the time since when that is so."""
    found = troubled(runs.runs(store, name=name, limit=2 * FAILURES))
    return replace(found, since=runs.undone_since(store, name) or found.since) if found is not None else None


def _away(installation: Installation, syncs: Sequence[str]) -> list[Attention]:
    """Return an entry for each system that could not be talked to while *syncs* went on, with when it last answered."""
    store = installation.store
    lately = (runs.runs(store, name=name, limit=2 * FAILURES) for name in syncs)
    found = {one.system: one for last in lately for one in away(last) if one.system in installation.hub.systems}
    figures = runs.status(store) if found else ()
    answered = {name: [one.pulled_at for one in figures if one.system == name and one.pulled_at] for name in found}
    return [replace(one, since=max(answered[name], default=one.since)) for name, one in found.items()]


def _one(installation: Installation, address: str, entries: Sequence[Attention], *, told: Told, send: Send) -> bool:
    store, hub = installation.store, installation.hub
    name = f"notices:{hashlib.sha256(address.encode()).hexdigest()[:16]}"  # addresses may hold passwords
    known = dictionaries.recall(store, "", name=name, within=_EVER) or {"told": {}, "digest": ""}
    now, zone = store.clock(), hub.timezone
    kept = dict(known)
    taken = True
    new = news_of(entries, known["told"], now)
    if not new or (taken := send(address, news(new, zone))):
        kept["told"] = after(known["told"], entries, new=new, now=now)
        told.new = max(told.new, len(new))  # most often all addresses are told of the same ones
    at = hub.notify.digest
    if taken and at is not None and digest_due(at, zone, last=known["digest"], now=now):
        taken = send(address, digest(entries, zone, now))
        if taken:
            kept["digest"] = digest_day(at, zone, now).isoformat()
            told.digests += 1
    if kept != known:
        dictionaries.remember(store, "", name=name, form=kept)
    return taken
