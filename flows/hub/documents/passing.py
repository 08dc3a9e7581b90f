"""Documents as a part of a pass."""

from mappings.language.model import Sync

from ..report import Report
from ..wired import Papers, Wired
from ..wiring import Installation, Maker
from .desk import Desk, desk_of
from .keeping import keep_documents
from .one import Room


class Keeper:
    """Keeps the documents of one sync at the end of its passes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, wired: Wired, report: Report, *, full: bool) -> bool:
        """Do what is to be done, tell it in *report*, and say whether cases have an address to tell elsewhere."""
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
        return told.due > 0


def papers_of(installation: Installation, sync: Sync, make: Maker) -> Papers | None:
    """Return what keeps the documents of *sync*, None where its cases get none. Raises `Problems`."""
    desk = desk_of(installation, sync, make)
    return Keeper(desk) if desk else None
