"""Who may look at the page, for who looks after them: accounts, units, and what was done."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from flows.hub import accounts
from flows.hub.acting.foreseen import mark_of
from flows.hub.rights import USUAL
from flows.hub.units import NotAllowed, make_unit, path, set_head, unit_named
from state import accounts as kept
from state import audit
from state.accounts import Account
from state.errors import Taken
from web.cookies import see_other
from web.deeds import told
from web.house import house_of, store_of
from web.languages import LANGUAGES, later
from web.rendering import page, refusal, words
from web.viewer import Viewer, require

Admin = Annotated[Viewer, Depends(require("manage"))]
router = APIRouter(prefix="/accounts", dependencies=[Depends(require("manage"))])
Text = Annotated[str, Form()]
AT_ONCE = 100
"""Entries of the audit on one page."""
MOST_PAGES = 10_000


@router.get("")
def show(request: Request) -> Response:
    """List accounts and units."""
    return _shown(request)


def _shown(request: Request, *, wrong: str = "", link: str = "", status: int = 200) -> Response:
    store = store_of(request)
    found, units = kept.accounts(store), kept.units(store)
    return page(
        request,
        "pages/accounts.html",
        status=status,
        accounts=found,
        units=sorted((tuple(one.name for one in path(units, each)), each) for each in units),
        unit_names={one.id: one.name for one in units},
        logins={one.id: one.login for one in found},
        pairs=lambda names: [(each, each) for each in names],
        wrong=wrong,
        link=link,
    )


def _refused(request: Request, error: NotAllowed | Taken) -> Response:
    if isinstance(error, Taken):
        wrong = words(request)(later("That name is taken."))
        return _shown(request, wrong=wrong, status=422)
    return _shown(request, wrong=refusal(request, error), status=422)


def _address(request: Request, secret: str) -> str:
    return (house_of(request).page or str(request.base_url).rstrip("/")) + accounts.link_path(secret)


@router.post("")
def add(
    request: Request,
    viewer: Admin,
    login: Text = "",
    name: Text = "",
    person: Text = "",
    role: Text = "participant",
    level: Text = "",
    unit: Text = "",
    language: Text = "",
) -> Response:
    """Let somebody in: they get a link."""
    store = store_of(request)
    speaks = language if language in LANGUAGES else None
    wanted = accounts.Wanted(login, name, person, role, level or None, unit, speaks)
    try:
        made = accounts.make(store, wanted, by=viewer.login)
        secret = accounts.make_link(store, made, by=viewer.login)
    except (NotAllowed, Taken) as error:
        return _refused(request, error)
    return _shown(request, link=_address(request, secret))


@router.post("/units")
def add_unit(request: Request, viewer: Admin, name: Text = "", parent: Text = "", head: Text = "") -> Response:
    """Make a unit; of one that is there, say who leads it."""
    store = store_of(request)
    try:
        leads = accounts.account_named(store, head) if head else None
        if any(one.name == name.strip() for one in kept.units(store)) and not parent:
            set_head(store, name, leads, by=viewer.login)
        else:
            make_unit(store, name, parent=parent, head=leads, by=viewer.login)
    except (NotAllowed, Taken) as error:
        return _refused(request, error)
    return see_other(request, "/accounts", said=words(request)(later("Saved.")))


@router.get("/audit")
def audited(
    request: Request, number: Annotated[int, Query(alias="page", ge=1, le=MOST_PAGES)] = 1, by: str = ""
) -> Response:
    """Show who did what."""
    skip = (number - 1) * AT_ONCE
    store = store_of(request)
    found = audit.audited(store, limit=AT_ONCE + 1, skip=skip, by=accounts.login_of(by))
    return page(
        request,
        "pages/audit.html",
        entries=[(one, told(one)) for one in found[:AT_ONCE]],
        units={one.id: one.name for one in kept.units(store)},
        more=len(found) > AT_ONCE,
        number=number,
        by=by,
        address=lambda at: f"/accounts/audit?{urlencode({'by': by, 'page': at})}",
    )


@router.post("/{login:path}/link")
def link(request: Request, viewer: Admin, login: str) -> Response:
    """Make a link that lets somebody in once."""
    store = store_of(request)
    try:
        secret = accounts.make_link(store, accounts.account_named(store, login), by=viewer.login)
    except NotAllowed as error:
        return _one(request, login, wrong=refusal(request, error), status=422)
    return _one(request, login, link=_address(request, secret))


@router.get("/{login:path}")
def one(request: Request, login: str) -> Response:
    """Show one account."""
    return _one(request, login)


def _one(request: Request, login: str, *, wrong: str = "", link: str = "", status: int = 200) -> Response:
    store = store_of(request)
    found = kept.named(store, accounts.login_of(login))
    return page(
        request,
        "pages/account.html",
        status=status if found else 404,
        account=found,
        mark=_mark(found) if found else "",
        units=kept.units(store),
        wrong=wrong,
        link=link,
    )


def _mark(account: Account) -> str:
    """Return a mark of what the form shows of an account."""
    one = account
    return mark_of(one.id, one.name, one.person, one.role, one.level, one.unit, one.disabled)


@router.post("/{login:path}")
def change(
    request: Request,
    viewer: Admin,
    login: str,
    name: Text = "",
    person: Text = "",
    role: Text = "",
    level: Text = "",
    unit: Text = "",
    state: Text = "",
    mark: Text = "",
) -> Response:
    """Change an account, if it is still as the form with MARK has shown it: all of the form is saved."""
    store = store_of(request)
    found = kept.named(store, accounts.login_of(login))
    if found and mark and mark != _mark(found):
        _ = words(request)
        wrong = _("Somebody else has changed this account meanwhile. Nothing was saved; this is how it is now.")
        return _one(request, login, wrong=wrong, status=409)
    try:
        known = accounts.role_of(role)
        to = {
            "name": name.strip() or login,
            "person": person.strip().lower(),
            "role": known,
            "level": accounts.level_of(level) if level else USUAL[known],
            "unit": unit_named(store, unit).id if unit else None,
            "disabled": state == "disabled",
        }
        accounts.change(store, login, to, by=viewer.login)
    except NotAllowed as error:
        return _one(request, login, wrong=refusal(request, error), status=422)
    return see_other(request, "/accounts", said=words(request)(later("Saved.")))
