"""The stream of news for an open page."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from flows.hub.access import Access
from web.house import house_of
from web.live import Newsroom, stream
from web.viewer import Viewer, signed_in

router = APIRouter()


def newsroom_of(request: Request) -> Newsroom:
    """Return where news are had."""
    room: Newsroom = request.app.state.newsroom
    return room


@router.get("/live")
async def live(request: Request, viewer: Annotated[Viewer, Depends(signed_in)]) -> StreamingResponse:
    """Tell an open page what moves, as long as somebody is signed in."""
    house, room = house_of(request), newsroom_of(request)

    def fresh() -> Access | None:
        now = house.who(request)
        return now.access if now is not None and now.account == viewer.account else None

    async def events() -> AsyncIterator[str]:
        reader = room.enter(fresh)
        try:
            await room.ready.wait()  # who hears from us misses nothing from then on
            async for text in stream(reader):
                yield text
        finally:
            room.leave(reader)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
