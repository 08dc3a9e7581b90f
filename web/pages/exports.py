"""The list of cases as a file."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from markupsafe import Markup

from flows.hub.browsing import CaseQuery, export_cases
from flows.hub.browsing.exporting import MOST
from web.bench import sees_internal
from web.exporting import CSV, XLSX, Words, as_csv, as_xlsx, pieces
from web.house import house_of
from web.rendering import environment, language_of, words
from web.viewer import Viewer, require

from .cases import Asked

router = APIRouter()
Exporting = Annotated[Viewer, Depends(require("export"))]
Form = Literal["csv", "xlsx"]


@router.get("/cases.{form}")
def export(request: Request, viewer: Exporting, form: Form, asked: Annotated[Asked, Query()]) -> Response:
    """Answer the cases that the list shows, on all its pages, as a file."""
    return file_of(request, viewer, form, query=asked.query, said=said_in(request))


def said_in(request: Request) -> Words:
    """Return how a file for a person says things: in the words of the page."""
    language, zone = language_of(request), house_of(request).zone
    say = environment(language, zone).get_template("words.html").module

    def called(name: str) -> Callable[[str], str]:
        def call(word: str) -> str:
            return Markup(getattr(say, name)(word)).unescape()  # noqa: S704  # it is made text again

        return call

    return Words(zone, words(request), called("stage"), called("outcome"), comma=language == "ru")


def file_of(
    request: Request, viewer: Viewer, form: Form, *, query: CaseQuery, said: Words, most: int = MOST
) -> Response:
    """Return the cases of QUERY as a file. Answers 413 where there are more than fit into one (MOST)."""
    installation = house_of(request).installation
    found = export_cases(installation, viewer.access, query, internal=sees_internal(viewer), most=most)
    if found.more:
        raise HTTPException(413, "cases")
    now = installation.store.clock()
    name = f"cases-{now.astimezone(said.zone).date().isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return StreamingResponse(as_csv(found, said), media_type=CSV, headers=headers)
    return StreamingResponse(pieces(as_xlsx(found, said, made=now)), media_type=XLSX, headers=headers)
