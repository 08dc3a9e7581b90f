"""Who asks: the account behind the name of a session, or behind the token of a program."""

from collections.abc import Callable

from fastapi import Request

from flows.hub import accounts
from flows.hub.reach import reach_of
from state.entrance import Entered
from state.store import Store

from .cookies import bearer_of, session_of
from .viewer import Viewer


def who_in(store: Store) -> Callable[[Request], Viewer | None]:
    """Return what says who has signed in, of the accounts in STORE."""

    def who(request: Request) -> Viewer | None:
        token = bearer_of(request)
        secret = session_of(request)
        if token is not None:
            return _viewer(store, accounts.entered_with(store, token))
        return _viewer(store, accounts.entered(store, secret)) if secret else None

    return who


def _viewer(store: Store, came: Entered | None) -> Viewer | None:
    if came is None:
        return None
    account = came.account
    reach = reach_of(store, account, leads=came.leads)
    role, level = accounts.role_of(account.role), accounts.level_of(account.level)
    return Viewer(
        account.id,
        account.login,
        account.name,
        account.person,
        role,
        level,
        reach.access(level),
        reach,
        account.language,
    )
