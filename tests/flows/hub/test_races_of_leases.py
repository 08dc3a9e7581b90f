"""Leases that are lost, mappings that change while writes wait, automations that answer each other."""

import asyncio
from dataclasses import replace

import pytest

from flows.hub.pushing import push_batch
from flows.hub.running import AlreadyRunning, How, lease_name, run_recorded
from flows.hub.sync import PassOptions, Steps, decide_batch
from flows.hub.wiring import install, open_sync
from state import attention, leases, runs
from state.errors import LeaseLost
from tests.fault_builders import (
    Hook,
    at_peace,
    elsewhere,
    opened,
    titles,
)
from tests.hub_builders import TRK


def a_pass(hub, steps, how=None):
    """One pass whose steps wear the coats of the test."""

    async def work():
        async with open_sync(hub.installation, None, hub.make) as wired:
            return await run_recorded(wired, PassOptions(), how or How(), steps=steps)

    return asyncio.run(work())


# --- leases ----------------------------------------------------------------------------------------------------------


def test_a_second_scheduled_pass_stays_away(tmp_path):
    hub = opened(tmp_path)
    tried = []

    async def second():
        async with open_sync(hub.installation, None, hub.make) as wired:
            with pytest.raises(AlreadyRunning) as refused:
                await run_recorded(wired, PassOptions(), How(scheduled=True))
            tried.append(str(refused.value))

    hub.systems["crm"].hook = Hook("list", "before", elsewhere(lambda: asyncio.run(second())))
    a_pass(hub, Steps(), How(scheduled=True))

    assert tried == ["another scheduled pass of presales is at work"]


def _steal_lease(hub):
    store = hub.installation.store
    store.clock.ahead(minutes=5)
    assert leases.acquire(store, lease_name("presales"), worker=store.worker(), seconds=1) is not None


@pytest.mark.parametrize(("system", "verb", "moment"), [("crm", "list", "after"), ("trk", "update", "after")])
def test_a_pass_that_lost_its_lease_stops_and_the_next_one_finishes(tmp_path, system, verb, moment):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems[system].hook = Hook(verb, moment, elsewhere(lambda: _steal_lease(hub)))

    with pytest.raises((ExceptionGroup, LeaseLost)) as stopped:
        a_pass(hub, Steps(), How(scheduled=True))
    last = runs.runs(hub.installation.store, name="presales", limit=1)[0]
    hub.installation.store.clock.ahead(minutes=5)
    for _ in range(2):
        a_pass(hub, Steps(), How(scheduled=True))

    assert stopped.group_contains(LeaseLost) if isinstance(stopped.value, ExceptionGroup) else True
    assert last.state == "failed"
    assert titles(hub) == ["Новое имя"]
    assert at_peace(hub)


def test_a_paused_worker_sends_nothing_after_its_lease(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})

    async def push(wired, system, going):
        _steal_lease(hub)
        return await push_batch(wired, system, going)

    with pytest.raises((ExceptionGroup, LeaseLost)):
        a_pass(hub, Steps(push_batch=push), How(scheduled=True))

    assert titles(hub) == ["Сделка 1"]


# --- changed mappings, automations -----------------------------------------------------------------------------------


def test_writes_that_waited_are_made_with_the_mapping_of_now(tmp_path):
    hub = opened(tmp_path)
    hub.sync()
    hub.systems["trk"].locked_out = True
    hub.systems["crm"].edit("record", "1", {"next_step": "позвонить", "amount": "7"})
    hub.sync()
    hub.sync()
    hub.systems["trk"].locked_out = False
    (tmp_path / "record.trk.yaml").write_text(
        TRK + "  next_step: {at: next_step, as: text, max_length: 4}\n", encoding="utf-8"
    )
    changed = replace(hub, installation=install(tmp_path, {}, clock=hub.installation.store.clock))

    stopped = changed.sync()
    before = hub.writes("trk")
    changed.sync(approved=True)

    assert [stop.guard for stop in stopped.stops] == ["mapping"]
    assert before == hub.writes("trk") - 2
    assert (hub.records("trk")["1"]["next_step"], hub.records("trk")["1"]["amount"]) == ("позв", "7")
    assert at_peace(changed)


def test_an_automation_that_always_answers_is_stopped_and_both_are_named(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "имя"})

    for number in range(8):
        hub.sync()
        robot, other, says = ("trk", "crm", str.upper) if number % 2 == 0 else ("crm", "trk", str.lower)
        title = hub.records(robot)["1"]["title"]
        if title == hub.records(other)["1"]["title"]:
            hub.systems[robot].clock.ahead(seconds=30)
            hub.systems[robot].edit("record", "1", {"title": says(title)}, by="robot")

    [entry] = attention.conflicts(hub.installation.store)
    assert (entry.field, entry.text) == ("title", "crm and trk have answered each other 3 times in a row")
    assert sum(hub.sync().writing.values()) == 0


def test_a_claim_of_a_silent_worker_is_taken_over(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    store = hub.installation.store

    naps = [60]  # seconds, longer than a worker may be silent

    async def sleepy(deciding, waiting):
        if naps:
            store.clock.ahead(seconds=naps.pop())
            elsewhere(hub.sync)()
        await decide_batch(deciding, waiting)

    a_pass(hub, Steps(decide_batch=sleepy))
    hub.sync()

    assert titles(hub) == ["Новое имя"]
    assert at_peace(hub)
