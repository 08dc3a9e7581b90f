"""What every page needs beside its rows: what people are called, and in which order stages stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.canonical.values import Value
from mappings.language import Hub
from state import people

from ..people import told_names
from ..wiring import Installation


@dataclass(frozen=True, slots=True)
class Names:
    """What people are called, by the names under which cases know them."""

    known: Mapping[str, str] = field(default_factory=dict)

    def of(self, person: str) -> str:
        """Return what *person* is called; who is not known by name is called as cases do."""
        return self.known.get(person) or person


def names_of(installation: Installation, persons: Iterable[str]) -> Names:
    """Look up what *persons* are called: one statement, none for nobody."""
    return names_among(installation.hub, people.names(installation.store, {one for one in persons if one}))


def names_among(hub: Hub, shown: Mapping[str, str]) -> Names:
    """Return what people are called, of whom systems have SHOWN a name, or hub.yaml says one."""
    return Names({**shown, **told_names(hub)})


def names_in(value: Value) -> frozenset[str]:
    """Return the persons that the value of a person's or of a set's fact names."""
    if isinstance(value, frozenset):
        return value
    return frozenset({value}) if isinstance(value, str) and value else frozenset()


def stages_of(hub: Hub, sync: str = "") -> tuple[str, ...]:
    """Return the stages of a sync, or of all, in their order."""
    syncs = [one for name, one in hub.syncs.items() if sync in ("", name)]
    return tuple(dict.fromkeys(stage for one in syncs for stage in one.stages))
