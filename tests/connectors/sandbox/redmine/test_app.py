"""What the exchange file does not say of Redmine: sub-tasks, relations, webhooks, snapshots of a seed."""

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.redmine import RedmineSandbox
from connectors.sandbox.webhooks import Target
from tests.connectors.sandbox.builders import Posted


async def made(tracker: httpx.AsyncClient, **issue: Any) -> dict[str, Any]:
    sent = {"project_id": "presales", "tracker_id": 4, "subject": "Пилот", **issue}
    answer = await tracker.post("/issues.json", json={"issue": sent})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["issue"]
    return found


async def put(tracker: httpx.AsyncClient, number: int, **issue: Any) -> int:
    return (await tracker.put(f"/issues/{number}.json", json={"issue": issue})).status_code


async def shown(tracker: httpx.AsyncClient, number: int, include: str = "journals,allowed_statuses") -> dict[str, Any]:
    found: dict[str, Any] = (await tracker.get(f"/issues/{number}.json", params={"include": include})).json()["issue"]
    return found


@pytest.mark.asyncio
async def test_an_issue_with_open_sub_tasks_cannot_be_closed(tracker: httpx.AsyncClient) -> None:
    parent = await made(tracker, tracker_id=1)
    child = await made(tracker, tracker_id=1, parent_issue_id=parent["id"])

    with_child = [each["id"] for each in (await shown(tracker, parent["id"]))["allowed_statuses"]]
    await put(tracker, parent["id"], status_id=5)
    kept = (await shown(tracker, parent["id"]))["status"]["id"]
    await put(tracker, child["id"], status_id=5)
    await put(tracker, parent["id"], status_id=5)

    assert with_child == [1, 2, 3, 4]
    assert (kept, (await shown(tracker, parent["id"]))["status"]["id"]) == (1, 5)


@pytest.mark.asyncio
async def test_dates_and_progress_of_a_parent_are_those_of_its_sub_tasks(tracker: httpx.AsyncClient) -> None:
    parent = (await made(tracker))["id"]
    await made(tracker, parent_issue_id=parent, due_date="2026-12-24", done_ratio=50)
    await made(tracker, parent_issue_id=parent, due_date="2026-12-31")

    await put(tracker, parent, due_date="2027-05-01", done_ratio=90, subject="Сверху")
    issue = await shown(tracker, parent)

    assert (issue["due_date"], issue["done_ratio"], issue["subject"]) == ("2026-12-31", 25, "Сверху")
    assert [each["details"][0]["name"] for each in issue["journals"]] == ["child_id", "child_id", "subject"]


@pytest.mark.asyncio
async def test_an_issue_cannot_be_put_below_itself(tracker: httpx.AsyncClient) -> None:
    upper = (await made(tracker))["id"]
    lower = (await made(tracker, parent_issue_id=upper))["id"]

    assert await put(tracker, upper, parent_issue_id=lower) == 422


