"""Cases: lists, the board, one case and what belongs to it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from flows.hub.browsing import (
    BoardQuery,
    CasePage,
    CaseQuery,
    FeedQuery,
    Sort,
    board,
    feed,
    list_cases,
    open_case,
)
from flows.hub.noted import NoNotes, add_note
from state import workers
from web.acts import case_for
from web.bench import desk_of, person_of, sees_internal
from web.exporting import XLSX, Words
from web.house import house_of, store_of
from web.languages import later
from web.pages.case import relation_in
from web.pages.exports import Exporting, file_of
from web.viewer import SignedIn, Viewer

from .answering import BASE, may_answer
from .case_shapes import CaseOf, DocumentOf, Documents, FileOf, Files, History, ItemOf, Items, NoteOf, Notes
from .list_shapes import BoardOf, CardOf, CaseLine, Cases, ColumnOf
from .problems import Refusal
from .shapes import Asked, Page, Shape

router = APIRouter(prefix=BASE, tags=[later("Cases")])
Key = Annotated[str, Path(max_length=100, description="The key of the case.", examples=["CASE-42"])]
MOST = 500


class Table(Response):
    """A table as text."""

    media_type = "text/csv"


class Workbook(Response):
    """A workbook."""

    media_type = XLSX


class Filters(Asked):
    """Which cases."""

    show: Literal["", "mine", "attention"] = ""
    """`mine`: whoever asks takes part in them; `attention`: something waits there."""
    sync: str = Field(default="", max_length=200)
    client: str = Field(default="", max_length=500)
    """A part of the client's name, in capitals or not."""
    person: str = Field(default="", max_length=500)
    """Anybody whose case it is: an e-mail, or a key under `people:` in hub.yaml."""
    q: str = Field(default="", max_length=500)
    """Words, in any form."""


class Wanted(Filters):
    """Which cases, in which order."""

    stage: tuple[str, ...] = Field(default=(), max_length=100)
    outcome: Literal["all", "open", "won", "lost", "withdrawn", "no_decision"] = "open"
    sort: Sort = "changed"
    order: Literal["up", "down"] = "down"

    def query(self, *, page: int = 1, size: int = MOST) -> CaseQuery:
        """Return the question."""
        return CaseQuery(
            mine=self.show == "mine",
            attention=self.show == "attention",
            stages=self.stage,
            outcomes=() if self.outcome == "all" else (self.outcome,),
            sync=self.sync,
            client=self.client,
            person=self.person,
            text=self.q,
            sort=self.sort,
            descending=self.order == "down",
            page=page,
            size=size,
        )


class Listed(Wanted):
    """Which cases, in which order, on which page."""

    page: Page = 1
    size: int = Field(default=50, ge=1, le=MOST)
    """So many on a page."""


@router.get("/cases", summary=later("List cases"), responses=may_answer())
def cases(request: Request, viewer: SignedIn, asked: Annotated[Listed, Query()]) -> Cases:
    """The cases that whoever asks may read, filtered, sorted, in pages."""
    query = asked.query(page=asked.page, size=asked.size)
    return Cases.of(list_cases(house_of(request).installation, viewer.access, query, internal=sees_internal(viewer)))


@router.get("/board", summary=later("Show the board"), responses=may_answer())
def show_board(request: Request, viewer: SignedIn, asked: Annotated[Filters, Query()]) -> BoardOf:
    """Open cases by stage, the oldest in their stage first. A card is moved by giving the case another `stage`."""
    installation = house_of(request).installation
    query = BoardQuery(
        mine=asked.show == "mine",
        attention=asked.show == "attention",
        sync=asked.sync,
        client=asked.client,
        person=asked.person,
        text=asked.q,
    )
    found = board(installation, viewer.access, query, now=installation.store.clock(), internal=sees_internal(viewer))
    columns = tuple(
        ColumnOf(
            stage=one.stage,
            cards=tuple(CardOf(case=CaseLine.model_validate(card.row), days=card.days) for card in one.cards),
        )
        for one in found.columns
    )
    return BoardOf(
        columns=columns, total=found.total, names=dict(found.names.known), more=found.more, behind=found.behind
    )


@router.get("/cases.csv", summary=later("Export cases as CSV"), response_class=Table, responses=may_answer(403, 413))
def as_csv(request: Request, viewer: Exporting, asked: Annotated[Wanted, Query()]) -> Response:
    """The list on all its pages, in UTF-8 with a mark that Excel knows it by; columns are called as here."""
    return file_of(request, viewer, "csv", query=asked.query(), said=Words(house_of(request).zone))


