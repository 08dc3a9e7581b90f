"""The board: open cases by stage; a card is moved by its menu or drawn to another column, and seen before it is."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from flows.hub.browsing import BoardQuery, board, stages_of
from web.bench import sees_internal
from web.house import house_of
from web.rendering import page
from web.viewer import SignedIn

router = APIRouter()
OLD = 14
"""Days in a stage after which a card says so."""


class Asked(BaseModel):
    """Which cases lie on the board."""

    model_config = ConfigDict(frozen=True)

    show: str = ""
    q: str = ""
    client: str = ""
    person: str = ""
    sync: str = ""

    def address(self, **other: Any) -> str:
        """Return the address of the board with OTHER words."""
        wanted = self.model_copy(update=other).model_dump(exclude_defaults=True)
        return f"/board?{urlencode(wanted)}" if wanted else "/board"


@router.get("/board")
def show(request: Request, viewer: SignedIn, asked: Annotated[Asked, Query()]) -> Response:
    """Show the board."""
    installation = house_of(request).installation
    query = BoardQuery(
        mine=asked.show == "mine",
        attention=asked.show == "attention",
        sync=asked.sync,
        client=asked.client,
        person=asked.person,
        text=asked.q,
    )
    found = board(installation, viewer.access, query, now=installation.store.clock(), internal=sees_internal(viewer))
    may = {
        card.row.key: viewer.may_with(
            "edit",
            viewer.reach.relation(owner=card.row.owner, manager=card.row.manager, participants=card.row.participants),
        )
        for column in found.columns
        for card in column.cards
    }
    stages = {name: stages_of(installation.hub, name) for name in installation.hub.syncs}
    return page(request, "pages/board.html", asked=asked, found=found, may=may, stages=stages, old=OLD)
