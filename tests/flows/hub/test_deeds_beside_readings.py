"""A person's deed on a case of which something was read and waits: what that is, is for a pass to find out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.hub.casework import Act, set_value
from flows.hub.linking import link
from flows.hub.plan import Plan
from flows.hub.planning import make_plan
from flows.hub.report import Report
from flows.hub.sync import push_system
from flows.hub.wired import Wired
from tests.hub_builders import CRM, HUB, PEOPLE, TRK, AHub, a_deal, opened
from tests.kinds_builders import a_case, a_task

NUMBER = {"title": "Чужая задача", "status": "New", "amount": "777", "currency": "RUB"}
THREE = HUB.replace("  trk: {type: memory}\n", "  trk: {type: memory}\n  erp: {type: memory}\n").replace(
    "    stages:", "      erp: {when: \"case.stage == 'proposal'\"}\n    stages:"
)
Deed = Callable[[AHub], object]


async def plan(wired: Wired) -> Plan:
    """Read all and leave it waiting, as a plan does and a pass that is beside us."""
    return await make_plan(wired)


def said(hub: AHub) -> None:
    hub.act("CASE-1", lambda act: set_value(act, "channel", "почта"))


def linked(hub: AHub) -> None:
    [other] = hub.records("erp")

    async def work(wired: Wired) -> object:
        return await link(Act(wired, hub.case().entity.id, "ann"), "erp", other)

    hub.wired(work)


def waiting(tmp_path: Path, deed: Deed) -> tuple[AHub, str, str]:
    """A case in two systems, and where the deed links it, a record of a third one."""
    if deed is said:
        hub, deal = opened(tmp_path)
    else:
        maps = {"crm": CRM, "trk": TRK, "erp": TRK.replace("system: trk", "system: erp")}
        files = {f"record.{system}.yaml": text for system, text in maps.items()}
        hub, deal = opened(tmp_path, hub=THREE, mappings=files)
        hub.sync()
        hub.systems["erp"].create("record", {"title": "Внедрение CRM", "status": "New", "owner": "7"})
    [issue] = hub.records("trk")
    return hub, deal, issue


def test_a_record_that_left_while_a_deed_was_done_has_left(tmp_path: Path) -> None:
    leaves = TRK + "leave_when: {next_step: архив}\n"
    hub, deal = opened(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": leaves})
    [issue] = hub.records("trk")
    hub.systems["trk"].edit("record", issue, {"next_step": "архив", "title": "В архиве"})
    hub.wired(plan)

    said(hub)
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"title": "Новое имя"})
    hub.sync()

    row = hub.records("trk")[issue]
    assert (row["title"], row.get("channel")) == ("В архиве", None)


@pytest.mark.parametrize("deed", [said, linked])
def test_a_lost_account_takes_nobody_off_a_case_by_a_deed(tmp_path: Path, deed: Deed) -> None:
    hub, deal, issue = waiting(tmp_path, deed)
    hub.systems["trk"].people = PEOPLE[1:]
    hub.systems["trk"].edit("record", issue, {"owner": None})
    hub.wired(plan)

    deed(hub)
    hub.sync()
    hub.sync()

    assert hub.records("crm")[deal]["owner"] == "7"


@pytest.mark.parametrize("deed", [said, linked])
def test_what_got_the_number_of_a_deleted_record_is_not_taken_for_it_by_a_deed(tmp_path: Path, deed: Deed) -> None:
    hub, deal, issue = waiting(tmp_path, deed)
    hub.systems["trk"].delete("record", issue)
    hub.sync(full=True)
    hub.systems["trk"].next_id = int(issue)
    hub.systems["trk"].create("record", {**NUMBER, "created_on": "2026-11-21T12:00:00Z"})
    hub.wired(plan)

    deed(hub)
    hub.sync()
    hub.sync()

    row = hub.records("trk")[issue]
    assert hub.records("crm")[deal]["amount"] == "150000"
    assert (row["title"], row["amount"], row.get("channel")) == ("Чужая задача", "777", None)


def test_an_item_moved_to_a_case_without_a_record_keeps_its_parent_also_beside_a_pass(tmp_path: Path) -> None:
    hub, _, issue = a_case(tmp_path)
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.systems["crm"].create("record", a_deal("Второй", stage="NEW"))
    hub.sync()
    hub.act("ITEM-1", lambda act: set_value(act, "case", "CASE-2"))

    async def push(wired: Wired) -> None:
        """As a pass does that is still at it."""
        await push_system(wired, "trk", Report("presales"))

    hub.wired(push)
    before = hub.records("trk")[task]["parent"]
    hub.sync()

    assert [before, hub.records("trk")[task]["parent"]] == [issue, issue]
