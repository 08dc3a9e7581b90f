"""Work items: what is made under a record of a case belongs to that case, in every system that makes items."""

import pytest

from flows.hub import casework, linking
from flows.hub.casework import Act
from flows.hub.planning import make_plan
from state import attention, history
from tests.hub_builders import a_deal
from tests.kinds_builders import KINDS, a_case, a_family, a_task, an_issue, those


def facts(whole):
    return {name: said.value for name, said in whole.entity.facts.items()}


def tasks(hub, system="crm"):
    """Title -> id of what the tracker calls tasks, or the CRM."""
    if system == "crm":
        return {views["title"]: name for name, views in hub.records("crm", "task").items()}
    return {views["title"]: name for name, views in hub.records("trk").items() if views.get("tracker") == "Task"}


def parked(hub):
    return [entry.text for entry in attention.parked_fields(hub.installation.store) if entry.key.startswith("ITEM")]


# --- both ways -------------------------------------------------------------------------------------------------------


def test_an_issue_under_the_cases_issue_is_an_item_and_appears_under_the_deal(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["trk"].create("record", a_task(issue, deadline="2026-12-01", owner="8"))

    hub.sync()

    [item] = those(hub, "item")
    assert item.entity.key == "ITEM-1"
    assert facts(item)["case"] == "CASE-1"
    assert facts(item)["assignee"] == "bob@example.com"
    [task] = hub.records("crm", "task").values()
    assert (task["title"], task["due"], task["parent"], task["done"]) == (
        "Собрать требования",
        "2026-12-01",
        deal,
        "no",
    )
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_a_task_under_the_deal_becomes_an_issue_under_the_cases_issue(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})

    hub.sync()

    made = hub.records("trk")[tasks(hub, "trk")["Смета"]]
    assert (made["parent"], made["tracker"], made["status"]) == (issue, "Task", "New")
    assert [whole.entity.key for whole in those(hub, "item")] == ["ITEM-1"]
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_an_item_is_kept_in_step_both_ways(tmp_path):
    hub, _, issue = a_case(tmp_path)
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.sync()

    hub.systems["trk"].edit("record", task, {"status": "Closed"})
    hub.systems["crm"].edit("task", tasks(hub)["Собрать требования"], {"due": "2026-12-24"})
    hub.sync()

    assert hub.records("trk")[task]["deadline"] == "2026-12-24"
    assert [views["done"] for views in hub.records("crm", "task").values()] == ["yes"]
    assert facts(those(hub, "item")[0])["category"] == "done"


