"""The exchange file of Redmine and a running Redmine say the same, in English and in Russian."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.trust import NOBODY
from tests.contract.exchange_runner import EXCHANGES, Account, Exchange, Server, load, run
from tests.live.plain import live, sql

ALL = load(EXCHANGES / "redmine.yaml")
STATUSES = ("NEW", "IN_PROGRESS", "RESOLVED", "FEEDBACK", "CLOSED", "REJECTED")
PEOPLE = ("MANAGER", "ENGINEER", "SALES")


@pytest.fixture(scope="module", params=["REDMINE", "REDMINE_RU"])
def known(request: pytest.FixtureRequest) -> dict[str, str]:
    return live(request.param)


@pytest.fixture(scope="module")
def redmine(known: dict[str, str]) -> Server:
    keys = {"admin": known["API_KEY"], "wrong": "0" * 40}
    keys |= {person.lower(): known[f"KEY_{person}"] for person in PEOPLE}
    accounts = {name: Account({"X-Redmine-API-Key": key}) for name, key in keys.items()}
    return Server(known["URL"], {**accounts, "none": Account()}, _names(known))


@pytest.mark.asyncio
@pytest.mark.parametrize("exchange", ALL, ids=lambda exchange: exchange.id)
async def test_a_running_redmine_answers_as_the_file_says(
    exchange: Exchange, redmine: Server, known: dict[str, str]
) -> None:
    with _opened(exchange, known) as more:
        async with httpx.AsyncClient(timeout=60, trust_env=False, verify=NOBODY) as client:
            result = await run(exchange, replace(redmine, names={**redmine.names, **more}), client)

    if result.state == "skipped":
        pytest.skip(result.report)
    assert result.agrees, result.report


def _names(known: dict[str, str]) -> dict[str, Any]:
    """Return what the file may count on: ids from the set-up, words as the server itself has them."""
    names: dict[str, Any] = {"project": known["PROJECT"], "tracker": int(known["TRACKER_ID"])}
    names |= {f"status_{status.lower()}": int(known[f"STATUS_{status}"]) for status in STATUSES}
    names |= {f"user_{person.lower()}": int(known[f"USER_{person}_ID"]) for person in PEOPLE}
    names |= {"cf_deal": int(known["CF_DEAL_ID"]), "cf_type": int(known["CF_CASE_TYPE"])}
    names |= {"cf_amount": int(known["CF_AMOUNT"]), "key_manager": known["KEY_MANAGER"]}
    names |= {"huge": "x" * 5_300_000, "long_name": "x" * 260}
    with httpx.Client(
        base_url=known["URL"],
        headers={"X-Redmine-API-Key": known["API_KEY"]},
        timeout=60,
        trust_env=False,
        verify=NOBODY,
    ) as client:
        for person in PEOPLE:
            user = client.get(f"/users/{known[f'USER_{person}_ID']}.json").json()["user"]
            names[f"login_{person.lower()}"] = user["login"]
        trackers = client.get("/trackers.json").json()["trackers"]
        names["tracker_free"] = next(each["id"] for each in trackers if each["id"] != names["tracker"])
        if "CF_LABELS" in known:
            names |= _tags(client.get("/custom_fields.json").json()["custom_fields"], int(known["CF_LABELS"]))
    return names


def _tags(fields: list[dict[str, Any]], number: int) -> dict[str, Any]:
    field = next(each for each in fields if each["id"] == number)
    first, second, *_ = (each["value"] for each in field["possible_values"])
    return {"cf_tags": number, "tag_one": first, "tag_two": second}


@contextlib.contextmanager
def _opened(exchange: Exchange, known: dict[str, str]) -> Iterator[dict[str, str]]:
    """Let anonymous visitors in while an exchange is about them; Redmine has no interface for its settings."""
    if "open_url" not in exchange.needs or "DATABASE" not in known:
        yield {}
        return
    _require_login(known, required=False)
    try:
        yield {"open_url": known["URL"]}
    finally:
        _require_login(known, required=True)


def _require_login(known: dict[str, str], *, required: bool) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    statement = "update settings set value = ?, updated_on = ? where name = 'login_required'"
    sql(known["DATABASE"], statement, ["1" if required else "0", now])
