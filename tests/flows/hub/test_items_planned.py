"""Work items in a plan: each is one of its own, whatever numbers their records have."""

from flows.hub.applying import Applying, apply_plan
from flows.hub.plan import part_of
from flows.hub.plan_file import read_plan, write_plan
from flows.hub.planning import make_plan
from flows.hub.telling import Words
from tests.hub_builders import a_deal
from tests.kinds_builders import a_case, a_task


def test_new_items_with_one_number_in_two_systems_are_told_apart(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    path = tmp_path / "plan.yaml"
    in_crm = hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    in_trk = hub.systems["trk"].create("record", a_task(issue, "Обследование"))

    async def plan(wired):
        write_plan(path, await make_plan(wired), Words(wired.shape, "UTC", wired.clock()))

    async def apply(wired):
        kept = read_plan(path)
        part = tuple(case for case in kept.cases if case.title == "Смета")
        return await apply_plan(wired, kept.model_copy(update={"cases": part}), Applying("ann"))

    hub.wired(plan)
    kept = read_plan(path)
    hub.wired(apply)

    assert in_crm == in_trk
    assert {case.case: case.title for case in kept.cases} == {
        f"new item for crm task #{in_crm}": "Смета",
        f"new item for trk record #{in_trk}": "Обследование",
    }
    assert {row["title"] for row in hub.records("trk").values()} == {"Внедрение CRM", "Смета", "Обследование"}
    assert {row["title"] for row in hub.records("crm", "task").values()} == {"Смета"}


def test_the_part_of_one_case_has_what_would_be_opened_below_it(tmp_path):
    hub, deal, _issue = a_case(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.systems["crm"].create("record", a_deal("Другая"))

    whole = hub.wired(make_plan)
    case = {hub.case().entity.id: "CASE-1"}
    part = part_of(whole, below=case)

    assert [write.title for write in part.writes] == ["Смета"]
    assert {write.title for write in whole.writes} > {"Смета"}
    assert part_of(whole) == whole
    assert part_of(whole, below=case, system="crm").writes == ()
