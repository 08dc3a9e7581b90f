"""Files that are nowhere but where they are: on the attention list, once."""

from collections.abc import Collection, Iterable

from mappings.reconcile.model import Parked
from state import attention
from state.attention import Attention, Changes, Place
from state.store import Store

from .room import KIND

NOT_COPIED = "not copied"
"""The code of a file that cannot go into a system."""


def told(store: Store, owner: str, system: str, identity: str, *, name: str, text: str) -> None:
    """Put a file on the list; one that is there already keeps its number and since when."""
    changes = Changes()
    changes.park(Place(system, KIND, entity=owner), field=_field(name, identity), entry=Parked(NOT_COPIED, text))
    with store.write() as conn:
        changes.write(store, conn)


def untold(store: Store, owner: str, system: str, identities: Collection[str]) -> None:
    """Take a file from the list: it is there by now. It may have been told before its content was known."""
    ends = tuple(f"[{_short(one)}]" for one in identities)
    mine = [entry for entry in _entries(store, owner) if entry.system == system and entry.field.endswith(ends)]
    for entry in mine:
        attention.unpark_field(store, Place(system, KIND, entity=owner), entry.field)


def _entries(store: Store, owner: str) -> Iterable[Attention]:
    return (one for one in attention.parked_fields(store, entity_id=owner, limit=10_000) if one.code == NOT_COPIED)


def _field(name: str, identity: str) -> str:
    """Two files of one name are two entries."""
    return f"{name} [{_short(identity)}]"


def _short(identity: str) -> str:
    return identity if "/" in identity else identity[:12]
