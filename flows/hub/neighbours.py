"""The other syncs of the hub, which may read the same records."""

from dataclasses import dataclass

from mappings.language import Hub
from mappings.language.model import Sync


@dataclass(frozen=True)
class Neighbour:
    """Another sync: what it reads (SCOPES: system and kind), and the system in which its cases are born."""

    scopes: frozenset[tuple[str, str]]
    opens: str


def neighbours_of(hub: Hub, sync: Sync) -> dict[str, Neighbour]:
    """Return the other syncs of *hub* beside *sync*, by name."""
    return {one.name: _neighbour(hub, one) for one in hub.syncs.values() if one.name != sync.name}


def _neighbour(hub: Hub, sync: Sync) -> Neighbour:
    mine = (spec for system in sync.systems for spec in hub.mappings_of(system))
    scopes = ((one.system, one.kind) for one in mine if one.entity == "case" or one.entity in sync.beside)
    return Neighbour(frozenset(scopes), sync.opens)
