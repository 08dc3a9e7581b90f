"""
Writes of which nobody knows whether they arrived: found again and settled before anything else is decided.

A create is looked for by its marker; it is sent again only after the request's time-out and the declared lag, and only
if the search has shown something newer than the create. An update is read back by `get`.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from connectors.base import Connector
from mappings.exchange import Found, Receipt
from mappings.reconcile.marker import Marker
from state import outbox
from state.types import Outgoing, Settled

from .pushing import settle_one, store_settled, unseen_or_expected
from .times import stamp_time
from .wired import Wired


async def settle_doubts(wired: Wired, system: str) -> int:
    """Settle the doubtful writes of *system*; returns how many could be told."""
    going = await asyncio.to_thread(outbox.doubtful, wired.store, wired.worker, systems=[system])
    if not going:
        return 0
    connector = wired.connectors[system]
    settled = [await _create_in_doubt(wired, connector, one) for one in going if one.link is None]
    settled += await _updates_in_doubt(wired, connector, [one for one in going if one.link is not None])
    await asyncio.to_thread(store_settled, wired, settled)
    return sum(1 for one in settled if one.next != "sent")


async def _create_in_doubt(wired: Wired, connector: Connector, one: Outgoing) -> Settled:
    lag = connector.abilities.request_timeout + connector.abilities.index_lag
    search = await connector.find(one.kind, str(Marker(one.entity.id, one.generation)))
    if search.ids:
        found = (await connector.get(one.kind, [search.ids[0]]))[0]
        if found.record is not None:
            receipt = Receipt(one.key, "done", id=found.id, record=found.record, began=wired.clock())
            return settle_one(wired, one, receipt)
        return Settled(one.key, "sent", not_before=wired.clock() + timedelta(seconds=lag))
    waited = one.sent_at is not None and search.began - one.sent_at >= timedelta(seconds=lag)
    if waited and (search.current or _is_newer(search.newest, one)):
        return Settled(one.key, "planned", not_before=wired.clock())
    return Settled(one.key, "sent", not_before=wired.clock() + timedelta(seconds=lag))


def _is_newer(newest: str | None, one: Outgoing) -> bool:
    """ "Not there" counts only from a look-up that has shown something newer than the create."""
    shown = stamp_time(newest)
    return shown is not None and one.sent_at is not None and shown > one.sent_at


async def _updates_in_doubt(wired: Wired, connector: Connector, going: Sequence[Outgoing]) -> list[Settled]:
    settled: list[Settled] = []
    for kind in sorted({one.kind for one in going}):
        mine = [one for one in going if one.kind == kind]
        began = wired.clock()
        found = await connector.get(kind, [one.external_id or "" for one in mine])
        for one, answer in zip(mine, found, strict=True):
            settled.append(_update_in_doubt(wired, one, answer, began=began))
    return settled


def _update_in_doubt(wired: Wired, one: Outgoing, answer: Found, *, began: datetime) -> Settled:
    if answer.state == "gone":
        return Settled(one.key, "due", gone=answer.reason or "no longer there", due=True)
    if answer.record is None:
        return Settled(one.key, "sent", not_before=wired.clock() + timedelta(minutes=5))
    channel = wired.shape.channels[one.system, one.kind]
    if unseen_or_expected(one, answer.record, channel):
        return Settled(one.key, "due", record=answer.record, began=began, rest=True, due=True)
    receipt = Receipt(one.key, "done", id=answer.id, record=answer.record, began=began)
    return settle_one(wired, one, receipt)
