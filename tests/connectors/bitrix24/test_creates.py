"""What becomes of creates: beside the contract, Bitrix24's own ways."""

import httpx
import pytest

from connectors.sandbox.bitrix24.fields import DEAL
from tests.connectors.bitrix24.portals import APortal, create, denied, locked_out, refusals


@pytest.mark.asyncio
async def test_a_create_carries_who_made_it_and_what_scopes_it():
    portal = APortal()
    fixed = {"categoryId": "Пресейл", "typeId": "Услуги", "ufCrm_1690000003": "Пилот"}
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create({"title": "Ёж", "opportunity": "10"}, fixed=fixed)])

    made = portal.deal(receipt.id)
    assert (made["originatorId"], made["originId"]) == ("casehub", "case-42/1")
    assert (made["categoryId"], made["stageId"], made["typeId"], made["ufCrm_1690000003"]) == (
        3,
        "C3:NEW",
        "SERVICES",
        47,
    )
    assert (made["opportunity"], made["isManualOpportunity"]) == (10.0, "Y")
    assert (receipt.state, receipt.proved) == ("done", True)


@pytest.mark.asyncio
async def test_a_create_is_born_in_the_pipeline_of_its_stage_or_of_the_settings():
    portal = APortal()
    async with portal.connector(category=3) as connector:
        plain, staged = await connector.push(
            [create({"title": "а"}, key="k1"), create({"title": "б", "stageId": "C3:DEFENCE"}, key="k2", marker="m-2")]
        )

    assert [portal.deal(receipt.id)["stageId"] for receipt in (plain, staged)] == ["C3:NEW", "C3:DEFENCE"]


@pytest.mark.asyncio
async def test_creates_of_a_batch_are_one_request_and_one_bad_one_spoils_no_other():
    portal = APortal()
    bad = {"title": "плохая", "stageId": "NO_SUCH_STAGE", "comments": "да"}
    writes = [create(bad if n == 7 else {"title": f"№ {n}"}, key=f"k{n}", marker=f"m-{n}/1") for n in range(50)]
    async with portal.connector() as connector:
        receipts = await connector.push(writes)

    assert {receipt.state for receipt in receipts} == {"done"}
    assert {receipt.key: refusals(receipt) for receipt in receipts if receipt.refused} == {"k7": ["stageId"]}
    assert portal.deal(receipts[7].id)["comments"] == "да"
    assert [len(request) for request in portal.way.commands() if request[0].startswith("crm.item.add")] == [50, 1]
    assert not any("item.update" in request[0] for request in portal.way.commands())
    assert len(portal.portal.items[DEAL]) == 50


@pytest.mark.asyncio
async def test_a_create_refused_without_a_name_is_made_bare_and_completed():
    portal = APortal()

    def refuse_the_source(method: str, sent: object) -> httpx.Response | None:
        return denied("Так нельзя") if "sourceDescription" in str(sent) and "item.get" not in str(sent) else None

    portal.way.before = refuse_the_source
    views = {"title": "Ёж", "sourceDescription": "с выставки", "comments": "да", "utmSource": "сайт"}
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create(views)])

    assert (receipt.state, refusals(receipt)) == ("done", ["sourceDescription"])
    assert receipt.record is not None
    assert (receipt.record.views["comments"], receipt.record.views["utmSource"]) == ("да", "сайт")
    assert len(portal.portal.items[DEAL]) == 1


@pytest.mark.asyncio
async def test_what_the_portal_requires_stays_in_a_bare_create():
    portal = APortal()
    async with portal.connector() as connector:
        await connector.discover("deal")
    fields = portal.shelf.get("портал/fields/deal")
    needed = [{**each, "required": each["name"] == "utmSource"} for each in fields]
    portal.shelf.put("портал/fields/deal", needed, seconds=3600.0)
    refused = [denied("Так нельзя")]
    portal.way.before = lambda method, sent: refused.pop() if refused and "item.add" in str(sent) else None
    async with portal.connector() as connector:
        await connector.push([create({"title": "Ёж", "utmSource": "сайт", "comments": "да"})])

    full, bare = [request[0] for request in portal.way.commands() if "item.add" in request[0]]
    assert "comments" in full
    assert "comments" not in bare
    assert "utmSource" in bare
    assert portal.deal("1")["comments"] == "да"


@pytest.mark.asyncio
async def test_credentials_that_end_in_a_batch_stop_what_was_to_be_made_again():
    portal = APortal()
    portal.way.before = lambda method, sent: locked_out("Нельзя") if "item.add" in str(sent) else None
    writes = [create({"title": "а", "comments": "б"}, key="k1"), create({"title": "в"}, key="k2", marker="m-2/1")]
    async with portal.connector() as connector:
        receipts = await connector.push(writes)

    assert [receipt.state for receipt in receipts] == ["unsent", "unsent"]
    assert sum("item.add" in request[0] for request in portal.way.commands()) == 1


@pytest.mark.asyncio
async def test_a_label_that_nothing_has_refuses_the_create_and_names_the_place():
    portal = APortal()
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create({"title": "Ёж"}, fixed={"typeId": "Подарок"})])

    assert (receipt.state, refusals(receipt)) == ("refused", ["typeId"])
    assert "'Продажа'" in receipt.reason


@pytest.mark.asyncio
async def test_a_marker_may_live_in_a_field_of_the_portals_own():
    portal = APortal()
    async with portal.connector(markers={"deal": "ufCrm_1690000009"}) as connector:
        (receipt,) = await connector.push([create({"title": "Ёж"})])
        search = await connector.find("deal", "case-42/1")
        other = await connector.find("deal", "CASE-42/1")

    assert (search.ids, other.ids) == ((receipt.id,), ())
    assert portal.deal(receipt.id)["originId"] in ("", None)


@pytest.mark.asyncio
async def test_a_name_that_cannot_be_read_after_a_create_leaves_it_unclear_with_its_id():
    portal = APortal()
    company = portal.company("ООО «Ромашка»")
    portal.way.before = lambda method, sent: httpx.Response(500) if "entityTypeId=4" in str(sent) else None
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create({"title": "Ёж", "companyId": {"id": company, "name": "?"}})])

    assert (receipt.state, receipt.id) == ("unclear", "1")


@pytest.mark.asyncio
async def test_what_is_to_be_made_where_nothing_is_any_more_is_refused():
    portal = APortal()
    gone = {"c0": {"error": "NOT_FOUND", "error_description": "Элемент не найден"}}
    answer = httpx.Response(200, json={"result": {"result": [], "result_error": gone}})
    portal.way.before = lambda method, sent: answer if "item.add" in str(sent) else None
    async with portal.connector() as connector:
        (receipt,) = await connector.push([create({"title": "Ёж"})])

    assert receipt.state == "refused"
    assert "does not exist any more" in receipt.reason
