"""The exchange file of Tryton and a running Tryton say the same."""

import base64

import httpx
import pytest

from connectors.trust import NOBODY
from tests.contract.exchange_runner import EXCHANGES, Account, Exchange, Server, load, run
from tests.live.plain import live

ALL = load(EXCHANGES / "tryton.yaml")
NUMBERS = ("COMPANY", "CURRENCY", "EMPLOYEE", "PRODUCT", "PAYMENT_TERM")


@pytest.fixture(scope="module")
def tryton() -> Server:
    known = live("TRYTON")
    accounts = {
        "admin": _session(known, login=known["ADMIN_LOGIN"], password=known["ADMIN_PASSWORD"]),
        "sales": _session(known, login=known["LOGIN"], password=known["PASSWORD"]),
        "wrong": _account(known["LOGIN"], user=1, session="0" * 64),
        "none": Account(),
    }
    names = {"db": known["DB"], "login": known["LOGIN"], "password": known["PASSWORD"]}
    return Server(known["URL"], accounts, {**names, **{each.lower(): int(known[f"{each}_ID"]) for each in NUMBERS}})


@pytest.mark.asyncio
@pytest.mark.parametrize("exchange", ALL, ids=lambda exchange: exchange.id)
async def test_a_running_tryton_answers_as_the_file_says(exchange: Exchange, tryton: Server) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False, verify=NOBODY) as client:
        result = await run(exchange, tryton, client)

    if result.state == "skipped":
        pytest.skip(result.report)
    assert result.agrees, result.report


def _session(known: dict[str, str], *, login: str, password: str) -> Account:
    call = {"id": 1, "method": "common.db.login", "params": [login, {"password": password}, "en"]}
    answer = httpx.post(
        f"{known['URL']}/{known['DB']}/rpc/", json=call, timeout=60, trust_env=False, verify=NOBODY
    ).json()
    user, session, *_ = answer["result"]
    return _account(login, user=user, session=session)


def _account(login: str, *, user: int, session: str) -> Account:
    token = base64.b64encode(f"{login}:{user}:{session}".encode()).decode()
    return Account({"Authorization": f"Session {token}"})
