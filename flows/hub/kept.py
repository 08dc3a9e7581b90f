"""What a pass keeps beside the records that are kept in step: documents, and copies of files. What it asks of them."""

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Protocol

from mappings.reconcile.model import Entity

from .beside import Beside
from .report import Report

if TYPE_CHECKING:
    from .attachments.looking import PlannedFile
    from .documents.foreseeing import PlannedPaper
    from .wired import Wired


class Keeping(Protocol):
    """What is done at the end of a pass, beside the records that are kept in step."""

    async def __call__(self, wired: "Wired", report: Report, *, full: bool) -> bool:
        """Do what is to be done about them, tell it in *report*, and say whether cases have something to tell now."""
        ...

    async def made_by(self, wired: "Wired", run: str, only: Container[str] | None) -> tuple[Beside, ...]:
        """Return what the run *run* has made, for some cases (ONLY) or for all, and what of it has to be left."""
        ...

    async def take_away(self, wired: "Wired", one: Beside) -> str:
        """Take away what a run has made, where nobody has worked on it; return why not, nothing where it is done."""
        ...


class Papers(Keeping, Protocol):
    """What keeps the documents of a sync."""

    async def planned(self, wired: "Wired", entities: Mapping[str, Entity]) -> "tuple[PlannedPaper, ...]":
        """Return what the next pass would do about the documents of cases, by what a plan calls them."""
        ...


class Sharing(Keeping, Protocol):
    """What shares the files of the cases of a sync."""

    async def foreseen(self, wired: "Wired", report: Report) -> "tuple[PlannedFile, ...]":
        """Read what is new and return what would be copied; nothing is copied."""
        ...
