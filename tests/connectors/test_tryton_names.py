"""What Tryton tells of clients, of people and of when a deal was made."""

from datetime import timedelta

import pytest

from connectors.base import MemoryShelf
from tests.connectors.tryton_builders import connect, record_of
from tests.contract.tryton_fake import FakeTryton


@pytest.mark.asyncio
async def test_of_more_clients_than_are_listed_none_is_offered_by_name() -> None:
    """The namesake of one that is met once among the first two thousand may stand behind them."""
    server = FakeTryton()
    server.table.parties |= {number: f"ООО «{number}»" for number in range(10, 2010)}
    async with connect(server) as connector:
        discovery = await connector.discover("opportunity")

    (party,) = (place for place in discovery.places if place.name == "party")
    assert party.choices == ()


@pytest.mark.asyncio
async def test_everybody_is_known_however_many_they_are() -> None:
    server = FakeTryton()
    server.employees = {number: (f"Анна {number}", f"anna{number}@example.com") for number in range(1, 1202)}
    async with connect(server) as connector:
        people = await connector.people()

    assert len(people) == 1201


@pytest.mark.asyncio
async def test_a_contract_that_ends_some_day_still_runs_and_who_has_left_is_known_as_such() -> None:
    server = FakeTryton()
    server.employees = {1: ("Анна Белова", "a@b.c"), 2: ("Пётр Ёлкин", "p@b.c"), 3: ("Ян Гусь", "j@b.c")}
    today = server.table.now.date()
    server.until = {2: today + timedelta(days=365), 3: today - timedelta(days=1)}
    async with connect(server) as connector:
        people = {person.name: person.active for person in await connector.people()}

    assert people == {"Анна Белова": True, "Пётр Ёлкин": True, "Ян Гусь": False}


@pytest.mark.asyncio
async def test_a_discovery_shows_the_currencies_that_there_are_by_now() -> None:
    server, shelf = FakeTryton(), MemoryShelf()
    shelf.put("currencies", {"EUR": 1}, seconds=3600)
    async with connect(server, shelf=shelf) as connector:
        discovery = await connector.discover("opportunity")

    (currency,) = (place for place in discovery.places if place.name == "currency")
    assert len(currency.choices) > 1


@pytest.mark.asyncio
async def test_an_opportunity_says_when_it_was_made_however_late_it_was_changed() -> None:
    server = FakeTryton()
    number = server.table.create()
    async with connect(server) as connector:
        made = (await record_of(connector, number)).views["created_on"]
        server.table.edit(number, description="Внедрение")
        record = await record_of(connector, number)

    assert record.views["created_on"] == made
    assert str(made) < str(record.stamp)
