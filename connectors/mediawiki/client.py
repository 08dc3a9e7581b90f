"""MediaWiki's action API, without any meaning: forms go in, JSON comes out, errors of our own are raised."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from ..answers import Answer, retry_after
from ..base import Surroundings
from ..errors import AuthFailed, ConnectorError, Gone, Rejected, RetryLater, Stale
from ..forgetful import forgetting
from ..http import Http
from .settings import MediaWikiSettings

Form: TypeAlias = Mapping[str, str | int]
Row: TypeAlias = dict[str, Any]

ENOUGH_LAG = 5
"""Seconds that the wiki's database copies may be behind; beyond, it asks us to wait (maxlag)."""
TRIES = 3
LONGEST_WAIT = 30.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_LATER = ("maxlag", "ratelimited", "readonly", "cascadeprotected-wait")
_LOGGED_OUT = ("assertuserfailed", "assertnameduserfailed", "badtoken", "notoken")
_NO_BOT = "assertbotfailed"
"""Said of a session that has ended, too: only a new one tells that the account is none."""
_CONFLICT = ("editconflict", "pagedeleted", "nosuchrevid", "edit-conflict")
_GONE = ("missingtitle", "nosuchpageid")
_FORBIDDEN = (
    *("permissiondenied", "readapidenied", "writeapidenied", "protectedpage", "protectedtitle", "cantcreate"),
    *("protectednamespace", "customcssjsprotected", "blocked", "autoblocked", "cascadeprotected", "noedit"),
)


class Exists(Rejected):
    """A page of that title is there already."""


@dataclass(frozen=True, slots=True)
class Told:
    """A good answer. BEGAN is our clock when its request left."""

    form: Row
    began: datetime


