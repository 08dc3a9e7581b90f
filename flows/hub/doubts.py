"""
Writes of which nobody knows whether they arrived: found again and settled before anything else is decided.

A create is looked for by its marker; it is sent again only after the request's time-out and the declared lag, and only
if the search is as new as that and shows what the hub has made before: a list may hide what is there, be it for rights
that were taken away. Where records carry no marker, what was made before is asked for by its id. An update is read
back by `get`; where the record shows what the update was to replace, what a list has shown meanwhile or its change log
tell whether somebody has put that back.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Connector, Search
from connectors.errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater
from mappings.exchange import Create, Found, Receipt, Update, VendorRecord, Views
from mappings.reconcile.marker import Marker
from mappings.reconcile.model import LinkChange, Parked
from state import attention, cases, inbox, outbox, waiting
from state.arrivals import UNREAD
from state.history import record_history
from state.outbox import Made
from state.types import Outgoing, Settled

from .intake import admitted
from .pushing import make_write, settle_one, store_settled, unseen_or_expected
from .sides import record_made
from .times import stamp_time
from .wired import IN_DOUBT, WHOLE, Wired


async def settle_doubts(wired: Wired, system: str) -> int:
    """Settle the doubtful writes of *system*; returns how many could be told."""
    sync = wired.shape.name
    going = await asyncio.to_thread(outbox.doubtful, wired.store, wired.worker, systems=[system], sync=sync)
    if not going:
        return 0
    connector = wired.connectors[system]
    settled = await _creates_in_doubt(wired, connector, [one for one in going if one.link is None])
    settled += await _updates_in_doubt(wired, connector, [one for one in going if one.link is not None])
    await asyncio.to_thread(store_settled, wired, settled)
    return sum(1 for one in settled if one.next != "sent")


async def _creates_in_doubt(wired: Wired, connector: Connector, going: Sequence[Outgoing]) -> list[Settled]:
    settled: list[Settled] = []
    absent: list[Outgoing] = []
    told: defaultdict[str, set[str]] = defaultdict(set)  # by kind; of two alike, each is one
    for one in going:
        found = await _create_in_doubt(wired, connector, one, told[one.kind])
        if found is None:
            absent.append(one)
            continue
        settled.append(found)
        if found.external_id is not None:
            told[one.kind].add(found.external_id)
    for kind in dict.fromkeys(one.kind for one in absent):
        settled += await _not_there(wired, connector, [one for one in absent if one.kind == kind], told[kind])
    return settled


async def _create_in_doubt(wired: Wired, connector: Connector, one: Outgoing, told: Collection[str]) -> Settled | None:
    """Return what became of a create; None where it is time to say so, and the search does not show it."""
    try:
        return await _look_for(wired, connector, one, told)
    except (AuthFailed, RetryLater):
        raise
    except ConnectorError as error:  # it is this record that cannot be looked for; the others go on
        return _unknown(wired, one, str(error))


async def _look_for(wired: Wired, connector: Connector, one: Outgoing, told: Collection[str]) -> Settled | None:
    search = await _search(wired, connector, one)
    later = wired.clock() + _patience(connector, one)
    ids = await asyncio.to_thread(_nobodys, wired, one, search.ids, told)
    if ids:
        found = (await connector.get(one.kind, [ids[0]]))[0]
        return Settled(one.key, "sent", not_before=later) if found.record is None else _found(wired, one, found.record)
    if one.sent_at is None or search.began - one.sent_at < _patience(connector, one):
        return Settled(one.key, "sent", not_before=later)
    if not (search.current or _is_newer(search.newest, one)):
        return _unknown(wired, one, f"{one.system} has shown nothing newer since, so its search may be behind")
    return None


def _patience(connector: Connector, one: Outgoing) -> timedelta:
    """So long after a create it may still be on its way, or not be found yet."""
    abilities = connector.abilities_of(one.kind)
    return timedelta(seconds=abilities.request_timeout + abilities.index_lag)


async def _not_there(
    wired: Wired, connector: Connector, going: Sequence[Outgoing], told: Collection[str]
) -> list[Settled]:
    """
    The search is as new as it has to be and shows none of *going*, of one kind: they are sent again if it shows what is
    known to be there, as it has with those TOLD in this round. Where nothing of our making is known yet, it has to be
    empty twice.
    """
    system, kind = going[0].system, going[0].kind
    again = [_once_more(wired, one) for one in going]
    if told:
        return again
    made = await asyncio.to_thread(outbox.made, wired.store, system, kind=kind)
    if not made:
        return [await _nothing_known(wired, connector, one) for one in going]
    why = f"the search does not find #{made[0].record} either, which the hub has made before"
    try:
        if await _shows_one(connector, kind, made):
            return again
    except (AuthFailed, RetryLater):
        raise
    except ConnectorError as error:
        why = str(error)
    return [_unknown(wired, one, why) for one in going]


def _once_more(wired: Wired, one: Outgoing) -> Settled:
    """It is sent again, and decided anew before: the mapping may have other words by now."""
    return Settled(one.key, "planned", not_before=wired.clock(), due=True)


async def _nothing_known(wired: Wired, connector: Connector, one: Outgoing) -> Settled:
    waits = await asyncio.to_thread(attention.parked_fields, wired.store, entity_id=one.entity.id)
    if any((entry.system, entry.code) == (one.system, IN_DOUBT) for entry in waits):
        return _once_more(wired, one)
    text = f"nothing that the hub has made is known in {one.system} yet, so it is looked for once more"
    return _unknown(wired, one, text, patience=_patience(connector, one))


async def _shows_one(connector: Connector, kind: str, made: Sequence[Made]) -> bool:
    """Whether one of them is shown; some may have lost their markers, or never had one."""
    if not connector.abilities_of(kind).marker:
        found = await connector.get(kind, [one.record for one in made])
        return any(one.record is not None and one.record.in_scope for one in found)
    for one in made:
        if one.record in (await connector.find(kind, str(Marker(one.entity, one.generation)))).ids:
            return True
    return False


async def _search(wired: Wired, connector: Connector, one: Outgoing) -> Search:
    """Look for what the create may have made: by its marker, or by what it said where such records carry none."""
    if connector.abilities_of(one.kind).marker or one.sent_at is None:
        return await connector.find(one.kind, str(Marker(one.entity.id, one.generation)))
    write = await asyncio.to_thread(make_write, wired, one)
    if not isinstance(write, Create):
        raise TypeError(f"outbox row {one.key} makes no record")
    return await connector.find_sent(write, one.sent_at)


def _nobodys(wired: Wired, one: Outgoing, ids: Sequence[str], told: Collection[str]) -> list[str]:
    """Records without a marker that are linked already, or TOLD to be another's, are not the one that is looked for."""
    if wired.connectors[one.system].abilities_of(one.kind).marker or not ids:
        return list(ids)
    taken = cases.by_record(wired.store, one.system, kind=one.kind, ids=ids)
    return [record for record in ids if record not in taken and record not in told]


