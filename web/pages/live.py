"""The stream of news for an open page."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from flows.hub.access import Access
from state.news import Mark
from web.house import house_of
from web.live import newsroom_of, stream
from web.viewer import Viewer, signed_in

router = APIRouter()


@router.get("/live")
async def live(
    request: Request, viewer: Annotated[Viewer, Depends(signed_in)], since: Annotated[str, Query(max_length=200)] = ""
) -> StreamingResponse:
    """Tell an open page what moves, SINCE the mark that it carries, as long as somebody is signed in."""
    house, room, mark = house_of(request), newsroom_of(request), Mark.read(since)

    def fresh() -> Access | None:
        now = house.who(request)
        return now.access if now is not None and now.account == viewer.account else None

    async def events() -> AsyncIterator[str]:
        reader = room.enter(fresh)
        try:
            await room.ready.wait()  # who hears from us misses nothing from then on
            if mark is not None:
                await room.catch_up(reader, mark)
            async for text in stream(reader):
                yield text
        finally:
            room.leave(reader)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
