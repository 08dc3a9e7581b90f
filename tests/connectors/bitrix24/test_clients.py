"""Companies and contacts as records of their own: phones and addresses, names, what deals cost beside them."""

from urllib.parse import unquote

import httpx
import pytest

from connectors.bitrix24 import Bitrix24Connector
from connectors.bitrix24.fields import multi_changes
from connectors.sandbox.bitrix24.fields import COMPANY, CONTACT
from mappings.exchange import Change, Create, Delete, Update, VendorRecord, View
from tests.connectors.bitrix24.portals import APortal
from tests.contract.world import pages, pull_all

PHONE = {"typeId": "PHONE", "valueType": "MOBILE", "value": "+7 495 000-00-00"}
MAIL = {"typeId": "EMAIL", "valueType": "WORK", "value": "office@example.com"}


def change(record: VendorRecord, **views: View) -> Update:
    changes = tuple(Change(place, view, record.views.get(place)) for place, view in views.items())
    return Update(f"u{record.id}", "портал", record.kind, record.id, changes, record.version)


async def one(connector: Bitrix24Connector, kind: str, record_id: str) -> VendorRecord:
    (found,) = await connector.get(kind, [record_id])
    assert found.record is not None
    return found.record


@pytest.mark.asyncio
async def test_phones_and_addresses_are_sorted_lists_in_lists_and_in_look_ups():
    portal = APortal()
    number = portal.add(COMPANY, title="ООО «Ёж»", fm=[PHONE, {**PHONE, "value": "+7 495 111"}, MAIL])
    bare = portal.add(COMPANY, title="АО «Заря»")
    async with portal.connector() as connector:
        listed = await pull_all(connector, "company")
        looked = await one(connector, "company", number)

    assert listed[number].views["phone"] == ["+7 495 000-00-00", "+7 495 111"]
    assert listed[number].views["email"] == ["office@example.com"]
    assert (listed[bare].views["phone"], listed[bare].views["email"]) == (None, None)
    assert looked == listed[number]


@pytest.mark.asyncio
async def test_a_changed_address_keeps_what_stays_with_its_number_and_type():
    portal = APortal()
    number = portal.add(CONTACT, name="Юлия", lastName="Чайка", fm=[PHONE, MAIL])
    async with portal.connector() as connector:
        record = await one(connector, "contact", number)
        new = ["julia@example.com", "чайка@example.com"]
        (receipt,) = await connector.push([change(record, email=new, post="Директор")])

    assert receipt.record is not None
    assert (receipt.state, receipt.record.views["email"]) == ("done", new)
    assert receipt.record.views["phone"] == ["+7 495 000-00-00"]
    kept = portal.portal.items[CONTACT].rows[int(number)]["fm"]
    assert [row["valueType"] for row in kept if row["typeId"] == "PHONE"] == ["MOBILE"]


@pytest.mark.asyncio
async def test_a_new_contact_has_its_marker_and_its_addresses_in_the_create_itself():
    portal = APortal()
    changes = (Change("lastName", "Щур"), Change("name", "Инна"), Change("email", ["inna@example.com"]))
    async with portal.connector() as connector:
        (made,) = await connector.push([Create("c1", "портал", "contact", "client-7/1", changes)])
        found = await connector.find("contact", "client-7/1")

    assert made.record is not None
    assert (made.state, found.ids, made.record.marker) == ("done", (made.id,), "client-7/1")
    assert made.record.views["email"] == ["inna@example.com"]
    assert made.record.url == f"https://portal.test/crm/contact/details/{made.id}/"


def test_changes_of_addresses_name_only_what_changes():
    rows = [{"id": 5, **PHONE}, {"id": 6, **MAIL}, {"id": 7, **MAIL, "value": "old@example.com"}]

    changes = multi_changes(rows, {"email": ["office@example.com", "new@example.com"]})

    assert changes == {
        "7": {"typeId": "EMAIL", "value": ""},
        "n1": {"typeId": "EMAIL", "valueType": "WORK", "value": "new@example.com"},
    }


