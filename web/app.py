"""The web process of a hub as an ASGI application: the pages, the webhook door, and whether it stands open."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute

from flows.hub.accounts import Passwords
from flows.hub.wiring import Current, Installation, Maker, make_connector
from flows.wake import wake

from .api import ROUTERS as API
from .api.problems import explain as explain_refusals
from .auditing import Auditing
from .bench import close, furnish
from .cookies import proved
from .door import LARGEST, Bell, Door
from .errors import explain, problem
from .guard import Guard
from .house import House
from .live import marked
from .pages import ROUTERS
from .rendering import STATIC
from .sessions import who_in
from .viewer import Viewer

HUB = "CASEHUB_HUB"
"""Names the hub's folder, as to the command line."""
MOST_DIGITS = 20
PATIENCE = 15.0
"""Seconds within which the whole of a webhook has to arrive: who sends it byte by byte keeps a place of others."""


def make_app(
    installation: Installation,
    ask: Callable[[], Awaitable[object]] = wake,
    make: Maker = make_connector,
    *,
    patience: float = PATIENCE,
    who: Callable[[Request], Viewer | None] | None = None,
    passwords: Passwords | None = None,
    now: Callable[[], Installation] | None = None,
) -> FastAPI:
    """
    Return the application of the hub INSTALLATION, which it closes when it ends; ASK wakes the fast path.

    NOW gives the hub as its files describe it at that moment (otherwise it stays as it is); its database and the
    address of its page are those of the start.

    PATIENCE are the seconds within which a body has to arrive; WHO says who has signed in (otherwise the accounts
    do), PASSWORDS compares passwords.
    """
    current = now or (lambda: installation)
    bell = Bell(ask)
    door = Door(current, bell, make)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await bell.rest()
        await close(app)
        installation.store.close()

    app = FastAPI(
        title="Casehub", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life, redirect_slashes=False
    )

    app.state.house = House(current, who or who_in(current), passwords or Passwords())
    furnish(app, installation, make)
    _furnish(app, installation, patience)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.post("/hooks/{system}")
    async def hooks(system: str, request: Request) -> Response:
        try:
            async with asyncio.timeout(patience):
                body = await bounded(request, LARGEST)
        except TimeoutError:
            return Response(status_code=408)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await door.take(system, request.headers, body))

    return app


def _furnish(app: FastAPI, installation: Installation, patience: float) -> None:
    """Add the pages, and what stands before them."""
    app.add_middleware(Auditing, store=installation.store)
    app.add_middleware(Guard, page=installation.hub.page, refuse=problem, patience=patience)
    explain(app)
    explain_refusals(app)
    app.router.routes.extend(_pages())
    app.mount("/static", Files(directory=STATIC))


@cache
def _pages() -> list[BaseRoute]:
    """Return the routes of all pages: what is worked out of them with the first request is so once per process."""
    whole = APIRouter()
    for router in ROUTERS:
        whole.include_router(router, dependencies=[Depends(proved), Depends(marked)])
    for router in API:
        whole.include_router(router, dependencies=[Depends(proved)])
    return whole.routes


class Files(StaticFiles):
    """Our own files: their addresses change with their content, so that a browser may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


async def bounded(request: Request, largest: int) -> bytes | None:
    """Return the body of *request*, or None as soon as it is larger than *largest*; the rest is not read."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and (len(told) > MOST_DIGITS or int(told) > largest):
        return None
    body = bytearray()
    more = True
    while more:
        message = await request.receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or len(body) > largest:
            return None  # of somebody who hung up nobody reads the answer
        more = message.get("more_body", False)
    return bytes(body)


def served() -> FastAPI:
    """Return the application of the hub that the environment names, whose files it follows; for a server."""
    current = Current(Path(os.environ.get(HUB, ".")))
    return make_app(current.installation(), now=current.installation)
