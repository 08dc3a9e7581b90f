"""The exchange file of Bitrix24 and our sandbox of it say the same: each exchange has a portal of its own."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest

from connectors.sandbox.bitrix24 import Bitrix24Sandbox, Settings
from connectors.sandbox.clock import Clock
from connectors.sandbox.webhooks import Target
from tests.contract.exchange_runner import EXCHANGES, Account, Exchange, Server, load, run

ALL = load(EXCHANGES / "bitrix24.yaml")
BASE = "http://127.0.0.1"
OWN = {"text": 9, "money": 4, "choice": 3, "flag": 1, "date": 2, "datetime": 5, "many": 6}


def portal_for(exchange: Exchange) -> Bitrix24Sandbox:
    """Return a new portal, set up as the exchange needs it."""
    settings = Settings(
        blind_to_iso="blind_to_iso" in exchange.needs,
        forbidden_stages={"manager": frozenset({"FINAL_INVOICE"})},
        costs={"crm.item.list": 100.0} if "slow_methods" in exchange.needs else {},
    )
    numbers = count(1)
    clock = Clock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC), speed=0)
    received = httpx.MockTransport(lambda request: httpx.Response(200))
    sandbox = Bitrix24Sandbox(
        settings=settings, clock=clock, secret=lambda: f"secret{next(numbers):04}", transport=received
    )
    sandbox.webhooks.aim((Target("http://127.0.0.1:1/hook"),))
    return sandbox


def server_of(sandbox: Bitrix24Sandbox, exchange: Exchange) -> Server:
    portal = sandbox.portal
    accounts = {role: Account(prefix=f"/rest/{hook.user.id}/{hook.secret}") for role, hook in portal.hooks.items()}
    accounts |= {"wrong": Account(prefix=f"/rest/{portal.user('admin').id}/nobody"), "none": Account(prefix="/rest")}
    names: dict[str, Any] = {f"uf_{what}": f"ufCrm_{1690000000 + number}" for what, number in OWN.items()}
    names |= {f"uf_{what}_original": f"UF_CRM_{1690000000 + OWN[what]}" for what in ("text", "choice")}
    names |= {"category": 3, "stage_work": "EXECUTING", "choice_one": 45, "choice_two": 47}
    names |= {"user_admin": portal.user("admin").id, "user_manager": portal.user("manager").id}
    names |= {"zone_offset": "+03:00", "forbidden_stage": "FINAL_INVOICE"}
    names |= {"expired_token": sandbox.issue_token("admin", lives=0)}
    names |= {"last_event_url": f"{BASE}/_sandbox/webhooks/last?token={sandbox.token}"}
    names |= {name: True for name in ("blind_to_iso", "slow_methods") if name in exchange.needs}
    return Server(BASE, accounts, names, pace=0.5, sleep=sandbox.clock.sleep)


@pytest.mark.asyncio
@pytest.mark.parametrize("exchange", ALL, ids=lambda exchange: exchange.id)
async def test_the_sandbox_answers_as_the_file_says(exchange: Exchange) -> None:
    sandbox = portal_for(exchange)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox)) as client:
        result = await run(exchange, server_of(sandbox, exchange), client)
    await sandbox.webhooks.drained()

    assert result.state != "skipped", result.report
    assert result.agrees, result.report
