"""The three functions that a pass loops over may be given in coats; what the pass does stays the same."""

import asyncio

from flows.hub.pulling import pull_page
from flows.hub.pushing import push_batch
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import Clocks, PassOptions, Steps, decide_batch, measured
from flows.hub.wiring import open_sync
from state import runs
from tests.hub_builders import a_deal, a_hub


class Coats:
    """Steps that write down what they are called for."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def steps(self) -> Steps:
        async def page(wired, scope, cursor, *, scan=None):
            self.called.append(f"pull {scope[0]}{' whole' if scan else ''}")
            return await pull_page(wired, scope, cursor, scan=scan)

        async def decide(deciding, waiting):
            self.called.append(f"decide {len(waiting)}")
            await decide_batch(deciding, waiting)

        async def push(wired, system, going):
            self.called.append(f"push {system} {len(going)}")
            return await push_batch(wired, system, going)

        return Steps(page, decide, push)


def run(hub, coats, *, full=False):
    async def work():
        async with open_sync(hub.installation, None, hub.make) as wired:
            return await run_recorded(wired, PassOptions(full=full), How(), steps=coats.steps())

    coats.called.clear()
    return asyncio.run(work())


def test_every_page_and_every_batch_goes_through_its_coat(tmp_path):
    hub, coats = a_hub(tmp_path), Coats()
    hub.systems["crm"].create("record", a_deal())

    run(hub, coats)

    assert sorted(coats.called[:2]) == ["pull crm", "pull trk"]
    assert coats.called[2:] == ["decide 1", "push trk 1", "decide 1", "push crm 1"]
    assert [issue["title"] for issue in hub.records("trk").values()] == ["Внедрение CRM"]


def test_a_pass_with_nothing_to_do_reads_a_page_of_each_kind_and_needs_no_other_step(tmp_path):
    hub, coats = a_hub(tmp_path), Coats()
    hub.systems["crm"].create("record", a_deal())
    run(hub, coats)

    run(hub, coats)

    assert sorted(coats.called) == ["pull crm", "pull trk"]


def test_a_full_pass_reads_its_pages_through_the_coat_too(tmp_path):
    hub, coats = a_hub(tmp_path), Coats()
    hub.systems["crm"].create("record", a_deal())
    run(hub, coats)

    run(hub, coats, full=True)

    assert sorted(coats.called) == ["pull crm whole", "pull trk whole"]


def test_the_hubs_own_cpu_is_that_of_all_threads_but_the_one_with_the_connectors(tmp_path):
    hub = a_hub(tmp_path)
    process, thread = iter([10.0, 17.0]), iter([3.0, 5.0])
    report = Report("presales")

    async def work(wired):
        async with measured(wired, [], report, Clocks(lambda: next(process), lambda: next(thread))):
            pass

    hub.wired(work)

    assert (report.cpu, report.hub_cpu) == (7.0, 5.0)
    assert report.as_json()["cpu_seconds"] == {"hub": 5.0, "transport": 2.0}


def test_a_pass_that_finds_nothing_new_has_pulled_all_the_same(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.sync()  # reads again what the first one wrote
    before = {each.system: each.pulled_at for each in runs.status(hub.installation.store)}

    report = hub.sync()

    after = {each.system: each.pulled_at for each in runs.status(hub.installation.store)}
    assert after == {system: at for (system, _), at in report.pulled.items()}
    assert all(after[system] > before[system] for system in ("crm", "trk"))
