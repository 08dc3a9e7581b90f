"""
What went wrong, as a page in the language of whoever asks; to a program, as a JSON problem; to htmx, as a few words.

What an error itself says is shown to nobody: it may hold what is nobody's business.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from connectors.errors import ConnectorError
from flows.hub.accounts import TooOften
from flows.hub.browsing import NoSuchCase, NoSuchRun
from flows.hub.parking import NoSuchEntry
from flows.hub.undoing import NoSuchRun as NothingToUndo
from flows.hub.wiring import NoSuchSync
from state.errors import Busy, Unavailable

from .acts import sheet
from .cookies import SAFE, see_other
from .deeds import done_before
from .languages import later
from .rendering import page, words
from .viewer import NotSignedIn

log = logging.getLogger(__name__)

MOST_PLACES = 20
RETRY = 60
"""Seconds after which somebody who asked too often may ask again, at the earliest."""


KNOWN: Mapping[type[Exception], int] = {
    NoSuchCase: 404,
    NoSuchEntry: 404,
    NoSuchRun: 404,
    NothingToUndo: 404,
    NoSuchSync: 404,
    RequestValidationError: 422,
    TooOften: 429,
    ConnectorError: 502,
    Busy: 503,
    Unavailable: 503,
}


UNASKED = frozenset({413, 421, 500, 503})
"""The database is not asked who it is: it may be what does not answer, or whoever asks is nobody it should know."""


def explain(app: FastAPI) -> None:
    """Have APP answer what goes wrong."""
    for kind in KNOWN:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(NotSignedIn, _to_the_login)
    app.add_exception_handler(500, _unexpected)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        answer = problem(request, error.status_code, why=error.detail)
        answer.headers.update(error.headers or {})
        return answer


def _known(request: Request, error: Exception) -> Response:
    status = next(KNOWN[kind] for kind in type(error).__mro__ if kind in KNOWN)
    more = {"errors": _places(error)} if isinstance(error, RequestValidationError) else None
    return problem(request, status, more=more)


def _places(error: RequestValidationError) -> list[dict[str, str]]:
    """Return where a question is not what it should be, and in which way; not what stands there."""
    told = error.errors()[:MOST_PLACES]
    return [{"at": ".".join(map(str, one["loc"])), "what": str(one["type"])} for one in told]


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
    return problem(request, 500)


def _to_the_login(request: Request, _: Exception) -> Response:
    path = request.url.path
    back = f"?next={quote(path + ('?' + request.url.query if request.url.query else ''))}"
    login = "/login" + (back if request.method in SAFE and path != "/" else "")
    if wants_json(request):
        return problem(request, 401)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    return see_other(request, login)


def wants_json(request: Request) -> bool:
    """Say whether a program asks."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def problem(
    request: Request, status: int, *, why: str = "", detail: str = "", more: Mapping[str, Any] | None = None
) -> Response:
    """
    Return the answer of STATUS; WHY is "form" where a form did not come from a page of ours, "cases" where more of them
    are asked for than fit into a file.

    Programs are told DETAIL, where there is one, and MORE; people, how many of several acts were done before.
    """
    if status in UNASKED and not hasattr(request.state, "viewer"):
        request.state.viewer = None
    title, text = told(request, status, why=why)
    answer: Response
    if wants_json(request):
        form = {"type": "about:blank", "title": title, "status": status, "detail": detail or text, **(more or {})}
        answer = JSONResponse(form, status, media_type="application/problem+json")
    else:
        before = done_before(request)
        answer = (sheet if before else page)(
            request, "error.html", status=status, code=status, heading=title, text=text, before=before
        )
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        answer.headers["Retry-After"] = str(RETRY)
    return answer


FORM = later("This form is out of date"), later("You have signed in or out since it was opened. Go back and reload it.")
CASES = (
    later("Too many cases"),
    later("More cases are asked for than fit into one file (100 000). Narrow the list down."),
)
WHY: Mapping[str, tuple[str, str]] = {"form": FORM, "cases": CASES}
"""What a status alone does not say."""
NOT_UNDERSTOOD = later("Not understood"), later("Something in the address or the form is not what it should be.")
TEXTS: Mapping[int, tuple[str, str]] = {
    400: NOT_UNDERSTOOD,
    401: (later("Not signed in"), later("Sign in, or send a token that is still good.")),
    403: (
        later("Not for you"),
        later("Your role does not allow this. Whoever looks after the accounts can change that."),
    ),
    404: (later("Not found"), later("There is nothing here, or you may not see it.")),
    405: (later("Not like this"), later("This address cannot be asked that way.")),
    408: (later("Too slow"), later("What was sent did not arrive in time.")),
    409: (
        later("Not as it was shown"),
        later("It has moved meanwhile, or it cannot be done now. Nothing was done; look at it again."),
    ),
    413: (later("Too large"), later("What was sent is larger than what is read here.")),
    421: (
        later("Another name"),
        later("The page is not answered under this name; hub.yaml says which is its own (page:)."),
    ),
    422: NOT_UNDERSTOOD,
    429: (
        later("Too often"),
        later("That was tried too often. Wait a quarter of an hour, or ask for a one-time link."),
    ),
    500: (later("Something went wrong"), later("It is not your fault, and it is in the log. Nothing was half done.")),
    502: (
        later("A system does not answer"),
        later("Nothing was changed there as far as the hub knows; try again once it answers."),
    ),
    503: (
        later("Busy"),
        later("The hub's memory does not answer at once. Nothing is lost; try again in a moment."),
    ),
}
OTHER = later("Refused"), later("This cannot be answered.")


def told(request: Request, status: int, *, why: str = "") -> tuple[str, str]:
    """Return a title, and what to do about it."""
    _ = words(request)
    title, text = WHY.get(why) or TEXTS.get(status, OTHER)
    return _(title), _(text)
