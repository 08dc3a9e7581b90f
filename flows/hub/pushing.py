"""
The end of a pass: send what is planned, and note what became of it. `sent` is stored before any request leaves.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.errors import ConnectorError
from mappings.exchange import Change, Create, Receipt, Update, VendorRecord, Write
from mappings.lens import Unseen
from mappings.reconcile import settle
from mappings.reconcile.marker import Marker
from mappings.reconcile.model import Event, FieldWrite, Link, LinkChange, OpenWrite, Parked
from mappings.reconcile.settle import Settlement, left_out
from mappings.transforms.belonging import HUNG
from state import outbox, settling
from state.types import Outgoing, Settled

from . import related
from .intake import admitted
from .kin import Kin, kin_of
from .notes import sealed_receipt
from .overwritten import overwritten, parked_for
from .paths import learn, told_where, way_on
from .patience import patiently
from .removing import CLEAR, make_delete, settle_delete, turn
from .sending import send
from .strangers import HOMELESS
from .wired import WHOLE, Channel, Wired


@dataclass(frozen=True)
class Pushed:
    """What one batch of writes came to."""

    sent: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    parked: int = 0
    postponed: int = 0

    def __add__(self, other: "Pushed") -> "Pushed":
        return Pushed(
            self.sent + other.sent,
            self.created + other.created,
            self.updated + other.updated,
            self.deleted + other.deleted,
            self.parked + other.parked,
            self.postponed + other.postponed,
        )


async def push_batch(wired: Wired, system: str, going: Sequence[Outgoing]) -> Pushed:
    """
    Send what was taken for *system* and settle it.

    Raises AuthFailed and RetryLater where not all of it was sent: the rest is planned again then. Raises LeaseLost.
    Never to be called twice with the same writes.
    """
    going = sorted(going, key=turn)
    lacking = [one for one in going if missing_facts(wired, one)]
    if lacking:
        held = [_never_made(one, _lacks(wired, one)) for one in lacking]
        await asyncio.to_thread(store_settled, wired, held)
        going = [one for one in going if one not in lacking]
    said = [write for one in going for write in one.fields]
    links = [one.link for one in going if one.link is not None]
    kin = await asyncio.to_thread(kin_of, wired, entities=[one.entity for one in going], writes=said, links=links)
    writes = await asyncio.to_thread(lambda: [make_write(wired, one, kin) for one in going])
    taken = min((one.sent_at for one in going if one.sent_at is not None), default=wired.clock())
    answers, failed = await send(wired, system, writes, taken=taken)
    receipts = [_placed(wired, one) for one in answers]
    if failed is not None and len(receipts) < len(going):
        await _postpone(wired, going[len(receipts) :], failed)
    going = going[: len(receipts)]
    shown = [receipt.record for receipt in receipts if receipt.record is not None]
    kin = await asyncio.to_thread(kin_of, wired, records=shown, known=kin)
    settled = await asyncio.to_thread(_settle, wired, going, receipts, kin=kin) if receipts else []
    if failed is not None:
        raise failed
    return _count(going, receipts, settled) + Pushed(sent=len(lacking), parked=len(lacking))


def _settle(wired: Wired, going: Sequence[Outgoing], receipts: Sequence[Receipt], *, kin: Kin) -> list[Settled]:
    """Find out what became of writes and store it: beside the event loop, which has requests to look after."""
    settled = [settle_one(wired, one, receipt, kin=kin) for one, receipt in zip(going, receipts, strict=True)]
    store_settled(wired, settled)
    return settled


def missing_facts(wired: Wired, one: Outgoing) -> list[str]:
    """Return the fields that the mapping requires of a record that is made, and that the case cannot fill."""
    if one.verb != "create":
        return []
    given = {write.field for write in one.fields}
    return sorted(wired.of(one.entity.kind).shape.channels[one.system, one.kind].mapping.required - given)


def _lacks(wired: Wired, one: Outgoing) -> Receipt:
    unsaid = [one.left_out[name].text for name in missing_facts(wired, one) if name in one.left_out]
    if unsaid:
        return Receipt(one.key, "refused", reason="; ".join(unsaid))
    names = ", ".join(missing_facts(wired, one))
    return Receipt(one.key, "refused", reason=f"the mapping requires {names}, which the case does not have yet")


def store_settled(wired: Wired, settled: Sequence[Settled]) -> None:
    """
    Store what became of writes, all in one transaction; tried again, since they have left and would be in doubt. What
    did not leave, and somebody else has taken over, is theirs.
    """
    unsent = [one.key for one in settled if one.next == "planned"]
    if unsent:
        ours = outbox.still_ours(wired.store, wired.worker, unsent)
        settled = [one for one in settled if one.next != "planned" or one.key in ours]
    run, lease, whole = wired.run, wired.lease, wired.whole
    family, ties = whole.has_families, whole.has_ties
    made = related.linked_by(settled)
    related.wake(wired.store, whole, made, HOMELESS)  # also before: a kill in between loses nobody
    patiently(lambda: settling.settle(wired.store, settled, run=run, lease=lease, family=family, ties=ties))
    related.wake(wired.store, whole, made, HOMELESS)


async def _postpone(wired: Wired, going: Sequence[Outgoing], error: ConnectorError) -> None:
    """Nothing was sent: all of it is planned again, not before the system wants it."""
    after = getattr(error, "after", None) or 0.0
    later = wired.clock() + timedelta(seconds=after)
    settled = [Settled(one.key, "planned", not_before=later) for one in going]
    await asyncio.to_thread(store_settled, wired, settled)


def make_write(wired: Wired, one: Outgoing, kin: Kin | None = None) -> Write:
    """Return what the connector is asked to do for an outbox row; KIN knows whose record it is put under."""
    channel = wired.of(one.entity.kind).shape.channels[one.system, one.kind]
    if one.verb == "delete":
        return make_delete(channel, one)
    under = channel.mapping.under
    hung = [write for write in one.fields if under is not None and write.field in HUNG]
    # A mapping may have lost a field since the write was planned.
    said = [write for write in one.fields if write not in hung and write.field in channel.fields]
    changes = tuple(change for write in said for change in _changes(channel, write))
    if under is not None and hung and (one.verb == "update" or under.holds != "parent"):
        kin = kin or kin_of(wired, entities=[one.entity], writes=hung)
        changes += (kin.change(one, hung, under),)
    if one.verb == "create":
        marker = str(Marker(one.entity.id, one.generation))
        return Create(one.key, one.system, one.kind, marker, changes, fixed=one.fixed, parent=one.parent)
    if one.external_id is None:
        raise ValueError(f"outbox row {one.key} is an update without a record")
    return Update(
        one.key, one.system, one.kind, one.external_id, changes, version=one.version, confirm=channel.mapping.confirm
    )


def _changes(channel: Channel, write: FieldWrite) -> list[Change]:
    entry = channel.fields[write.field]
    views = entry.spread(write.view)
    blank = dict.fromkeys(entry.places)
    expected = entry.spread(write.expected) if isinstance(write.expected, dict) or len(views) == 1 else blank
    written = {place: view for place, view in views.items() if place not in entry.beside}
    return [Change(place, view, expected.get(place), write.hops, write.field) for place, view in written.items()]


def settle_one(
    wired: Wired, one: Outgoing, receipt: Receipt, *, found_again: bool = False, kin: Kin | None = None
) -> Settled:
    """Return what is kept of *receipt*; FOUND_AGAIN: of a record that may have been edited since it was made."""
    if one.verb == "delete" and one.link is not None and receipt.state in CLEAR:
        return settle_delete(one, one.link, receipt)
    match receipt.state:
        case "done" | "refused":
            wired = wired.of(one.entity.kind)
            shown = [receipt.record] if receipt.record else []
            kin = kin or kin_of(wired, entities=[one.entity], records=shown, links=[one.link] if one.link else ())
            return _settle_fields(wired, one, receipt, found_again=found_again, kin=kin)
        case "moved":
            found = receipt.record
            return Settled(one.key, "due", record=found, before=found, began=receipt.began, rest=True, due=True)
        case "gone":
            return Settled(one.key, "due", gone=receipt.reason or "no longer there", rekey=receipt.other, due=True)
        case "unclear":
            return Settled(one.key, "sent", not_before=_in_doubt_until(wired, one.system))
        case "unsent":
            return Settled(one.key, "planned", not_before=wired.clock())


def _in_doubt_until(wired: Wired, system: str) -> datetime:
    abilities = wired.connectors[system].abilities
    return wired.clock() + timedelta(seconds=abilities.request_timeout + abilities.index_lag)


def _placed(wired: Wired, receipt: Receipt) -> Receipt:
    receipt = sealed_receipt(wired.whole, receipt)
    record = admitted(wired, receipt.record) if receipt.record else None
    return receipt if record is receipt.record else replace(receipt, record=record)


def _settle_fields(wired: Wired, one: Outgoing, receipt: Receipt, *, found_again: bool, kin: Kin) -> Settled:
    channel = wired.shape.channels[one.system, one.kind]
    made = one.verb == "create"
    if made and receipt.record is None and receipt.id is None:
        return _never_made(one, receipt)
    link = one.link or Link(0, one.system, one.kind, receipt.id or "")
    open_write = OpenWrite(one.key, "sent", one.verb, one.fields)
    learn(wired, one, receipt)
    shown = kin.answered(receipt, entity=one.entity.kind)
    result = settle(
        link,
        open_write,
        shown,
        fields=kin.fields(channel),
        held=one.held,
        now=wired.clock(),
        onward=lambda place, here, target, allowed: way_on(wired, one, place, here, target=target, allowed=allowed),
        found_again=found_again,
    )
    fresh = [name for name, entry in result.change.parked.items() if link.parked.get(name) != entry]
    if fresh:
        change = replace(result.change, parked=told_where(channel, result.change.parked, fresh))
        result = replace(result, change=change)
    if made:
        result = Settlement(left_out(result.change, one.left_out), result.events, result.again, result.absorbed)
    told_elsewhere = one.system in wired.shape.reported
    return _settled(one, receipt, _told_of_lost(wired, one, shown, result), told_elsewhere=told_elsewhere)


def _settled(one: Outgoing, receipt: Receipt, result: Settlement, *, told_elsewhere: bool) -> Settled:
    """TOLD_ELSEWHERE: another system shows how the work stands there (`progress`), so that it is looked at again."""
    record = receipt.record
    made = one.verb == "create"
    linked = [Event("linked", "", system=one.system, cause=f"#{receipt.id} was made")] if made else []
    return Settled(
        one.key,
        "due" if result.again else "settled",
        change=result.change,
        external_id=receipt.id if made else None,
        record=record,
        before=receipt.before,
        began=receipt.began,
        rest=record is not None and not result.absorbed,
        events=[*linked, *result.events],
        due=result.again or made or told_elsewhere,
        version=record.version if record else None,
        url=record.url if record else None,
        window=receipt.window,
        link=one.link,
    )


def _told_of_lost(wired: Wired, one: Outgoing, receipt: Receipt, result: Settlement) -> Settlement:
    """Edits that our write went over are told: in the history, and at the field unless more is said of it there."""
    channel = wired.shape.channels[one.system, one.kind]
    lost = overwritten(channel, one, receipt)
    if not lost or receipt.record is None:
        return result
    parked = dict(result.change.parked)
    for each in lost:
        shown = channel.fields[each.field.field].view(receipt.record.views)
        parked.setdefault(each.field.field, parked_for(channel, one, each, shown=shown))
    events = (*(each.event(one.system) for each in lost), *result.events)
    return replace(result, change=replace(result.change, parked=parked), events=events)


def _never_made(one: Outgoing, receipt: Receipt) -> Settled:
    """A create that the system refused whole: parked with its reason, until something changes or a person retries."""
    reason = "; ".join(refused.reason for refused in receipt.refused) or receipt.reason
    event = Event("parked", "", system=one.system, cause=f"not made: {reason}")
    parked = {**one.left_out, WHOLE: Parked("rejected", f"not made: {reason}")}
    return Settled(one.key, "parked", change=LinkChange(0, {}, {}, parked), events=[event])


# --- counting --------------------------------------------------------------------------------------------------------


def _count(going: Sequence[Outgoing], receipts: Sequence[Receipt], settled: Sequence[Settled]) -> Pushed:
    pairs = list(zip(going, receipts, strict=True))
    done = [one for one, receipt in pairs if receipt.state == "done"]
    parked = sum(1 for one in settled if one.change is not None and one.change.parked)
    return Pushed(
        sent=len(going),
        created=sum(1 for one in done if one.verb == "create"),
        updated=sum(1 for one in done if one.verb == "update"),
        deleted=sum(1 for one, each in pairs if one.verb == "delete" and each.state == "gone"),
        parked=parked + sum(1 for one in settled if one.next == "parked"),
        postponed=sum(1 for one in settled if one.next in ("sent", "planned")),
    )


def unseen_or_expected(one: Outgoing, record: VendorRecord, channel: Channel) -> bool:
    """Say whether *record* still shows everywhere what an update in doubt expected to replace: it never arrived."""
    for write in one.fields:
        entry = channel.fields.get(write.field)  # a mapping may have lost it since
        view = write.expected if entry is None else entry.view(record.views)
        if not isinstance(view, Unseen) and view != write.expected:
            return False
    return True
