"""The pages of the hub: one module per part, each with a `router`."""

from fastapi import APIRouter

from . import accounts, acts, case, cases, live, login, me

ROUTERS: tuple[APIRouter, ...] = (
    login.router,
    me.router,
    accounts.router,
    cases.router,
    case.router,
    acts.router,
    live.router,
)
"""In the order in which their addresses are tried."""
