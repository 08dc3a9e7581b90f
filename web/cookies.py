"""
What a browser keeps for us: the secret of its session, and what the next page has to tell.

The token of a form is made from that secret, which no other site can read; whoever has not signed in has one all the
same. Over TLS the cookies have names that no neighbour under the same domain can write.
"""

import base64
import hashlib
import hmac
import secrets

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import Scope

from .house import house_of

SESSION = "casehub_session"
SAID = "casehub_said"
TOKEN = "token"  # noqa: S105  # the name of a field
HEADER = "x-casehub-token"
LONGEST = 1000
"""Letters of the longest message that travels in a cookie."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = "bearer "


def is_secure(request: Request) -> bool:
    """Say whether the page is opened over TLS, as far as we or the proxy know."""
    return request.url.scheme == "https" or house_of(request).page.startswith("https:")


def _called(request: Request, name: str) -> str:
    return f"__Host-{name}" if is_secure(request) else name


def session_of(request: Request) -> str:
    """Return the secret that the browser has sent; "" where it has none."""
    return request.cookies.get(_called(request, SESSION), "")


def secret_of(request: Request) -> str:
    """Return the secret of the browser; one that brings none is given one with the answer."""
    if not hasattr(request.state, "secret"):
        request.state.secret = session_of(request) or secrets.token_urlsafe(32)
    return str(request.state.secret)


def keep_session(request: Request, answer: Response, secret: str, *, seconds: int | None = None) -> None:
    """Have the browser come back as SECRET."""
    set_cookie(request, answer, SESSION, value=secret, seconds=seconds)


def remember(request: Request, answer: Response) -> None:
    """Give a browser that brought no secret the one that its forms were made with."""
    if not session_of(request):
        keep_session(request, answer, secret_of(request))


# --- forms ------------------------------------------------------------------------------------------------------------


def token_of(request: Request) -> str:
    """Return what a form of this session carries."""
    return _made("form", secret_of(request))


def _made(purpose: str, secret: str, text: str = "") -> str:
    return hmac.new(secret.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def address_in(scope: Scope) -> str:
    """Return where a request came from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def bearer_of(request: Request) -> str | None:
    """Return the token that a program has sent; None where it sent none."""
    given = request.headers.get("authorization", "")
    return given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else None


async def proved(request: Request) -> None:
    """
    The dependency of all pages: what changes something was sent by a page of ours. Raises 403.

    A program shows its token with each request, which no foreign page can have a browser do.
    """
    if request.method in SAFE or bearer_of(request) is not None:
        return
    given = request.headers.get(HEADER)
    if given is None:
        given = str((await request.form()).get(TOKEN, ""))
    if not session_of(request) or not hmac.compare_digest(given.encode(), token_of(request).encode()):
        raise HTTPException(403, "form")


# --- what the next page tells -----------------------------------------------------------------------------------------


def see_other(request: Request, path: str, *, said: str = "", kind: str = "done") -> RedirectResponse:
    """Return the way to PATH, a path of ours; the next page tells what was SAID (KIND: done, or wrong)."""
    answer = RedirectResponse(path, 303)
    if said:
        tell(request, answer, said, kind=kind)
    return answer


def tell(request: Request, answer: Response, said: str, *, kind: str = "done", secret: str = "") -> None:
    """Have the next page tell what was SAID; SECRET is the browser's, where the answer gives it another one."""
    text = base64.urlsafe_b64encode(orjson.dumps([kind, said[:LONGEST]])).decode()
    proof = _made("said", secret or secret_of(request), text)
    set_cookie(request, answer, SAID, value=f"{text}.{proof}")


def said(request: Request) -> tuple[str, str] | None:
    """Return kind and text of what is to be told; None where it was not we who said it."""
    text, _, proof = request.cookies.get(_called(request, SAID), "").partition(".")
    if not text or not hmac.compare_digest(proof.encode(), _made("said", secret_of(request), text).encode()):
        return None
    kind, told = orjson.loads(base64.urlsafe_b64decode(text))
    return str(kind), str(told)


def unsay(request: Request, answer: Response) -> None:
    """Have the browser forget what was told."""
    if request.cookies.get(_called(request, SAID)):
        set_cookie(request, answer, SAID, value="", seconds=0)


def set_cookie(request: Request, answer: Response, name: str, *, value: str, seconds: int | None = None) -> None:
    """Have the browser keep something that no script may read and no other site sends."""
    called, secure = _called(request, name), is_secure(request)
    answer.set_cookie(called, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")
