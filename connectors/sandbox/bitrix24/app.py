"""A Bitrix24 portal as an ASGI application: /rest/{user}/{secret}/{method}, and a page for people."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from ..app import LOCAL_NAMES, Sandbox
from ..clock import Clock
from ..faults import Script
from ..webhooks import Event
from ..wire import FORM_TYPE, Answer, Request, html_answer, json_answer, nested
from .comments import EVENT
from .errors import Refused
from .fields import COMPANY, CONTACT, DEAL
from .methods import Desk, plain_name
from .page import Page
from .portal import SCOPES, Hook, Portal, Settings
from .seed import seed_portal

EVENTS: Mapping[int | str, str] = {DEAL: "DEAL", CONTACT: "CONTACT", COMPANY: "COMPANY"}
NO_AUTH = Refused("NO_AUTH_FOUND", "Wrong authorization data", status=401)


class Bitrix24Sandbox(Sandbox):
    """One portal. Accounts are the webhooks in `portal.hooks`, by the role of their user."""

    system = "bitrix24"

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
        self.portal = Portal(self.clock, lambda: self.script, secret=self.secret, settings=settings, cyrillic=cyrillic)
        self.desk = Desk(self.portal, self.tell)
        self._page = Page(self.portal, self.tell, token=self.secret())

    # --- the protocol -------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        self.portal.base = _base(request)
        limited = self.portal.settings.limited
        if limited and not self.portal.bucket.takes(request.client, self.clock.now().timestamp()):
            return json_answer(Refused("QUERY_LIMIT_EXCEEDED", "Too many requests").shown(), 503)
        if request.path.startswith("/disk/"):
            return html_answer("<title>Авторизация</title><form>Войдите в Битрикс24</form>")
        if request.path == "/rest/download.json":
            return self._download(dict(request.pairs()))
        try:
            return json_answer(self._carried_out(request))
        except Refused as refused:
            return json_answer(refused.shown(), refused.status)

    def _carried_out(self, request: Request) -> dict[str, Any]:
        began = self.clock.now().timestamp()
        account, method = _split(request.path)
        params = _params(request)
        hook = self._hook(account, params)
        if method == "batch":
            return {"result": self.desk.batch(hook, params), "time": self.desk.time(began)}
        result, time = self.desk.one(hook, method, params)
        return {**result.shown(), "time": time}

    def _download(self, query: Mapping[str, str]) -> Answer:
        """Give a file to whoever has its token."""
        number = self.portal.downloads.get(query.get("token", "").removeprefix("disk|"))
        file = self.portal.files.get(number or 0)
        if file is None:
            return json_answer(NO_AUTH.shown(), NO_AUTH.status)
        named = f"attachment; filename*=utf-8''{quote(file['NAME'])}"
        headers = (("content-type", "application/octet-stream"), ("content-disposition", named))
        return Answer(200, file["CONTENT"], headers)

    def _hook(self, account: tuple[str, str] | None, params: Mapping[str, Any]) -> Hook:
        if account is None:
            return self._of_token(str(params.get("auth", "")))
        user, secret = account
        hook = self.portal.hook_of(int(user), secret) if user.isdigit() else None
        if hook is None:
            raise NO_AUTH
        return hook

    def _of_token(self, token: str) -> Hook:
        """An application's token acts as its user, until it expires."""
        known = self.portal.tokens.get(token)
        if known is None:
            raise NO_AUTH
        user, until = known
        if self.clock.now() >= until:
            raise Refused("expired_token", "The access token provided has expired", status=401)
        return Hook(self.portal.users[user], token, SCOPES)

    def tell(self, kind: int | str, verb: str, number: int) -> None:
        """Give an event out to every outgoing webhook: the number of the record and nothing else of it."""
        portal = self.portal
        for place, target in enumerate(self.webhooks.targets, 1):
            base = f"https://{portal.settings.domain}/rest/"
            body = {
                "event": f"ONCRM{EVENTS.get(kind, kind)}{verb}",
                "event_handler_id": str(900 + place),
                "data[ID]" if kind == EVENT else "data[FIELDS][ID]": str(number),
                "ts": str(int(self.clock.now().timestamp())),
                "auth[domain]": portal.settings.domain,
                "auth[client_endpoint]": base,
                "auth[server_endpoint]": "https://oauth.example/rest/",
                "auth[member_id]": "a223c6b3710f85df22e9377d6c4f7553",
                "auth[application_token]": portal.application_token,
            }
            headers = (("content-type", FORM_TYPE), ("user-agent", "Bitrix24 Webhook Engine"))
            self.webhooks.give_out(Event(target, urlencode(body).encode(), headers))

    # --- a sandbox ----------------------------------------------------------------------------------------------------

    def page(self, request: Request) -> Answer | None:
        return None if request.path.startswith(("/rest/", "/disk/")) else self._page.answer(request)

    def shown_path(self, request: Request) -> str:
        return f"/{_split(request.path)[1]}"

    def shown_query(self, request: Request) -> str:
        return ""  # may carry a token, and says nothing that the path does not

    def calls(self, request: Request, answer: Answer) -> int:
        if self.shown_path(request) != "/batch":
            return 1
        try:
            return len(_params(request).get("cmd") or ())
        except Refused:
            return 0

    def reset(self) -> None:
        self.portal.clear()

    def seed(self, count: int, *, cyrillic: bool = True, chance: int = 1) -> None:
        seed_portal(self.portal, count, cyrillic=cyrillic, chance=chance)

    def issue_token(self, role: str, *, lives: float = 3600.0) -> str:
        """Return a new access token of an application for that user."""
        token = self.secret()
        self.portal.tokens[token] = (self.portal.user(role).id, self.clock.now() + timedelta(seconds=lives))
        return token

    def about(self, base: str) -> dict[str, Any]:
        hooks = {role: f"{base}/rest/{hook.user.id}/{hook.secret}/" for role, hook in self.portal.hooks.items()}
        return {"webhook": hooks["hub"], "webhooks": hooks, "application_token": self.portal.application_token}

    def counts(self) -> Mapping[str, int]:
        names = {DEAL: "deals", CONTACT: "contacts", COMPANY: "companies"}
        found = {name: len(self.portal.items[kind]) for kind, name in names.items()}
        return {**found, "comments": len(self.portal.comments), "files": len(self.portal.files)}


def _base(request: Request) -> str:
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] or host
    return f"{'http' if name in LOCAL_NAMES else 'https'}://{host}"


def _split(path: str) -> tuple[tuple[str, str] | None, str]:
    """Return (user, secret) where the path has them, and the method."""
    parts = path.strip("/").split("/")
    if len(parts) == 4 and parts[0] == "rest":
        return (parts[1], parts[2]), plain_name(parts[3])
    return None, plain_name(parts[-1])


def _params(request: Request) -> dict[str, Any]:
    """Read the parameters of query and body, whichever form they have. Raises Refused for a body that is no JSON."""
    params = nested(request.pairs())
    if request.content_type == "application/json" and request.body.strip():
        try:
            sent = json.loads(request.body)
        except ValueError:
            raise Refused("INVALID_REQUEST", "Syntax error in the request body") from None
        return {**params, **sent} if isinstance(sent, dict) else params
    return {**params, **nested(request.form())}
