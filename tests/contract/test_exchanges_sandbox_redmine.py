"""The exchange file of Redmine and our sandbox of it say the same: each exchange has an installation of its own."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.redmine import RedmineSandbox, Settings
from tests.contract.exchange_runner import EXCHANGES, Account, Exchange, Server, load, run

ALL = load(EXCHANGES / "redmine.yaml")
BASE, OPEN = "http://127.0.0.1", "http://localhost"
PEOPLE = ("manager", "engineer", "sales")


def a_redmine(language: str, *, login_required: bool = True) -> RedmineSandbox:
    numbers = count(1)
    clock = Clock(datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC), speed=0)
    settings = Settings(login_required=login_required, language=language)
    return RedmineSandbox(settings=settings, clock=clock, secret=lambda: f"key{next(numbers):037}")


def server_of(sandbox: RedmineSandbox) -> Server:
    users = {role: sandbox.office.users[number] for role, number in sandbox.office.roles_of_people.items()}
    accounts = {role: Account({"X-Redmine-API-Key": user.key}) for role, user in users.items()}
    accounts |= {"wrong": Account({"X-Redmine-API-Key": "0" * 40}), "none": Account()}
    names: dict[str, Any] = {"project": "presales", "tracker": 4, "tracker_free": 1, "open_url": OPEN}
    statuses = ("new", "in_progress", "resolved", "feedback", "closed", "rejected")
    names |= {f"status_{name}": number for number, name in enumerate(statuses, 1)}
    names |= {"cf_deal": 1, "cf_type": 2, "cf_amount": 3, "cf_tags": 4, "tag_one": "облако", "tag_two": "миграция"}
    names |= {f"user_{role}": users[role].id for role in PEOPLE} | {
        f"login_{role}": users[role].login for role in PEOPLE
    }
    names |= {"key_manager": users["manager"].key, "huge": "x" * 5_300_000, "long_name": "x" * 260}
    return Server(BASE, accounts, names, sleep=sandbox.clock.sleep)


@pytest.mark.asyncio
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("exchange", ALL, ids=lambda exchange: exchange.id)
async def test_the_sandbox_answers_as_the_file_says(exchange: Exchange, language: str) -> None:
    sandbox = a_redmine(language)
    mounts = {OPEN: httpx.ASGITransport(a_redmine(language, login_required=False))}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), mounts=mounts) as client:
        result = await run(exchange, server_of(sandbox), client)

    assert result.state != "skipped", result.report
    assert result.agrees, result.report
