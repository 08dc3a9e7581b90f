"""Records of the hub's own making that are taken away: asked for with what they must still show, and settled."""

from mappings.exchange import Delete, Receipt, View
from mappings.reconcile.model import Link
from mappings.reconcile.removal import left, taken_away
from mappings.transforms.belonging import HUNG
from state.types import Outgoing, Settled

from .wired import Channel

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
        return Settled(one.key, "due", change=taken_away(link), gone="deleted by the hub", link=link, due=True)
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
