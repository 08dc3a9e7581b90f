"""Undo of what a run did to one case: what hangs on the case is the case's too, what hangs on another one is not."""

from tests.fault_builders import Hook, failing
from tests.flows.hub.test_doubted_searches import LOST
from tests.hub_builders import a_deal
from tests.kinds_builders import a_case, a_task, an_issue
from tests.undo_builders import planned, undo


def two_cases(tmp_path):
    """Two cases, and a run that made a work item, a part of it and a comment for each of them."""
    hub, deal, _ = a_case(tmp_path)
    other = hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    for number, name in enumerate("аб"):
        task = hub.systems["trk"].create("record", a_task(an_issue(hub, number), f"Смета {name}"))
        hub.systems["trk"].create("record", a_task(task, f"Часть {name}"))
        hub.systems["crm"].create("comment", {"text": f"Начнём {name}", "parent": (deal, other)[number]})
    return hub, hub.sync().run


def shown(hub, system, kind, place):
    return sorted(views[place] for views in hub.records(system, kind).values())


def test_the_items_and_comments_of_the_case_go_with_it_and_no_others(tmp_path):
    hub, run = two_cases(tmp_path)

    plan, undone = undo(hub, run, only=hub.case().entity.id, delete=True)
    hub.sync()

    assert sorted(entity.kind for entity, _ in plan.taking) == ["item", "item", "note"]
    assert (undone.count("delete"), undone.not_done) == (3, [])
    assert shown(hub, "crm", "task", "title") == ["Смета б", "Часть б"]
    assert len(hub.records("trk", "comment")) == 1


def test_what_nobody_has_answered_of_an_item_is_named_with_its_case(tmp_path):
    hub, deal, _ = a_case(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    run = hub.sync().run

    plan = planned(hub, run, only=hub.case().entity.id)

    assert [(one.case, one.place.system) for one in plan.left] == [("ITEM-1", "trk")]


def test_of_an_item_alone_its_case_stays(tmp_path):
    hub, deal, _ = a_case(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.systems["crm"].edit("record", deal, {"title": "Новое имя"})
    run = hub.sync().run

    plan = planned(hub, run, only=hub.case("ITEM-1").entity.id)

    assert {entity.key for entity, _ in plan.taking} == {"ITEM-1"}
