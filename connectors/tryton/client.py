"""Calls to one database of a Tryton server: the session, and what its errors mean."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mappings.exchange import Json

from ..base import RequestCount, Surroundings
from ..encoded import decoded, json_body
from ..errors import AuthFailed, ConnectorError, Rejected, RetryLater
from ..forgetful import forgetting
from ..http import Http, HttpSettings
from ..limiter import Limiter
from .replies import error_of
from .settings import TrytonSettings

SESSION_SECONDS = 3600.0
LARGEST_ANSWER = 700 * 1024 * 1024
"""Of one file, as base64: some 500 MB; Tryton has all of it in memory while it answers."""
WHOLE_PREFERENCES = True


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are to the server. CONTEXT goes with every call: company and employee decide what is shown and set."""

    user: str
    name: str
    header: str = field(repr=False)
    context: Mapping[str, Json]
    language: str

    @property
    def company(self) -> int:
        return int(self.context["company"])


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave. BEGAN is our clock when it left, DATE the server's own clock when it answered."""

    value: Any
    began: datetime
    date: datetime | None


class TrytonClient:
    """
    Model methods of one database.

    A session is kept on the shelf and made anew once when the server does not know it any more. Calls are made in
    English, so that a refusal can be told from a missing record; LANGUAGE asks for labels in another one.
    """

    def __init__(self, system: str, settings: TrytonSettings, around: Surroundings) -> None:
        self.system = system
        self._settings = settings
        self._shelf = around.shelf
        self._limiter = Limiter(concurrency=4, monotonic=around.monotonic, sleep=around.sleep, reserve=around.reserve)
        self._http = Http(
            system,
            settings.url,
            around=around,
            limiter=self._limiter,
            settings=HttpSettings(timeout=float(settings.timeout), connections=4),
        )
        self._path = f"/{quote(settings.database, safe='')}/rpc/"
        self._key = f"session {settings.user} {settings.company or ''} {settings.url} {settings.database}"
        self._logging_in = asyncio.Lock()
        self._numbers = 0

    @property
    def count(self) -> RequestCount:
        return self._http.count

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        await self._http.close()

    async def read(self, method: str, *params: Any, overhead: bool = False, **context: Json) -> Result:
        """Call a model method that changes nothing; repeated where that may help."""
        return await self._call(method, params, context, reading=True, overhead=overhead)

    async def write(
        self, method: str, *params: Any, files: Mapping[str, Path] | None = None, **context: Json
    ) -> Result:
        """Call a model method that changes something; sent once. FILES: text in PARAMS -> the file it stands for."""
        return await self._call(method, params, context, reading=False, overhead=False, files=files)

    async def content(self, model: str, number: int, field: str) -> AsyncIterator[bytes]:
        """Give the bytes of a binary field piece by piece. Raises Gone, Rejected where it is empty."""
        session = await self.session()
        try:
            async for piece in self._content(model, number, field, session):
                yield piece
        except AuthFailed:  # nothing has come yet: a session is looked at before anything is read
            self.drop_session(session)
            async for piece in self._content(model, number, field, await self.session()):
                yield piece

    async def _content(self, model: str, number: int, field: str, session: Session) -> AsyncIterator[bytes]:
        method = f"model.{model}.read"
        call = {"id": 0, "method": method, "params": [[number], [field], dict(session.context)]}
        pieces = self._http.stream(
            self._path,
            most=LARGEST_ANSWER,
            json=call,
            headers={"Authorization": session.header, "Accept-Encoding": "gzip"},  # it says gzip whatever is asked
            shown=f"{self._path} {method}",
        )
        try:
            async with aclosing(pieces):
                async for piece in decoded(pieces, before=b'"base64":'):
                    yield piece
        except LookupError as error:
            raise self._no_content(method, bytes(error.args[0])) from None
        except (EOFError, ValueError):
            raise RetryLater(f"{method} broke off in the middle; ask again", system=self.system) from None

    def _no_content(self, method: str, body: bytes) -> ConnectorError:
        """Return what an answer without bytes means."""
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            return RetryLater(f"{method} answered something that is not whole JSON; ask again", system=self.system)
        if "error" in found:
            return error_of(method, found["error"], system=self.system, reading=True)
        return Rejected(f"{method} shows no content; is it a link?", system=self.system, whole=True)

    async def server(self) -> str:
        """Return the product and its version; no session is needed for it."""
        answer = await self._http.request(
            "POST",
            "/rpc/",
            json={"id": 0, "method": "common.server.version", "params": []},
            reading=True,
            overhead=True,
        )
        return f"Tryton {answer.object().get('result', '')}".strip()

    async def session(self) -> Session:
        """Return the session, from the shelf or by logging in. Raises AuthFailed, Rejected (no such company)."""
        async with self._logging_in:
            kept = self._shelf.get(self._key)
            if kept is not None:
                return Session(**kept)
            async with forgetting():
                session = await self._log_in()
            self._shelf.put(self._key, _form(session), seconds=SESSION_SECONDS)
            return session

    async def prove(self) -> Session:
        """Return a session that the server has just accepted."""
        if self._shelf.get(self._key) is not None:
            await self.read("model.res.user.get_preferences", WHOLE_PREFERENCES, overhead=True)
        return await self.session()

    def drop_session(self, session: Session) -> None:
        """Forget *session* unless somebody has put a new one in its place."""
        kept = self._shelf.get(self._key)
        if kept is not None and kept["header"] == session.header:
            self._shelf.put(self._key, None, seconds=0.0)

    async def _log_in(self) -> Session:
        settings = self._settings
        secret = {"password": settings.password.get_secret_value()}
        found = await self._post("common.db.login", [settings.user, secret, "en"], header=None, overhead=True)
        match found.value:
            case [int(user), str(token), *_]:
                pass
            case _:
                raise AuthFailed("log-in gave no session; does the account need a second factor?", system=self.system)
        text = base64.b64encode(f"{settings.user}:{user}:{token}".encode()).decode()
        header = f"Session {text}"
        found = await self._post(
            "model.res.user.get_preferences", [WHOLE_PREFERENCES, {"language": "en"}], header=header, overhead=True
        )
        return self._session(str(user), header, preferences=found.value)

    def _session(self, user: str, header: str, *, preferences: Any) -> Session:
        """Choose the company. Raises Rejected where the account has none, or not the one that was asked for."""
        if not isinstance(preferences, dict):
            raise RetryLater("get_preferences answered without preferences", system=self.system)
        company = self._settings.company or preferences.get("company")
        if company is None or company not in preferences.get("companies", [company]):
            text = f"the account works for no company{'' if company is None else f' {company}'}; set one in Tryton"
            raise Rejected(text, system=self.system, whole=True)
        kept = ("companies", "company_filter", "employees", "employee", "groups")
        context = {name: preferences[name] for name in kept if preferences.get(name) is not None}
        name = preferences.get("employee.rec_name") or self._settings.user
        context |= {"company": company, "language": "en"}
        return Session(user, name, header, context, preferences.get("language") or "en")

    async def _call(
        self,
        method: str,
        params: tuple[Any, ...],
        context: Mapping[str, Json],
        *,
        reading: bool,
        overhead: bool,
        files: Mapping[str, Path] | None = None,
    ) -> Result:
        session = await self.session()
        for last in (False, True):
            call = [*params, {**session.context, **context}]
            try:
                async with forgetting():
                    return await self._post(
                        method, call, header=session.header, reading=reading, overhead=overhead, files=files
                    )
            except AuthFailed:
                if last:
                    raise
                self.drop_session(session)  # a 401 says that nothing was carried out: even a write may be sent again
                session = await self.session()
        raise AssertionError("the second time returns or raises")

    async def _post(
        self,
        method: str,
        params: list[Any],
        *,
        header: str | None,
        reading: bool = True,
        overhead: bool = False,
        files: Mapping[str, Path] | None = None,
    ) -> Result:
        self._numbers += 1
        call = {"id": self._numbers, "method": method, "params": params}
        headers = {"Authorization": header} if header else {}
        answer = await self._http.request(
            "POST",
            self._path,
            json=None if files else call,
            content=json_body(call, files) if files else None,
            headers=headers | ({"Content-Type": "application/json"} if files else {}),
            reading=reading,
            overhead=overhead,
            shown=f"{self._path} {method}",
        )
        body = answer.object()
        if "error" in body:
            raise error_of(method, body["error"], system=self.system, reading=reading)
        return Result(body.get("result"), answer.began, answer.date)


def _form(session: Session) -> Json:
    return {
        "user": session.user,
        "name": session.name,
        "header": session.header,
        "context": dict(session.context),
        "language": session.language,
    }
