from typing import Any

import httpx
import pytest

from connectors.sandbox.redmine import RedmineSandbox


async def sent(tracker: httpx.AsyncClient, **issue: Any) -> httpx.Response:
    return await tracker.post("/issues.json", json={"issue": {"project_id": "presales", "subject": "Пилот", **issue}})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("hours", "kept"), [("4,5", 4.5), ("4:30", 4.5), ("2h", 2.0), (3, 3.0), ("", None), (None, None)]
)
async def test_hours_may_be_written_in_several_ways(tracker: httpx.AsyncClient, hours: Any, kept: float | None) -> None:
    answer = await sent(tracker, estimated_hours=hours)

    assert answer.json()["issue"]["estimated_hours"] == kept


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("issue", "says"),
    [
        ({"estimated_hours": "долго"}, "Estimated time is not a number"),
        ({"done_ratio": 110}, "% Done is not included in the list"),
        ({"priority_id": None}, "Priority cannot be blank"),
        ({"category_id": 99}, "Category is invalid"),
        ({"due_date": "2026-02-30"}, "Due date is not a valid date"),
        ({"custom_fields": [{"id": 3, "value": "1,5"}]}, "Amount is invalid"),
        ({"custom_fields": [{"id": 5, "value": True}]}, "Key client is not included in the list"),
        ({"custom_fields": [{"id": 6, "value": "завтра"}]}, "Offer due is not a valid date"),
        ({"custom_fields": [{"id": 9, "value": "1.5"}]}, "Licences is not a number"),
        ({"custom_fields": {"2": "Нет такого"}}, "Case type is not included in the list"),
    ],
)
async def test_what_a_field_cannot_hold_is_said(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, issue: dict[str, Any], says: str
) -> None:
    answer = await sent(tracker, **issue)

    assert (answer.status_code, answer.json()["errors"]) == (422, [says])
    assert len(redmine.office.issues) == 0


@pytest.mark.asyncio
async def test_null_and_blanks_empty_what_may_be_empty(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = (await sent(tracker, category_id=1, due_date="2026-12-24", custom_fields=[{"id": 1, "value": "x"}])).json()
    empty = {"category_id": "", "due_date": None, "custom_fields": [{"id": 1, "value": None}]}

    await tracker.put(f"/issues/{number['issue']['id']}.json", json={"issue": empty})

    issue = redmine.office.issues.rows[1]
    assert (issue.category_id, issue.due_date, issue.custom[1]) == (None, None, "")


@pytest.mark.asyncio
async def test_line_ends_are_made_windows_ones(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    await sent(tracker, description="раз\nдва\r\nтри\rчетыре", custom_fields=[{"id": 10, "value": "а\nб"}])

    issue = redmine.office.issues.rows[1]
    assert (issue.description, issue.custom[10]) == ("раз\r\nдва\r\nтри\r\nчетыре", "а\r\nб")
