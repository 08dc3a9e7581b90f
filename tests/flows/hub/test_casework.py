"""What a person does with one case is decided as a pass decides it."""

from datetime import datetime
from pathlib import Path

from flows.hub.access import EVERYTHING
from flows.hub.browsing import CaseQuery, list_cases
from flows.hub.casework import resolve, set_value
from tests.flows.hub.test_undoing_made import carried_out, made
from tests.hub_builders import HUB, AHub, a_deal, a_hub, opened
from tests.kinds_builders import FILES, KINDS, a_task, an_issue, kinds_of, those
from tests.undo_builders import codes

PARKED_WHILE_OPEN = """, item.due: [{when: "case.outcome == 'open'", then: park}, {default: {home: trk}}]}"""


def test_a_deed_at_an_item_leaves_a_conflict_that_the_facts_of_its_case_leave_to_a_person(tmp_path: Path) -> None:
    policies = HUB.replace("description: merge}", f"description: merge{PARKED_WHILE_OPEN}").rstrip("\n")
    hub = a_hub(tmp_path, hub=policies + KINDS, mappings=FILES, kinds=kinds_of())
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    issue = hub.systems["trk"].create("record", a_task(an_issue(hub), deadline="2026-12-01"))
    hub.sync()
    [task] = hub.records("crm", "task")
    hub.systems["trk"].edit("record", issue, {"deadline": "2026-12-02"})
    hub.systems["crm"].edit("task", task, {"due": "2026-12-03"})
    hub.sync()

    hub.act("ITEM-1", lambda act: set_value(act, "title", "Смета"))
    hub.sync()

    [item] = those(hub, "item")
    assert list(item.entity.conflicts) == ["due"]
    told = hub.records("crm", "task")[task]
    assert (told["title"], told["due"]) == ("Смета", "2026-12-03")


def test_a_deed_leaves_it_told_that_a_record_was_to_be_deleted_and_stays(tmp_path: Path) -> None:
    hub, _, run = made(tmp_path)
    carried_out(hub, run, lambda: hub.systems["trk"].edit("record", "1", {"title": "Дописано"}))

    hub.act("CASE-1", lambda act: set_value(act, "next_step", "позвонить"))

    assert ("trk", "", "not deleted") in codes(hub)


def stage_since(hub: AHub) -> datetime:
    [row] = list_cases(hub.installation, EVERYTHING, CaseQuery()).rows
    return row.stage_since


def settled(hub: AHub, deal: str, take: str) -> datetime:
    """Have both systems differ over the stage and settle it; returns when."""
    hub.systems["crm"].edit("record", deal, {"stage": "EXEC"})
    hub.systems["trk"].edit("record", "1", {"status": "Resolved"})
    hub.sync()
    assert list(hub.case().entity.conflicts) == ["stage"]
    when = hub.installation.store.clock()
    hub.act("CASE-1", lambda act: resolve(act, "stage", take=take))
    hub.sync()
    return when


def test_who_settles_a_conflict_over_the_stage_with_what_stood_does_not_begin_it_anew(tmp_path: Path) -> None:
    hub, deal = opened(tmp_path, hub=HUB.replace("stage: furthest", "stage: park"))
    entered = stage_since(hub)

    for _ in range(2):
        when = settled(hub, deal, "hub")

    said = hub.case().entity.facts["stage"].origin
    assert stage_since(hub) == entered
    assert (said.by, said.at is not None and said.at > when) == ("person", True)
    assert settled(hub, deal, "crm") < stage_since(hub)
