"""What a portal has to offer, who we are there, and what is gone or hidden."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors import connector_class
from connectors.bitrix24 import Bitrix24Connector
from connectors.errors import AuthFailed, Gone, Rejected
from connectors.sandbox.bitrix24.fields import DEAL
from connectors.sandbox.bitrix24.portal import Hook
from mappings.exchange import Account, Choice
from tests.connectors.bitrix24.portals import APortal, create, one


def scoped(portal: APortal, *scopes: str) -> APortal:
    hook = portal.portal.hooks["hub"]
    portal.portal.hooks["hub"] = Hook(hook.user, hook.secret, frozenset(scopes))
    return portal


def test_systems_of_type_bitrix24_are_ours():
    assert connector_class("bitrix24") is Bitrix24Connector


@pytest.mark.asyncio
async def test_we_are_the_user_whose_webhook_it_is():
    portal = APortal()
    async with portal.connector() as connector:
        account = await connector.identify()
        assert portal.way.commands() == [["profile"]]

    hub = portal.portal.user("hub")
    assert account == Account(str(hub.id), f"{hub.person.first} {hub.person.last}", (), server="Bitrix24")


@pytest.mark.asyncio
async def test_places_are_named_as_the_portal_names_them_with_labels_and_types():
    portal = APortal()
    portal.add(title="Пилот", ufCrm_1690000004="150000.50|RUB")
    async with portal.connector() as connector:
        discovery = await connector.discover("deal")

    places = {place.name: place for place in discovery.places}
    types = {
        "title": "text",
        "comments": "markup",
        "opportunity": "number",
        "companyId": "reference",
        "contactIds": "set",
    }
    types |= {"stageId": "choice", "assignedById": "person", "closedate": "date", "ufCrm_1690000004": "money"}
    types |= {"ufCrm_1690000001": "bool", "ufCrm_1690000005": "datetime", "ufCrm_1690000011": "set"}
    assert {name: places[name].type for name in types} == types
    assert places["ufCrm_1690000003"].label == "Вид пресейла"
    assert places["ufCrm_1690000003"].choices[0] == Choice("45", "Демонстрация")
    assert (places["title"].required, places["createdTime"].writable, places["title"].writable) == (True, False, True)
    assert places["ufCrm_1690000004"].example == "150000.5|RUB"
    assert "lastActivityTime" not in places


@pytest.mark.asyncio
async def test_stages_stand_by_pipeline_and_say_which_of_them_close():
    async with APortal().connector() as connector:
        discovery = await connector.discover("deal")

    places = {place.name: place for place in discovery.places}
    stages = {choice.id: choice for choice in places["stageId"].choices}
    assert stages["C3:NEW"] == Choice("C3:NEW", "Новая", group="Пресейл")
    assert {stage for stage, choice in stages.items() if choice.closes} == {
        *("WON", "LOSE", "APOLOGY"),
        *("C3:WON", "C3:LOSE", "C3:APOLOGY"),
    }
    assert [(choice.id, choice.label) for choice in places["categoryId"].choices] == [("3", "Пресейл"), ("0", "Общая")]
    assert not any(choice.closes for choice in places["previousStageId"].choices)


@pytest.mark.asyncio
async def test_companies_can_be_chosen_by_name_while_they_are_not_too_many():
    portal = APortal()
    ids = [portal.company(f"ООО «Ромашка-{number}»") for number in range(120)]
    async with portal.connector() as connector:
        discovery = await connector.discover("deal")

    (place,) = [place for place in discovery.places if place.name == "companyId"]
    assert [choice.id for choice in place.choices] == ids
    assert place.choices[119].label == "ООО «Ромашка-119»"


@pytest.mark.asyncio
async def test_too_many_companies_are_not_offered_and_not_read():
    portal = APortal()
    portal.company("ООО «Ромашка»")
    many = {"result": {"items": [{"id": 1, "title": "ООО «Ромашка»"}]}, "total": 2001, "next": 50}

    def listing(method: str, sent: Mapping[str, Any]) -> httpx.Response | None:
        return httpx.Response(200, json=many) if sent.get("entityTypeId") == 4 else None

    portal.way.before = listing
    async with portal.connector() as connector:
        discovery = await connector.discover("deal")

    assert [place.choices for place in discovery.places if place.name == "companyId"] == [()]
    assert any("companies cannot be chosen by name" in note for note in discovery.notes)


@pytest.mark.asyncio
async def test_people_come_with_their_addresses_and_those_who_left_too():
    portal = APortal()
    portal.portal.users[7] = replace(portal.portal.users[7], active=False)
    async with portal.connector() as connector:
        people = {person.id: person for person in await connector.people()}

    assert len(people) == len(portal.portal.users)
    assert all("@" in (person.email or "") for person in people.values())
    assert [number for number, person in people.items() if not person.active] == ["7"]


@pytest.mark.asyncio
async def test_what_the_webhook_lacks_is_told_and_not_found_out_by_failing():
    portal = scoped(APortal(), "crm")
    async with portal.connector(markers={"deal": "ufCrm_999"}) as connector:
        discovery = await connector.discover("deal")

    assert discovery.people == ()
    notes = " · ".join(discovery.notes)
    assert "scope user" in notes
    assert "ufCrm_999" in notes
    assert "application_token" in notes


@pytest.mark.asyncio
async def test_a_discovery_shows_the_stages_that_were_made_a_moment_ago():
    portal = APortal()
    async with portal.connector() as connector:
        await connector.discover("deal")
        key = f"{connector.name}/words/deal"
        portal.shelf.put(key, {"stageId": portal.shelf.get(key)["stageId"][:1]}, seconds=3600)  # as it was before
    async with portal.connector() as connector:
        places = {place.name: place for place in (await connector.discover("deal")).places}

    assert len(places["stageId"].choices) > 1


@pytest.mark.parametrize("before", [("crm",), ("crm", "user_brief")])
@pytest.mark.asyncio
async def test_a_scope_that_was_given_is_noticed_at_once(before):
    portal = scoped(APortal(), *before)
    async with portal.connector() as connector:
        without = await connector.discover("deal")
    scoped(portal, "crm", "user")
    async with portal.connector() as connector:
        given = await connector.discover("deal")

    assert "scope user" in " · ".join(without.notes)
    assert "scope user" not in " · ".join(given.notes)
    assert all(person.email for person in given.people)


@pytest.mark.asyncio
async def test_without_the_scope_for_deals_everything_is_refused_and_nobody_is_gone():
    portal = APortal()
    portal.add(title="Пилот")
    scoped(portal, "user")
    async with portal.connector() as connector:
        await connector.identify()
        with pytest.raises(Rejected, match="insufficient_scope"):
            await connector.pull("deal", None)
        with pytest.raises(Rejected):
            await connector.discover("deal")


@pytest.mark.asyncio
async def test_a_deal_that_is_hidden_is_refused_and_one_that_is_deleted_is_gone():
    portal = APortal()
    hidden, deleted = portal.add(title="раз"), portal.add(title="два")
    portal.portal.remove(DEAL, int(deleted))
    errors = {"c0": {"error": "ACCESS_DENIED", "error_description": "Доступ запрещен"}}
    async with portal.connector() as connector:
        await connector.find("deal", "никто")
        (gone, strange) = await connector.get("deal", [deleted, "не число"])
        answer = {"result": {"result": [], "result_error": errors}}
        portal.way.before = lambda method, sent: httpx.Response(200, json=answer)
        (refused,) = await connector.get("deal", [hidden])

    assert [each.state for each in (gone, strange, refused)] == ["gone", "gone", "refused"]
    assert refused.reason == "Доступ запрещен"


@pytest.mark.asyncio
async def test_the_log_of_a_deal_that_is_gone_says_so():
    async with APortal().connector() as connector:
        with pytest.raises(Gone):
            await connector.change_log("deal", "77")


@pytest.mark.asyncio
async def test_a_deal_that_comes_back_under_its_number_is_read_again():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        before = await one(connector, record_id)
        row = portal.deal(record_id)
        portal.portal.remove(DEAL, int(record_id))
        (gone,) = await connector.get("deal", [record_id])
        portal.portal.store(DEAL, row, before=None)
        after = await one(connector, record_id)

    assert gone.state == "gone"
    assert after == before


@pytest.mark.asyncio
async def test_two_deals_with_one_marker_are_both_found():
    portal = APortal()
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create({"title": "Ёж"})])
        copy = portal.add(title="Копия", originatorId="casehub", originId="case-42/1")
        portal.add(title="Чужая", originatorId="1С", originId="case-42/1")
        search = await connector.find("deal", "case-42/1")

    assert search.ids == (receipt.id, copy)
    assert search.current


@pytest.mark.asyncio
async def test_addresses_are_those_that_people_use_and_carry_no_secret():
    portal = APortal()
    record_id = portal.add(title="Пилот")
    async with portal.connector() as connector:
        record = await one(connector, record_id)

        assert record.url == connector.url_of("deal", record_id) == f"https://portal.test/crm/deal/details/{record_id}/"
        assert connector.url_of("lead", record_id) is None


@pytest.mark.asyncio
async def test_where_one_pipeline_takes_part_only_its_deals_are_listed_and_others_say_so():
    portal = APortal()
    other, ours = portal.add(title="Общая"), portal.add(title="Пресейл", categoryId=3)
    async with portal.connector(category=3) as connector:
        page = await connector.pull("deal", None)
        found = await connector.get("deal", [other, ours])

    assert ([record.id for record in page.records], page.total) == ([ours], 1)
    assert [each.record.in_scope for each in found if each.record] == [False, True]


@pytest.mark.asyncio
async def test_a_kind_that_there_is_not_is_refused():
    async with APortal().connector() as connector:
        with pytest.raises(Rejected, match="there are: deal"):
            await connector.pull("lead", None)
        (receipt,) = await connector.push([replace(create({"title": "а"}), kind="lead")])

    assert receipt.state == "refused"


@pytest.mark.asyncio
async def test_an_answer_without_a_user_proves_nobody():
    portal = APortal()
    portal.way.before = lambda method, sent: httpx.Response(200, json={"result": []})
    async with portal.connector() as connector:
        with pytest.raises(AuthFailed, match="make a new one"):
            await connector.identify()


@pytest.mark.asyncio
async def test_a_row_that_cannot_be_read_is_a_fault_and_the_others_are_read():
    portal = APortal()
    async with portal.connector() as connector:
        await connector.find("deal", "никто")
        items = [{"id": 1, "title": "а", "updatedTime": "2026-11-20T12:30:05+03:00"}, {"id": 2, "updatedTime": "вчера"}]
        found = {"c0": {"items": [], "total": 2}, "c1": {"items": items}}
        answer = {"result": {"result": found, "result_error": [], "result_total": {"c0": 2}}}
        portal.way.before = lambda method, sent: httpx.Response(200, json=answer)
        page = await connector.pull("deal", None)

    assert [record.id for record in page.records] == ["1"]
    assert [fault.id for fault in page.faults] == ["2"]