@pytest.mark.asyncio
async def test_deleting_an_issue_takes_what_is_below_it(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    upper = (await made(tracker))["id"]
    await made(tracker, parent_issue_id=upper)

    answer = await tracker.delete(f"/issues/{upper}.json")

    assert (answer.status_code, len(redmine.office.issues)) == (204, 0)


@pytest.mark.asyncio
async def test_a_blocked_issue_cannot_be_closed(tracker: httpx.AsyncClient) -> None:
    blocked, blocker = (await made(tracker, tracker_id=1))["id"], (await made(tracker, tracker_id=1))["id"]
    relation = {"issue_to_id": blocker, "relation_type": "blocked"}
    made_relation = (await tracker.post(f"/issues/{blocked}/relations.json", json={"relation": relation})).json()

    await put(tracker, blocked, status_id=5)

    assert made_relation["relation"]["relation_type"] == "blocks"
    assert made_relation["relation"]["issue_id"] == blocker
    assert (await shown(tracker, blocked))["status"]["id"] == 1


@pytest.mark.asyncio
async def test_journals_come_in_the_order_of_the_callers_profile(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    number = (await made(tracker))["id"]
    for note in ("первая", "вторая"):
        await put(tracker, number, notes=note)

    redmine.office.users[redmine.office.roles_of_people["manager"]].newest_first = True

    assert [each["notes"] for each in (await shown(tracker, number))["journals"]] == ["вторая", "первая"]


@pytest.mark.asyncio
async def test_a_private_note_is_told_apart_from_what_came_with_it(tracker: httpx.AsyncClient) -> None:
    number = (await made(tracker))["id"]

    await put(tracker, number, subject="Иное", notes="тайна", private_notes=True)
    journals = (await shown(tracker, number))["journals"]

    assert [(each["private_notes"], each["notes"], len(each["details"])) for each in journals] == [
        (False, None, 1),
        (True, "тайна", 0),
    ]


@pytest.mark.asyncio
async def test_a_field_of_several_values_tells_each_that_came_or_went(tracker: httpx.AsyncClient) -> None:
    number = (await made(tracker, custom_fields=[{"id": 4, "value": ["облако", "срочно"]}]))["id"]

    await put(tracker, number, custom_fields=[{"id": 4, "value": ["срочно", "миграция"]}])
    details = (await shown(tracker, number))["journals"][0]["details"]

    assert [(each["old_value"], each["new_value"]) for each in details] == [("облако", None), (None, "миграция")]


@pytest.mark.asyncio
async def test_an_issue_moved_where_the_account_cannot_look_is_forbidden(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    number = (await made(tracker))["id"]
    hub = redmine.office.users[redmine.office.roles_of_people["hub"]].key

    moved = await put(tracker, number, project_id="archive")
    seen = await tracker.get(f"/issues/{number}.json", headers={"X-Redmine-API-Key": hub})

    assert (moved, seen.status_code) == (204, 403)


@pytest.mark.asyncio
async def test_a_saved_query_hears_no_other_filter(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    first = (await made(tracker))["id"]
    await made(tracker, tracker_id=1)
    redmine.office.queries[9] = ("Кейсы", {"tracker_id": "4", "status_id": "*"})

    found = (await tracker.get("/issues.json", params={"query_id": 9, "tracker_id": 1, "issue_id": 99})).json()
    unknown = await tracker.get("/issues.json", params={"query_id": 8})

    assert [each["id"] for each in found["issues"]] == [first]
    assert unknown.status_code == 404


@pytest.mark.asyncio
async def test_a_webhook_carries_the_issue_the_journal_and_a_signature(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, posted: Posted
) -> None:
    redmine.webhooks.aim((Target("http://127.0.0.1:9/hook", secret="тайна"),))
    number = (await made(tracker))["id"]
    await put(tracker, number, status_id=2, notes="начали")
    await tracker.delete(f"/issues/{number}.json")
    await redmine.webhooks.drained()

    bodies = [json.loads(request.content) for request in posted.requests]
    body, headers = posted.requests[1].content, posted.requests[1].headers

    assert [each["type"] for each in bodies] == ["issue.created", "issue.updated", "issue.deleted"]
    assert {each["data"]["issue"]["id"] for each in bodies} == {number}
    assert bodies[1]["data"]["journal"]["details"] == [
        {"property": "attr", "prop_key": "status_id", "old_value": "1", "value": "2"}
    ]
    signature = hmac.new("тайна".encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-redmine-signature-256"] == f"sha256={signature}"


@pytest.mark.asyncio
async def test_a_read_that_is_known_already_is_not_sent_again(tracker: httpx.AsyncClient) -> None:
    number = (await made(tracker))["id"]
    etag = (await tracker.get(f"/issues/{number}.json")).headers["etag"]

    again = await tracker.get(f"/issues/{number}.json", headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.asyncio
async def test_a_person_comes_in_with_login_and_password(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    anna = redmine.office.users[redmine.office.roles_of_people["manager"]]
    del tracker.headers["X-Redmine-API-Key"]

    right = await tracker.get("/users/current.json", auth=(anna.login, anna.password))
    wrong = await tracker.get("/users/current.json", auth=(anna.login, "mistyped"))

    assert (right.json()["user"]["id"], wrong.status_code) == (anna.id, 401)


@pytest.mark.asyncio
async def test_the_key_of_a_locked_user_is_none(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    redmine.office.users[redmine.office.roles_of_people["manager"]].active = False

    assert (await tracker.get("/issues.json")).status_code == 401


def test_the_same_seed_makes_the_same_cases(redmine: RedmineSandbox, clock: Clock) -> None:
    other = RedmineSandbox(clock=clock, secret=lambda: "key")
    for sandbox in (redmine, other):
        sandbox.seed(30, cyrillic=True, chance=3)

    one, two = (
        [(each.subject, each.status_id, each.updated_on) for each in box.office.issues] for box in (redmine, other)
    )

    assert one == two
    assert {each[1] for each in one} >= {1, 2, 3}
    assert all(each[2] < clock.now() for each in one)