class MediaWikiClient:
    """Requests to one api.php, logged in when the first one needs it. Raises the errors of `connectors.errors`."""

    def __init__(self, http: Http, settings: MediaWikiSettings, *, name: str, around: Surroundings) -> None:
        self._http = http
        self._settings = settings
        self._name = name
        self._around = around
        self._token: str | None = None
        self.user: str | None = None
        """Who we are there, once we are."""
        self._door = asyncio.Lock()

    async def identify(self) -> Row:
        """Who we are, what we may do, and what wiki it is; logs in anew."""
        async with self._door, forgetting():
            return await self._log_in()

    async def query(self, form: Form, *, overhead: bool = False) -> Told:
        """Ask for something."""
        return await self._logged_in({"action": "query", **form}, reading=True, overhead=overhead)

    async def edit(self, form: Form) -> Row:
        """
        Make or change a page, and return what the wiki says of it.

        Raises Exists, Stale (somebody was first), Gone and Rejected; RetryLater with SENT where it may have been done.
        """
        bot: Form = {"bot": 1} if self._settings.bot else {}
        told = await self._logged_in({"action": "edit", "maxlag": ENOUGH_LAG, **bot, **form}, reading=False)
        edit = told.form.get("edit")
        if not isinstance(edit, dict):
            raise RetryLater("POST api.php (edit) answered without what was done", system=self._name, sent=True)
        if edit.get("result") != "Success":
            reason = str(edit.get("info") or edit.get("code") or "a filter or a captcha of the wiki refused the edit")
            raise Rejected("POST api.php (edit) was refused by the wiki", system=self._name, reason=reason, whole=True)
        return edit

    async def delete(self, page: str, reason: str) -> None:
        """Delete a page. Raises Gone, Rejected; RetryLater with SENT where it may have been done."""
        told = await self._logged_in({"action": "delete", "pageid": page, "reason": reason}, reading=False)
        if not isinstance(told.form.get("delete"), dict):
            raise RetryLater("POST api.php (delete) answered without what was done", system=self._name, sent=True)

    async def _logged_in(self, form: Form, *, reading: bool, overhead: bool = False) -> Told:
        """Send *form* as ourselves; where the session has ended, once more with a new one: nothing was done yet."""
        for last in (False, True):
            async with self._door:
                if self._token is None:
                    async with forgetting():
                        await self._log_in()
            own: dict[str, str | int] = {"assert": "bot" if self._settings.bot else "user", **form}
            if not reading:
                own["token"] = self._token or ""
            try:
                return await self._patient(own, reading=reading, overhead=overhead)
            except _LoggedOut as error:
                self._token = None
                if last:
                    raise AuthFailed(error.words, system=self._name) from error
        raise AssertionError("one of the two tries returns or raises")

    async def _log_in(self) -> Row:
        asked = {"action": "query", "meta": "tokens", "type": "login"}
        first = await self._patient(asked, reading=True, overhead=True)
        secret = self._settings.password.get_secret_value()
        words = {"lgname": self._settings.user, "lgpassword": secret, "lgtoken": _at(first, "tokens", "logintoken")}
        answer = await self._patient({"action": "login", **words}, reading=True, overhead=True)
        login = answer.form.get("login")
        if isinstance(login, dict) and _is_put_off(login.get("reason")):
            text = "POST api.php (login) was put off after too many log-ins that failed; wait some minutes"
            raise RetryLater(text, system=self._name)
        if not isinstance(login, dict) or login.get("result") != "Success":
            raise AuthFailed("POST api.php (login) was refused; renew the bot password", system=self._name)
        who = {"action": "query", "meta": "tokens|userinfo|siteinfo", "uiprop": "rights", "siprop": "general"}
        told = await self._patient(who, reading=True, overhead=True)
        self._token = str(_at(told, "tokens", "csrftoken"))
        query: Row = told.form["query"]
        self.user = str(_at(told, "userinfo", "name")) or None
        return query

    async def _patient(self, form: Form, *, reading: bool, overhead: bool = False) -> Told:
        """Send *form*, again where the wiki says that it did nothing and asks us to wait."""
        for left in reversed(range(TRIES)):
            try:
                return await self._once(form, reading=reading, overhead=overhead)
            except RetryLater as error:
                if error.sent or not left or error.after is None or error.after > LONGEST_WAIT:
                    raise
                await self._around.sleep(error.after)
        raise AssertionError("the last try returns or raises")

    async def _once(self, form: Form, *, reading: bool, overhead: bool) -> Told:
        whole = {**form, "format": "json", "formatversion": 2, "errorformat": "plaintext", "errorlang": "uselang"}
        token = {"token": whole.pop("token")} if "token" in whole else {}  # last, so that half a form is no edit
        answer = await self._http.request(
            "POST",
            "/api.php",
            content=urlencode({**whole, **token}).encode(),
            headers=_FORM,
            reading=reading,
            overhead=overhead,
            shown=f"/api.php ({form['action']})",
        )
        found = answer.object()
        errors = found.get("errors")
        if isinstance(errors, list) and errors:
            raise self._meaning(answer, errors, reading=reading)
        return Told(found, answer.began)

    def _meaning(self, answer: Answer, errors: Sequence[Row], *, reading: bool) -> ConnectorError:
        code = str(errors[0].get("code", ""))
        said = f"{answer.request} answered {code}"
        words = str(errors[0].get("text", ""))[:500]
        if code in _LATER:
            after = retry_after(answer.headers, now=self._around.clock()) or float(ENOUGH_LAG)
            return RetryLater(f"{said}; send it again later", system=self._name, after=after)
        if code == _NO_BOT:
            text = "the account is no bot: put it into the group bot, with the grant High-volume editing"
            return _LoggedOut(f"{said}; {text}, or say `bot: false`", system=self._name)
        if code in _LOGGED_OUT:
            return _LoggedOut(f"{said}; the session or the bot password has ended", system=self._name)
        if code == "articleexists":
            return Exists(f"{said}; a page of that title is there", system=self._name, reason=words, whole=True)
        if code in _CONFLICT:
            return Stale(f"{said}; pull it again before writing", system=self._name)
        if code in _GONE:
            return Gone(f"{said}; the page does not exist", system=self._name)
        if code.startswith("internal_api_error"):
            return RetryLater(f"{said}; send it again later", system=self._name, sent=not reading)
        if code in _FORBIDDEN:
            return Rejected(f"{said}; the account lacks the right", system=self._name, reason=words, whole=True)
        return Rejected(f"{said}; the page is parked", system=self._name, reason=words or code, whole=True)


class _LoggedOut(ConnectorError):
    """The wiki does not know our session any more; nothing was carried out."""


def _is_put_off(reason: Any) -> bool:
    """Say whether the wiki looks at no password at the moment, be it right or wrong."""
    return isinstance(reason, dict) and reason.get("code") == "login-throttled"


def _at(told: Told, *names: str) -> Any:
    found: Any = told.form.get("query")
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found or ""
