"""
Is what a link's number shows still its record? A system may give the number of a deleted record to a new one.

- A record that was made after what the hub last saw under that number is another one. Where the system's version is
  its stamp, both times are that system's own; else only a tombstone is judged, by when the hub last touched it.
- Under a tombstone a record that carries another case's marker is another one.
- With our own marker, or where nothing tells, it is the old one: restored, or back in sight.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mappings.exchange import VendorRecord
from mappings.reconcile.marker import parse_marker
from mappings.reconcile.model import Link
from state.reused import name_of
from state.types import Batch, Claimed

from .sides import record_made
from .times import stamp_time


def replaced(claimed: Claimed) -> list[Link]:
    """Return the links of *claimed* under whose numbers other records wait."""
    by_id = {link.id: link for link in claimed.links}
    waiting = [(by_id[number], snapshot.record) for number, snapshot in claimed.snapshots.items() if number in by_id]
    return [link for link, record in waiting if is_another(link, record, claimed.entity.id)]


def came_back(claimed: Claimed) -> bool:
    """Say whether a record takes part again that nobody has looked at while it was gone."""
    return any(link.tombstone and link.id in claimed.snapshots for link in claimed.links)


def is_another(link: Link, record: VendorRecord, owner: str) -> bool:
    """Say whether *record* is not the one that *link*, of the entity *owner*, stands for."""
    marker = parse_marker(record.marker)
    if marker is not None and marker.entity == owner:
        return False
    if link.tombstone and marker is not None:
        return True
    made, last = stamp_time(record_made(record)), _last_known(link, record)
    if made is None or last is None:
        return False
    # Stamps have whole seconds: made in the very second in which the dead was last seen, and without our marker, it is
    # taken for another one. So nothing of it flows into a case that may not be its own.
    return made > last or (link.tombstone and made == last)


def _last_known(link: Link, record: VendorRecord) -> datetime | None:
    """Until when the record of *link* is known to have been there."""
    if record.version is not None and record.version == record.stamp:
        return stamp_time(link.version)
    return link.touched if link.tombstone else None


def without(batch: Batch, parted: Sequence[tuple[Claimed, Link]]) -> Batch:
    """Return *batch* as it will be once the links *parted* are tombstones, for a plan: nothing of it is stored."""
    gone: dict[str, list[Link]] = {}
    for claimed, link in parted:
        gone.setdefault(claimed.entity.id, []).append(link)
    strangers = [claimed.snapshots[link.id] for claimed, link in parted]
    cases = [_without(one, gone[one.entity.id]) if one.entity.id in gone else one for one in batch.cases]
    return Batch(tuple(cases), (*batch.strangers, *strangers))


def _without(claimed: Claimed, gone: Sequence[Link]) -> Claimed:
    ids = {link.id for link in gone}
    links = [
        replace(each, tombstone=True, external_id=name_of(each.external_id, each.id)) if each.id in ids else each
        for each in claimed.links
    ]
    left = {number: snapshot for number, snapshot in claimed.snapshots.items() if number not in ids}
    return replace(claimed, links=tuple(links), snapshots=left)
