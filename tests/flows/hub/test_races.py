"""Two workers over one memory, and people in between: nothing is made twice, nothing is set back."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.casework import set_value
from flows.hub.planning import make_plan
from flows.hub.pulling import pull_page
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions, Steps, decide_batch
from flows.hub.wiring import open_sync
from state import history, inbox
from tests.fault_builders import (
    Clock,
    Hook,
    a_world,
    at_peace,
    elsewhere,
    opened,
    titles,
)
from tests.hub_builders import HUB, a_deal, a_hub


def a_pass(hub, steps, how=None):
    """One pass whose steps wear the coats of the test."""

    async def work():
        async with open_sync(hub.installation, None, hub.make) as wired:
            return await run_recorded(wired, PassOptions(), how or How(), steps=steps)

    return asyncio.run(work())


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


def test_what_a_create_had_to_leave_out_is_written_once_where_another_reads_the_new_record(tmp_path):
    """Nothing distinguishes the second request but that it was made: what stands there was written once more."""

    def updates(folder, deed):
        folder.mkdir()
        hub = a_hub(folder, clock=Clock(), traits={"trk": KindTraits(refused=frozenset({"deadline"}))})
        hub.systems["crm"].create("record", a_deal("Сделка", deadline="2026-12-01", next_step="шаг"))
        hub.systems["trk"].hook = met = Hook("update", "before", lambda: deed(hub))
        hub.sync()
        hub.sync()
        assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Сделка"], "шаг")
        return met.met

    alone = updates(tmp_path / "alone", lambda _: None)

    assert 0 < alone == updates(tmp_path / "two", lambda hub: elsewhere(hub.sync)())
