"""
The use cases of the page for programs, as JSON under `/api/v1`.

A program shows a token (`Authorization: Bearer …`) and may what its person may. The routes read through
`flows.hub.browsing` and act through `flows.hub.acting`, as the page does; what goes wrong is a problem (RFC 9457).
What is asked for as a model with a docstring on each field describes itself: `document` makes the OpenAPI document and
the page that people read of it.

* `cases`: the list, one case, its history, notes, items, files, documents, the board, exports
* `acts`: what people do, seen before it is made
* `overview`: who one is, search, the attention list
* `runs`: runs, and taking them back
* `systems`: systems and syncs
"""

from fastapi import APIRouter

from . import acts, cases, overview, runs, systems
from .document import router as described

ROUTERS: tuple[APIRouter, ...] = (
    overview.router,
    cases.router,
    acts.router,
    runs.router,
    systems.router,
    described,
)
