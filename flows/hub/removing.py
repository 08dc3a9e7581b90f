"""Records of the hub's own making that are taken away: asked for with what they must still show, and settled."""

from mappings.exchange import Delete, Receipt, View
from mappings.reconcile.model import Link, LinkChange
from mappings.reconcile.removal import DELETED, left, removal, taken_away
from mappings.transforms.belonging import HUNG
from state.types import Claimed, Outgoing, Settled, Whole

from .notes import NOTE
from .wired import WHOLE, Channel, Wired

CLEAR = ("gone", "moved", "refused", "done")
"""States of a receipt that say what became of the record."""


def turn(one: Outgoing) -> bool:
    """What belongs to a case is deleted before the case's own record, on which it may hang; else all as it stands."""
    return one.verb == "delete" and not one.entity.parent


def make_delete(channel: Channel, one: Outgoing) -> Delete:
    """What the record shows by itself is compared; whose it is follows from others."""
    expected: dict[str, View] = {}
    for write in one.fields:
        entry = channel.fields.get(write.field)
        if entry is not None and write.field not in HUNG:
            expected |= entry.spread(write.expected)
    return Delete(one.key, one.system, one.kind, one.external_id or "", expected, version=one.version)


def settle_delete(one: Outgoing, link: Link, receipt: Receipt) -> Settled:
    """The record is gone as it was wished, or it stays: then it takes part again, and why is told."""
    if receipt.state == "gone":
        return Settled(one.key, "due", change=taken_away(link), gone=DELETED, link=link, due=True)
    change, told = left(link, receipt.reason or "the system gave no reason")
    waits = receipt.record is not None
    return Settled(
        one.key,
        "due",
        change,
        record=receipt.record,
        began=receipt.began,
        rest=waits,
        events=[told],
        due=True,
        link=link,
    )


def copies_of(wired: Wired, claimed: Claimed, lost: Link, *, owner: Whole | None) -> list[LinkChange]:
    """
    Return what takes the copies of a note away whose own record LOST is gone, under `gone: close`.

    Only what the hub has posted goes, and only where the record that the note was written on is still there: OWNER is
    the case, or the item, that it belongs to.
    """
    entity = claimed.entity
    written = entity.facts["written_in"].value if "written_in" in entity.facts else None
    there = owner is not None and any(one.system == lost.system and not one.tombstone for one in owner.links)
    if entity.kind != NOTE or wired.whole.gone != "close" or written != lost.system or not there:
        return []
    why = f"#{lost.external_id} was deleted in {lost.system}"
    return [
        removal(link, wired.shape.channels[link.system, link.kind].fields, why)
        for link in claimed.links
        if link.id != lost.id and not link.tombstone and _deletable(wired, link)
    ]


def _deletable(wired: Wired, link: Link) -> bool:
    """Say whether the hub can delete the record, and nothing else is going on there."""
    scope = (link.system, link.kind)
    if scope not in wired.shape.channels or link.write is not None or link.parked.get(WHOLE) is not None:
        return False
    connector = wired.connectors.get(link.system)
    return connector is not None and connector.abilities_of(link.kind).deletes
