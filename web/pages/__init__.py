"""The pages of the hub: one module per part, each with a `router`."""

from fastapi import APIRouter

from . import cases, login

ROUTERS: tuple[APIRouter, ...] = (login.router, cases.router)
"""In the order in which their addresses are tried."""
