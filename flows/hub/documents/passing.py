"""Documents as a part of a pass."""

from collections.abc import Container, Mapping

from connectors.mediawiki import MediaWikiConnector
from mappings.language.model import Sync
from mappings.reconcile.model import Entity
from state import cases

from ..beside import Beside
from ..kept import Papers
from ..report import Report
from ..wired import Scope, Wired
from ..wiring import Installation, Maker
from .desk import Desk, desk_of
from .foreseeing import PlannedPaper, batches_of, foreseen
from .keeping import keep_documents
from .one import Room
from .paper import document_id
from .undoing import made_by, take_away


class Keeper:
    """Keeps the documents of one sync at the end of its passes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, wired: Wired, report: Report, *, full: bool) -> bool:
        """Do what is to be done, tell it in *report*, and say whether cases have an address to tell elsewhere."""
        began = wired.clock()
        room = Room(wired.shape.name, wired.store, wired.worker, wired.run, most=wired.shape.limits.max_creates)
        told = await keep_documents(self._desk, room, full=full)
        report.trouble |= told.trouble
        report.notices += told.notices
        for system, (total, overhead, writing) in told.requests.items():
            report.requests[system] = report.requests.get(system, 0) + total - overhead
            report.overhead[system] = report.overhead.get(system, 0) + overhead
            report.writing[system] = report.writing.get(system, 0) + writing
            report.created[system] += told.made_in[system]
            report.updated[system] += told.written_in[system]
        report.parked += told.parked
        report.pulled |= dict.fromkeys(self._looked_at(told.trouble, full=full), began)
        return told.due > 0

    def _looked_at(self, trouble: Container[str], *, full: bool) -> list[Scope]:
        """Where all is known by now: a wiki tells in every pass what has changed, folders are looked at one by one."""
        wikis = {name for name, one in self._desk.connectors.items() if isinstance(one, MediaWikiConnector)}
        well = [name for name in self._desk.systems if name not in trouble and (full or name in wikis)]
        return [(name, "page" if name in wikis else "folder") for name in well]

    async def planned(self, wired: Wired, entities: Mapping[str, Entity]) -> tuple[PlannedPaper, ...]:
        """Return what the next pass would do about the documents of these cases, by what a plan calls them."""
        return await foreseen(self._desk, wired, batches_of(wired, entities))

    async def made_by(self, wired: Wired, run: str, only: Container[str] | None) -> tuple[Beside, ...]:
        """Return the documents that a run has made; which of them were edited is found out by `take_away`."""
        return tuple(one for one, _ in made_by(wired, run, only))

    async def take_away(self, wired: Wired, one: Beside) -> str:
        """Delete a document, or empty its page; return why it is left, nothing where it is gone."""
        connector = self._desk.connectors.get(one.system)
        whole = cases.by_ids(wired.store, [document_id(one.owner, one.label)]).get(document_id(one.owner, one.label))
        if connector is None or whole is None:
            return "hub.yaml no longer names its system"
        async with connector:
            return await take_away(wired, connector, one, whole)


def papers_of(installation: Installation, sync: Sync, make: Maker) -> Papers | None:
    """Return what keeps the documents of *sync*, None where its cases get none. Raises `Problems`."""
    desk = desk_of(installation, sync, make)
    return Keeper(desk) if desk else None
