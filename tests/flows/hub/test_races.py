"""Two workers over one memory, and people in between: nothing is made twice, nothing is set back, nobody is held up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.casework import set_value
from flows.hub.planning import make_plan
from flows.hub.pulling import pull_page
from flows.hub.pushing import push_batch
from flows.hub.running import AlreadyRunning, How, lease_name, run_recorded
from flows.hub.sync import PassOptions, Steps, decide_batch
from flows.hub.wiring import install, open_sync
from state import attention, history, inbox, leases, outbox, runs
from state.errors import LeaseLost
from tests.fault_builders import Clock, Hook, elsewhere
from tests.hub_builders import HUB, TRK, a_deal, a_hub


def a_world(tmp_path, *, deals=1, tick=0.1, **settings):
    hub = a_hub(tmp_path, clock=Clock(tick), **settings)
    for number in range(deals):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number + 1}"))
    return hub


def opened(tmp_path, **settings):
    hub = a_world(tmp_path, **settings)
    hub.sync()
    return hub


def a_pass(hub, steps, how=None):
    """One pass whose steps wear the coats of the test."""

    async def work():
        async with open_sync(hub.installation, None, hub.make) as wired:
            return await run_recorded(wired, PassOptions(), how or How(), steps=steps)

    return asyncio.run(work())


def titles(hub, system="trk"):
    return sorted(views["title"] for views in hub.records(system).values())


def attention_of(hub):
    store = hub.installation.store
    return [(e.system, e.field, e.code) for e in (*attention.conflicts(store), *attention.parked_fields(store))]


def at_peace(hub):
    """A pass has nothing to do, and nothing is open."""
    report = hub.sync()
    assert (sum(report.writing.values()), attention_of(hub)) == (0, [])
    assert outbox.open_writes(hub.installation.store) == ()
    return True


# --- pages that are late ---------------------------------------------------------------------------------------------


def late_page(hub, system, meanwhile):
    """A worker reads a page of *system*; before it can store it, MEANWHILE happens."""

    async def page(wired, scope, cursor, *, scan=None):
        if scope[0] != system:
            return await pull_page(wired, scope, cursor, scan=scan)
        read = await wired.connectors[system].pull(scope[1], cursor)
        meanwhile()
        count = inbox.put(wired.store, read)
        return count, read.cursor, read.more

    return a_pass(hub, Steps(pull_page=page))


def test_a_page_put_after_a_newer_one_sets_nothing_back(tmp_path):
    hub = opened(tmp_path)

    def somebody_edits_and_it_is_carried_over():
        hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
        hub.sync()

    late_page(hub, "crm", elsewhere(somebody_edits_and_it_is_carried_over))
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя"]
    assert at_peace(hub)


@pytest.mark.parametrize("versions", [True, False])
def test_a_page_read_before_our_own_write_is_no_edit(tmp_path, versions):
    hub = opened(tmp_path, traits={"trk": KindTraits(versions=versions)})
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})

    late_page(hub, "trk", elsewhere(hub.sync))
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя"]
    assert at_peace(hub)


def test_a_view_put_while_our_write_was_on_its_way_is_no_edit(tmp_path):
    hub = opened(tmp_path, hub=HUB.replace("title: park", "title: {home: trk}"))
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "before", elsewhere(lambda: hub.sync(full=True)))

    hub.sync()
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя"]
    assert at_peace(hub)


def test_a_snapshot_replaced_while_it_was_decided_is_decided_too(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"title": "Раз"})
    news = [elsewhere(lambda: (hub.systems["crm"].edit("record", "1", {"title": "Два"}), _pull(hub, "crm")))]

    async def decide(deciding, waiting):
        while news:
            news.pop()()
        await decide_batch(deciding, waiting)

    a_pass(hub, Steps(decide_batch=decide))
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Два"]
    told = [line.event.new for line in history.history(hub.installation.store, entity=hub.case().entity.id)]
    assert {"Раз", "Два"} <= set(map(str, told))
    assert at_peace(hub)


def _pull(hub, system):
    async def one_page(wired):
        await pull_page(wired, (system, "record"), None)

    hub.wired(one_page)


# --- two passes ------------------------------------------------------------------------------------------------------

POINTS = [
    (system, verb, moment)
    for system in ("crm", "trk")
    for verb in ("list", "get", "create", "update")
    for moment in ("before", "after")
    if (system, verb) != ("crm", "create")
]


@pytest.mark.parametrize(("system", "verb", "moment"), POINTS)
def test_a_whole_pass_inside_a_request_of_another_does_no_harm(tmp_path, system, verb, moment):
    hub = opened(tmp_path, deals=2)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя", "amount": "7"})
    hub.systems["trk"].edit("record", "2", {"next_step": "позвонить"})
    hub.systems["crm"].create("record", a_deal("Сделка 3"))
    hook = hub.systems[system].hook = Hook(verb, moment, elsewhere(hub.sync))

    hub.sync()
    hub.sync()

    assert hook.met, "the point was reached"
    assert titles(hub, "crm") == titles(hub, "trk") == ["Новое имя", "Сделка 2", "Сделка 3"]
    assert {views["title"]: views["amount"] for views in hub.records("trk").values()}["Новое имя"] == "7"
    assert hub.records("crm")["2"]["next_step"] == "позвонить"
    assert at_peace(hub)


def test_workers_side_by_side_share_the_work(tmp_path):
    hub = a_world(tmp_path, deals=12, tick=0.001)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(hub.sync) for _ in range(3)]:
            done.result()
    hub.sync()

    assert titles(hub) == titles(hub, "crm")
    assert len({link.entity.key for link in map(hub.case, [f"CASE-{n}" for n in range(1, 13)])}) == 12
    assert at_peace(hub)


def test_a_hub_edit_during_a_pass_wins_its_place(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    edit = elsewhere(lambda: hub.act("CASE-1", lambda act: set_value(act, "next_step", "позвонить")))
    hub.systems["trk"].hook = Hook("update", "before", edit)

    hub.sync()
    hub.sync()

    assert hub.records("trk")["1"]["amount"] == "7"
    assert hub.records("trk")["1"]["next_step"] == hub.records("crm")["1"]["next_step"] == "позвонить"
    assert at_peace(hub)


def test_a_plan_beside_a_pass_changes_nothing(tmp_path):
    hub = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"amount": "7"})
    hub.systems["trk"].hook = Hook("update", "before", elsewhere(lambda: hub.wired(make_plan)))

    hub.sync()

    assert hub.records("trk")["1"]["amount"] == "7"
    assert at_peace(hub)


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

    async def sleepy(deciding, waiting):
        store.clock.ahead(seconds=60)
        elsewhere(hub.sync)()
        await decide_batch(deciding, waiting)

    a_pass(hub, Steps(decide_batch=sleepy))
    hub.sync()

    assert titles(hub) == ["Новое имя"]
    assert at_peace(hub)
