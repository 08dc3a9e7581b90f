"""The shipped mapping stands at work on what a portal offers, and reads what its deals show."""

from datetime import date
from decimal import Decimal

import pytest

from mappings.canonical.values import Money
from mappings.exchange import Change, Update
from mappings.language import compile_mapping
from mappings.language.compiled import CompiledMapping
from mappings.language.entries import Entry
from mappings.language.extend import SHIPPED_KEYS, Catalog, merged
from mappings.language.problems import Sheet
from mappings.language.read_mapping import Known, read_mapping
from mappings.lens import Unseen
from mappings.transforms import Vocabulary
from tests.connectors.bitrix24.portals import APortal, one
from tests.mappings.language.hubs import catalog

NAMES = ("name", "last_name", "client", "emails", "phones")


def shipped(words: Vocabulary, name: str = "bitrix24/deal") -> CompiledMapping:
    """Return a shipped mapping, compiled for one portal."""
    sheet = Sheet()
    shelf = Catalog(catalog(), sheet)
    root = shelf.root(name)
    assert isinstance(root, Entry)
    spec = read_mapping(merged(root, shelf, known=SHIPPED_KEYS, above=(name,)), "портал", known=Known())
    sheet.settle()
    assert spec is not None
    return compile_mapping(spec, words)


@pytest.mark.asyncio
async def test_a_deal_means_what_its_people_mean():
    portal = APortal()
    company, contact = portal.company("ООО «Ромашка»"), portal.contact("Анна", "Ковалёва")
    record_id = portal.add(
        title="Внедрение CRM",
        companyId=int(company),
        contactIds=[int(contact)],
        opportunity=150000.5,
        isManualOpportunity="Y",
        closedate="2026-12-24",
        sourceId="TRADE_SHOW",
        comments="[B]Важно[/B]: ответить",
    )
    async with portal.connector() as connector:
        discovery = await connector.discover("deal")
        record = await one(connector, record_id)
    manager = portal.portal.user("manager")
    people = {person.id: (person.email or "").lower() for person in discovery.people}
    mapping = shipped(Vocabulary.of(discovery.places, people=people, zone="Europe/Moscow"))

    facts: dict[str, object] = {}
    for field in mapping.fields.values():
        view = field.view(record.views)
        assert not isinstance(view, Unseen)
        read = field.lens.read(view, {})
        assert isinstance(read, dict), (field.name, read)
        facts |= read

    assert facts == {
        "title": "Внедрение CRM",
        "amount": Money(Decimal("150000.5"), "RUB"),
        "client": "ООО «Ромашка»",
        "contact": "Анна Ковалёва",
        "owner": manager.person.email.lower(),
        "closes_on": date(2026, 12, 24),
        "channel": "Выставка",
        "description": "**Важно**: ответить",
    }


@pytest.mark.asyncio
async def test_a_deal_without_an_amount_has_none_and_not_nothing():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        discovery, record = await connector.discover("deal"), await one(connector, record_id)
    amount = shipped(Vocabulary.of(discovery.places)).fields["amount"]
    view = amount.view(record.views)

    assert view == {"opportunity": "0", "currencyId": "RUB"}
    assert amount.lens.read(view, {}) == {"amount": None}
    assert amount.lens.write({"amount": Money(Decimal(5), "EUR")}, view) == {"opportunity": "5", "currencyId": "EUR"}


@pytest.mark.asyncio
async def test_a_contact_is_told_with_its_company_phones_and_addresses():
    portal = APortal()
    contact = portal.contact("Анна", "Ковалёва")
    async with portal.connector() as connector:
        discovery = await connector.discover("contact")
        mapping = shipped(Vocabulary.of(discovery.places), "bitrix24/contact")
        changes = [
            Change(place, view, None)
            for name, value in (("emails", "anna@romashka.example"), ("phones", "+7 495 123-45-67"))
            for field in [mapping.fields[name]]
            for place, view in field.spread(field.lens.write({name: frozenset({value})}, None)).items()
        ]
        (receipt,) = await connector.push([Update("k", connector.name, "contact", contact, tuple(changes))])

    assert receipt.record is not None
    read = {name: mapping.fields[name].lens.read(mapping.fields[name].view(receipt.record.views), {}) for name in NAMES}
    assert read == {
        "name": {"name": "Анна"},
        "last_name": {"last_name": "Ковалёва"},
        "client": {"client": None},
        "emails": {"emails": frozenset({"anna@romashka.example"})},
        "phones": {"phones": frozenset({"+7 495 123-45-67"})},
    }
