"""What a plan file holds, as it is read: nothing that is not here may stand in it."""

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, field_validator

from mappings.canonical.show import EMPTY

Place: TypeAlias = tuple[str, str, str]
"""System, kind and record (none for one that is to be made) of a write."""


class BadPlanFile(ValueError):
    """The file is no plan, or one that this version does not read, or was edited where it must not be."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @field_validator("writes", "fields", "conflicts", "cases", "links", "meetings", mode="before", check_fields=False)
    @classmethod
    def _emptied(cls, given: object) -> object:
        """A list from which everything was taken out is read as nothing at all."""
        return () if given is None else given


class LineForm(_Part):
    """One field of one write. OLD and NEW are as people read them; MARK stands for the whole of it."""

    field: StrictStr
    old: StrictStr = Field(default=EMPTY, alias="from")
    new: StrictStr = Field(alias="to")
    why: StrictStr = ""
    mark: StrictStr = Field(alias="print")
    do: StrictBool = True


class WriteForm(_Part):
    """What one record would be told."""

    system: StrictStr
    kind: StrictStr
    record: StrictStr = ""
    fields: tuple[LineForm, ...] = ()
    do: StrictBool = True

    @property
    def place(self) -> Place:
        return self.system, self.kind, self.record


class CaseForm(_Part):
    """What one case would bring about. MARKS are the prints of all its lines, also of those that were taken out."""

    case: StrictStr
    title: StrictStr = ""
    marks: StrictStr = Field(default="", alias="prints")
    links: tuple[StrictStr, ...] = ()
    writes: tuple[WriteForm, ...] = ()
    conflicts: tuple[StrictStr, ...] = ()
    do: StrictBool = True


class RowForm(_Part):
    """A question of a first meeting, with its answer."""

    case: StrictStr = ""
    title: StrictStr = ""
    record: StrictStr = ""
    there: StrictStr = ""
    why: StrictStr = ""
    mark: StrictStr = Field(alias="print")
    do: StrictStr

    @field_validator("do", mode="before")
    @classmethod
    def _linked(cls, given: object) -> object:
        """``{link: 41}`` is ``link 41``."""
        return f"link {given['link']}" if isinstance(given, dict) and set(given) == {"link"} else given


class MeetingForm(_Part):
    """What was found of one kind of record of one system."""

    system: StrictStr
    kind: StrictStr
    counts: Mapping[str, int] = Field(default_factory=dict)
    matched: tuple[RowForm, ...] = ()
    unclear: tuple[RowForm, ...] = ()
    only_here: tuple[RowForm, ...] = ()
    only_there: tuple[RowForm, ...] = ()
    doubles: tuple[StrictStr, ...] = ()

    @field_validator("matched", "unclear", "only_here", "only_there", "doubles", mode="before")
    @classmethod
    def _taken_out(cls, given: object) -> object:
        return () if given is None else given

    @property
    def rows(self) -> tuple[RowForm, ...]:
        return (*self.matched, *self.unclear, *self.only_here, *self.only_there)


class PlanFile(_Part):
    """What is kept of a plan: enough to know it again, and to tell what has moved since."""

    casehub: int
    sync: StrictStr
    made: StrictStr = ""
    fingerprint: StrictStr
    mapping: StrictStr
    asks: tuple[StrictStr, ...] = ()
    summary: Mapping[str, int] = Field(default_factory=dict)
    meetings: tuple[MeetingForm, ...] = ()
    cases: tuple[CaseForm, ...] = ()
