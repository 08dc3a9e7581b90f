"""What of a run can be taken back, and what is left: values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from mappings.exchange import View
from mappings.reconcile.model import Entity, FieldWrite, LinkChange
from state.runs import Run

from ..beside import Beside
from ..wired import WHOLE
from .traces import Place

Verb: TypeAlias = Literal["restore", "close", "detach", "delete", "rejoin"]


@dataclass(frozen=True)
class Left:
    """
    Something that stays as it is: what the run WROTE there, what it SHOWS now, who put that BY and when, and WHY.

    CASE is the key of the ENTITY, which may be of any kind.
    """

    case: str
    place: Place
    field: str
    why: str
    wrote: View = None
    shows: View = None
    by: str = ""
    at: datetime | None = None
    entity: str = "case"


@dataclass(frozen=True)
class Taking:
    """One thing that is taken back at a record; WRITE is what that needs, None where nothing is written."""

    verb: Verb
    place: Place
    write: FieldWrite | None = None

    @property
    def field(self) -> str:
        return self.write.field if self.write else WHOLE

    @property
    def name(self) -> "TakingName":
        """Tells it from all others, whatever it would write."""
        return self.place, self.verb, self.field


TakingName: TypeAlias = tuple[Place, Verb, str]


@dataclass(frozen=True)
class OfCase:
    """What is taken back and what is left at one case. CHANGES are what that leaves on its links."""

    entity: Entity
    taking: tuple[Taking, ...] = ()
    left: tuple[Left, ...] = ()
    changes: tuple[LinkChange, ...] = ()


@dataclass(frozen=True)
class UndoPlan:
    """What an undo would do, case by case. UNDELETABLE are systems whose records the hub cannot delete."""

    run: Run
    cases: tuple[OfCase, ...]
    delete: bool = False
    undeletable: tuple[str, ...] = ()
    trouble: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[Beside, ...] = ()
    """Documents and copies of files that the run has made."""

    @property
    def removing(self) -> list[Beside]:
        """What of these is taken away."""
        return [one for one in self.beside if self.delete and not one.why]

    @property
    def anything(self) -> bool:
        """There is something to take back."""
        return bool(self.removing) or any(case.taking for case in self.cases)

    @property
    def taking(self) -> Iterator[tuple[Entity, Taking]]:
        return ((case.entity, one) for case in self.cases for one in case.taking)

    @property
    def left(self) -> list[Left]:
        return [one for case in self.cases for one in case.left]
