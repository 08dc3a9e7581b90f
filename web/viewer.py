"""Who asks for a page: the account behind a session, and what a page may ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from flows.hub import accounts
from flows.hub.access import Access
from flows.hub.reach import Reach
from flows.hub.rights import CaseAction, HubAction, Level, Relation, Role, may, may_with_case

from .cookies import address_in, bearer_of
from .house import house_of, store_of


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    Somebody who has signed in.

    ACCOUNT is the id of the account; PERSON the name that cases know them by (e-mail or key; "" where none does).
    ACCESS is for queries, REACH says what they are to a case. LANGUAGE is None where the browser decides.
    """

    account: str
    login: str
    name: str
    person: str
    role: Role
    level: Level
    access: Access
    reach: Reach
    language: str | None = None
    token: str = ""
    """The name of the token that was shown; "" for a person at their browser."""

    def may(self, action: HubAction) -> bool:
        """Say whether they may do something that concerns the whole hub; templates ask it too."""
        return may(self.role, action)

    def may_with(self, action: CaseAction, relation: Relation) -> bool:
        """Say whether they may do something with a case to which they stand in RELATION."""
        return may_with_case(self.role, action, level=self.level, relation=relation)


class NotSignedIn(Exception):
    """Nobody has signed in: the browser is sent to the login."""


def viewer_of(request: Request) -> Viewer | None:
    """Return who has signed in; asked for once per request."""
    if not hasattr(request.state, "viewer"):
        request.state.viewer = house_of(request).who(request)
    found: Viewer | None = request.state.viewer
    return found


def signed_in(request: Request) -> Viewer:
    """The dependency of every page. Raises `NotSignedIn`."""
    found = viewer_of(request)
    if found is None and bearer_of(request) is not None:
        accounts.count_wrong_token(store_of(request), address=address_in(request.scope))
    if found is None:
        raise NotSignedIn
    return found


SignedIn = Annotated[Viewer, Depends(signed_in)]


def require(action: HubAction) -> Callable[[Request], Viewer]:
    """Return a dependency that lets through who may do ACTION, and answers the others with 403."""

    def required(request: Request) -> Viewer:
        viewer = signed_in(request)
        if not viewer.may(action):
            raise HTTPException(403)
        return viewer

    return required
