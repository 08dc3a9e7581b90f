"""News for open pages: each reader hears of what they may see, and of nothing else."""

import asyncio
import json
import re

import pytest
from fastapi import Request

from flows.hub.access import EVERYTHING, Access
from state.errors import Unavailable
from state.news import Mark, News, present
from tests.hub_builders import PEOPLE, a_deal, a_hub
from tests.web_builders import Browser, a_viewer
from web.live import MOST_KEYS, MOST_WAITING, MUCH, Newsroom, Told, newsroom_of, stream, told_to
from web.pages.live import live

ANNA, BOB = (one.email for one in PEOPLE)
MOVED = {"CASE-1": frozenset({ANNA}), "CASE-2": frozenset({BOB})}
NEWS = News(Mark(), cases=frozenset({"a", "b"}), runs=True, listed=True)


def only(person):
    return Access(frozenset({person}), person)


@pytest.mark.parametrize(
    ("access", "keys", "parts"),
    [
        (EVERYTHING, ("CASE-1", "CASE-2"), ("cases", "attention", "runs")),
        (only(ANNA), ("CASE-1",), ("cases", "attention", "runs")),
        (only("nobody@example.com"), (), ("runs",)),
    ],
)
def test_a_reader_hears_of_cases_within_reach(access, keys, parts):
    assert told_to(access, NEWS, MOVED) == Told(keys, parts)


def test_where_too_much_moves_to_be_named_the_lists_are_told():
    told = told_to(only(ANNA), News(Mark(), many=True), {})

    assert (told.keys, told.parts) == ((), ("cases", "many"))


def test_news_are_events_named_after_what_moved():
    assert Told(("CASE-1",), ("cases",)).text() == "event: cases\ndata: moved\n\nevent: CASE-1\ndata: moved\n\n"


def of_anna_and_bob(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal("Сделка Анны"))
    hub.systems["crm"].create("record", a_deal("Сделка Боба", owner="8"))
    hub.sync()
    return hub


def test_an_edit_reaches_whoever_may_see_it_and_a_stream_ends_with_its_session(tmp_path):
    hub = of_anna_and_bob(tmp_path)
    bobs = [only(BOB)]

    async def listened():
        room = Newsroom(hub.installation.store, every=0.01)
        anna, bob = room.enter(lambda: only(ANNA)), room.enter(lambda: bobs[0])
        events = stream(bob)
        hello = await anext(events)
        await room.ready.wait()
        hub.systems["crm"].edit("record", "2", {"amount": "175000"})
        await asyncio.to_thread(hub.sync)
        texts = ""
        while "CASE-2" not in texts:
            texts += await anext(events)
        heard = [anna.queue.get_nowait() for _ in range(anna.queue.qsize())]
        bobs[0] = None
        hub.systems["crm"].edit("record", "2", {"amount": "180000"})
        await asyncio.to_thread(hub.sync)
        rest = [one async for one in events]
        await room.close()
        return hello, texts, heard, rest

    hello, texts, heard, _ = asyncio.run(listened())

    assert hello.startswith("retry: ")
    assert "CASE-1" not in texts
    assert [key for one in heard if one for key in one.keys] == []


def test_a_page_hears_what_moved_between_its_reading_and_the_start_of_its_stream(tmp_path):
    hub = of_anna_and_bob(tmp_path)
    browser = Browser(hub.installation, a_viewer())
    browser.app.state.newsroom.seen = present(hub.installation.store)  # somebody else has been reading
    [mark] = re.findall(r'sse-connect="/live\?since=([^"]+)"', browser.get("/cases/CASE-2").text)
    hub.systems["crm"].edit("record", "2", {"amount": "175000"})
    hub.sync()

    async def heard():
        asks = Request({"type": "http", "method": "GET", "path": "/live", "headers": [], "app": browser.app})
        events = (await live(asks, a_viewer(), mark)).body_iterator
        texts = [await anext(events), await anext(events)]
        await events.aclose()
        await newsroom_of(asks).close()
        return texts

    _hello, told = asyncio.run(heard())

    assert "event: CASE-2\n" in told
    assert "CASE-1" not in told


def test_whoever_does_not_read_is_told_in_the_end_that_much_has_moved(tmp_path):
    hub = of_anna_and_bob(tmp_path)
    entity = hub.case().entity.id

    async def told():
        room = Newsroom(hub.installation.store)
        reader = room.enter(lambda: EVERYTHING)
        for _ in range(MOST_WAITING + 1):
            await room.tell(News(Mark(), cases=frozenset({entity})))
        last = [reader.queue.get_nowait() for _ in range(reader.queue.qsize())]
        await room.close()
        return last

    assert asyncio.run(told()) == [Told(("CASE-1",), MUCH)]


def test_many_cases_at_once_are_not_named(tmp_path):
    hub = of_anna_and_bob(tmp_path)

    async def told():
        room = Newsroom(hub.installation.store)
        reader = room.enter(lambda: only(ANNA))
        await room.tell(News(Mark(), cases=frozenset(str(number) for number in range(MOST_KEYS + 1))))
        told = reader.queue.get_nowait()
        await room.close()
        return told

    assert asyncio.run(told()) == Told((), ("cases", "many"))


def test_whoever_has_not_signed_in_hears_nothing(tmp_path):
    assert Browser(a_hub(tmp_path).installation).get("/live").status_code == 303


def test_every_page_that_is_live_listens_for_what_the_stream_names(tmp_path):
    hub = of_anna_and_bob(tmp_path)
    browser = Browser(hub.installation, a_viewer())

    heard = {
        "/cases": "sse:cases",
        "/cases/CASE-1": "sse:CASE-1",
        "/board": "sse:cases",
        "/attention": "sse:attention",
        "/runs": "sse:runs",
        "/systems": "sse:runs",
    }

    assert {path: name in browser.get(path).text for path, name in heard.items()} == dict.fromkeys(heard, True)


def test_a_part_that_news_have_replaced_can_be_used_from_the_moment_it_stands(tmp_path):
    """Until a part has settled, htmx does not look after its forms, and a key pressed then loads another page."""
    page = Browser(a_hub(tmp_path).installation, a_viewer()).get("/cases").text

    [settings] = re.findall(r"""<meta name="htmx-config" content='([^']*)'>""", page)

    assert json.loads(settings)["defaultSettleDelay"] == 0


class AtFirstAway:
    """A store that does not answer the first time."""

    def __init__(self, store):
        self._store = store
        self._away = True

    def read(self):
        if self._away:
            self._away = False
            raise Unavailable("away")
        return self._store.read()


def test_a_database_that_is_away_for_a_moment_costs_nobody_their_news(tmp_path):
    hub = of_anna_and_bob(tmp_path)
    away = [Unavailable("away"), Unavailable("away")]

    def who():
        if away and hub.facts()["title"] == "Сделка":
            raise away.pop()
        return EVERYTHING

    async def listened():
        room = Newsroom(AtFirstAway(hub.installation.store), every=0.01)
        reader = room.enter(who)
        await room.ready.wait()
        await asyncio.to_thread(hub.systems["crm"].edit, "record", "1", {"title": "Сделка"})
        await asyncio.to_thread(hub.sync)
        while not (told := await reader.queue.get()).keys:
            pass  # that a run has begun may be told first
        await room.close()
        return told.keys

    assert asyncio.run(asyncio.wait_for(listened(), 10)) == ("CASE-1",)
    assert away == []
