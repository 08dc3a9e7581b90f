"""A portal and a Redmine with clocks that stand, secrets that repeat, and clients that need no network."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest
import pytest_asyncio

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.clock import Clock
from connectors.sandbox.redmine import RedmineSandbox
from tests.connectors.sandbox.builders import BASE, Caller, Posted

NOW = datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW, speed=0)


@pytest.fixture
def portal(clock: Clock, posted: Posted) -> Bitrix24Sandbox:
    numbers = count(1)
    return Bitrix24Sandbox(clock=clock, secret=lambda: f"secret{next(numbers):04}", transport=posted)


@pytest.fixture
def redmine(clock: Clock, posted: Posted) -> RedmineSandbox:
    numbers = count(1)
    return RedmineSandbox(clock=clock, secret=lambda: f"key{next(numbers):037}", transport=posted)


@pytest_asyncio.fixture
async def call(portal: Bitrix24Sandbox) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(portal), base_url=BASE) as client:
        yield Caller(portal, client)


@pytest_asyncio.fixture
async def tracker(redmine: RedmineSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the manager."""
    key = redmine.office.users[redmine.office.roles_of_people["manager"]].key
    headers = {"X-Redmine-API-Key": key}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(redmine), base_url=BASE, headers=headers) as client:
        yield client
