"""
Who belongs to whom: the case of an item, the record on which another one hangs, and back.

A record says where it belongs by its parent or by a place (`under:` of its mapping); the hub knows whose record that
is. What it finds stands beside what the record shows, as the key of the case (and of the item, for a part of one), and
goes through reconcile like any other fact. Written, it becomes the record's parent again, or the place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mappings.canonical.records import dotted
from mappings.canonical.values import Value
from mappings.exchange import Change, Receipt, VendorRecord, View
from mappings.language.model import Under
from mappings.lens import Field
from mappings.reconcile.model import Entity, FieldWrite, Link, LinkChange, Parked, Side
from mappings.transforms.belonging import CASE, HUNG, PARENT
from state import cases
from state.types import Outgoing, Snapshot, Whole

from .asked import asking, cases_shown
from .related import is_tie, keys_in, related_records, seeking
from .tied import fields_knowing, side_knowing, tied_records, tied_to
from .wired import Channel, Scope, SyncShape, Wired

MOVED_BY = "parent"
"""The place by which a record is put under another one."""
Record = tuple[str, str, str]
"""(system, kind, id)."""


@dataclass
class Kin:
    """The families of some entities, as the hub knows them: looked up together, a few statements for a batch."""

    shape: SyncShape
    """Of the cases of the sync."""
    by_record: dict[Record, Whole] = field(default_factory=dict)
    by_key: dict[str, Whole] = field(default_factory=dict)
    asked: dict[str, Whole] = field(default_factory=dict)
    """Id -> the cases that records may belong to by a query, or by a tie."""
    _fields: dict[tuple[str, Scope], Mapping[str, Field]] = field(default_factory=dict)

    # --- reading ------------------------------------------------------------------------------------------------------

    def holder(self, record: VendorRecord) -> Whole | None:
        """Return the entity whose record *record* hangs on: a case, or an item; None where it is nobody's."""
        kind = (self.shape.taker(record) or self.shape).entity
        return self._holder(_under(self.shape, kind, record), record)

    def _holder(self, under: Under | None, record: VendorRecord) -> Whole | None:
        if under is not None and under.holds == "key":
            keys = [key for key in keys_in(record.views.get(under.at)) if key in self.by_key]
            return self.by_key[keys[0]] if len(keys) == 1 else None
        if under is not None and (under.asked or is_tie(under)):
            return self._sought(record)
        if record.parent is None:
            return None
        return self.by_record.get((record.system, *record.parent))

    def _sought(self, record: VendorRecord) -> Whole | None:
        """Return the case that a query or a tie tells; RECORD may be an item's already."""
        sought = seeking(self.shape, self._kind(record), (record.system, record.kind))
        owner = self.by_record.get((record.system, record.kind, record.id))
        known, own = self.asked.values(), _key(owner.entity, "case") if owner else ""
        return sought.case_of(record, known, own) if sought else None

    def _kind(self, record: VendorRecord) -> str:
        owner = self.by_record.get((record.system, record.kind, record.id))
        return owner.entity.kind if owner else (self.shape.taker(record) or self.shape).entity

    def hung(self, record: VendorRecord, *, entity: str) -> VendorRecord:
        """Return *record*, of an entity of the kind *entity*, with the keys of what it belongs to beside its views."""
        under = _under(self.shape, entity, record)
        if under is None:
            return record
        holder = self._holder(under, record)
        views: dict[str, View] = {**record.views, CASE: self._nobodys(record, under, entity), PARENT: None}
        case = self.case_of(holder)
        if holder is not None and case is not None:
            views |= {CASE: case.entity.key, PARENT: None if holder is case else holder.entity.key}
        return replace(record, views=views)

    def _nobodys(self, record: VendorRecord, under: Under, entity: str) -> View:
        sought = seeking(self.shape, entity, (record.system, record.kind))
        return sought.unknown(record) if sought else _nobodys(record, under)

    def shown(self, snapshot: Snapshot, *, entity: str) -> Snapshot:
        """As `hung`, of a waiting record."""
        record = self.hung(snapshot.record, entity=entity)
        return snapshot if record is snapshot.record else replace(snapshot, record=record)

    def answered(self, receipt: Receipt, *, entity: str) -> Receipt:
        """As `hung`, of the record that a write brought back."""
        if receipt.record is None:
            return receipt
        under = _under(self.shape, entity, receipt.record)
        if under is None:
            return receipt
        place = under.at or MOVED_BY
        refused = tuple(replace(one, place=CASE) if one.place == place else one for one in receipt.refused)
        return replace(receipt, record=self.hung(receipt.record, entity=entity), refused=refused)

    def case_of(self, whole: Whole | None) -> Whole | None:
        """Return the case that an entity belongs to: itself, or the one that it names."""
        if whole is None or whole.entity.kind == "case":
            return whole
        return self.by_key.get(_key(whole.entity, "case"))

    # --- ties ---------------------------------------------------------------------------------------------------------

    def fields(self, channel: Channel) -> Mapping[str, Field]:
        """Return the fields of *channel*; those that name other records know now which of these are items."""
        if not channel.ties:
            return channel.fields
        name = (channel.mapping.entity, channel.scope)
        if name not in self._fields:
            self._fields[name] = fields_knowing(channel, [*self.by_record.values(), *self.by_key.values()])
        return self._fields[name]

    def tied(self, side: Side, shape: SyncShape) -> Side:
        """Return *side*, of an entity of SHAPE, with what is known now of the records that its own is tied to."""
        channel = shape.channels.get((side.link.system, side.link.kind))
        return side_knowing(side, self.fields(channel)) if channel and channel.ties else side

    # --- the entity ---------------------------------------------------------------------------------------------------

    def parent_of(self, entity: Entity) -> Whole | None:
        """Return what *entity* belongs to by its facts: an item, or its case."""
        return self.by_key.get(_key(entity, "parent")) or self.by_key.get(_key(entity, "case"))

    def around(self, entity: Entity) -> dict[str, Value]:
        """Return the dotted facts of the case that *entity* belongs to, for conditions."""
        case = self.by_key.get(_key(entity, "case"))
        if case is None or case.entity.id == entity.id:
            return {}
        return dotted({name: said.value for name, said in case.entity.facts.items()}, "case")

    # --- writing ------------------------------------------------------------------------------------------------------

    def record_of(self, key: str, system: str) -> Link | None:
        """Return the live record in *system* of the entity that people call *key*."""
        whole = self.by_key.get(key)
        links = whole.links if whole else ()
        return next((link for link in links if link.system == system and not link.tombstone), None)

    def place_of(self, entity: Entity, channel: Channel) -> tuple[str, str] | None:
        """Return the record that a new record of *entity* hangs on in this system; None where there is none yet."""
        tied = channel.mapping.under is not None and is_tie(channel.mapping.under)
        above = self.by_key.get(_key(entity, "case")) if tied else self.parent_of(entity)
        link = self.record_of(above.entity.key, channel.system) if above else None
        return (link.kind, link.external_id) if link else None

    def named_in(self, entity: Entity, under: Under, place: tuple[str, str] | None) -> list[str]:
        """Return what a new record of *entity* says in a place of several words: its case's key, or record."""
        said = _key(entity, "case") if under.holds == "key" else place[1] if place else ""
        return [said] if said else []

    def shown_of(self, entity: Entity, channel: Channel) -> dict[str, View]:
        """Return what a new record of *entity* shows, so that the query of its mapping finds its case."""
        query = asking(self.shape, entity.kind, channel.scope)
        case = self.by_key.get(_key(entity, "case"))
        return query.views(case.entity) if query and case else {}

    def change(self, one: Outgoing, writes: Sequence[FieldWrite], under: Under) -> Change:
        """Return what moves the record of *one*; *writes* are those of its case and of the item it is a part of."""
        new = {write.field: write.view for write in writes}
        old = {write.field: write.expected for write in writes}
        facts = {name: _key(one.entity, name) or None for name in HUNG}
        return Change(
            under.at or MOVED_BY,
            self._said({**facts, **new}, one.system, under),
            self._said({**facts, **old}, one.system, under),
        )

    def where_possible(self, wired: Wired, side: Side, change: LinkChange) -> LinkChange:
        """Set aside a move under a record that is not there yet; it is tried again once it is linked."""
        channel = wired.shape.channels[side.link.system, side.link.kind]
        under = channel.mapping.under
        moves = [write for write in change.write if write.field in HUNG]
        if under is None or under.holds in ("key", "query") or not moves:
            return change
        keys = {write.field: write.view for write in moves}
        key = keys.get("parent") or keys.get("case") or ""
        if self.record_of(str(key), channel.system) is not None:
            return change
        text = f"{key} has no record in {channel.system} yet to put it under"
        parked = {**change.parked, **{write.field: Parked("refused", text) for write in moves}}
        return replace(change, write=tuple(one for one in change.write if one not in moves), parked=parked)

    def _said(self, keys: Mapping[str, View], system: str, under: Under) -> View:
        key = keys.get("parent") or keys.get("case")
        if not isinstance(key, str) or under.holds == "key":
            return key if isinstance(key, str) else None
        link = self.record_of(key, system)
        return link.external_id if link else None