def _found(wired: Wired, one: Outgoing, record: VendorRecord) -> Settled:
    """It was made. Unless nothing has changed since then, a person may have been there."""
    record = admitted(wired, record)
    made = record_made(record)
    receipt = Receipt(one.key, "done", id=record.id, record=record, began=wired.clock())
    return settle_one(wired, one, receipt, found_again=made is None or made != record.stamp)


def _unknown(wired: Wired, one: Outgoing, why: str, *, patience: timedelta = timedelta(minutes=5)) -> Settled:
    """Still nobody knows: a person is told, who may look in the system."""
    key = one.entity.key
    text = (
        f"a record was to be made and no answer came; it may be there: {why}. Look for it in {one.system}: if it is "
        f"there, `casehub case link {key} {one.system} ID`; if not, `casehub parked retry {key}` sends it again"
    )
    parked = {**one.left_out, WHOLE: Parked(IN_DOUBT, text)}
    later = wired.clock() + patience
    return Settled(one.key, "sent", change=LinkChange(0, {}, {}, parked), not_before=later)


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
        found = [replace(each, record=admitted(wired, each.record)) if each.record else each for each in found]
        hidden = [answer for answer in found if answer.state == "refused"]
        if hidden:
            await asyncio.to_thread(inbox.put_found, wired.store, hidden, system=mine[0].system, kind=kind, began=began)
        for one, answer in zip(mine, found, strict=True):
            settled.append(await _update_in_doubt(wired, connector, one, answer, began=began))
    return settled


