"""A look at the inbox: a pass where something waits, no request where nothing does."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from connectors.errors import RetryLater
from flows.hub.fastpath import RENEWED, FastPath, FreshPath
from mappings.language import Problem, Problems
from state import outbox, runs
from state.tables import entity
from tests.fault_builders import Clock, Hook, failing
from tests.flows.hub.fastpath_builders import fast_path, hint
from tests.hub_builders import opened


async def looked(fast, *, polled=False):
    try:
        return await (fast.poll() if polled else fast.look())
    finally:
        await fast.close()


def test_what_a_webhook_pointed_at_is_read_and_passed_on(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    hint(hub)

    [report] = asyncio.run(looked(fast_path(hub)))

    assert report.updated["trk"] == 1
    assert hub.records("trk")["1"]["amount"] == "175000"
    assert runs.runs(hub.installation.store)[0].by == "wake"


def test_a_new_deal_that_a_webhook_pointed_at_appears_in_the_tracker(tmp_path):
    hub, _ = opened(tmp_path)
    hint(hub, hub.systems["crm"].create("record", {"title": "Склад", "stage": "PREP"}))

    asyncio.run(looked(fast_path(hub)))

    assert "Склад" in [views["title"] for views in hub.records("trk").values()]


def test_no_list_is_asked_for(tmp_path):
    hub, _ = opened(tmp_path)
    asked = []
    for system in hub.systems.values():
        system.hook = lambda request, moment: asked.append(request.verb) if moment == "before" else None
    hint(hub)

    asyncio.run(looked(fast_path(hub)))

    assert "get" in asked
    assert "list" not in asked


def test_what_a_killed_run_has_sent_is_settled_by_the_next_poll_and_not_again_and_again(tmp_path):
    clock = Clock()
    hub, _ = opened(tmp_path, clock=clock)
    store = hub.installation.store
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    hub.systems["trk"].hook = Hook("update", "before", failing(RetryLater("busy", system="trk", after=60.0)))
    hub.sync()
    clock.ahead(seconds=60)
    lost = outbox.take(store, store.worker(), system="trk", limit=1)  # and that worker is heard of no more
    clock.ahead(seconds=20)

    async def thrice():
        fast = fast_path(hub)
        try:
            return [*await fast.poll(), *await fast.poll(), *await fast.poll()]
        finally:
            await fast.close()

    reports = asyncio.run(thrice())

    assert (len(lost), outbox.open_writes(store)) == (1, ())
    assert ([report.updated["trk"] for report in reports], hub.records("trk")["1"]["amount"]) == ([1], "175000")


def test_a_case_that_a_killed_run_has_left_undecided_is_decided_by_the_next_look(tmp_path):
    hub, _ = opened(tmp_path)
    store = hub.installation.store
    hub.sync()
    with store.write() as conn:
        conn.execute(sa.update(entity).values(due=1))

    reports = asyncio.run(looked(fast_path(hub)))

    assert [report.decided for report in reports] == [1]


def test_where_nothing_waits_no_system_is_asked_anything(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].locked_out = hub.systems["trk"].locked_out = True
    before = len(runs.runs(hub.installation.store))

    assert asyncio.run(looked(fast_path(hub))) == []
    assert len(runs.runs(hub.installation.store)) == before


def test_systems_stay_open_for_a_minute_and_each_look_counts_its_own_requests(tmp_path):
    hub, _ = opened(tmp_path)
    now = [0.0]
    proofs = []
    hub.systems["crm"].hook = lambda request, moment: (
        proofs.append(now[0]) if (request.verb, moment) == ("identify", "before") else None
    )

    async def three_looks():
        fast = fast_path(hub, clock=lambda: now[0])
        reports = []
        for seconds in (0.0, 30.0, 70.0):
            now[0] = seconds
            hint(hub)
            reports += await fast.look()
        await fast.close()
        return reports

    reports = asyncio.run(three_looks())

    assert proofs == [0.0, 70.0]
    assert [report.requests["crm"] for report in reports] == [1, 1, 1]


def test_a_system_without_webhooks_is_polled_and_an_idle_poll_is_no_run(tmp_path):
    hub, _ = opened(tmp_path)
    asyncio.run(looked(fast_path(hub), polled=True))
    before = len(runs.runs(hub.installation.store))

    idle = asyncio.run(looked(fast_path(hub), polled=True))
    between = len(runs.runs(hub.installation.store))
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    asyncio.run(looked(fast_path(hub), polled=True))

    assert (idle, between) == ([], before)
    assert hub.records("trk")["1"]["amount"] == "175000"


def test_what_a_look_had_to_leave_is_not_tried_at_every_poll_but_when_somebody_asks(tmp_path):
    hub, _ = opened(tmp_path)

    async def looks():
        fast = fast_path(hub)
        hub.systems["crm"].locked_out = True
        hint(hub)
        counts = [len(await fast.look()), len(await fast.poll()), len(await fast.poll()), len(await fast.look())]
        await fast.close()
        return counts

    assert asyncio.run(looks()) == [1, 0, 0, 1]


@pytest.mark.parametrize("polled", [False, True])
def test_a_database_that_is_away_is_told_and_ends_nobody(tmp_path, caplog, polled):
    hub, _ = opened(tmp_path)
    hint(hub)
    fast = fast_path(hub)
    with hub.installation.store.write() as conn:
        conn.execute(sa.text("ALTER TABLE hint RENAME TO away"))

    assert asyncio.run(looked(fast, polled=polled)) == []
    assert "the database refused or did not answer" in caplog.text


def test_a_list_that_fails_keeps_no_other_system_from_being_asked(tmp_path, caplog):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].edit("record", "1", {"amount": "175000"})
    hub.systems["crm"].hook = Hook("list", "before", failing(RetryLater("answered 502", system="crm")), times=9)

    asyncio.run(looked(fast_path(hub), polled=True))

    assert "answered 502" in caplog.text
    assert hub.facts()["amount"].amount == 175000


def test_a_closed_one_begins_nothing(tmp_path):
    hub, _ = opened(tmp_path)
    hint(hub)

    async def closed():
        fast = fast_path(hub)
        await fast.close()
        return await fast.look() + await fast.poll()

    assert asyncio.run(closed()) == []


def test_what_is_wrong_with_one_sync_is_told_and_stops_nothing(tmp_path, caplog):
    hub, _ = opened(tmp_path)

    def broken(installation, name):
        raise Problems([Problem("hub.yaml", 3, "нет такого поля")])

    async def polled_twice():
        fast = FastPath(hub.installation, broken)
        await fast.poll()
        return await fast.poll()

    assert asyncio.run(polled_twice()) == []
    assert caplog.text.count("нет такого поля") == 2


def test_files_that_change_are_followed_and_wrong_ones_are_not(tmp_path, caplog):
    hub, _ = opened(tmp_path)
    (tmp_path / "hub.yaml").write_text("one", encoding="utf-8")
    opened_with = []

    def open_it(folder):
        text = (folder / "hub.yaml").read_text(encoding="utf-8")
        opened_with.append(text)
        if text == "wrong":
            raise Problems([Problem("hub.yaml", 1, "не то")])
        return replace(hub.installation, store=Closing(hub.installation.store))

    async def looks():
        fast = FreshPath(tmp_path, open_it, hub.make)
        for text in ("one", "one", "wrong", "wrong", "three"):
            if (tmp_path / "hub.yaml").read_text(encoding="utf-8") != text:
                (tmp_path / "hub.yaml").write_text(text, encoding="utf-8")
            await fast.poll()
        await fast.close()

    asyncio.run(looks())

    assert opened_with == ["one", "wrong", "three"]
    assert caplog.text.count("не то") == 1


class Closing:
    """A store that stays open for the next one who opens it."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def close(self):
        """Somebody else's."""


