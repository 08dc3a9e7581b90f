"""What a hub's real systems offered when they were last asked, as far as its database remembers."""

from pathlib import Path

from mappings.exchange import Discovery
from mappings.language import Hub
from state import engine
from state.errors import StateError

from ..shelf import load_discovery
from ..wiring import database_url
from .standins import kinds_of


def remembered(hub: Hub, folder: Path) -> dict[tuple[str, str], Discovery]:
    """Return (system, kind) -> what it offered; nothing where there is no database of this version. Only reads."""
    url = database_url(hub, folder)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return {}
    try:
        store = engine.open_store(url)
    except (StateError, ValueError):  # of another version, out of reach, or no address: the mappings have to do
        return {}
    try:
        places = [(system, kind) for system in hub.systems for kind in kinds_of(hub, system)]
        found = {place: load_discovery(store, place[0], place[1]) for place in places}
        return {place: one for place, one in found.items() if one is not None}
    finally:
        store.close()