def kin_of(
    wired: Wired,
    *,
    entities: Iterable[Entity] = (),
    records: Iterable[VendorRecord] = (),
    writes: Iterable[FieldWrite] = (),
    links: Iterable[Link] = (),
    known: Kin | None = None,
) -> Kin:
    """
    Look up the families of *entities* and of the entities that *records* are of; nothing where nobody has one.

    WRITES say where records are to be put, and where they were; LINKS what their records are tied to.
    """
    kin = known or Kin(wired.whole)
    if not wired.whole.has_families:
        return kin
    kin._fields.clear()
    entities, records = list(entities), list(records)
    keys = {_key(entity, name) for entity in entities for name in HUNG}
    keys |= {key for entity in entities for key in tied_to(entity)}
    moves = [write for write in writes if write.field in HUNG]
    keys |= {view for write in moves for view in (write.view, write.expected) if isinstance(view, str)}
    keys |= {key for record in records for key in _named(wired.whole, record)}
    if wired.whole.has_queries:
        kin.asked |= {whole.entity.id: whole for whole in cases_shown(wired.store, wired.whole, records)}
    for (system, kind), ids in _looked_up(wired.whole, records, links).items():
        found = cases.by_record(wired.store, system, kind=kind, ids=sorted(ids))
        kin.by_record |= {(system, kind, record): whole for record, whole in found.items()}
    if wired.whole.has_relations:
        kin.asked |= {whole.entity.id: whole for whole in kin.by_record.values() if whole.entity.kind == "case"}
    kin.by_key |= {whole.entity.key: whole for whole in (*kin.by_record.values(), *kin.asked.values())}
    keys |= (owners := {_key(whole.entity, "case") for whole in kin.by_record.values()})
    asked = sorted(keys - kin.by_key.keys() - {""})
    kin.by_key |= cases.by_keys(wired.store, asked) if asked else {}
    if wired.whole.has_queries:  # an item stays with its own case: as one of many that say the same, and a closed one
        kin.asked |= {kin.by_key[key].entity.id: kin.by_key[key] for key in owners & kin.by_key.keys()}
    return kin


