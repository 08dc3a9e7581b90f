"""
What has to be done before what: an item names others by key, each system by its own records.

Which record is which item only the hub knows, and it learns more with every link. So the fields that hold ties are told
anew before each decision, and what they have said before is taken for what was known then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mappings.canonical.facts import TIES
from mappings.exchange import VendorRecord
from mappings.lens import Field, Single
from mappings.reconcile.model import Base, Entity, Link, Side
from mappings.transforms.ties import Ties, ties_in
from state.types import Whole

from .wired import Channel, Scope, SyncShape


def tied_to(entity: Entity) -> frozenset[str]:
    """Return the keys of the items that have to be done before *entity*."""
    said = (entity.facts[fact].value for fact in TIES if fact in entity.facts)
    return frozenset(key for value in said if isinstance(value, frozenset) for key in value)


def tied_records(shape: SyncShape, records: Iterable[VendorRecord], links: Iterable[Link]) -> dict[Scope, set[str]]:
    """Return the records that others are tied to: by what RECORDS show, and by what those of LINKS have shown."""
    if not shape.has_ties:
        return {}
    found: dict[Scope, set[str]] = {}
    for record in records:
        for channel in _channels(shape, (record.system, record.kind)):
            for one, ties in channel.ties:
                found.setdefault(channel.scope, set()).update(ties.records(record.views.get(one.places[0])))
    for link in links:
        for channel in _channels(shape, (link.system, link.kind)):
            for one, ties in channel.ties:
                base = link.bases.get(one.name)
                for view in (link.seen.get(one.name), base.view if base else None):
                    found.setdefault(channel.scope, set()).update(ties.records(view))
    return {scope: ids for scope, ids in found.items() if ids}


def fields_knowing(channel: Channel, items: Iterable[Whole]) -> Mapping[str, Field]:
    """Return the fields of *channel*, where those with ties know the records that *items* have there."""
    known = {
        link.external_id: one.entity.key
        for one in items
        if one.entity.kind == "item"
        for link in one.links
        if (link.system, link.kind) == channel.scope and not link.tombstone
    }
    return {**channel.fields, **{one.name: _knowing(one, replace(ties, known=known)) for one, ties in channel.ties}}


def side_knowing(side: Side, fields: Mapping[str, Field]) -> Side:
    """Return *side* with FIELDS, its bases as they stand by what these know."""
    bases, seen = dict(side.link.bases), dict(side.link.seen)
    for one, ties in ties_in(fields):
        if one.name in bases:
            seen.setdefault(one.name, bases[one.name].view)
            bases[one.name] = _since_known(bases[one.name], one.facts[0], ties)
    return replace(side, fields=fields, link=replace(side.link, bases=bases, seen=seen))


def _channels(shape: SyncShape, scope: Scope) -> list[Channel]:
    return [one.channels[scope] for one in shape.each if scope in one.channels]


def _knowing(entry: Field, ties: Ties) -> Field:
    return replace(entry, lens=Single(entry.facts[0], ties))


def _since_known(base: Base, fact: str, ties: Ties) -> Base:
    value, view = ties.since_known(base.value.get(fact), base.view)
    return base if (value, view) == (base.value.get(fact), base.view) else base._replace(value={fact: value}, view=view)
