"""What a person does in the timeline of a deal and with companies, by hand, and what outgoing webhooks tell of it."""

from urllib.parse import parse_qs

import pytest
import pytest_asyncio

from connectors.sandbox.bitrix24 import Bitrix24Sandbox
from connectors.sandbox.bitrix24.fields import COMPANY
from connectors.sandbox.webhooks import Target
from tests.connectors.sandbox.builders import BASE, Browser, Caller, Posted, filled


@pytest_asyncio.fixture
async def browser(call: Caller) -> Browser:
    return Browser(call.client)


async def told(portal: Bitrix24Sandbox, posted: Posted) -> list[tuple[str, str]]:
    """Return event and number of what was posted."""
    await portal.webhooks.drained()
    bodies = [parse_qs(request.content.decode()) for request in posted.requests]
    return [(body["event"][0], (body.get("data[ID]") or body["data[FIELDS][ID]"])[0]) for body in bodies]


@pytest.mark.asyncio
async def test_a_person_adds_changes_and_deletes_a_comment(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser, posted: Posted
) -> None:
    number = (await call.deal())["id"]
    portal.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    timeline = f"/crm/deal/details/{number}/timeline/"

    added = await browser.save(timeline, text="Клиент просил <демо>")
    page = (await call.client.get(f"{BASE}{timeline}")).text
    changed = await browser.save(f"{timeline}1/", text="Клиент просил КП")
    said = (await call("crm.timeline.comment.get", id=1))["result"]
    deleted = await browser.save(f"{timeline}1/", gone="1")

    assert [added.status_code, changed.status_code, deleted.status_code] == [303, 303, 303]
    assert "Клиент просил &lt;демо&gt;" in page
    assert said["COMMENT"] == "Клиент просил КП"
    assert len(portal.portal.comments) == 0
    events = [f"ONCRMTIMELINECOMMENT{verb}" for verb in ("ADD", "UPDATE", "DELETE")]
    assert await told(portal, posted) == [(event, "1") for event in events]


@pytest.mark.asyncio
async def test_a_person_attaches_a_file_with_a_cyrillic_name(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser
) -> None:
    number = (await call.deal())["id"]
    timeline = f"{BASE}/crm/deal/details/{number}/timeline/"
    sent = {**filled((await call.client.get(timeline)).text), "text": "Схема во вложении"}
    sent.pop("file")

    answer = await call.client.post(timeline, data=sent, files={"file": ("Схема №5.png", b"\x89PNG\r\n--x\r\n")})

    assert answer.status_code == 303
    (row,) = (await call("crm.timeline.comment.list", filter={"ENTITY_ID": number, "ENTITY_TYPE": "deal"}))["result"]
    (file,) = row["FILES"].values()
    assert (file["name"], file["size"], file["type"]) == ("Схема №5.png", 11, "image")
    assert portal.portal.files.rows[1]["CONTENT"] == b"\x89PNG\r\n--x\r\n"


@pytest.mark.asyncio
async def test_an_empty_comment_and_an_old_form_are_refused(call: Caller, browser: Browser) -> None:
    number = (await call.deal())["id"]
    timeline = f"/crm/deal/details/{number}/timeline/"

    empty = await browser.save(timeline, text="  ")
    old = await browser.save(timeline, text="да", guard="nobody")
    nowhere = await call.client.get(f"{BASE}/crm/deal/details/{number}/timeline/77/")

    assert [empty.status_code, old.status_code, nowhere.status_code] == [400, 403, 404]


@pytest.mark.asyncio
async def test_a_person_makes_and_renames_a_company(
    portal: Bitrix24Sandbox, call: Caller, browser: Browser, posted: Posted
) -> None:
    portal.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    await call.client.post(
        f"{BASE}/crm/company/",
        data={**filled((await call.client.get(f"{BASE}/crm/company/")).text), "title": "ООО «Ёж»"},
    )
    answer = await browser.save("/crm/company/details/1/", title="АО «Василёк»")
    same = await browser.save("/crm/company/details/1/")

    assert [answer.status_code, same.status_code] == [303, 303]
    assert portal.portal.items[COMPANY].rows[1]["title"] == "АО «Василёк»"
    assert await told(portal, posted) == [("ONCRMCOMPANYADD", "1"), ("ONCRMCOMPANYUPDATE", "1")]


@pytest.mark.asyncio
async def test_seeded_deals_have_companies_and_words_in_their_timelines(portal: Bitrix24Sandbox, call: Caller) -> None:
    portal.seed(6)

    listed = await call("crm.timeline.comment.list", filter={"ENTITY_ID": 3, "ENTITY_TYPE": "deal"})

    assert listed["total"] == 2
    assert portal.counts()["comments"] == 4
    assert portal.counts()["companies"] == 10
