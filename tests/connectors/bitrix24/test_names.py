"""Names of companies and contacts: asked for where they are not known, and no more."""

import pytest

from connectors.sandbox.bitrix24.fields import COMPANY
from connectors.sandbox.bitrix24.writing import update_item
from tests.connectors.bitrix24.portals import APortal, one, pulled, update


def asked_for(portal: APortal) -> int:
    """How many requests asked for companies or contacts."""
    return sum(any("entityTypeId=4" in each or "entityTypeId=3" in each for each in r) for r in portal.way.commands())


def rename(portal: APortal, company: str, title: str) -> None:
    row = portal.portal.items[COMPANY].rows[int(company)]
    update_item(portal.portal, COMPANY, row, user=portal.portal.user("manager"), sent={"title": title})


@pytest.mark.asyncio
async def test_a_view_carries_the_name_of_the_company_and_of_the_contact():
    portal = APortal()
    company, contact = portal.company("ООО «Ромашка»"), portal.contact("Анна", "Ковалёва")
    record_id = portal.add(title="Пилот", companyId=int(company), contactIds=[int(contact)])
    async with portal.connector() as connector:
        record = await one(connector, record_id)

    assert record.views["companyId"] == {"id": company, "name": "ООО «Ромашка»"}
    assert record.views["contactId"] == {"id": contact, "name": "Анна Ковалёва"}
    assert record.views["contactIds"] == [contact]
    assert asked_for(portal) == 1


@pytest.mark.asyncio
async def test_what_points_at_nobody_is_empty_and_asks_nobody():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        record = await one(connector, record_id)

    assert (record.views["companyId"], record.views["contactId"], record.views["contactIds"]) == (None, None, None)
    assert asked_for(portal) == 0


@pytest.mark.asyncio
async def test_a_name_is_asked_for_once_an_hour_by_all_processes():
    portal = APortal()
    company = portal.company("ООО «Ромашка»")
    record_id = portal.add(title="Пилот", companyId=int(company))
    async with portal.connector() as connector:
        await pulled(connector)
        await one(connector, record_id)
    async with portal.connector() as other:
        rename(portal, company, "ООО «Василёк»")
        early, at_first = (await one(other, record_id)).views["companyId"]["name"], asked_for(portal)
        portal.clock.advance(3601.0)
        late = (await one(other, record_id)).views["companyId"]["name"]

    assert (early, late) == ("ООО «Ромашка»", "ООО «Василёк»")
    assert (at_first, asked_for(portal)) == (1, 2)


@pytest.mark.asyncio
async def test_a_company_that_is_hidden_keeps_its_id_and_is_not_asked_for_again():
    portal = APortal()
    company = portal.company("ООО «Ромашка»")
    record_id = portal.add(title="Пилот", companyId=int(company))
    portal.portal.remove(COMPANY, int(company))
    async with portal.connector() as connector:
        first, second = await one(connector, record_id), await one(connector, record_id)

    assert first.views["companyId"] == second.views["companyId"] == company
    assert asked_for(portal) == 1


@pytest.mark.asyncio
async def test_a_deal_is_pointed_at_a_company_by_its_id():
    portal = APortal()
    company = portal.company("ООО «Ромашка»")
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        view = {"id": company, "name": "ООО «Ромашка»"}
        (receipt,) = await connector.push([update(await one(connector, record_id), {"companyId": view})])
        (emptied,) = await connector.push([update(await one(connector, record_id), {"companyId": None})])

    assert receipt.record is not None
    assert receipt.record.views["companyId"] == view
    assert emptied.record is not None
    assert emptied.record.views["companyId"] is None
