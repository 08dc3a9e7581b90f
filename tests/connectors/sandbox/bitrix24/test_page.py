import pytest
import pytest_asyncio

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.bitrix24.fields import DEAL
from connectors.sandbox.clock import Clock
from connectors.sandbox.webhooks import Target
from tests.connectors.sandbox.builders import BASE, Browser, Caller, Posted, filled


@pytest_asyncio.fixture
async def browser(call: Caller) -> Browser:
    return Browser(call.client)


@pytest.mark.asyncio
async def test_the_list_shows_deals_and_says_that_it_is_a_sandbox(call: Caller, browser: Browser) -> None:
    await call.deal(title="Пилот «Ромашки» <script>")

    page = await call.client.get(f"{BASE}/")

    assert "песочница" in page.text
    assert "Пилот «Ромашки» &lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "http" not in page.text


@pytest.mark.asyncio
async def test_a_form_that_nobody_changed_changes_nothing(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser
) -> None:
    portal.seed(3)
    await call(
        "crm.item.update",
        entityTypeId=DEAL,
        id=1,
        fields={
            "comments": "раз\r\nдва",
            "ufCrm_1690000001": "Y",
            "ufCrm_1690000005": "2026-12-24T12:00:30+03:00",
            "ufCrm_1690000006": ["облако", "срочно"],
            "ufCrm_1690000011": [61, 65],
        },
    )
    before = dict(portal.portal.items[DEAL].rows[1])

    answer = await browser.save("/crm/deal/details/1/")

    assert answer.status_code == 303
    assert portal.portal.items[DEAL].rows[1] == before


@pytest.mark.asyncio
async def test_a_person_moves_a_deal_and_the_history_tells_of_it(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser, posted: Posted
) -> None:
    portal.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    number = (await call.deal(categoryId=3))["id"]
    engineer = portal.portal.user("engineer").id

    await browser.save(
        f"/crm/deal/details/{number}/", stageId="C3:EXECUTING", opportunity="12.5", **{"as": str(engineer)}
    )
    await portal.webhooks.drained()

    deal = portal.portal.items[DEAL].rows[number]
    assert (deal["stageId"], deal["opportunity"], deal["isManualOpportunity"]) == ("C3:EXECUTING", 12.5, "Y")
    assert (deal["updatedBy"], deal["movedBy"]) == (engineer, engineer)
    assert [row["STAGE_ID"] for row in portal.portal.history[number]] == ["C3:NEW", "C3:EXECUTING"]
    assert b"ONCRMDEALUPDATE" in posted.requests[-1].content


@pytest.mark.asyncio
async def test_choices_can_be_cleared(portal: Bitrix24Sandbox, call: Caller, browser: Browser) -> None:
    number = (await call.deal(ufCrm_1690000011=[61], ufCrm_1690000001="Y"))["id"]

    await browser.save(f"/crm/deal/details/{number}/", ufCrm_1690000011="", ufCrm_1690000001="0")

    deal = portal.portal.items[DEAL].rows[number]
    assert (deal["ufCrm_1690000011"], deal["ufCrm_1690000001"]) == ((), "N")


@pytest.mark.asyncio
async def test_a_new_deal_is_made(portal: Bitrix24Sandbox, call: Caller, browser: Browser) -> None:
    page = (await call.client.get("/")).text

    answer = await call.client.post("/crm/deal/details/0/", data={**filled(page), "title": "Ёлка"})

    assert answer.status_code == 303
    assert [(row["title"], row["categoryId"]) for row in portal.portal.items[DEAL]] == [("Ёлка", 3)]


@pytest.mark.asyncio
async def test_a_form_from_elsewhere_is_refused(portal: Bitrix24Sandbox, call: Caller, clock: Clock) -> None:
    number = (await call.deal())["id"]

    answer = await call.client.post(f"/crm/deal/details/{number}/", data={"title": "чужое"})

    assert answer.status_code == 403
    assert portal.portal.items[DEAL].rows[number]["title"] == "Внедрение CRM"


@pytest.mark.asyncio
async def test_who_may_not_change_deals_may_not_do_so_here(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser
) -> None:
    number = (await call.deal())["id"]
    sales = str(portal.portal.user("sales").id)

    answer = await browser.save(f"/crm/deal/details/{number}/", title="Иное", **{"as": sales})

    assert answer.status_code == 400
    assert "Доступ запрещен" in answer.text
