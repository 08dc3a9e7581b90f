"""The pages of the hub: one module per part, each with a `router`."""

from fastapi import APIRouter

from . import accounts, acts, attention, board, case, cases, exports, live, login, me, runs, search, systems

ROUTERS: tuple[APIRouter, ...] = (
    login.router,
    me.router,
    accounts.router,
    exports.router,
    cases.router,
    case.router,
    acts.router,
    attention.router,
    board.router,
    runs.router,
    systems.router,
    search.router,
    live.router,
)
"""In the order in which their addresses are tried."""
