"""Acts on their way through a form: how they are written there, who may do them, and how they are answered."""

from typing import Any, Literal

from fastapi import HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.hub.acting import Again, Deed, Foreseen, Give, Leave, Match, Part, Same
from flows.hub.looking import NoSuchCase, find_case
from flows.hub.parking import NoSuchEntry
from flows.hub.rights import CaseAction, Relation
from mappings.canonical.facts import UNDER
from mappings.lens import UNKNOWN
from mappings.reconcile.model import Entity
from state import attention, cases, lines
from state.attention import Attention
from state.store import Store

from .cookies import see_other
from .deeds import called, ended, tried
from .house import store_of
from .rendering import page
from .viewer import Viewer

MOST = 200
"""So many acts at once at most."""
LONGEST = 100_000
MOST_DIGITS = 18
"""Of the number of an entry: a database holds no larger one."""


class Written(BaseModel):
    """An act as a form holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["give", "again", "leave", "match", "part", "same"]
    key: str = ""
    fact: str = ""
    text: str = ""
    take: str = ""
    number: int = Field(default=0, ge=0, lt=10**MOST_DIGITS)
    system: str = ""
    kind: str = ""
    record: str = ""
    person: str = ""

    def deed(self) -> Deed:
        """Return the act itself."""
        match self.do:
            case "give":
                return Give(self.key, self.fact, self.text, self.take)
            case "again":
                return Again(self.number)
            case "leave":
                return Leave(self.number)
            case "match":
                return Match(self.key, self.system, self.record, self.kind)
            case "part":
                return Part(self.key, self.system, self.kind)
            case "same":
                return Same(self.system, self.record, self.person)


def written(deed: Deed) -> str:
    """Return *deed* as a form holds it."""
    match deed:
        case Give(key, fact, text, take):
            form = Written(do="give", key=key, fact=fact, text=text, take=take)
        case Again(number):
            form = Written(do="again", number=number)
        case Leave(number):
            form = Written(do="leave", number=number)
        case Match(key, system, record, kind):
            form = Written(do="match", key=key, system=system, record=record, kind=kind)
        case Part(key, system, kind):
            form = Written(do="part", key=key, system=system, kind=kind)
        case Same(system, word, person):
            form = Written(do="same", system=system, record=word, person=person)
    return form.model_dump_json(exclude_defaults=True)


def read(text: str) -> Deed:
    """Return the act that a form holds. Answers 422 to what is none."""
    try:
        return Written.model_validate_json(text[:LONGEST]).deed()
    except ValidationError:
        raise HTTPException(422) from None


# --- who may ----------------------------------------------------------------------------------------------------------


def case_for(request: Request, viewer: Viewer, key: str, *, action: CaseAction = "read") -> Entity:
    """Return the case *key*, if the viewer may do ACTION with it: 404 where they may not even see it, 403 otherwise."""
    entity = _named(request, key)
    if entity.kind != "case":
        raise HTTPException(404)
    return _let(viewer, entity, action)


def given_to(request: Request, viewer: Viewer, deed: Give) -> Entity:
    """
    Return what a value is given to, if the viewer may give it: a case; or what hangs on one or is no case's (a client),
    where systems differ over that fact. Answers as `case_for`.
    """
    entity = _named(request, deed.key)
    differ, is_case = deed.fact in entity.conflicts, entity.kind == "case"
    _let(viewer, case_of(store_of(request), entity.id), "settle" if differ or not is_case else "edit")
    if not (is_case or deed.take or (differ and deed.fact not in UNDER)):  # whose something is, no text says
        raise HTTPException(404)
    return entity


def _named(request: Request, key: str) -> Entity:
    try:
        return find_case(store_of(request), key).entity
    except NoSuchCase:
        raise HTTPException(404) from None


def _let(viewer: Viewer, entity: Entity, action: CaseAction) -> Entity:
    """ENTITY is a case, or what is no case's: that is for who reads everything and says who is who."""
    if entity.kind != "case":
        if viewer.access.persons is not None:
            raise HTTPException(404)
        _need(viewer.may("name_people"))
        return entity
    if viewer.access.persons is not None and viewer.access.persons.isdisjoint(lines.people_of(entity)):
        raise HTTPException(404)
    _need(viewer.may_with(action, relation_to(viewer, entity)))
    return entity


def may_settle(viewer: Viewer, case: Entity) -> bool:
    """Say whether the viewer may settle what waits at a case."""
    return viewer.may_with("settle", relation_to(viewer, case))


def relation_to(viewer: Viewer, case: Entity) -> Relation:
    """Return what the viewer is to a case."""
    said = {name: case.facts[name].value for name in ("owner", "case_manager", "participants") if name in case.facts}
    owner, manager, others = (said.get(name) for name in ("owner", "case_manager", "participants"))
    return viewer.reach.relation(
        owner=owner if isinstance(owner, str) else None,
        manager=manager if isinstance(manager, str) else None,
        participants=others if isinstance(others, frozenset) else frozenset(),
    )


def check(request: Request, viewer: Viewer, deed: Deed) -> str:
    """Answer 404 or 403 to an act that the viewer may not do; return what the audit calls it."""
    tried(request, called(deed))
    match deed:
        case Give():
            return called(deed, settles=deed.fact in given_to(request, viewer, deed).conflicts)
        case Match() | Part():
            case_for(request, viewer, deed.key, action="settle")
            _need(viewer.may("name_people"))
        case Same():
            _need(viewer.may("name_people"))
        case Again() | Leave():
            return _check_entry(request, viewer, deed)
    return called(deed)


def _check_entry(request: Request, viewer: Viewer, deed: Again | Leave) -> str:
    entry = _entry(request, deed.number)
    if entry.entity is None:
        if viewer.access.persons is not None:
            raise HTTPException(404)
        _need(viewer.may("name_people" if entry.code == UNKNOWN else "start_pass"))
        return called(deed)
    case = case_of(store_of(request), entry.entity)
    _let(viewer, case, "settle")
    return called(deed, case.key, entry.field)


def _entry(request: Request, number: int) -> Attention:
    found = attention.parked_fields(store_of(request), after=number - 1, limit=1)
    if not found or found[0].id != number:
        raise NoSuchEntry(f"nothing is parked under number {number}")
    return found[0]


def case_of(store: Store, entity: str) -> Entity:
    """Return the case that an entity belongs to: itself, or the one above it; what is no case's is on top itself."""
    found = cases.by_ids(store, [entity])[entity].entity
    for _ in range(8):
        if found.kind == "case" or not found.parent:
            break
        found = cases.by_ids(store, [found.parent])[found.parent].entity
    return found


def _need(right: bool) -> None:  # noqa: FBT001  # the question is asked where it is called
    if not right:
        raise HTTPException(403)


# --- how they are answered --------------------------------------------------------------------------------------------


def sheet(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return TEMPLATE: as a page of its own, or as the sheet that htmx lays over the page."""
    laid = bool(request.headers.get("hx-request"))  # which shows nothing but answers of 200
    ended(request, status)
    return page(
        request, template, status=200 if laid else status, layout="sheet.html" if laid else "base.html", **context
    )


def done(request: Request, path: str, *, said: str, kind: str = "done") -> Response:
    """Lead to PATH, which tells what was SAID; where htmx asked, the whole page goes there."""
    answer: Response = see_other(request, path, said=said, kind=kind)
    if request.headers.get("hx-request"):
        answer.status_code = 204
        answer.headers["hx-redirect"] = path
        del answer.headers["location"]
    return answer


Shown = tuple[str, Foreseen]
"""An act as its form holds it, and what it would bring about."""
