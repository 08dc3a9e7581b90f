"""Files as a part of a pass: what is new is read, and every case it is of is brought in order."""

import asyncio
from collections.abc import Collection, Container, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.errors import ConnectorError
from mappings.attachments import FileLimits
from mappings.language import Problem, Problems
from mappings.language.model import Sync
from state import attachments, dictionaries
from state.errors import Busy
from state.store import Store

from ..beside import Beside
from ..kept import Sharing
from ..report import Report
from ..wired import Wired
from ..wiring import Installation
from .case import share
from .gathering import gather
from .guarding import not_believed
from .looking import PlannedFile, planned_files
from .room import KIND, Room
from .spool import Spool, spool_in
from .undoing import made_by, take_away

AT_ONCE = 4
"""Cases at work at the same time."""
_EVER = timedelta(days=36500)


class Sharer:
    """Shares the files of one sync at the end of its passes."""

    def __init__(self, sync: Sync, spool: Spool) -> None:
        self._sync = sync
        self._spool = spool

    async def __call__(self, wired: Wired, report: Report, *, full: bool) -> bool:
        """Do what is to be done and tell it in *report*; cases have nothing to tell because of files."""
        room = Room(wired, report, self._spool, self._sync.files, full=full)
        newest = attachments.newest_link(wired.store)
        form = await self._gathered(room)
        if wired.whole.gone == "close":  # nothing is taken away otherwise
            room.doubted = frozenset(self._doubted(room, self._planned(room, form)))
        owners = attachments.to_look_at(wired.store, room.sync, links_after=form["link"], every=full)
        await _share_all(room, owners)
        attachments.close_strangers(wired.store, room.sync)
        if form["link"] != newest and not report.trouble.keys() & self._sync.files.keys():
            dictionaries.remember(wired.store, "", name=name_of(room.sync), form={**form, "link": newest})
        return False

    async def foreseen(self, wired: Wired, report: Report) -> tuple[PlannedFile, ...]:
        """Read what is new and return what would be copied, as far as is known without reading contents."""
        room = Room(wired, report, self._spool, self._sync.files)
        found = self._planned(room, await self._gathered(room))
        doubted = self._doubted(room, found)
        return tuple(one for one in found if not (one.goes and one.source in doubted))

    async def made_by(self, wired: Wired, run: str, only: Container[str] | None) -> tuple[Beside, ...]:
        """Return the copies that a run has made."""
        return tuple(made_by(wired.store, run, only))

    async def take_away(self, wired: Wired, one: Beside) -> str:
        """Delete a copy where nobody has touched it; return why it is left, nothing where it is gone."""
        connector = wired.connectors.get(one.system)
        return await take_away(wired, connector, one) if connector else "hub.yaml no longer names its system"

    def _planned(self, room: Room, form: Mapping[str, Any]) -> tuple[PlannedFile, ...]:
        store, gone = room.wired.store, room.wired.whole.gone
        return tuple(planned_files(store, room.sync, self._sync.files, gone=gone, links_after=form["link"]))

    def _doubted(self, room: Room, planned: Sequence[PlannedFile]) -> Collection[str]:
        """Return the systems whose losses are not believed, and tell of them."""
        told = not_believed(room.wired.store, room.sync, planned, room.wired.whole.limits)
        room.report.notices += told.values()
        return told.keys()

    async def _gathered(self, room: Room) -> dict[str, Any]:
        """Read what is new, and return where the reading stands."""
        store = room.wired.store
        before = remembered(store, room.sync)
        cursors = dict(before.get("cursors", {}))
        limits = {system: form_of(one) for system, one in self._sync.files.items()}
        new = [system for system in limits if before.get("limits", {}).get(system) != limits[system]]
        if before and new:
            attachments.forget_limits(store, room.sync, new)
        form = {"cursors": cursors, "limits": limits, "link": before.get("link", 0)}
        try:
            await gather(room, cursors)
        finally:
            if form != before:
                dictionaries.remember(store, "", name=name_of(room.sync), form=form)
        return form


async def _share_all(room: Room, owners: Sequence[str]) -> None:
    async def one(owner: str) -> None:
        try:
            await share(room, owner)
        except ConnectorError as error:
            room.trouble(error.system, error)
        except Busy:
            room.report.notices.append("the database was busy; some files follow with the next pass")

    for first in range(0, len(owners), AT_ONCE):
        async with asyncio.TaskGroup() as group:
            for owner in owners[first : first + AT_ONCE]:
                group.create_task(one(owner))


def name_of(sync: str) -> str:
    """Return the name under which the state remembers where the reading of files stands."""
    return f"files:{sync}"


def remembered(store: Store, sync: str) -> dict[str, Any]:
    """Return where the reading of files stands: cursors, limits, the newest link that was looked at."""
    found: dict[str, Any] | None = dictionaries.recall(store, "", name=name_of(sync), within=_EVER)
    return found or {}


def form_of(limits: FileLimits) -> list[Any]:
    return [limits.max_size, list(limits.types), list(limits.not_types)]


def sharer_of(installation: Installation, sync: Sync, kinds: dict[str, Sequence[str]]) -> Sharing | None:
    """
    Return what shares the files of *sync*, None where nobody does. KINDS: system -> the kinds of record it has.

    Raises `Problems` where a system that is to share files has none.
    """
    if not sync.files:
        return None
    without = [system for system in sync.files if KIND not in kinds.get(system, ())]
    if without:
        raise Problems([Problem("hub.yaml", sync.mark.line, f"{name} holds no files to share") for name in without])
    return Sharer(sync, spool_in(installation.folder))
