"""Who asks: the account behind the name of a session, or behind the token of a program."""

from collections.abc import Callable, Mapping

from fastapi import Request

from flows.hub import accounts
from flows.hub.reach import owners_of, reach_of
from flows.hub.wiring import Installation
from state.entrance import Entered
from state.store import Store

from .cookies import bearer_of, session_of
from .viewer import Viewer


def who_in(now: Callable[[], Installation]) -> Callable[[Request], Viewer | None]:
    """Return what says who has signed in, of the accounts of a hub; NOW gives the hub as it is at that moment."""

    def who(request: Request) -> Viewer | None:
        installation = now()
        store, owners = installation.store, owners_of(installation.hub)
        token = bearer_of(request)
        secret = session_of(request)
        if token is not None:
            return _viewer(store, accounts.entered_with(store, token), owners)
        return _viewer(store, accounts.entered(store, secret), owners) if secret else None

    return who


def _viewer(store: Store, came: Entered | None, owners: Mapping[str, str]) -> Viewer | None:
    if came is None:
        return None
    account = came.account
    reach = reach_of(store, account, leads=came.leads, owners=owners)
    role, level = accounts.role_of(account.role), accounts.level_of(account.level)
    return Viewer(
        account.id,
        account.login,
        account.name,
        reach.me,
        role,
        level,
        reach.access(level),
        reach,
        account.language,
        came.token,
    )
