"""A Redmine as an ASGI application: the REST interface below ``.json``, and a page for people."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from ..app import Sandbox
from ..clock import Clock
from ..faults import Script
from ..wire import Answer, Request
from .ask import MISSING, Ask, Refused, params_of, unauthorised, with_etag
from .files import download
from .installation import Installation, Settings
from .model import Issue, User
from .page import Page
from .routes import answer as routed
from .saving import Saved
from .seed import seed_installation
from .webhook import event_of

ENDING = ".json"


class RedmineSandbox(Sandbox):
    """One installation. People are in `office.users`; `office.roles_of_people` says who has which role."""

    system = "redmine"

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        clock: Clock | None = None,
        token: str | None = None,
        script: Script | None = None,
        secret: Callable[[], str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        cyrillic: bool = True,
    ) -> None:
        made = {"secret": secret} if secret else {}
        super().__init__(clock=clock, token=token, script=script, transport=transport, **made)
        self.office = Installation(
            self.clock, lambda: self.script, secret=self.secret, settings=settings, cyrillic=cyrillic
        )
        self._base = "http://127.0.0.1"
        self._page = Page(self.office, self.tell, token=self.secret(), cyrillic=cyrillic)

    # --- the protocol -------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        try:
            return with_etag(self._answered(request), request)
        except Refused as refused:
            return refused.answer

    def _answered(self, request: Request) -> Answer:
        base = f"http://{request.headers['host']}" if "host" in request.headers else self._base
        ask = Ask(request, self.office, self._user(request), _parts(request), base=base)
        is_file = request.path.startswith("/attachments/download/")
        if not ask.user.logged and self.office.settings.login_required:
            raise Refused(Answer(302, b"", (("location", f"{base}/login"),)) if is_file else unauthorised())
        if is_file:
            number, _, name = request.path.removeprefix("/attachments/download/").partition("/")
            return download(ask, number, name)
        if not request.path.endswith(ENDING):
            return MISSING
        whole = Ask(request, self.office, ask.user, ask.parts, params_of(request), base)
        return routed(whole, self.tell)

    def _user(self, request: Request) -> User:
        """Who asks: by key (header, query, Basic), by login and password, or as whom an administrator acts."""
        user = self._known(request)
        wanted = request.headers.get("x-redmine-switch-user")
        if user is None or not user.admin or not wanted:
            return user or self.office.anonymous
        other = self.office.user_of_login(wanted)
        if other is None:
            raise Refused(Answer(412))
        return other

    def _known(self, request: Request) -> User | None:
        key = request.headers.get("x-redmine-api-key") or dict(request.pairs()).get("key", "")
        if key:
            return self.office.user_of_key(key)
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        user = self.office.user_of_login(name)
        by_password = user if user and user.password and user.password == password else None
        return by_password or self.office.user_of_key(name)

    def tell(self, what: str, issue: Issue, saved: Saved | None) -> None:
        """Give an event out to every webhook."""
        journal = saved.journal if saved else None
        for target in self.webhooks.targets:
            event = event_of(what, issue, journal=journal, office=self.office, target=target, base=self._base)
            self.webhooks.give_out(event)

    # --- a sandbox ----------------------------------------------------------------------------------------------------

    def page(self, request: Request) -> Answer | None:
        return None if request.path.endswith(ENDING) else self._page.answer(request)

    def shown_path(self, request: Request) -> str:
        return request.path

    def shown_query(self, request: Request) -> str:
        return urlencode([pair for pair in request.pairs() if pair[0] != "key"])

    def reset(self) -> None:
        self.office.clear()

    def seed(self, count: int, *, cyrillic: bool = True, chance: int = 1) -> None:
        seed_installation(self.office, count, cyrillic=cyrillic, chance=chance)

    def about(self, base: str) -> dict[str, Any]:
        self._base = base
        keys = {role: self.office.users[number].key for role, number in self.office.roles_of_people.items()}
        return {"url": base, "key": keys["hub"], "keys": keys, "project": "presales", "tracker": "Case"}

    def counts(self) -> Mapping[str, int]:
        return {"issues": len(self.office.issues), "projects": len(self.office.projects)}


def _parts(request: Request) -> tuple[str, ...]:
    return tuple(request.path.removesuffix(ENDING).strip("/").split("/"))
