"""Undo of what a run made, of a status, of work items; runs that are not there."""

from dataclasses import replace

import pytest

from connectors.errors import RetryLater
from connectors.memory.traits import KindTraits
from flows.hub.parking import retry
from flows.hub.undoing import NoSuchRun, carry_out, find_run, plan_undo
from state import attention, claims
from state.types import Worker
from tests.fault_builders import Clock, Hook, after, failing
from tests.hub_builders import CRM, HUB, TRK, a_deal, a_hub, opened
from tests.kinds_builders import COMMENT, a_case
from tests.undo_builders import codes, edited, planned, undo


def test_a_record_that_the_run_made_is_closed_where_the_mapping_has_a_view_for_it(tmp_path):
    hub = a_hub(tmp_path)
    deal = hub.systems["crm"].create("record", a_deal())
    run = hub.sync().run

    plan, undone = undo(hub, run)
    hub.sync()

    assert [(one.verb, one.place.system) for _, one in plan.taking if one.verb != "restore"] == [("close", "trk")]
    assert hub.records("trk")["1"]["status"] == "Rejected"
    assert hub.records("crm")[deal]["stage"] == "PREP"
    assert undone.count("close") == 1
    assert ("trk", "position", "undone") in codes(hub)


def without_end(tmp_path):
    """A hub whose tracker has no view for a closed case; its last run has made an issue."""
    trk = TRK.replace("Rejected: {outcome: [lost, withdrawn, no_decision]}", "").replace("Closed: {outcome: won}", "")
    hub = a_hub(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": trk})
    deal = hub.systems["crm"].create("record", a_deal())
    return hub, deal, hub.sync().run


def test_a_record_that_cannot_be_closed_takes_no_part_any_more(tmp_path):
    hub, deal, run = without_end(tmp_path)

    _, undone = undo(hub, run)
    hub.systems["crm"].edit("record", deal, {"title": "Дальше без задачи"})
    hub.sync()

    assert undone.count("detach") == 1
    assert {key: row["title"] for key, row in hub.records("trk").items()} == {"1": "Внедрение CRM"}
    assert ("trk", "", "undone") in codes(hub)


def test_a_record_that_somebody_works_on_before_the_undo_ends_is_not_told_to_take_no_part(tmp_path):
    hub, _, run = without_end(tmp_path)
    plan = planned(hub, run)
    hub.systems["trk"].edit("record", "1", {"title": "Дописано"})
    hub.sync()

    async def work(wired):
        return await carry_out(wired, plan, by="ann")

    undone = hub.wired(work)

    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == ["detach"]
    assert (undone.count("detach"), [one.verb for _, one, _ in undone.not_done]) == (0, ["detach"])
    assert ("trk", "", "undone") not in codes(hub)


def test_nor_is_one_told_to_take_part_again_whose_case_somebody_else_decides(tmp_path):
    hub, _, run = without_end(tmp_path)
    _, undone = undo(hub, run)
    other = Worker("other", "elsewhere", 1, "now")

    async def again(wired):
        plan = await plan_undo(wired, find_run(wired.store, undone.run.id))
        claims.claim(wired.store, other, scopes=wired.scopes, limit=1, only=[hub.case().entity.id])
        return await carry_out(wired, plan, by="ann")

    result = hub.wired(again)

    assert result.count("rejoin") == 0
    assert "rejoin" in [one.verb for _, one, _ in result.not_done]


def test_a_detached_record_takes_part_again_when_a_person_says_so(tmp_path):
    hub, deal, run = without_end(tmp_path)
    undo(hub, run)
    hub.systems["crm"].edit("record", deal, {"title": "Дальше"})
    hub.sync()
    [entry] = [one for one in attention.parked_fields(hub.installation.store) if one.field == ""]

    hub.wired(lambda wired: retry(wired, entry, person="ann"))
    hub.sync()

    assert hub.records("trk")["1"]["title"] == "Дальше"
    assert ("trk", "", "undone") not in codes(hub)


def test_undoing_the_undo_lets_a_detached_record_take_part_again(tmp_path):
    hub, deal, run = without_end(tmp_path)
    _, undone = undo(hub, run)
    hub.systems["crm"].edit("record", deal, {"title": "Дальше"})

    undo(hub, undone.run.id)
    hub.sync()

    assert hub.records("trk")["1"]["title"] == "Дальше"


@pytest.mark.parametrize("synced", [False, True])
def test_a_record_that_people_have_worked_on_is_left(tmp_path, synced):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    run = hub.sync().run
    hub.systems["trk"].edit("record", "1", {"status": "In Progress"})
    if synced:
        hub.sync()

    plan = planned(hub, run)

    assert [(one.place.system, one.why) for one in plan.left] == [("trk", "people have worked on it since it was made")]


def made(tmp_path, **settings):
    """A hub whose last run has made an issue."""
    hub = a_hub(tmp_path, clock=Clock(), **settings)
    deal = hub.systems["crm"].create("record", a_deal())
    return hub, deal, hub.sync().run


def carried_out(hub, run, meanwhile):
    """Plan an undo with deletes, let MEANWHILE happen, and carry it out."""

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run), delete=True)
        meanwhile()
        return await carry_out(wired, plan, by="ann")

    return hub.wired(work)


def reasons(undone):
    return [why for _, one, why in undone.not_done if one.verb == "delete"]


def test_records_are_deleted_only_when_asked_and_only_where_a_connector_can(tmp_path):
    hub, _, run = made(tmp_path, traits={"trk": KindTraits(deletes=False)})

    plan = planned(hub, run, delete=True)

    assert plan.undeletable == ("trk",)
    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == ["close"]


