"""The web process of a hub as an ASGI application: the pages, the webhook door, and whether it stands open."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles

from flows.hub.wiring import Installation, Maker, install, make_connector
from flows.wake import wake

from .cookies import proved
from .door import LARGEST, Bell, Door
from .errors import explain
from .guard import Guard
from .house import House
from .pages import ROUTERS
from .rendering import STATIC
from .viewer import Viewer

HUB = "CASEHUB_HUB"
"""Names the hub's folder, as to the command line."""
MOST_DIGITS = 20
PATIENCE = 15.0
"""Seconds within which the whole of a webhook has to arrive: who sends it byte by byte keeps a place of others."""


def nobody(_: Request) -> None:
    """Say that nobody has signed in."""


def make_app(
    installation: Installation,
    ask: Callable[[], Awaitable[object]] = wake,
    make: Maker = make_connector,
    *,
    patience: float = PATIENCE,
    who: Callable[[Request], Viewer | None] = nobody,
) -> FastAPI:
    """
    Return the application of the hub INSTALLATION, which it closes when it ends; ASK wakes the fast path.

    PATIENCE are the seconds within which a body has to arrive; WHO says who has signed in.
    """
    bell = Bell(ask)
    door = Door(installation, bell, make)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        await bell.rest()
        installation.store.close()

    app = FastAPI(
        title="Casehub", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life, redirect_slashes=False
    )

    app.state.house = House(installation, who)
    app.add_middleware(Guard)
    explain(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(proved)])
    app.mount("/static", StaticFiles(directory=STATIC))

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
    """Return the application of the hub that the environment names; for a server that is told where to find it."""
    return make_app(install(Path(os.environ.get(HUB, "."))))
