"""What everybody sees and changes of themselves: language, password, tokens of their programs."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response

from flows.hub import accounts
from flows.hub.units import NotAllowed
from state import accounts as kept
from state import entrance
from state.accounts import Account
from web.cookies import address_in, see_other, session_of
from web.house import house_of, store_of
from web.languages import later
from web.rendering import page, refusal, words
from web.viewer import SignedIn, Viewer

router = APIRouter(prefix="/me")


@router.get("")
def show(request: Request, viewer: SignedIn) -> Response:
    """Show who somebody is here."""
    return _shown(request, viewer)


def _shown(request: Request, viewer: Viewer, *, wrong: str = "", secret: str = "", status: int = 200) -> Response:
    store = store_of(request)
    account = _own(request, viewer)
    units = {one.id: one.name for one in kept.units(store)}
    return page(
        request,
        "pages/me.html",
        status=status,
        account=account,
        unit=units.get(account.unit or ""),
        tokens=entrance.tokens(store, account.id),
        now=store.clock(),
        secret=secret,
        wrong=wrong,
    )


def _own(request: Request, viewer: Viewer) -> Account:
    found = kept.by_id(store_of(request), viewer.account)
    if found is None:
        raise HTTPException(404)
    return found


@router.post("/password")
def password(
    request: Request, viewer: SignedIn, old: Annotated[str, Form()] = "", new: Annotated[str, Form()] = ""
) -> Response:
    """Change one's password; all other sessions end. Who came in by a link has none that could be asked for."""
    house, account, _ = house_of(request), _own(request, viewer), words(request)
    try:
        fits = account.hash is None or accounts.knows(
            house.installation.store, house.passwords, account, password=old, address=address_in(request.scope)
        )
        if not fits:
            return _shown(request, viewer, wrong=_("That is not the password you have now."), status=403)
        accounts.sound(new, login=account.login)
    except NotAllowed as error:
        return _shown(request, viewer, wrong=refusal(request, error), status=422)
    hashed = house.passwords.hashed(new)
    keep = session_of(request)
    accounts.set_password(house.installation.store, account, hashed, by=account.login, keep=keep)
    return see_other(request, "/me", said=_("Your password is changed; everywhere else you are signed out."))


@router.post("/tokens")
def make_token(
    request: Request, viewer: SignedIn, name: Annotated[str, Form()] = "", days: Annotated[int, Form(ge=1, le=366)] = 90
) -> Response:
    """Make a token for a program; it is shown on this page and never again."""
    account = _own(request, viewer)
    try:
        secret, _ = accounts.make_token(
            store_of(request), account, name[:100], by=account.login, lasts=timedelta(days=days)
        )
    except NotAllowed as error:
        return _shown(request, viewer, wrong=refusal(request, error), status=422)
    return _shown(request, viewer, secret=secret)


@router.post("/tokens/{id_}/drop")
def drop_token(request: Request, viewer: SignedIn, id_: str) -> Response:
    """Have a token let nobody in any more."""
    if not accounts.drop_token(store_of(request), _own(request, viewer), id_, by=viewer.login):
        raise HTTPException(404)
    return see_other(request, "/me", said=words(request)(later("The token lets nobody in any more.")))


@router.post("/sessions/end")
def end_sessions(request: Request, viewer: SignedIn) -> Response:
    """Sign out everywhere, here too."""
    entrance.end_all(store_of(request), viewer.account)
    return see_other(request, "/login")
