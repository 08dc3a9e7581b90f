"""One box over everything that somebody may see."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from flows.hub.browsing import SearchQuery, find
from web.bench import sees_internal
from web.house import house_of
from web.rendering import page
from web.viewer import SignedIn

router = APIRouter()
KINDS = ("case", "client", "contact", "item", "note", "document")


class Asked(BaseModel):
    """What is looked for: words, and perhaps things of one kind only."""

    model_config = ConfigDict(frozen=True)

    q: str = Field(default="", max_length=500)
    kind: str = ""
    page: int = Field(default=1, ge=1, le=100_000)

    def address(self, **other: Any) -> str:
        """Return the address of the results with OTHER words."""
        wanted = self.model_copy(update={"page": 1, **other}).model_dump(exclude_defaults=True)
        return f"/search?{urlencode(wanted)}" if wanted else "/search"

    def to_page(self, number: int) -> str:
        """Return the address of another page of the results."""
        return self.address(page=number)


@router.get("/search")
def search(request: Request, viewer: SignedIn, asked: Annotated[Asked, Query()]) -> Response:
    """Show what has all the words."""
    query = SearchQuery(asked.q.strip(), asked.kind if asked.kind in KINDS else "", asked.page)
    found = find(house_of(request).installation, viewer.access, query, internal=sees_internal(viewer))
    return page(request, "pages/search.html", asked=asked, found=found, kinds=KINDS)
