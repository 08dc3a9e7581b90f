"""Entries of the attention list as pages show them."""

from collections.abc import Iterable, Mapping

from flows.hub.labels import ON_A_PAGE, Labels
from flows.hub.wiring import Installation
from mappings.exchange import VendorRecord
from state.attention import Attention


def told_by(installation: Installation, record: VendorRecord) -> list[tuple[tuple[str, ...], str]]:
    """Return what a record that is nobody's shows, in the words of its system: facts, as its mappings name them."""
    labels = Labels(installation.store, installation.hub, longest=ON_A_PAGE)
    labels.load({(record.system, record.kind)})
    told: dict[tuple[str, ...], str] = {}
    specs = list(installation.hub.mappings_of(record.system, kind=record.kind))
    for spec in [one for one in specs if one.entity == "case"] or specs:  # it may become a case's
        for name, entry in spec.fields.items():
            views = {place: record.views.get(place) for place in entry.at}
            if entry.facts and any(view not in (None, "", []) for view in views.values()):
                view = views if len(views) > 1 else next(iter(views.values()))
                text = labels.of(record.system, record.kind, field_name=name, view=view, entity=spec.entity)
                told.setdefault(entry.facts, text)
    return list(told.items())


def labelled(installation: Installation, entries: Iterable[Attention]) -> Mapping[int, str]:
    """Return what the records of parked ENTRIES show, in the words of their systems."""
    shown = [one for one in entries if one.parked is not None and one.parked.view not in (None, "") and one.field]
    if not shown:
        return {}
    labels = Labels(installation.store, installation.hub, longest=ON_A_PAGE)
    labels.load({(one.system, one.kind) for one in shown})
    return {
        one.id: labels.of(
            one.system, one.kind, field_name=one.field, view=one.parked.view, entity=_entity_at(installation, one)
        )
        for one in shown
        if one.parked is not None
    }


def _entity_at(installation: Installation, entry: Attention) -> str:
    """The kind of entity whose mapping has the field: the same kind of record may stand for cases and for items."""
    specs = installation.hub.mappings_of(entry.system, kind=entry.kind)
    return next((spec.entity for spec in specs if entry.field in spec.fields), "case")
