"""Entries of the attention list as pages show them."""

from collections.abc import Iterable, Mapping

from flows.hub.labels import Labels
from flows.hub.wiring import Installation
from state.attention import Attention


def labelled(installation: Installation, entries: Iterable[Attention]) -> Mapping[int, str]:
    """Return what the records of parked ENTRIES show, in the words of their systems."""
    shown = [one for one in entries if one.parked is not None and one.parked.view not in (None, "") and one.field]
    if not shown:
        return {}
    labels = Labels(installation.store, installation.hub)
    labels.load({(one.system, one.kind) for one in shown})
    return {
        one.id: labels.of(one.system, one.kind, field_name=one.field, view=one.parked.view)
        for one in shown
        if one.parked is not None
    }
