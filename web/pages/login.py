"""The way in and out."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, Request, Response

from flows.hub import accounts
from state import accounts as kept
from web.cookies import address_in, is_secure, keep_session, see_other, session_of
from web.house import house_of, store_of
from web.languages import LANGUAGES, later
from web.rendering import LANGUAGE, page, words
from web.viewer import viewer_of

router = APIRouter()
HOME = "/cases"


@router.get("/")
def home(request: Request) -> Response:
    """Lead to the first page."""
    return see_other(request, HOME)


@router.get("/login")
def ask(request: Request, next: str = "") -> Response:  # noqa: A002  # the name in the address
    """Ask who it is."""
    if viewer_of(request) is not None:
        return see_other(request, inside(next))
    return _asked(request, next)


@router.post("/login")
def enter(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002  # the name in the form
) -> Response:
    """Let somebody in who knows the password. Raises `TooOften`."""
    house = house_of(request)
    came = accounts.let_in(
        house.installation.store,
        house.passwords,
        login=login,
        password=password,
        address=address_in(request.scope),
    )
    if came is None:
        wrong = words(request)(later("That login and that password do not belong together."))
        return _asked(request, next, login=login, wrong=wrong, status=403)
    return _inside(request, came, next)


def _asked(request: Request, back: str, *, login: str = "", wrong: str = "", status: int = 200) -> Response:
    open_line = not is_secure(request) and request.url.hostname not in ("localhost", "127.0.0.1", "::1")
    return page(request, "pages/login.html", status=status, back=back, login=login, wrong=wrong, open_line=open_line)


@router.get("/login/link/{secret}")
def ask_by_link(request: Request, secret: str) -> Response:
    """Ask whether to go in: a program that only looks at a link in a mail must not use it up."""
    return page(request, "pages/link.html", secret=secret)


@router.post("/login/link/{secret}")
def enter_by_link(request: Request, secret: str) -> Response:
    """Let somebody in who holds a one-time link."""
    came = accounts.let_in_by_link(store_of(request), secret, address=address_in(request.scope))
    if came is None:
        return page(request, "pages/link.html", status=403, secret="")
    return _inside(request, came, "")


def _inside(request: Request, came: accounts.Came, back: str) -> Response:
    """Go on as somebody else than before: whoever knew the old session knows nothing of the new one."""
    if viewer_of(request) is not None:
        accounts.leave(store_of(request), session_of(request), login=came.account.login, address="")
    answer = see_other(request, inside(back))
    keep_session(request, answer, came.secret, seconds=int(accounts.LASTS.total_seconds()))
    return answer


def inside(path: str) -> str:
    """Return PATH where it is one of ours, else the first page: nobody is led away by a link of ours."""
    plain = unquote(path.partition("?")[0])  # what is asked for behind it leads nowhere, whatever its letters
    ours = plain.startswith("/") and not plain.startswith("//")
    return path if ours and all(one.isprintable() and "\\" not in one for one in (path, plain)) else HOME


@router.post("/logout")
def leave(request: Request) -> Response:
    """End the session."""
    viewer = viewer_of(request)
    if viewer is not None:
        address = address_in(request.scope)
        accounts.leave(store_of(request), session_of(request), login=viewer.login, address=address)
    answer = see_other(request, "/login")
    keep_session(request, answer, "", seconds=0)
    return answer


@router.post("/language")
def speak(request: Request, language: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "") -> Response:
    """Go on in another language: in the profile of whoever has signed in, in the browser of everybody else."""
    answer = see_other(request, inside(back))
    viewer = viewer_of(request)
    if language not in LANGUAGES:
        return answer
    if viewer is not None:
        kept.change(store_of(request), viewer.account, to={"language": language})
    answer.set_cookie(
        LANGUAGE, language, max_age=31536000, path="/", samesite="lax", secure=is_secure(request), httponly=True
    )
    return answer
