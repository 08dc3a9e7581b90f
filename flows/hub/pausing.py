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

    @property
    def because(self) -> str:
        """Return why, as it is put behind a time; nothing where nobody said."""
        return f" ({self.why})" if self.why else ""

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
    return {name: _pause_of(name, one) for name, one in form.items()}


def refuse_paused(store: Store, sync: str) -> None:
    """Raise IsPaused where *sync* is."""
    found = pauses(store).get(sync)
    if found is not None:
        raise IsPaused(found)


def pause(store: Store, sync: str, *, by: str, why: str = "") -> Pause:
    """Pause *sync*; one that is paused already stays as it is. A pass under way goes on to its end."""
    mine = {"by": by, "since": store.clock().isoformat(), "why": why}
    form = dictionaries.change(store, "", name=_NAME, how=lambda known: {sync: mine, **(known or {})})
    return _pause_of(sync, form[sync])


def resume(store: Store, sync: str) -> bool:
    """Have passes of *sync* run again; False where it was not paused."""
    was = False

    def without(known: dict[str, Any] | None) -> dict[str, Any]:
        nonlocal was
        was = sync in (known or {})
        return {name: one for name, one in (known or {}).items() if name != sync}

    dictionaries.change(store, "", name=_NAME, how=without)
    return was


def _pause_of(sync: str, form: Mapping[str, Any]) -> Pause:
    return Pause(sync, form["by"], datetime.fromisoformat(form["since"]), form["why"])
