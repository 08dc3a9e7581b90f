"""What acts of all pages share: the desk at which they are prepared, and what starts passes."""

from fastapi import FastAPI, Request

from flows.hub.acting import Desk
from flows.hub.acting.starting import Starter
from flows.hub.wiring import Installation, Maker

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
    """Return the desk."""
    desk: Desk = request.app.state.desk
    return desk


def starter_of(request: Request) -> Starter:
    """Return what starts passes."""
    starter: Starter = request.app.state.starter
    return starter


def person_of(viewer: Viewer) -> str:
    """Return how the history names whoever does something on the page."""
    return viewer.person or viewer.login


def sees_internal(viewer: Viewer) -> bool:
    """Say whether the viewer sees notes and files that a mapping marks as internal: whoever does more than look on."""
    return viewer.role != "viewer"
