"""
What a browser keeps for us: the name of its session, and what the next page has to tell.

The token of a form is made from the name of the session, which no other site can read; whoever has not signed in has a
name all the same.
"""

import base64
import hashlib
import hmac
import secrets

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse

SESSION = "casehub_session"
SAID = "casehub_said"
TOKEN = "token"  # noqa: S105  # the name of a field
HEADER = "x-casehub-token"
LONGEST = 1000
"""Letters of the longest message that travels in a cookie."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def fresh_name() -> str:
    """Return the name of a new session."""
    return secrets.token_urlsafe(32)


def name_of(request: Request) -> str:
    """Return the name of the session; a browser that brings none is given one with the answer."""
    if not hasattr(request.state, "session"):
        request.state.session = request.cookies.get(SESSION) or fresh_name()
    return str(request.state.session)


def remember(request: Request, answer: Response) -> None:
    """Give a browser that brought no name the one that its forms were made with."""
    if SESSION not in request.cookies:
        set_cookie(request, answer, SESSION, value=name_of(request))


def token_of(request: Request) -> str:
    """Return what a form of this session carries."""
    return _made("form", name_of(request))


def _made(purpose: str, name: str, text: str = "") -> str:
    return hmac.new(name.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


async def proved(request: Request) -> None:
    """The dependency of all pages: what changes something was sent by a page of ours. Raises 403."""
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER)
    if given is None:
        given = str((await request.form()).get(TOKEN, ""))
    if not hmac.compare_digest(given.encode(), token_of(request).encode()):
        raise HTTPException(403, "form")


def see_other(request: Request, path: str, *, said: str = "", kind: str = "done") -> RedirectResponse:
    """Return the way to PATH, a path of ours; the next page tells what was SAID (KIND: done, or wrong)."""
    answer = RedirectResponse(path, 303)
    if said:
        text = base64.urlsafe_b64encode(orjson.dumps([kind, said[:LONGEST]])).decode()
        proof = _made("said", name_of(request), text)
        set_cookie(request, answer, SAID, value=f"{text}.{proof}")
    return answer


def said(request: Request) -> tuple[str, str] | None:
    """Return kind and text of what is to be told; None where it was not we who said it."""
    text, _, proof = request.cookies.get(SAID, "").partition(".")
    if not text or not hmac.compare_digest(proof.encode(), _made("said", name_of(request), text).encode()):
        return None
    kind, told = orjson.loads(base64.urlsafe_b64decode(text))
    return str(kind), str(told)


def set_cookie(request: Request, answer: Response, name: str, *, value: str, seconds: int | None = None) -> None:
    """Have the browser keep something that no script may read and no other site sends."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")
