import re
from html import unescape

import httpx
import pytest

from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.redmine.setup import IN_PROGRESS, NEW, REJECTED
from connectors.sandbox.webhooks import Target
from tests.connectors.sandbox.builders import Browser, Posted, filled

PERSON = {"manager": "5", "engineer": "6", "sales": "7"}


async def an_issue(tracker: httpx.AsyncClient) -> int:
    issue = {"project_id": "presales", "tracker_id": 4, "subject": "Пилот", "description": "раз\nдва", "done_ratio": 10}
    issue["custom_fields"] = [{"id": 4, "value": ["облако", "срочно"]}, {"id": 5, "value": "1"}, {"id": 6, "value": ""}]
    return int((await tracker.post("/issues.json", json={"issue": issue})).json()["issue"]["id"])


@pytest.mark.asyncio
async def test_a_form_that_nobody_changed_changes_nothing(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)
    before = redmine.office.issues.rows[number]

    answer = await Browser(tracker).save(f"/issues/{number}")

    assert answer.status_code == 303
    assert redmine.office.issues.rows[number] is before


@pytest.mark.asyncio
async def test_a_change_is_told_by_the_journal_as_the_person_chosen(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, posted: Posted
) -> None:
    redmine.webhooks.aim((Target("http://127.0.0.1:9/hook"),))
    number = await an_issue(tracker)

    await Browser(tracker).save(
        f"/issues/{number}?as={PERSON['engineer']}",
        status_id=str(IN_PROGRESS),
        cf_4="",
        cf_5="0",
        notes="Взял в работу",
    )
    await redmine.webhooks.drained()

    issue = redmine.office.issues.rows[number]
    (journal,) = issue.journals
    assert (issue.status_id, issue.custom[4], issue.custom[5]) == (IN_PROGRESS, (), "0")
    assert (journal.user_id, journal.notes) == (int(PERSON["engineer"]), "Взял в работу")
    assert [each.name for each in journal.details] == ["status_id", "4", "4", "5"]
    assert b"issue.updated" in posted.requests[-1].content


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("role", "steps"), [("manager", [NEW, IN_PROGRESS, REJECTED]), ("engineer", [NEW, IN_PROGRESS])]
)
async def test_the_form_offers_the_steps_of_the_workflow(
    tracker: httpx.AsyncClient, role: str, steps: list[int]
) -> None:
    number = await an_issue(tracker)

    page = (await tracker.get(f"/issues/{number}", params={"as": PERSON[role]})).text
    offered = page.partition('name="status_id"')[2].partition("</select>")[0].split('<option value="')[1:]

    assert [int(each.partition('"')[0]) for each in offered] == steps


