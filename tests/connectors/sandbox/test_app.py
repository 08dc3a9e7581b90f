"""What every sandbox does, whatever vendor it is: faults, log, control routes, names for this machine."""

import json
from typing import Any

import httpx
import pytest

from connectors.sandbox.app import LineClosed
from connectors.sandbox.clock import Clock
from connectors.sandbox.faults import Rule, Script
from connectors.sandbox.redmine import RedmineSandbox

ISSUE = {"issue": {"project_id": "presales", "subject": "Пилот"}}


async def total(tracker: httpx.AsyncClient) -> int:
    found: int = (await tracker.get("/issues.json", params={"status_id": "*"})).json()["total_count"]
    return found


@pytest.mark.asyncio
async def test_a_refused_request_was_carried_out_only_if_the_script_says_so(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    before, after = Rule(method="POST", times=1, status=503), Rule(method="POST", times=1, status=502, applied=True)
    redmine.script = Script((before, after))

    answers = [await tracker.post("/issues.json", json=ISSUE) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 502, 201]
    assert await total(tracker) == 2


@pytest.mark.asyncio
async def test_too_many_requests_come_with_and_without_a_wait(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    redmine.script = Script((Rule(times=1, status=429, retry_after=2), Rule(times=1, status=429)))

    answers = [await tracker.get("/issues.json") for _ in range(3)]

    assert [answer.headers.get("retry-after") for answer in answers] == ["2", None, None]
    assert [answer.status_code for answer in answers] == [429, 429, 200]


@pytest.mark.asyncio
async def test_a_cut_answer_ends_in_the_middle_under_its_whole_length(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    redmine.script = Script((Rule(path="/issues.json", cut=0.5),))

    with pytest.raises(LineClosed):
        await tracker.get("/issues.json")


@pytest.mark.asyncio
@pytest.mark.parametrize("applied", [False, True])
async def test_a_closed_line_leaves_the_sender_without_an_answer(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, *, applied: bool
) -> None:
    redmine.script = Script((Rule(method="POST", close=True, applied=applied),))

    with pytest.raises(httpx.RemoteProtocolError):
        await tracker.post("/issues.json", json=ISSUE)

    assert await total(tracker) == int(applied)
    first = next(iter(redmine.log))
    assert (first.method, first.status, first.fault) == ("POST", 0, "close")


@pytest.mark.asyncio
async def test_a_delay_passes_on_the_sandboxs_clock(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, clock: Clock
) -> None:
    redmine.script = Script((Rule(delay=30),))
    before = clock.now()

    await tracker.get("/issues.json")

    assert (clock.now() - before).total_seconds() == 30


@pytest.mark.asyncio
async def test_stamps_can_be_made_equal(redmine: RedmineSandbox, tracker: httpx.AsyncClient, clock: Clock) -> None:
    redmine.script = Script(stamps=60)
    stamps = []
    for _ in range(3):
        stamps.append((await tracker.post("/issues.json", json=ISSUE)).json()["issue"]["updated_on"])
        clock.advance(9)

    assert set(stamps) == {"2026-11-20T09:30:00Z"}


@pytest.mark.asyncio
async def test_lists_can_lag_behind(redmine: RedmineSandbox, tracker: httpx.AsyncClient, clock: Clock) -> None:
    redmine.script = Script(lag=5)
    number = (await tracker.post("/issues.json", json=ISSUE)).json()["issue"]["id"]

    seen = await total(tracker)
    one = await tracker.get(f"/issues/{number}.json")
    clock.advance(6)

    assert (seen, one.status_code, await total(tracker)) == (0, 200, 1)


@pytest.mark.asyncio
async def test_fields_can_be_lost_in_silence(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    number = (await tracker.post("/issues.json", json=ISSUE)).json()["issue"]["id"]
    redmine.script = Script((Rule(method="PUT", drop=("subject", "cf_1")),))
    fields = [{"id": 1, "value": "x"}, {"id": 8, "value": "y"}]

    answer = await tracker.put(f"/issues/{number}.json", json={"issue": {"subject": "Иное", "custom_fields": fields}})
    issue = redmine.office.issues.rows[number]

    assert answer.status_code == 204
    assert (issue.subject, issue.custom) == ("Пилот", {8: "y"})


@pytest.mark.asyncio
async def test_the_log_proves_what_was_asked_and_keeps_no_key(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient
) -> None:
    await tracker.get("/issues.json", params={"limit": "5", "key": "secret"})
    await tracker.get("/issues/99.json")
    await tracker.get("/")

    shown = [(entry.number, entry.path, entry.query, entry.status) for entry in redmine.log]

    assert shown == [(1, "/issues.json", "limit=5", 200), (2, "/issues/99.json", "", 404)]


# --- control routes --------------------------------------------------------------------------------------------------


async def control(
    sandbox: RedmineSandbox, client: httpx.AsyncClient, method: str, route: str = "", *, json_body: Any = None
) -> Any:
    answer = await client.request(
        method, f"/_sandbox/{route}", headers={"X-Sandbox-Token": sandbox.token}, json=json_body
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.asyncio
async def test_the_control_routes_want_their_token(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    without = await tracker.get("/_sandbox/log")
    wrong = await tracker.get("/_sandbox/log", params={"token": "nobody"})
    right = await tracker.get("/_sandbox/log", params={"token": redmine.token})

    assert [each.status_code for each in (without, wrong, right)] == [401, 401, 200]


@pytest.mark.asyncio
async def test_the_control_routes_and_the_page_are_for_this_machine(redmine: RedmineSandbox) -> None:
    headers = {"X-Sandbox-Token": redmine.token}
    statuses = []
    for client, base in (("10.0.0.7", "http://127.0.0.1"), ("127.0.0.1", "http://evil.example")):
        transport = httpx.ASGITransport(redmine, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as stranger:
            statuses += [(await stranger.get(path)).status_code for path in ("/_sandbox", "/", "/issues.json")]

    assert statuses == [403, 403, 401, 403, 403, 401]


@pytest.mark.asyncio
async def test_records_come_and_go_by_control(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    seeded = await control(redmine, tracker, "POST", "seed", json_body={"count": 7, "cyrillic": True})
    reset = await control(redmine, tracker, "POST", "reset")

    assert (seeded["records"]["issues"], reset["records"]["issues"]) == (7, 0)


@pytest.mark.asyncio
async def test_the_clock_is_set_by_control(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    told = await control(redmine, tracker, "POST", "clock", json_body={"advance": 90})

    assert told == {"now": "2026-11-20T09:31:30.250000+00:00", "speed": 0}


@pytest.mark.asyncio
async def test_a_script_is_put_and_taken_away(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    await control(redmine, tracker, "PUT", "faults", json_body={"rules": [{"status": 503}]})
    refused = await tracker.get("/issues.json")
    used = (await control(redmine, tracker, "GET", "faults"))["rules"][0]["used"]
    await control(redmine, tracker, "DELETE", "faults")

    assert (refused.status_code, used, (await tracker.get("/issues.json")).status_code) == (503, 1, 200)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "route", "body", "status"),
    [
        ("PUT", "faults", {"rules": [{"stats": 1}]}, 400),
        ("POST", "seed", {"count": "many"}, 400),
        ("POST", "seed", {"deals": 4}, 400),
        ("POST", "clock", {"advance": -1}, 400),
        ("PUT", "webhooks", [{"url": "http://example.org/"}], 400),
        ("GET", "nothing", None, 404),
        ("GET", "reset", None, 405),
    ],
)
async def test_a_wrong_control_request_is_refused_with_its_reason(
    redmine: RedmineSandbox, tracker: httpx.AsyncClient, method: str, route: str, body: Any, status: int
) -> None:
    headers = {"X-Sandbox-Token": redmine.token}

    answer = await tracker.request(method, f"/_sandbox/{route}", headers=headers, content=json.dumps(body))

    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.asyncio
async def test_the_last_webhook_is_shown_as_it_was_posted(redmine: RedmineSandbox, tracker: httpx.AsyncClient) -> None:
    before = await tracker.get("/_sandbox/webhooks/last", params={"token": redmine.token})
    await control(redmine, tracker, "PUT", "webhooks", json_body=[{"url": "http://localhost:1/hook"}])
    await tracker.post("/issues.json", json=ISSUE)

    last = await tracker.get("/_sandbox/webhooks/last", params={"token": redmine.token})
    await redmine.webhooks.drained()

    assert before.status_code == 204
    assert last.json()["type"] == "issue.created"
    assert (await control(redmine, tracker, "GET", "webhooks"))["delivered"] == 1
