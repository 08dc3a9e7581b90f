"""The list of cases: what is asked for stands in the address, so that it can be kept and passed on."""

from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from flows.hub.browsing import CaseQuery, Sort, list_cases
from mappings.canonical.facts import OUTCOMES
from web.bench import sees_internal
from web.house import house_of
from web.rendering import page
from web.viewer import SignedIn

router = APIRouter()
SORTS: tuple[Sort, ...] = get_args(Sort)
FALLING: frozenset[str] = frozenset({"changed", "created", "amount"})
"""Columns that begin with the largest, or the newest."""
ALL = "all"
COLUMNS: tuple[Sort, ...] = ("key", "title", "client", "stage", "amount", "deadline", "owner", "manager", "changed")
"""What the list shows, each sortable."""
MOST_PAGES = 100_000


class Asked(BaseModel):
    """What the address says. OUTCOME "" means open ones, `ALL` every one; SHOW is "", mine or attention."""

    model_config = ConfigDict(frozen=True)

    show: str = ""
    stage: tuple[str, ...] = ()
    outcome: str = ""
    sync: str = ""
    client: str = ""
    person: str = ""
    q: str = ""
    sort: str = "changed"
    order: str = ""
    page: int = Field(default=1, ge=1, le=MOST_PAGES)

    @property
    def descending(self) -> bool:
        return (self.order or ("down" if self.sort in FALLING else "up")) == "down"

    @property
    def query(self) -> CaseQuery:
        """Return the question."""
        outcomes = () if self.outcome == ALL else (self.outcome or "open",)
        sort: Sort = next((one for one in SORTS if one == self.sort), "changed")
        return CaseQuery(
            mine=self.show == "mine",
            attention=self.show == "attention",
            stages=self.stage,
            outcomes=outcomes,
            sync=self.sync,
            client=self.client,
            person=self.person,
            text=self.q,
            sort=sort,
            descending=self.descending,
            page=self.page,
        )

    @property
    def is_narrow(self) -> bool:
        """Something is asked for beyond what the page shows by itself."""
        return self.model_copy(update={"sort": "changed", "order": "", "page": 1}) != Asked()

    def address(self, path: str = "/cases", **other: Any) -> str:
        """Return the address of the list with OTHER words; what is as usual is left out, a new question is page 1."""
        wanted = self.model_copy(update={"page": 1, **other}).model_dump(exclude_defaults=True)
        return f"{path}?{urlencode(wanted, doseq=True)}" if wanted else path

    def to_page(self, number: int) -> str:
        """Return the address of another page of the list."""
        return self.address(page=number)

    def sorted_by(self, column: str) -> str:
        """Return the address of the list sorted by a column, the other way round where it is already."""
        order = ("up" if self.descending else "down") if column == self.sort else ""
        return self.address(sort=column, order=order)

    def toggled(self, stage: str) -> str:
        """Return the address with a stage more, or one less."""
        rest = tuple(one for one in self.stage if one != stage)
        return self.address(stage=rest if stage in self.stage else (*self.stage, stage))


@router.get("/cases")
def cases(request: Request, viewer: SignedIn, asked: Annotated[Asked, Query()]) -> Response:
    """Show the cases that are asked for."""
    installation = house_of(request).installation
    found = list_cases(installation, viewer.access, asked.query, internal=sees_internal(viewer))
    return page(
        request,
        "pages/cases.html",
        asked=asked,
        found=found,
        columns=COLUMNS,
        outcomes=OUTCOMES,
        syncs=tuple(installation.hub.syncs),
    )
