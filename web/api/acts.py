"""What people do, as acts: looked at first (`/acts/preview`), then made as they were shown (`/acts`)."""

from dataclasses import replace
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Body, Request
from pydantic import Field, field_validator

from flows.hub.acting import Again, Deed, Foreseen, Give, Leave, Match, NotAsShown, Part, Same, foresee, make
from web.acts import check
from web.bench import desk_of, person_of
from web.deeds import made
from web.languages import later
from web.viewer import SignedIn, Viewer

from .answering import BASE, may_answer
from .problems import Refusal
from .shapes import LARGEST, Asked, Said, Shape

router = APIRouter(prefix=BASE, tags=[later("Acts")])

CaseKey = Annotated[str, Field(min_length=1, max_length=100, description="The case.", examples=["CASE-42"])]
System = Annotated[str, Field(min_length=1, max_length=200, description="The system.", examples=["sales-crm"])]
Record = Annotated[str, Field(min_length=1, max_length=500, description="Its id there.", examples=["41"])]
Kind = Annotated[str, Field(max_length=200, description="The kind of record, where there are several.")]
Number = Annotated[int, Field(ge=1, le=LARGEST, description="The number of the entry.", examples=[17])]


class GiveAct(Asked):
    """Give a fact another value; where systems differ over it, that settles it. The stage is a fact too."""

    do: Literal["give"]
    key: CaseKey
    fact: str = Field(min_length=1, max_length=100, examples=["amount"])
    text: str = Field(default="", max_length=100_000, examples=["175000 RUB"])
    """The value as people write it; empty for none."""
    take: str = Field(default="", max_length=200)
    """Instead of a text: whose value of a conflict counts, a system's or `hub`."""

    def deed(self) -> Deed:
        """Return the act itself."""
        return Give(self.key, self.fact, self.text, self.take)


class AgainAct(Asked):
    """Try an entry of the attention list again."""

    do: Literal["again"]
    number: Number

    def deed(self) -> Deed:
        """Return the act itself."""
        return Again(self.number)


class LeaveAct(Asked):
    """Drop an entry: it stays off the list until what is shown there changes."""

    do: Literal["leave"]
    number: Number

    def deed(self) -> Deed:
        """Return the act itself."""
        return Leave(self.number)


class MatchAct(Asked):
    """A record that nobody could place is a case's."""

    do: Literal["match"]
    key: CaseKey
    system: System
    record: Record
    kind: Kind = ""

    def deed(self) -> Deed:
        """Return the act itself."""
        return Match(self.key, self.system, self.record, self.kind)


class PartAct(Asked):
    """A record is a case's no longer."""

    do: Literal["part"]
    key: CaseKey
    system: System
    kind: Kind = ""

    def deed(self) -> Deed:
        """Return the act itself."""
        return Part(self.key, self.system, self.kind)


class SameAct(Asked):
    """Say who somebody is whom nobody knew."""

    do: Literal["same"]
    system: System
    record: Record
    person: str = Field(default="", max_length=500, examples=["anna@example.org"])
    """An e-mail, or a key under `people:` in hub.yaml; empty for nobody whom we work with."""

    def deed(self) -> Deed:
        """Return the act itself."""
        return Same(self.system, self.record, self.person)


Act: TypeAlias = Annotated[
    GiveAct | AgainAct | LeaveAct | MatchAct | PartAct | SameAct,
    Field(discriminator="do", examples=[{"do": "give", "key": "CASE-42", "fact": "amount", "text": "175000 RUB"}]),
]


# --- what it would bring about ----------------------------------------------------------------------------------------


class ChangeOf(Shape):
    """One field that is written; a record that is made has no old values."""

    system: str
    kind: str
    record: str
    url: str
    field: str
    facts: tuple[str, ...]
    old: tuple[Said, ...]
    new: tuple[Said, ...]
    hops: tuple[str, ...]
    """Steps of a workflow between the two."""


class UnwrittenOf(Shape):
    """A field that stays as it is although the hub says otherwise, and why."""

    system: str
    field: str
    code: str
    text: str


class BecomesOf(Shape):
    """A fact that becomes another one by the way."""

    fact: str
    old: Said
    new: Said


class RefusedOf(Shape):
    """Why an act cannot be done."""

    code: str = Field(examples=["unreadable"])
    text: str


class Plan(Shape):
    """What an act would bring about."""

    what: str = Field(examples=["give"])
    key: str
    title: str
    fact: str
    old: Said
    new: Said
    system: str
    record: str
    changes: tuple[ChangeOf, ...]
    """What is written where because of it."""
    waiting: tuple[ChangeOf, ...]
    """What is written with the next pass anyway."""
    unwritten: tuple[UnwrittenOf, ...]
    conflicts: tuple[str, ...]
    """Facts over which systems would differ afterwards."""
    facts: tuple[BecomesOf, ...]
    later: tuple[str, ...]
    """Systems where a write is on its way, so that this one follows it."""
    cases: int
    fingerprint: str = Field(validation_alias="mark")
    """Stands for all that is shown; the act is made only while it is the same."""
    refused: RefusedOf | None

    @field_validator("refused", mode="before")
    @classmethod
    def _named(cls, refused: Any) -> Any:
        return {"code": refused[0], "text": refused[1]} if isinstance(refused, tuple) else refused


class Look(Asked):
    """An act to be looked at."""

    act: Act


class Do(Look):
    """An act to be made as it was shown."""

    fingerprint: str = Field(max_length=100, examples=["7f3a5b0c9d1e2f3a4b5c"])


class Done(Shape):
    """What was done; the systems follow with the next pass."""

    done: Plan


def plan_of(viewer: Viewer, seen: Foreseen) -> Plan:
    """Return what was foreseen as an answer; whose a record is already, only to who may read every case."""
    if viewer.access.persons is not None and seen.refused is not None and seen.refused[0] == "unlinkable":
        seen = replace(seen, refused=("unlinkable", ""))
    return Plan.model_validate(seen)


@router.post("/acts/preview", summary=later("Look at an act"), responses=may_answer(400, 403, 404))
def preview(request: Request, viewer: SignedIn, asked: Annotated[Look, Body()]) -> Plan:
    """What an act would write where. Nothing is done, and no system is asked."""
    deed = asked.act.deed()
    check(request, viewer, deed)
    return plan_of(viewer, foresee(desk_of(request), deed, by=person_of(viewer)))


@router.post("/acts", summary=later("Make an act"), responses=may_answer(400, 403, 404, 409, 502))
def carry_out(request: Request, viewer: SignedIn, asked: Annotated[Do, Body()]) -> Done:
    """Do what was shown. Where it has moved since, nothing is done, and `plan` of the answer 409 is what it is now."""
    deed = asked.act.deed()
    act = check(request, viewer, deed)
    try:
        done = make(desk_of(request), deed, mark=asked.fingerprint, by=person_of(viewer))
    except NotAsShown as error:
        plan = plan_of(viewer, error.foreseen)
        raise Refusal(409, "", plan=plan.model_dump(mode="json")) from None
    made(request, act)
    return Done(done=plan_of(viewer, done))
