"""Who did what: everything that somebody who has signed in has changed, or tried to."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from state import audit
from state.audit import Audited
from state.store import Store

from .cookies import SAFE, address_in
from .deeds import BY, left
from .viewer import Viewer


class Auditing:
    """Wraps the application, and writes down what came through it after it was answered."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        status = 500
        audit.WHERE_FROM.set(address_in(scope))

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            viewer: Viewer | None = scope.get("state", {}).get("viewer")
            if viewer is not None:
                by = f"{BY}{viewer.token}" if viewer.token else ""
                kept = [
                    Audited(viewer.login, f"{scope['method']} {path}{by}", str(ended))
                    for path, ended in left(scope, status)
                ]
                await asyncio.to_thread(audit.note, self._store, *kept)
