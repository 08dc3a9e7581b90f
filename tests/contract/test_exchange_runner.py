"""The runner finds what differs, and says it so that a person can see it at once."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.exchange_file import parse
from tests.contract.exchange_runner import Account, Result, Server, run
from tests.contract.exchange_shape import differences, is_ordered, pluck

HEAD = """
- id: one
  about: A paragraph that says in our own words what the documentation promises.
  source: the page
  as: admin
"""


class Things:
    """A small server: things that have a name, and a budget of requests above which it says 503."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.requests: list[httpx.Request] = []
        self.budget = 1000

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.budget -= 1
        if self.budget < 0:
            return httpx.Response(503, json={"error": "TOO_MANY"})
        if request.method == "POST":
            number = len(self.names) + 1
            self.names[number] = json.loads(request.content)["name"]
            return httpx.Response(201, json={"thing": {"id": number, "name": self.names[number]}})
        number = int(request.url.path.rpartition("/")[2])
        if request.method == "DELETE":
            del self.names[number]
            return httpx.Response(204)
        return httpx.Response(200, json={"thing": {"id": number, "name": self.names[number]}})


async def made(text: str, things: Things, waits: list[float] | None = None) -> Result:
    """Run the exchange that *text* goes on to describe against *things*; what it waits is put into *waits*."""

    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    (exchange,) = parse(HEAD + text, "file.yaml")
    server = Server("http://things.test", {"admin": Account({"X-Key": "k"}, prefix="/api")}, sleep=sleep)
    async with httpx.AsyncClient(transport=httpx.MockTransport(things)) as client:
        return await run(exchange, server, client)


STORY = """
  given:
    - request: {POST: /things, json: {name: "Ромашка $unique"}}
      answer: {status: 201}
      take: {thing: thing.id}
  request: {GET: /things/$thing}
  answer: {status: 200, content_type: application/json, shape: {thing: {id: $thing, name: <contains Ромашка>}}}
  after:
    - request: {DELETE: /things/$thing}
      answer: {status: 204, text: ""}
"""


@pytest.mark.asyncio
async def test_an_exchange_that_is_answered_as_written_agrees() -> None:
    things = Things()

    result = await made(STORY, things)

    assert result.agrees, result.report
    assert [(each.method, each.url.path) for each in things.requests] == [
        ("POST", "/api/things"),
        ("GET", "/api/things/1"),
        ("DELETE", "/api/things/1"),
    ]
    assert {each.headers["x-key"] for each in things.requests} == {"k"}


@pytest.mark.asyncio
async def test_a_difference_tells_the_step_the_request_and_the_place() -> None:
    result = await made(STORY.replace("<contains Ромашка>", "Василёк"), Things())

    assert result.state == "differs"
    assert "request as admin: GET http://things.test/api/things/1" in result.report
    assert "thing.name: expected 'Василёк', got \"Ромашка " in result.report


@pytest.mark.asyncio
async def test_what_was_made_is_cleared_away_after_a_difference_too() -> None:
    things = Things()

    await made(STORY.replace("status: 200", "status: 201"), things)

    assert things.names == {}


@pytest.mark.asyncio
async def test_a_failed_set_up_is_told_and_not_passed_over() -> None:
    result = await made(STORY.replace("answer: {status: 201}", "answer: {status: 200}"), Things())

    assert "given 1 as admin: POST" in result.report
    assert "status: expected 200, got 201" in result.report


@pytest.mark.asyncio
async def test_what_the_server_does_not_offer_is_skipped_by_name() -> None:
    things = Things()

    result = await made("  needs: [colour]" + STORY, things)

    assert (result.state, result.report) == ("skipped", "this server does not offer colour")
    assert things.requests == []


@pytest.mark.asyncio
async def test_a_name_that_nobody_set_is_a_difference() -> None:
    result = await made("  request: {GET: /things/$nobody}\n  answer: {status: 200}\n", Things())

    assert "nothing is called $nobody" in result.report


@pytest.mark.asyncio
async def test_waiting_is_the_servers_clock_and_not_ours() -> None:
    waits: list[float] = []

    await made("  wait: 30\n  rest: 600" + STORY, Things(), waits)

    assert waits == [30.0, 600.0]


BURST = """
  request: {POST: /things, json: {name: x}}
  burst: 5
  answers:
    - {least: 3, status: 201}
    - {least: 2, status: 503, shape: {error: TOO_MANY}}
"""


@pytest.mark.asyncio
@pytest.mark.parametrize(("budget", "state"), [(3, "agrees"), (5, "differs"), (2, "differs")])
async def test_a_burst_must_meet_each_of_its_answers_often_enough(budget: int, state: str) -> None:
    things = Things()
    things.budget = budget

    result = await made(BURST, things)

    assert result.state == state


@pytest.mark.parametrize(
    ("shape", "fits", "misses"),
    [
        (1, 1, True),
        (True, True, 1),
        (150000, 150000.0, "150000"),
        ("<int>", 3, 3.5),
        ("<id-text>", "17", 17),
        ("<stamp-z>", "2026-11-21T18:04:58Z", "2026-11-21T18:04:58+00:00"),
        ("<stamp-offset>", "2026-11-21T18:04:58+03:00", "2026-11-21T18:04:58Z"),
        ("<int or null>", None, "1"),
        ("<contains blank>", "cannot be blank", "is invalid"),
        ("<matches [а-я]>", "не может", "cannot"),
        ("<more-than 2026-01-01>", "2026-01-02", "2026-01-01"),
        ("<at-least 3>", 3, 2),
        ("<not 7>", 8, 7),
        ({"a": "<absent>"}, {"b": 1}, {"a": None}),
        ({"a": "<absent or null>"}, {"b": 1}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}, {"b": 2}),
        ({"a": 1, "<only>": True}, {"a": 1}, {"a": 1, "b": 2}),
        ({"<every>": "<int>"}, {"a": 1}, {"a": "1"}),
        ([1, "<text>"], [1, "x"], [1, "x", 2]),
        ([], [], [1]),
        ({"<every>": {"id": "<int>"}}, [{"id": 1}], [{"id": 1}, {}]),
        ({"<one>": {"id": 2}}, [{"id": 1}, {"id": 2}], [{"id": 1}]),
        ({"<none>": {"id": 2}}, [{"id": 1}], [{"id": 2}]),
        ({"<length>": 2}, [1, 2], [1]),
        ({"<first>": 1}, [1, 2], []),
    ],
)
def test_a_shape_fits_what_it_says_and_nothing_else(shape: Any, fits: Any, misses: Any) -> None:
    assert differences(shape, fits) == []
    assert differences(shape, misses) != []


def test_a_path_leads_into_lists_and_says_where_it_ends() -> None:
    seen = {"issues": [{"id": 1}, {"id": 2}]}

    assert pluck("issues.*.id", seen) == [1, 2]
    assert pluck("issues.1.id", seen) == 2
    with pytest.raises(LookupError, match="'name' is missing"):
        pluck("issues.0.name", seen)


def test_an_order_may_stand_still_but_not_turn() -> None:
    assert is_ordered([1, 1, 2], "ascending")
    assert is_ordered([2, 1, 1], "descending")
    assert not is_ordered([1, 2, 1], "ascending")