@pytest.mark.parametrize("exact", [False, True])
def test_a_deleted_record_is_not_made_again(tmp_path, exact):
    hub, _, run = made(tmp_path, hub=HUB + "    gone: restore\n", traits={"trk": KindTraits(conditional_writes=exact)})

    plan, undone = undo(hub, run, delete=True)
    hub.sync()
    hub.sync(full=True)

    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == ["delete"]
    assert undone.count("delete") == 1
    assert hub.records("trk") == {}
    assert [one.code for one in attention.parked_fields(hub.installation.store) if one.field == ""] == ["undone"]


@pytest.mark.parametrize("views", [{"title": "Дописано"}, {"marker": "x", "channel": "звонок"}])
def test_what_somebody_edits_between_the_plan_and_the_delete_stays_and_takes_part(tmp_path, views):
    hub, _, run = made(tmp_path)

    undone = carried_out(hub, run, lambda: hub.systems["trk"].edit("record", "1", views, by="Bob"))
    hub.sync()
    hub.systems["trk"].edit("record", "1", {"next_step": "КП"})
    hub.sync()

    [why] = reasons(undone)
    assert why.startswith("#1 was to be deleted and stays: ")
    assert list(hub.records("trk")) == ["1"]
    assert ("trk", "", "not deleted") in codes(hub)
    assert hub.facts()["next_step"] == "КП"


def test_a_record_on_which_something_of_others_hangs_stays(tmp_path):
    hub, _, run = made(tmp_path, kinds={"trk": {"comment": COMMENT}})

    undone = carried_out(hub, run, lambda: hub.systems["trk"].create("comment", {"text": "Моё", "parent": "1"}))

    assert reasons(undone) == ["#1 was to be deleted and stays: 1 records hang on it"]
    assert list(hub.records("trk")) == ["1"]


def test_what_the_system_will_not_delete_stays_and_is_told_in_its_words(tmp_path):
    hub, _, run = made(tmp_path)
    kinds = hub.systems["trk"].kinds

    undone = carried_out(hub, run, lambda: kinds.update(record=replace(kinds["record"], deletes=False)))

    assert reasons(undone) == ["#1 was to be deleted and stays: the account may not delete record 1"]
    assert list(hub.records("trk")) == ["1"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_delete_without_an_answer_is_carried_on_by_the_next_passes(tmp_path, moment):
    hub, deal, run = made(tmp_path)
    lost = RetryLater("DELETE /records was not answered", system="trk", sent=True)

    undone = carried_out(hub, run, lambda: setattr(hub.systems["trk"], "hook", Hook("delete", moment, failing(lost))))
    for _ in range(3):
        after(hub, minutes=3)

    assert reasons(undone) == ["on its way; the next pass goes on"]
    assert hub.records("trk") == {}
    assert list(hub.records("crm")) == [deal]


def test_a_case_goes_with_its_items_where_all_of_them_came_with_the_run(tmp_path):
    hub, *_ = a_case(tmp_path)
    other = hub.systems["crm"].create("record", a_deal("Второй"))
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": other})
    before = set(hub.records("trk"))
    run = hub.sync().run

    plan, undone = undo(hub, run, delete=True)
    hub.sync()

    assert [one.verb for _, one in plan.taking if one.place.system == "trk"] == ["delete", "delete"]
    assert set(hub.records("trk")) == before
    assert undone.not_done == []


def test_a_status_goes_back_through_its_workflow(tmp_path):
    hub, deal = opened(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"stage": "EXEC"})
    run = hub.sync().run

    undo(hub, run)
    hub.sync()

    assert (hub.records("trk")["1"]["status"], hub.records("crm")[deal]["stage"]) == ("New", "EXEC")
    assert hub.facts()["stage"] == "in_work"


@pytest.mark.parametrize("name", ["0000", "x", ""])
def test_a_run_that_is_not_there_is_told(tmp_path, name):
    hub = a_hub(tmp_path)

    with pytest.raises(NoSuchRun, match="no such run"):
        find_run(hub.installation.store, name)


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path):
    hub = a_hub(tmp_path)
    run = hub.sync().run

    assert find_run(hub.installation.store, run[:8]).id == run


def test_a_system_that_does_not_answer_keeps_its_writes_for_the_next_pass(tmp_path):
    hub, _, run = edited(tmp_path)

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run))
        hub.systems["trk"].locked_out = True
        return await carry_out(wired, plan, by="ann")

    undone = hub.wired(work)
    hub.systems["trk"].locked_out = False
    hub.sync()

    assert list(undone.trouble) == ["trk"]
    assert [why for _, _, why in undone.not_done] == ["on its way; the next pass goes on"]
    assert hub.records("trk")["1"]["title"] == "Внедрение CRM"


def test_what_a_run_did_to_work_items_is_taken_back_too(tmp_path):
    hub, deal, _ = a_case(tmp_path)
    hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    made = hub.sync().run
    [task] = hub.records("crm", "task")
    hub.systems["crm"].edit("task", task, {"title": "Другая смета"})
    run = hub.sync().run
    [issue] = [key for key, row in hub.records("trk").items() if row["title"] == "Другая смета"]

    undo(hub, run)
    assert hub.records("trk")[issue]["title"] == "Смета"
    hub.sync()
    plan, undone = undo(hub, made)
    hub.sync()

    assert [(entity.key, one.verb) for entity, one in plan.taking if one.place.system == "trk"] == [("ITEM-1", "close")]
    assert undone.count("close") == 1
    assert hub.records("trk")[issue]["status"] in ("Closed", "Rejected")