def _looked_up(shape: SyncShape, records: Iterable[VendorRecord], links: Iterable[Link]) -> dict[Scope, set[str]]:
    """The records whose entities have to be known: those that others hang on or are tied to."""
    found = tied_records(shape, records, links)
    for scope, ids in related_records(shape, records).items():
        found.setdefault(scope, set()).update(ids)
    for record in records:
        if record.parent is not None:
            found.setdefault((record.system, record.parent[0]), set()).add(record.parent[1])
        if shape.has_queries or shape.has_relations:  # an item's record may show several cases: it is its own's then
            found.setdefault((record.system, record.kind), set()).add(record.id)
    return found


def placed(wired: Wired, record: VendorRecord) -> VendorRecord:
    """Return *record* with the parent that one of its places names, where its mapping says so."""
    if record.parent is not None or not wired.whole.has_families:
        return record
    unders = [_under(wired.whole, one.entity, record) for one in wired.whole.each]
    under = next((one for one in unders if one is not None and one.holds == "record" and not one.several), None)
    if under is None:
        return record
    kinds = [kind for system, kind in wired.whole.channels if system == record.system]
    named = record.views.get(under.at)
    if len(kinds) != 1 or not isinstance(named, str) or not named:
        return record
    return replace(record, parent=(kinds[0], named))


def _under(shape: SyncShape, entity: str, record: VendorRecord) -> Under | None:
    its = shape if entity == shape.entity else shape.others.get(entity)
    channel = its.channels.get((record.system, record.kind)) if its else None
    return channel.mapping.under if channel else None


def _named(shape: SyncShape, record: VendorRecord) -> list[str]:
    """The keys that any mapping of the record's kind would look for."""
    unders = [_under(shape, one.entity, record) for one in shape.each]
    return [
        key
        for under in unders
        if under is not None and under.holds == "key"
        for key in keys_in(record.views.get(under.at))
    ]


def _nobodys(record: VendorRecord, under: Under) -> View:
    if under.holds == "key":
        keys = keys_in(record.views.get(under.at))
        return {"unknown": ", ".join(keys)} if keys else None
    return {"unknown": " ".join(record.parent)} if record.parent else None


def _key(entity: Entity, name: str) -> str:
    said = entity.facts.get(name)
    return said.value if said is not None and isinstance(said.value, str) else ""