@pytest.mark.asyncio
async def test_renaming_a_company_is_a_change_of_the_company_and_costs_deals_nothing():
    portal = APortal()
    company = portal.company("ООО «Ромашка»")
    portal.add(title="Пилот", companyId=company)
    async with portal.connector() as connector:
        _, deals = await pages(connector, "deal")
        _, clients = await pages(connector, "company")
        portal.clock.advance(30.0)
        portal.portal.items[COMPANY].rows[int(company)] |= {"title": "АО «Василёк»", "updatedTime": portal.clock.now()}
        before = connector.requests
        await pages(connector, "deal", deals)
        cost = connector.requests - before
        changed = await pull_all(connector, "company", clients)

    assert cost.total - cost.overhead == 1
    assert changed[company].views["title"] == "АО «Василёк»"


@pytest.mark.asyncio
async def test_discovery_of_clients_asks_for_no_stages():
    portal = APortal()
    async with portal.connector() as connector:
        discovery = await connector.discover("contact")

    places = {place.name: place for place in discovery.places}
    assert {"name", "lastName", "phone", "email", "companyId"} <= set(places)
    assert [choice.label for choice in places["typeId"].choices] == ["Клиенты", "Партнёры"]
    assert not any("crm.category.list" in call for calls in portal.way.commands() for call in calls)


async def made(connector: Bitrix24Connector, kind: str, **views: View) -> str:
    """The hub makes a record."""
    changes = tuple(Change(place, view) for place, view in views.items())
    (receipt,) = await connector.push([Create("c", "портал", kind, "case-7/1", changes)])
    return receipt.id or ""


@pytest.mark.asyncio
async def test_a_contact_that_a_deal_names_behind_another_one_is_not_deleted():
    portal = APortal()
    first = portal.contact("Анна", "Белова")
    async with portal.connector() as connector:
        ours = await made(connector, "contact", name="Юлия", lastName="Чайка")
        portal.add(title="Пилот", contactIds=[first, ours])
        (receipt,) = await connector.push([Delete("d", "портал", "contact", ours, {})])

    assert (receipt.state, receipt.reason) == ("moved", "deals name it")
    assert int(ours) in portal.portal.items[CONTACT].rows


@pytest.mark.asyncio
@pytest.mark.parametrize("blind", [False, True])
async def test_a_contact_that_no_deal_names_is_deleted_even_where_lists_of_contacts_cannot_be_searched(blind: bool):
    portal = APortal()
    portal.add(title="Пилот", contactIds=[portal.contact("Анна", "Белова")])
    said = {"c1": {"error": "INVALID_ARG_VALUE", "error_description": "field 'contactIds' is not allowed in filter"}}
    refused = httpx.Response(200, json={"result": {"result": {"c0": {"items": []}}, "result_error": said}})
    async with portal.connector() as connector:
        ours = await made(connector, "contact", name="Юлия", lastName="Чайка")
        portal.way.before = lambda method, sent: refused if blind and "contactIds" in unquote(str(sent)) else None
        (receipt,) = await connector.push([Delete("d", "портал", "contact", ours, {})])

    assert receipt.state == "gone"


@pytest.mark.asyncio
@pytest.mark.parametrize(("somebody", "state"), [(True, "moved"), (False, "gone")])
async def test_a_company_that_contacts_of_others_name_is_not_deleted(somebody: bool, state: str):
    portal = APortal()
    async with portal.connector() as connector:
        ours = await made(connector, "company", title="ООО «Ёж»")
        if somebody:
            portal.add(CONTACT, name="Анна", lastName="Белова", companyId=ours)
        else:
            await made(connector, "contact", name="Юлия", lastName="Чайка", companyId={"id": ours, "name": "ООО «Ёж»"})
        (receipt,) = await connector.push([Delete("d", "портал", "company", ours, {})])

    assert receipt.state == state
    assert receipt.reason == ("contacts name it" if somebody else "gone")
