"""What it costs, counted in requests; and both limits of a portal at their real rates, in a time of our own."""

import pytest

from connectors.errors import RetryLater
from connectors.sandbox.bitrix24 import Settings
from tests.connectors.bitrix24.portals import APortal, one, pulled, update

N = 1000


def filled(companies: int, *, deals: int = N, contacts: int = 40) -> APortal:
    """A portal with deals, each of a company and a person, none of them of the same second."""
    portal = APortal()
    firms = [portal.company(f"ООО «Ромашка-{number}»") for number in range(companies)]
    people = [portal.contact("Анна", f"Ковалёва-{number}") for number in range(contacts)]
    for number in range(deals):
        firm, person = int(firms[number * companies // deals]), int(people[number % contacts])
        portal.add(title=f"Внедрение № {number}", companyId=firm, contactIds=[person])
        portal.clock.advance(1.0)
    portal.clock.advance(60.0)
    return portal


@pytest.mark.asyncio
@pytest.mark.parametrize("companies", [3, 120, 1000])
async def test_a_first_read_of_a_thousand_deals_costs_its_pages_and_those_of_the_companies(companies: int):
    portal = filled(companies)
    async with portal.connector() as connector:
        pages = await pulled(connector)
        cost = connector.requests

    shown = [record for page in pages for record in page.records]
    assert len({record.id for record in shown}) == pages[0].total == N
    assert all(record.views["companyId"]["name"].startswith("ООО «Ромашка-") for record in shown)
    assert all(record.views["contactId"]["name"].startswith("Анна Ковалёва-") for record in shown)
    named = [request for request in portal.way.commands() if any("entityTypeId=4" in call for call in request)]
    assert len(named) <= -(-companies // 50)
    assert cost.total - cost.overhead - len(named) <= N // 50
    assert (cost.overhead, cost.writing) == (1, 0)


@pytest.mark.asyncio
async def test_nothing_changed_is_one_request():
    portal = filled(3)
    async with portal.connector() as connector:
        *_, last = await pulled(connector)
        await pulled(connector, last)
        before = connector.requests
        (page,) = await pulled(connector, last)

        assert (connector.requests - before).total == 1
        assert len(page.records) <= 11


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [1, 49, 50, 51, 100, 101, 200])
async def test_changed_deals_are_listed_compared_and_written_in_fifties(changed: int):
    portal = filled(3, deals=250)
    ids = [str(number) for number in range(1, changed + 1)]
    async with portal.connector() as connector:
        *_, last = await pulled(connector)
        portal.clock.advance(60.0)
        for each in ids:
            portal.edit(each, title="Изменено человеком")
        before = connector.requests
        pages = await pulled(connector, last)
        listed = connector.requests - before
        records = {record.id: record for page in pages for record in page.records}
        before = connector.requests
        for at in range(0, changed, 50):
            await connector.push([update(records[each], {"title": "Изменено хабом"}) for each in ids[at : at + 50]])
        written = connector.requests - before

    assert changed <= len(records) <= changed + 11  # what the overlap shows again
    assert listed.total - listed.overhead <= -(-len(records) // 50)
    assert (written.total, written.writing) == (2 * -(-changed // 50), -(-changed // 50))


@pytest.mark.asyncio
async def test_the_history_of_stages_is_one_more_request_and_only_where_a_stage_was_written():
    portal = filled(3, deals=60)
    async with portal.connector() as connector:
        records = [each.record for each in await connector.get("deal", ["1", "2", "3"]) if each.record]
        before = connector.requests
        await connector.push([update(each, {"stageId": "PREPARATION", "title": "Дальше"}) for each in records])

        assert (connector.requests - before).total == 3


@pytest.mark.asyncio
async def test_dictionaries_are_asked_for_once_an_hour_by_all_processes():
    portal = filled(3, deals=60)
    async with portal.connector() as connector:
        await connector.discover("deal")
        first = connector.requests
    async with portal.connector() as other:
        await other.discover("deal")
        again = other.requests
        portal.clock.advance(3601.0)
        await other.discover("deal")
        later = other.requests - again

    assert first.total == first.overhead
    assert again.total < later.total <= first.total


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_thousand_requests_use_the_budget_and_are_never_refused():
    portal = filled(3)
    began = portal.seconds()
    async with portal.connector() as connector:
        for number in range(1, N + 1):
            await one(connector, str(number))
    seconds = portal.seconds() - began

    sent = len(portal.way.statuses)
    assert (set(portal.way.statuses), portal.way.limits) == ({200}, 0)
    assert sent >= 0.95 * (50 + 2 * seconds)


@pytest.mark.asyncio
async def test_nearly_the_whole_burst_leaves_at_once():
    portal = APortal()
    began = portal.seconds()
    async with portal.connector() as connector:
        while portal.seconds() == began:
            await connector.identify()

    assert 0.95 * 50 <= len(portal.way.statuses) - 1 <= 50


@pytest.mark.asyncio
async def test_a_budget_of_another_tariff_is_used_as_well():
    portal = APortal()
    portal.portal.bucket.capacity, portal.portal.bucket.per_second = 250.0, 5.0
    began = portal.seconds()
    async with portal.connector(burst=250, per_second=5) as connector:
        for _ in range(500):
            await connector.identify()
    seconds = portal.seconds() - began

    assert (set(portal.way.statuses), portal.way.limits) == ({200}, 0)
    assert len(portal.way.statuses) >= 0.95 * (250 + 5 * seconds)


@pytest.mark.asyncio
async def test_the_working_time_of_a_method_is_used_and_never_gone_over():
    portal = filled(3, deals=60)
    portal.portal.working.costs["crm.item.get"] = 10.0
    began, calls = portal.seconds(), 0
    async with portal.connector() as connector:
        while portal.seconds() < began + 3600:
            try:
                await one(connector, "1")
                calls += 1
            except RetryLater as error:
                portal.clock.advance(error.after or 1.0)
    windows = (portal.seconds() - began) // 600

    assert (set(portal.way.statuses), portal.way.limits) == ({200}, 0)
    assert calls * 10.0 >= 0.95 * 480 * windows


@pytest.mark.asyncio
async def test_without_limits_nothing_waits():
    portal = APortal(Settings(limited=False))
    record_id = portal.add(title="Внедрение")
    began = portal.seconds()
    async with portal.connector(per_second=0) as connector:
        for _ in range(200):
            await one(connector, record_id)

    assert portal.seconds() == began
