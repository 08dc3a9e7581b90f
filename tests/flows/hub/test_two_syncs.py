"""Two syncs that share a tracker: each writes, settles and opens its own, whoever's turn it is."""

from pathlib import Path

from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import open_sync
from state import outbox
from tests.fault_builders import Clock
from tests.hub_builders import CRM, TRK, AHub, a_deal, a_hub, at_once

HUB = """
database: sqlite:///casehub.db
timezone: Europe/Moscow
systems:
  crm: {type: memory}
  help: {type: memory}
  trk: {type: memory}
syncs:
  presales:
    opens: crm
    makes: {trk: {when: "case.outcome == 'open'"}}
    stages: [lead, qualified, in_work, estimate, proposal, defence]
    guards: {max_creates: 0}
  support:
    opens: help
    makes: {trk: {when: "case.outcome == 'open'"}}
    stages: [lead, qualified, in_work, estimate, proposal, defence]
"""
MATCH = "match: [{same: [title, client]}]\n"
MAPPINGS = {
    "record.crm.yaml": CRM,
    "record.help.yaml": TRK.replace("system: trk", "system: help").replace(MATCH, ""),
    "record.trk.yaml": TRK,
}


def two_syncs(folder: Path) -> AHub:
    return a_hub(folder, hub=HUB, mappings=MAPPINGS)


def a_pass(hub: AHub, sync: str, *, approved: bool = False) -> Report:
    async def run() -> Report:
        async with open_sync(hub.installation, sync, hub.make) as wired:
            return await run_recorded(wired, PassOptions(), How(approved=approved))

    return at_once(run())


def test_what_a_guard_of_one_sync_holds_is_not_written_by_another(tmp_path: Path) -> None:
    hub = two_syncs(tmp_path)
    hub.systems["crm"].create("record", a_deal("Сделка"))
    assert a_pass(hub, "presales").stops

    a_pass(hub, "support")

    assert hub.records("trk") == {}
    a_pass(hub, "presales", approved=True)
    assert [one["title"] for one in hub.records("trk").values()] == ["Сделка"]


def test_what_is_in_doubt_is_told_by_its_own_sync(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_hub(tmp_path, hub=HUB, mappings=MAPPINGS, clock=clock)
    store = hub.installation.store
    hub.systems["crm"].create("record", a_deal("Сделка"))
    a_pass(hub, "presales")
    outbox.take(store, store.worker(), system="trk", limit=1)  # and that worker is heard of no more
    clock.ahead(seconds=20)

    a_pass(hub, "support")

    assert outbox.count_doubtful(store, "support") == ()
    assert outbox.count_doubtful(store, "presales") == (("trk", "record", 1),)
