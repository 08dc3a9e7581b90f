"""Fills the two systems, by plain requests of the people who work there: the hub has no part in it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from .deals import BEGUN_BY_HAND, CLIENTS, CONTACTS, Deal, deals
from .systems import COMPANY, CONTACT, DEAL, Systems

PIPELINE = 3
"""«Пресейл»."""


class NotSeeded(RuntimeError):
    """A system did not take the demo's data; the message says what it answered."""


def seed(systems: Systems, today: date) -> int:
    """Fill both systems; returns the number of deals. Raises NotSeeded."""
    numbers = {row["EMAIL"]: int(row["ID"]) for row in systems.users()}
    firms = {f"k{n}": _added(COMPANY, {"title": name}) for n, name in enumerate(CLIENTS)}
    people = {f"p{n}": _added(CONTACT, {"name": first, "lastName": last}) for n, (first, last) in enumerate(CONTACTS)}
    made = _batch(systems, {**firms, **people})
    planned = list(deals(today))
    _batch(systems, {f"d{one.number}": _added(DEAL, _fields(one, made, numbers)) for one in planned})
    _begin_by_hand(systems, planned[BEGUN_BY_HAND - 1])
    return len(planned)


def _fields(one: Deal, made: Mapping[str, int], people: Mapping[str, int]) -> dict[str, Any]:
    return {
        "title": one.title,
        "categoryId": PIPELINE,
        "stageId": one.stage,
        "opportunity": one.amount,
        "isManualOpportunity": "Y",
        "currencyId": "RUB",
        "companyId": made[f"k{one.client}"],
        "contactId": made[f"p{one.contact}"],
        "assignedById": people[one.owner],
        "closedate": one.closes_on.isoformat(),
        "comments": one.comments,
        "sourceId": one.source,
    }


def _added(kind: int, fields: Mapping[str, Any]) -> str:
    given = {"entityTypeId": kind, **{f"fields[{name}]": value for name, value in fields.items()}}
    return f"crm.item.add?{urlencode(given)}"


def _batch(systems: Systems, commands: Mapping[str, str]) -> dict[str, int]:
    """Carry out at most fifty commands in one request, as the sales manager; returns name -> the number made."""
    address = f"{systems.crm.about['webhooks']['manager']}batch"
    answer = systems.client.post(address, json={"halt": 1, "cmd": dict(commands)}).raise_for_status().json()
    found, errors = answer["result"]["result"], answer["result"]["result_error"]
    if errors or len(found) != len(commands):
        raise NotSeeded(f"the CRM did not take the demo's records: {errors}")
    return {name: int(one["item"]["id"]) for name, one in found.items()}


def _begin_by_hand(systems: Systems, one: Deal) -> None:
    """
    Somebody in pre-sales has begun an issue of her own for a deal: the hub must meet it, not make another.

    It also shows the names of the tracker's fields, which Redmine tells a plain member through issues alone.
    """
    keys = systems.tracker.about["keys"]
    admin = {"X-Redmine-API-Key": str(keys["admin"])}
    address = systems.tracker.address
    listed = systems.client.get(f"{address}/custom_fields.json", headers=admin).raise_for_status().json()
    ids = {row["name"]: row["id"] for row in listed["custom_fields"]}
    issue = {
        "project_id": "presales",
        "tracker_id": 4,
        "subject": one.title,
        "custom_fields": [{"id": ids["Client"], "value": CLIENTS[one.client]}],
    }
    manager = {"X-Redmine-API-Key": str(keys["manager"])}
    systems.client.post(f"{address}/issues.json", json={"issue": issue}, headers=manager).raise_for_status()