async def _update_in_doubt(
    wired: Wired, connector: Connector, one: Outgoing, answer: Found, *, began: datetime
) -> Settled:
    if one.verb == "delete" and answer.state != "refused":
        return _delete_in_doubt(wired, one, answer, began=began)
    if answer.state == "gone":
        return Settled(one.key, "due", gone=answer.reason or "no longer there", due=True)
    if answer.record is None:
        return Settled(one.key, "sent", not_before=wired.clock() + timedelta(minutes=5))
    channel = wired.of(one.entity.kind).shape.channels[one.system, one.kind]
    if not unseen_or_expected(one, answer.record, channel):
        receipt = Receipt(one.key, "done", id=answer.id, record=answer.record, began=began)
        return settle_one(wired, one, receipt)
    arrived = await _put_back(wired, connector, one, answer.record)
    if arrived is None:
        return Settled(one.key, "due", record=answer.record, began=began, rest=True, due=True)
    # It is settled by what it left there; that somebody put back what it replaced is an edit of theirs.
    made = settle_one(wired, one, Receipt(one.key, "done", id=answer.id, record=arrived, began=began))
    return replace(made, record=answer.record, rest=True, due=True)


def _dated(version: str | None) -> datetime | None:
    """Return the stamp that *version* begins with; None of one that only counts."""
    stamp = (version or "").partition(" ")[0]
    return None if stamp.isdecimal() else stamp_time(stamp)


async def _put_back(wired: Wired, connector: Connector, one: Outgoing, record: VendorRecord) -> VendorRecord | None:
    """
    Return what *record* showed once our update had arrived, if anything tells so: a list that showed it meanwhile, or
    its change log, by a change of ours behind the version over which the update was planned, by the system's own
    clock. None where nothing does.
    """
    known = _dated(one.version)
    write = await asyncio.to_thread(make_write, wired, one)
    changes = {change.place: change for change in write.changes} if isinstance(write, Update) else {}
    wrote: Views = {name: each.view for name, each in changes.items()}
    left = replace(record, views={**record.views, **wrote})
    shown: bool = await asyncio.to_thread(_was_shown, wired, one, wrote)
    if shown:
        return left
    if known is None or connector.abilities_of(one.kind).change_log.isdisjoint(changes):
        return None
    try:
        log = await connector.change_log(one.kind, record.id)
    except (Gone, Rejected):  # it cannot be asked: as if there were none
        return None
    for entry in log:
        change, at = changes.get(entry.place), stamp_time(entry.at)
        if entry.ours and change is not None and entry.new == change.view and at is not None and at > known:
            return left
    return None


def _was_shown(wired: Wired, one: Outgoing, views: Views) -> bool:
    """Say whether a list has shown *views* since the update was sent: in what waits, or what that replaced unread."""
    name, since = one.external_id or "", one.sent_at
    if since is None or not views:
        return False
    waits = waiting.stranger(wired.store, one.system, kind=one.kind, record=name)
    if waits is not None and waits.began >= since and views.items() <= waits.record.views.items():
        return True
    lines = record_history(wired.store, one.system, kind=one.kind, record=name, since=since)
    unread = {line.event.field: line.event.old for line in lines if line.event.cause == UNREAD}
    return all(place in unread and unread[place] == view for place, view in views.items())


def _delete_in_doubt(wired: Wired, one: Outgoing, answer: Found, *, began: datetime) -> Settled:
    """What is still there was not deleted: the wish stands, so it is planned again, and compared again."""
    if answer.record is not None:
        return Settled(one.key, "due", record=answer.record, began=began, rest=True, due=True)
    return settle_one(wired, one, Receipt(one.key, "gone", id=one.external_id))