@pytest.mark.asyncio
async def test_a_step_that_the_workflow_forbids_is_not_made(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    number = await an_issue(tracker)

    await Browser(tracker).save(f"/issues/{number}", status_id="5")

    assert redmine.office.issues.rows[number].status_id == NEW


@pytest.mark.asyncio
async def test_whoever_may_only_comment_has_only_a_note(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)
    address = f"/issues/{number}?as={PERSON['sales']}"

    names = set(filled((await tracker.get(address)).text))
    await Browser(tracker).save(address, subject="Иное", notes="Клиент ждёт")

    issue = redmine.office.issues.rows[number]
    assert names == {"guard", "as", "notes"}
    assert (issue.subject, issue.journals[0].notes) == ("Пилот", "Клиент ждёт")


@pytest.mark.asyncio
async def test_what_redmine_refuses_is_said_on_the_page(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)

    answer = await Browser(tracker).save(f"/issues/{number}", subject=" ")

    assert answer.status_code == 422
    assert "Subject cannot be blank" in answer.text


@pytest.mark.asyncio
async def test_a_new_case_is_made(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    page = (await tracker.get("/")).text

    answer = await tracker.post("/issues", data={**filled(page), "subject": "Ёлка"})

    assert answer.status_code == 303
    assert [(each.subject, each.tracker_id) for each in redmine.office.issues] == [("Ёлка", 4)]


@pytest.mark.asyncio
async def test_a_form_from_elsewhere_is_refused(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)

    answer = await tracker.post(f"/issues/{number}", data={"subject": "чужое", "guard": "угадал"})

    assert answer.status_code == 403
    assert redmine.office.issues.rows[number].subject == "Пилот"


@pytest.mark.asyncio
async def test_the_page_is_safe_readable_and_needs_nobody_else(tracker: httpx.AsyncClient) -> None:
    await tracker.post(
        "/issues.json", json={"issue": {"project_id": "presales", "subject": "<script>alert(1)</script>"}}
    )

    page = await tracker.get("/")
    style = await tracker.get("/_sandbox.css")

    assert "<script" not in page.text
    assert "песочница" in page.text
    assert 'name="viewport"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert style.headers["content-type"].startswith("text/css")
    assert "http" not in page.text + style.text


def forms_to(page: str, address: str) -> list[str]:
    """Return the addresses of the forms that begin with ADDRESS."""
    return [unescape(each) for each in re.findall(r'action="([^"]*)"', page) if each.startswith(address)]


@pytest.mark.asyncio
async def test_a_comment_is_added_edited_and_taken_away(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)
    address = f"/issues/{number}?as={PERSON['manager']}"
    await Browser(tracker).save(address, notes="Клиент ждёт", private_notes="1")
    page = (await tracker.get(address)).text
    (edit,) = forms_to(page, "/journals/")
    guard = filled(page)["guard"]

    (journal,) = redmine.office.issues.rows[number].journals
    assert (journal.notes, journal.private) == ("Клиент ждёт", True)
    sent = {"guard": guard, "as": PERSON["manager"], "notes": "Клиент дождался"}
    assert (await tracker.post(edit, data=sent)).status_code == 303
    assert journal.notes == "Клиент дождался"
    assert (await tracker.post(edit, data={**sent, "guard": "угадал", "notes": "чужое"})).status_code == 403
    assert (await tracker.post(edit, data={**sent, "as": PERSON["sales"]})).status_code == 404
    await tracker.post(edit, data={**sent, "notes": ""})
    assert redmine.office.issues.rows[number].journals == []


@pytest.mark.asyncio
async def test_a_file_is_attached_and_read_by_a_person(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)
    address = f"/issues/{number}?as={PERSON['manager']}"
    (attach,) = forms_to((await tracker.get(address)).text, "/files/")

    answer = await tracker.post(attach, files={"file": ("Смета «Ёж».txt", "Итого: 100".encode(), "text/plain")})
    page = (await tracker.get(address)).text
    (read,) = [unescape(each) for each in re.findall(r'href="(/files/[^"]*)"', page)]
    content = await tracker.get(read)

    assert answer.status_code == 303
    (made,) = redmine.office.issues.rows[number].attachments
    assert (made.filename, made.author_id) == ("Смета «Ёж».txt", int(PERSON["manager"]))
    assert "Смета «Ёж».txt" in page
    assert (content.text, content.headers["content-type"]) == ("Итого: 100", "text/plain")
    strange = attach.replace("guard=", "guard=x")
    assert (await tracker.post(strange, files={"file": ("a.txt", b"1")})).status_code == 403
    assert (await tracker.post(attach, files={"other": (None, b"1")})).status_code == 422


@pytest.mark.asyncio
async def test_a_private_comment_is_not_on_the_page_of_whoever_may_not_see_it(tracker: httpx.AsyncClient) -> None:
    number = await an_issue(tracker)
    await Browser(tracker).save(f"/issues/{number}?as={PERSON['manager']}", notes="тайна", private_notes="1")

    assert "тайна" in (await tracker.get(f"/issues/{number}?as={PERSON['engineer']}")).text
    assert "тайна" not in (await tracker.get(f"/issues/{number}?as={PERSON['sales']}")).text