@router.get(
    "/cases.xlsx", summary=later("Export cases as XLSX"), response_class=Workbook, responses=may_answer(403, 413)
)
def as_xlsx(request: Request, viewer: Exporting, asked: Annotated[Wanted, Query()]) -> Response:
    """The list on all its pages, as a workbook; columns are called as here."""
    return file_of(request, viewer, "xlsx", query=asked.query(), said=Words(house_of(request).zone))


# --- one case ---------------------------------------------------------------------------------------------------------


def opened(request: Request, viewer: Viewer, key: str) -> CasePage:
    """Return a case as whoever asks may see it. Raises NoSuchCase."""
    installation = house_of(request).installation
    now, internal = installation.store.clock(), sees_internal(viewer)
    return open_case(installation, viewer.access, key, now=now, internal=internal, query=None)


@router.get("/cases/{key}", summary=later("Show a case"), responses=may_answer(404))
def case(request: Request, viewer: SignedIn, key: Key) -> CaseOf:
    """The facts of a case with who said them, and how its systems stand side by side."""
    found = opened(request, viewer, key)
    relation = relation_in(viewer, found)
    may = {"comment": viewer.may_with("comment", relation), "edit": viewer.may_with("edit", relation)}
    return CaseOf.of(found, {**may, "settle": viewer.may_with("settle", relation)})


@router.get("/cases/{key}/items", summary=later("Show the items of a case"), responses=may_answer(404))
def items(request: Request, viewer: SignedIn, key: Key) -> Items:
    """The work items of a case, each under the one that it is a part of."""
    found = opened(request, viewer, key)
    return Items(items=tuple(ItemOf.model_validate(one) for one in found.items), names=dict(found.names.known))


@router.get("/cases/{key}/notes", summary=later("Show the notes of a case"), responses=may_answer(404))
def notes(request: Request, viewer: SignedIn, key: Key) -> Notes:
    """The notes of a case. Internal ones are for who does more than look on."""
    found = opened(request, viewer, key)
    shown = tuple(NoteOf.model_validate(one) for one in found.notes)
    return Notes(notes=shown, more=found.more_notes, names=dict(found.names.known))


@router.get("/cases/{key}/files", summary=later("Show the files of a case"), responses=may_answer(404))
def files(request: Request, viewer: SignedIn, key: Key) -> Files:
    """The files of a case, and in which systems each lies."""
    return Files(files=tuple(FileOf.model_validate(one) for one in opened(request, viewer, key).files))


@router.get("/cases/{key}/documents", summary=later("Show the documents of a case"), responses=may_answer(404))
def documents(request: Request, viewer: SignedIn, key: Key) -> Documents:
    """The pages and folders that were made for a case."""
    found = opened(request, viewer, key).documents
    return Documents(documents=tuple(DocumentOf.model_validate(one) for one in found))


class Lines(Asked):
    """Which lines of the history."""

    system: str = Field(default="", max_length=200)
    """What was done in one system; `hub` for what was said there."""
    kind: Literal["", "case", "item", "note", "document"] = ""
    what: tuple[str, ...] = Field(default=(), max_length=20)
    """Of one sort: `set`, `write`, `conflict` and so on."""
    before: str = Field(default="", max_length=100)
    """`next` of the page before."""
    size: int = Field(default=50, ge=1, le=MOST)


@router.get("/cases/{key}/history", summary=later("Show the history of a case"), responses=may_answer(404))
def history(request: Request, viewer: SignedIn, key: Key, asked: Annotated[Lines, Query()]) -> History:
    """What happened across all systems, newest first."""
    systems, kinds = ((word,) if word else () for word in (asked.system, asked.kind))
    query = FeedQuery(systems, kinds, asked.what, asked.before, asked.size)
    return History.of(feed(house_of(request).installation, viewer.access, key, query, internal=sees_internal(viewer)))


class NewNote(Asked):
    """A note to be added."""

    text: str = Field(min_length=1, max_length=100_000, examples=["Клиент просит смету до пятницы."])
    """Markdown."""
    internal: bool = False
    """It stays at the hub."""


class Noted(Shape):
    """The note that was added."""

    key: str = Field(examples=["NOTE-7"])


@router.post(
    "/cases/{key}/notes",
    summary=later("Add a note to a case"),
    status_code=201,
    responses=may_answer(400, 403, 404, 409, 502),
)
def add(request: Request, viewer: SignedIn, key: Key, note: NewNote) -> Noted:
    """Add a note; the systems get it with the next pass."""
    entity = case_for(request, viewer, key, action="comment")
    desk = desk_of(request)
    wired = desk.at(entity.sync)
    try:
        made = add_note(wired, desk.case(entity.key), note.text, by=person_of(viewer), internal=note.internal)
    except NoNotes as error:
        raise Refusal(409, str(error)) from None
    finally:
        workers.retire(store_of(request), wired.worker)
    return Noted(key=made)