def test_a_poll_opens_systems_anew_so_that_no_look_waits_for_it(tmp_path):
    hub, _ = opened(tmp_path)
    now, proofs = [0.0], []
    hub.systems["crm"].hook = lambda request, moment: (
        proofs.append(now[0]) if (request.verb, moment) == ("identify", "before") else None
    )
    fast = fast_path(hub, clock=lambda: now[0])

    async def looks():
        hint(hub)
        await fast.look()
        for seconds in (RENEWED - 1, RENEWED):
            now[0] = seconds
            await fast.poll()
        now[0] = 70.0
        hint(hub)
        [report] = await fast.look()
        await fast.close()
        return report

    report = asyncio.run(looks())

    assert proofs == [0.0, RENEWED]
    assert report.trouble == {}


def test_a_system_that_is_away_when_it_is_opened_anew_leaves_what_is_open_as_it_is(tmp_path):
    hub, _ = opened(tmp_path)
    now = [0.0]
    fast = fast_path(hub, clock=lambda: now[0])

    async def looks():
        hint(hub)
        await fast.look()
        now[0] = RENEWED
        hub.systems["trk"].locked_out = True
        await fast.poll()
        hub.systems["trk"].locked_out = False
        hub.systems["crm"].edit("record", "1", {"amount": "175000"})
        hint(hub)
        [report] = await fast.look()
        await fast.close()
        return report

    assert asyncio.run(looks()).updated["trk"] == 1
