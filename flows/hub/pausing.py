"""
A sync that somebody has paused: no pass of it is run, neither by hand nor by schedule nor by the fast path, until
somebody resumes it. What arrives meanwhile waits, and what people do at the hub is kept and written afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from state import dictionaries
from state.store import Store

_EVER = timedelta(days=36500)
_NAME = "paused"


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when SYNC is paused, BY whom and WHY."""

    sync: str
    by: str
    since: datetime
    why: str = ""

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"by": self.by or None, "since": self.since.isoformat(), "why": self.why or None}


class IsPaused(Exception):
    """The sync is paused, so no pass of it is run."""

    def __init__(self, pause: Pause) -> None:
        by = f" by {pause.by}" if pause.by else ""
        super().__init__(f"{pause.sync} is paused{by} since {pause.since:%Y-%m-%d %H:%M} UTC")
        self.pause = pause


def pauses(store: Store) -> Mapping[str, Pause]:
    """Return the syncs that are paused now."""
    form = dictionaries.recall(store, "", name=_NAME, within=_EVER) or {}
    return {
        name: Pause(name, one["by"], datetime.fromisoformat(one["since"]), one["why"]) for name, one in form.items()
    }


def refuse_paused(store: Store, sync: str) -> None:
    """Raise IsPaused where *sync* is."""
    found = pauses(store).get(sync)
    if found is not None:
        raise IsPaused(found)


def pause(store: Store, sync: str, *, by: str, why: str = "") -> Pause:
    """Pause *sync*; one that is paused already stays as it is. A pass under way goes on to its end."""
    known = pauses(store)
    if sync not in known:
        _keep(store, {**known, sync: Pause(sync, by, store.clock(), why)})
    return pauses(store)[sync]


def resume(store: Store, sync: str) -> bool:
    """Have passes of *sync* run again; False where it was not paused."""
    known = dict(pauses(store))
    if known.pop(sync, None) is None:
        return False
    _keep(store, known)
    return True


def _keep(store: Store, known: Mapping[str, Pause]) -> None:
    form = {name: {"by": one.by, "since": one.since.isoformat(), "why": one.why} for name, one in known.items()}
    dictionaries.remember(store, "", name=_NAME, form=form)