def test_items_that_both_systems_had_before_are_matched_within_their_case(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второе дело"))
    hub.sync()
    other = an_issue(hub, 1)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    for parent in (issue, other):
        hub.systems["trk"].create("record", a_task(parent, "Смета"))

    hub.sync()

    assert [len(item.links) for key in ("CASE-1", "CASE-2") for item in those(hub, "item", key)] == [2, 2]
    assert sorted(views["parent"] for views in hub.records("crm", "task").values()) == sorted(
        link.external_id for key in ("CASE-1", "CASE-2") for link in hub.case(key).links if link.system == "crm"
    )


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_a_child_whose_parent_is_no_cases_record_waits_for_it(tmp_path):
    hub, *_ = a_case(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второе дело", stage="NEW"))
    lone = hub.systems["trk"].create("record", {"title": "Своё", "tracker": "Case", "status": "New"})
    hub.systems["trk"].create("record", a_task(lone))
    hub.sync()
    waiting = those(hub, "item", "CASE-2")

    async def link(wired):
        return await linking.link(Act(wired, hub.case("CASE-2").entity.id, "ann"), "trk", lone)

    hub.wired(link)
    hub.sync()

    assert waiting == []
    assert [facts(item)["case"] for item in those(hub, "item", "CASE-2")] == ["CASE-2"]
    assert list(tasks(hub)) == ["Собрать требования"]


def test_a_task_under_a_deal_that_has_no_issue_yet_becomes_one_when_that_is_made(tmp_path):
    hub = a_family(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal(stage="NEW"))
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.sync()
    before = hub.records("trk")

    hub.systems["crm"].edit("record", deal, {"stage": "PREP"})
    hub.sync()

    assert before == {}
    assert hub.records("trk")[tasks(hub, "trk")["Смета"]]["parent"] == an_issue(hub)


def test_what_is_made_where_depends_on_the_facts_of_the_case_too(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["crm"].edit("record", deal, {"stage": "WON"})
    hub.sync()
    hub.systems["trk"].create("record", a_task(issue))
    hub.sync()
    closed = tasks(hub)

    hub.systems["crm"].edit("record", deal, {"stage": "PREP"})
    hub.sync()

    assert closed == {}
    assert list(tasks(hub)) == ["Собрать требования"]


def test_an_issue_that_hangs_on_nothing_is_nobodys(tmp_path):
    hub, *_ = a_case(tmp_path)
    hub.systems["trk"].create("record", {"title": "Сам по себе", "tracker": "Task", "status": "New"})

    hub.sync()

    assert those(hub, "item") == []
    assert hub.sync().writing == {"crm": 0, "trk": 0}


# --- moving ----------------------------------------------------------------------------------------------------------


def two_cases(tmp_path):
    hub, *_ = a_case(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второе дело"))
    hub.sync()
    task = hub.systems["trk"].create("record", a_task(an_issue(hub)))
    hub.sync()
    return hub, task


def test_an_issue_that_is_put_under_another_case_takes_its_item_along(tmp_path):
    hub, task = two_cases(tmp_path)

    hub.systems["trk"].edit("record", task, {"parent": an_issue(hub, 1)})
    hub.sync()

    assert those(hub, "item", "CASE-1") == []
    [item] = those(hub, "item", "CASE-2")
    assert [views["parent"] for views in hub.records("crm", "task").values()] == [
        link.external_id for link in hub.case("CASE-2").links if link.system == "crm"
    ]
    told = [
        event for event in history.history(hub.installation.store, entity=item.entity.id) if event.event.field == "case"
    ]
    assert [(one.event.old, one.event.new) for one in told if one.event.what == "set"][-1] == ("CASE-1", "CASE-2")
    assert hub.sync().writing == {"crm": 0, "trk": 0}


def test_an_item_that_is_moved_at_the_hub_moves_its_records(tmp_path):
    hub, task = two_cases(tmp_path)

    hub.act("ITEM-1", lambda act: casework.set_value(act, "case", "CASE-2"))
    hub.sync()

    assert hub.records("trk")[task]["parent"] == an_issue(hub, 1)
    assert [item.entity.key for item in those(hub, "item", "CASE-2")] == ["ITEM-1"]


def test_an_issue_that_is_taken_from_its_case_stays_with_it_and_is_told(tmp_path):
    hub, task = two_cases(tmp_path)

    hub.systems["trk"].edit("record", task, {"parent": None})
    hub.sync()

    assert [item.entity.key for item in those(hub, "item", "CASE-1")] == ["ITEM-1"]
    assert len(parked(hub)) == 1
    assert "belongs to no case any more" in parked(hub)[0]


def test_a_part_of_an_item_belongs_to_its_case_and_waits_for_nothing(tmp_path):
    hub, _, issue = a_case(tmp_path, hub=KINDS.split("clients")[0].split("crm:")[0].rstrip(", ") + "}\n",
                           leave_out=("task", "company", "comment"))  # fmt: skip
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.systems["trk"].create("record", a_task(task, "Часть"))

    hub.sync()

    [item] = those(hub, "item")
    [part] = those(hub, "item", item.entity.key)
    assert (facts(part)["case"], facts(part)["parent"]) == ("CASE-1", "ITEM-1")
    assert facts(item).get("parent") is None


# --- what else holds -------------------------------------------------------------------------------------------------


def test_a_linked_issue_that_no_longer_fits_its_mapping_stays_linked(tmp_path):
    hub, _, issue = a_case(tmp_path)
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.sync()

    hub.systems["trk"].edit("record", task, {"tracker": "Case", "title": "Уже не задача"})
    hub.sync()

    assert list(tasks(hub)) == ["Уже не задача"]
    assert len(hub.case("ITEM-1").links) == 2


def test_a_deleted_issue_leaves_its_item_and_its_task(tmp_path):
    hub, _, issue = a_case(tmp_path)
    task = hub.systems["trk"].create("record", a_task(issue))
    hub.sync()

    hub.systems["trk"].delete("record", task)
    hub.sync(full=True, approved=True)

    assert [link.tombstone for link in hub.case("ITEM-1").links if link.system == "trk"] == [True]
    assert list(tasks(hub)) == ["Собрать требования"]
    assert len(parked(hub)) == 1


def test_a_bad_item_stops_neither_its_case_nor_other_items(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    bad = hub.systems["trk"].create("record", a_task(issue, "Плохая"))
    hub.systems["trk"].create("record", a_task(issue, "Хорошая"))
    hub.sync()

    hub.systems["trk"].edit("record", bad, {"status": "Feedback"})  # the mapping of items does not list it
    hub.systems["crm"].edit("task", tasks(hub)["Хорошая"], {"done": "yes"})
    hub.systems["crm"].edit("record", deal, {"title": "Новое имя"})
    hub.sync()

    assert hub.records("trk")[issue]["title"] == "Новое имя"
    assert hub.records("trk")[tasks(hub, "trk")["Хорошая"]]["status"] == "Closed"
    assert len(parked(hub)) == 1


@pytest.mark.parametrize("system", ["crm", "trk"])
def test_a_guard_counts_items_as_any_record(tmp_path, system):
    hub, deal, issue = a_case(tmp_path, hub=KINDS + "    guards: {max_creates: 2}\n")
    for number in range(3):
        if system == "trk":
            hub.systems["crm"].create("task", {"title": f"Дело {number}", "done": "no", "parent": deal})
        else:
            hub.systems["trk"].create("record", a_task(issue, f"Дело {number}"))

    report = hub.sync()

    assert [stop.guard for stop in report.stops] == ["max_creates"]
    assert len(tasks(hub, system)) == 0


def test_a_plan_foresees_what_becomes_of_a_new_item(tmp_path):
    hub, _, issue = a_case(tmp_path)
    made = hub.systems["trk"].create("record", a_task(issue))

    plan = hub.wired(make_plan)

    assert [(one.name, one.system, one.kind, one.verb) for one in plan.writes] == [
        (f"new item for trk record #{made}", "crm", "task", "create")
    ]
    assert hub.sync().created["crm"] == 1
