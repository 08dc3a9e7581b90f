"""What acts of all pages share: the desk at which they are prepared, and what starts passes."""

from dataclasses import replace

from fastapi import FastAPI, Request

from flows.hub.acting import Desk
from flows.hub.acting.starting import Starter
from flows.hub.wiring import Installation, Maker

from .house import house_of
from .live import Newsroom
from .viewer import Viewer


def furnish(app: FastAPI, installation: Installation, make: Maker) -> None:
    """Give APP what its acts need."""
    app.state.desk = Desk(installation, make)
    app.state.starter = Starter(installation)
    app.state.newsroom = Newsroom(installation.store)


async def close(app: FastAPI) -> None:
    """End what was begun: open streams, and what is known of passes that were started."""
    await app.state.newsroom.close()
    app.state.starter.close()


def desk_of(request: Request) -> Desk:
    """Return the desk, at which the hub stands as its files describe it now."""
    desk: Desk = request.app.state.desk
    installation = house_of(request).installation
    if desk.installation is not installation:
        desk = request.app.state.desk = replace(desk, installation=installation)
        desk.forget()
    return desk


def starter_of(request: Request) -> Starter:
    """Return what starts passes."""
    starter: Starter = request.app.state.starter
    starter.installation = house_of(request).installation
    return starter


def person_of(viewer: Viewer) -> str:
    """Return how the history names whoever does something on the page."""
    return viewer.person or viewer.login


def sees_internal(viewer: Viewer) -> bool:
    """Say whether the viewer sees notes and files that a mapping marks as internal: whoever does more than look on."""
    return viewer.role != "viewer"
