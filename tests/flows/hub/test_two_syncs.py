"""Two syncs that share a tracker: each writes, settles and opens its own, whoever's turn it is."""

from pathlib import Path

from connectors.errors import RetryLater
from connectors.memory.traits import KindTraits
from flows.hub.missing import missing
from flows.hub.planning import make_plan
from flows.hub.report import Report
from flows.hub.running import How, run_recorded
from flows.hub.sync import PassOptions
from flows.hub.wiring import install, open_sync
from state import attention, outbox, waiting
from tests.fault_builders import Clock, Hook, elsewhere, failing
from tests.hub_builders import CRM, TRK, AHub, a_deal, a_hub, at_once
from tests.kinds_builders import COMMENT, NOTES

LOST = RetryLater("POST was not answered within 30 s; it may have been carried out", system="trk", sent=True)
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
CHAIN = HUB.replace("opens: help\n    makes: {trk:", "opens: help\n    makes: {crm:")
NOTES_OF_BOTH = ("    notes: {crm: {}, trk: {}}\n", "    notes: {help: {}, trk: {}}\n")
NOTED = HUB.replace("    guards: {max_creates: 0}\n", NOTES_OF_BOTH[0]) + NOTES_OF_BOTH[1]
ITEMED = HUB.replace("guards: {max_creates: 0}", "items: {trk: {}}")
ITEMS = """
system: trk
kind: record
entity: item
under: {at: labels, holds: key}
take: {channel: Task}
marker: marker
fields:
  title: {at: title}
"""
MATCH = "match: [{same: [title, client]}]\n"
MAPPINGS = {
    "record.crm.yaml": CRM,
    "record.help.yaml": TRK.replace("system: trk", "system: help").replace(MATCH, ""),
    "record.trk.yaml": TRK,
}
REQUEST = {"title": "Обращение", "client": "АО «Лютик»", "status": "New"}


def two_syncs(folder: Path) -> AHub:
    return a_hub(folder, hub=HUB, mappings=MAPPINGS)


def a_pass(hub: AHub, sync: str, *, approved: bool = False, full: bool = False) -> Report:
    async def run() -> Report:
        async with open_sync(hub.installation, sync, hub.make) as wired:
            return await run_recorded(wired, PassOptions(full=full), How(approved=approved))

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


def test_a_deal_is_opened_by_its_sync_whoever_reads_it_first(tmp_path: Path) -> None:
    hub = a_hub(tmp_path, hub=CHAIN, mappings=MAPPINGS)
    hub.systems["crm"].create("record", a_deal("Сделка"))

    a_pass(hub, "support")
    a_pass(hub, "presales", approved=True)

    assert hub.case().entity.sync == "presales"


def test_a_case_that_waits_for_a_first_read_is_made_after_it_whoever_reads_first(tmp_path: Path) -> None:
    hub = two_syncs(tmp_path)
    hub.systems["help"].create("record", REQUEST)
    hub.systems["trk"].hook = Hook("list", "before", failing(RetryLater("down", system="trk")))
    assert a_pass(hub, "support").trouble

    a_pass(hub, "presales")
    a_pass(hub, "support")

    assert [one["title"] for one in hub.records("trk").values()] == ["Обращение"]


def test_two_syncs_that_read_a_system_whole_at_once_miss_nothing_in_it(tmp_path: Path) -> None:
    hub = a_hub(tmp_path, hub=HUB, mappings=MAPPINGS, clock=Clock(), traits={"trk": KindTraits(page_size=3)})
    for number in range(12):
        hub.systems["help"].create("record", {**REQUEST, "title": f"Обращение {number}"})
    for sync in ("support", "presales"):
        a_pass(hub, sync)
    reports = []
    second = elsewhere(lambda: reports.append(a_pass(hub, "presales", full=True)))
    hub.systems["trk"].hook = Hook("list", "before", second, skip=2)

    reports.append(a_pass(hub, "support", full=True))

    assert [report.stops for report in reports] == [[], []]
    assert missing(hub.installation, "support") == []


def test_a_comment_goes_where_its_case_is_at_home_whoever_reads_it_first(tmp_path: Path) -> None:
    comments = {f"comment.{name}.yaml": NOTES.format(system=name) for name in ("crm", "help", "trk")}
    kinds = {name: {"comment": COMMENT} for name in ("crm", "help", "trk")}
    hub = a_hub(tmp_path, hub=NOTED, mappings={**MAPPINGS, **comments}, kinds=kinds)
    hub.systems["crm"].create("record", a_deal("Сделка"))
    a_pass(hub, "support")
    a_pass(hub, "presales")
    hub.systems["trk"].create("comment", {"text": "Со сметы", "parent": "1"})

    a_pass(hub, "support")
    a_pass(hub, "presales")

    assert [one["text"] for one in hub.records("crm", "comment").values()] == ["Со сметы"]


def test_a_record_with_the_marker_of_another_syncs_case_is_left_to_that(tmp_path: Path) -> None:
    clock = Clock()
    hub = a_hub(tmp_path, hub=NOTED.replace("notes:", "gone: detach #"), mappings=MAPPINGS, clock=clock)
    hub.systems["crm"].create("record", a_deal("Сделка"))
    a_pass(hub, "support")
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    a_pass(hub, "presales")

    a_pass(hub, "support")
    clock.ahead(minutes=10)
    for sync in ("support", "presales", "support"):
        a_pass(hub, sync)

    assert [one.external_id for one in hub.case().links] == ["1", "1"]
    assert len(hub.records("trk")) == 1
    assert attention.parked_fields(hub.installation.store) == ()


def test_what_one_sync_does_not_move_is_looked_at_by_the_other(tmp_path: Path) -> None:
    mappings = {**MAPPINGS, "record.trk.yaml": TRK + "take: {channel: Case}\n", "record.trk.item.yaml": ITEMS}
    hub = a_hub(tmp_path, hub=ITEMED, mappings=mappings)
    hub.systems["crm"].create("record", a_deal("Сделка"))
    a_pass(hub, "presales")
    hub.systems["trk"].create("record", {"title": "Задача", "channel": "Task", "labels": ["CASE-1"]})

    a_pass(hub, "support")
    a_pass(hub, "presales")

    assert hub.case("ITEM-1").entity.sync == "presales"
    assert waiting.open_work(hub.installation.store, "presales", ["crm", "trk"]) == ()


LATER = """
  second:
    opens: trk
    makes: {help: {}}
    stages: [lead, qualified, in_work, estimate, proposal, defence]
"""


def test_a_sync_that_comes_later_takes_what_was_there_and_its_first_plan_shows_it(tmp_path: Path) -> None:
    hub = a_hub(tmp_path, hub=HUB[: HUB.index("  support:")], mappings=MAPPINGS)
    hub.systems["trk"].create("record", {"title": "Заявка", "client": "АО «Лютик»", "status": "New"})
    a_pass(hub, "presales")
    folder, clock = hub.installation.folder, hub.installation.store.clock
    (folder / "hub.yaml").write_text((folder / "hub.yaml").read_text(encoding="utf-8") + LATER, encoding="utf-8")
    hub.installation = install(folder, {}, clock=clock)
    a_pass(hub, "presales")

    async def planned() -> list[str]:
        async with open_sync(hub.installation, "second", hub.make) as wired:
            return [write.title for write in (await make_plan(wired)).writes]

    shown = at_once(planned())
    for sync in ("presales", "second"):
        a_pass(hub, sync)

    assert shown == ["Заявка · АО «Лютик»"]
    assert [one["title"] for one in hub.records("help").values()] == ["Заявка"]
