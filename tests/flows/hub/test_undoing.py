"""Undo of a run: what it wrote comes back where it still stands, what has been edited since is left and told."""

import pytest

from connectors.errors import RetryLater
from flows.hub.casework import retry_parked, set_value
from flows.hub.undoing import carry_out, find_run, plan_undo
from state import claims, runs
from state.types import Worker
from tests.fault_builders import Clock, Hook, after, failing
from tests.hub_builders import a_deal, a_hub, opened
from tests.undo_builders import codes, edited, planned, undo


def test_what_a_run_wrote_comes_back_and_the_edit_that_caused_it_stays(tmp_path):  # H25
    hub, deal, run = edited(tmp_path)

    plan, undone = undo(hub, run)
    hub.sync()
    hub.sync(full=True)

    assert hub.records("trk")["1"]["title"] == "Внедрение CRM"
    assert hub.records("crm")[deal]["title"] == hub.facts()["title"] == "Новое имя"
    assert [(one.verb, one.place.system, one.field) for _, one in undone.done] == [("restore", "trk", "title")]
    assert (plan.left, undone.not_done) == ([], [])
    assert codes(hub) == [("trk", "title", "undone")]


def test_a_plan_writes_nothing(tmp_path):
    hub, _, run = edited(tmp_path)

    plan = planned(hub, run)

    assert [(one.write.expected, one.write.view) for _, one in plan.taking] == [("Новое имя", "Внедрение CRM")]
    assert hub.records("trk")["1"]["title"] == "Новое имя"
    assert codes(hub) == []


def test_what_has_been_edited_since_is_left_and_told(tmp_path):
    hub = a_hub(tmp_path)
    deals = [hub.systems["crm"].create("record", a_deal(f"Сделка {number}")) for number in range(6)]
    hub.sync()
    for deal in deals:
        hub.systems["crm"].edit("record", deal, {"next_step": "КП"})
    run = hub.sync().run
    for issue in ("1", "2", "3"):
        hub.systems["trk"].edit("record", issue, {"next_step": f"своё {issue}"}, by="Bob")

    plan, undone = undo(hub, run)

    assert [(one.place.record, one.field, one.shows) for one in plan.left] == [
        (issue, "next_step", f"своё {issue}") for issue in ("1", "2", "3")
    ]
    assert {one.why for one in plan.left} == {"edited since"}
    assert undone.count("restore") == 3
    assert [hub.records("trk")[str(n)].get("next_step") for n in range(1, 7)] == [
        "своё 1",
        "своё 2",
        "своё 3",
        None,
        None,
        None,
    ]


def test_what_is_left_names_who_edited_it_since_and_nobody_who_did_before(tmp_path):
    hub, deal = opened(tmp_path)
    hub.sync()
    hub.systems["trk"].edit("record", "1", {"title": "Анна сказала"}, by="Анна")
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"title": "Новое имя"})
    run = hub.sync().run
    hub.systems["trk"].edit("record", "1", {"title": "Боб сказал"}, by="Боб")

    unread = planned(hub, run)
    hub.sync()
    read = planned(hub, run)

    assert [(one.shows, one.by, one.at) for one in unread.left] == [("Боб сказал", "", None)]
    assert [(one.shows, one.by) for one in read.left] == [("Боб сказал", "Боб")]


def test_an_edit_between_the_plan_and_its_end_is_left_too(tmp_path):
    hub, _, run = edited(tmp_path)

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run))
        hub.systems["trk"].edit("record", "1", {"title": "В последний миг"})
        return await carry_out(wired, plan, by="ann")

    undone = hub.wired(work)

    assert hub.records("trk")["1"]["title"] == "В последний миг"
    assert [why for _, _, why in undone.not_done] == ["moved meanwhile; left as it is"]


def test_an_undo_is_a_run_that_can_be_undone(tmp_path):
    hub, _, run = edited(tmp_path)
    _, undone = undo(hub, run)

    _, again = undo(hub, undone.run.id)
    hub.sync()

    assert [one.what for one in runs.runs(hub.installation.store, limit=3)] == ["sync", "undo", "undo"]
    assert again.count("restore") == 1
    assert hub.records("trk")["1"]["title"] == "Новое имя"
    assert codes(hub) == []


def test_undoing_twice_changes_nothing(tmp_path):
    hub, _, run = edited(tmp_path)
    undo(hub, run)
    before = hub.writes("trk")

    plan, undone = undo(hub, run)

    assert list(plan.taking) == plan.left == undone.done == []
    assert hub.writes("trk") == before


def test_the_next_edit_at_the_source_goes_on_as_ever(tmp_path):
    hub, deal, run = edited(tmp_path)
    undo(hub, run)

    hub.systems["crm"].edit("record", deal, {"title": "Третье имя"})
    hub.sync()

    assert hub.records("trk")["1"]["title"] == "Третье имя"
    assert codes(hub) == []


def test_a_retry_writes_the_value_of_the_hub_again(tmp_path):
    hub, _, run = edited(tmp_path)
    undo(hub, run)

    hub.act("CASE-1", lambda act: retry_parked(act, "trk", "title"))
    hub.sync()

    assert hub.records("trk")["1"]["title"] == "Новое имя"


def test_the_restored_value_can_be_made_everybodys(tmp_path):
    hub, deal, run = edited(tmp_path)
    undo(hub, run)

    hub.act("CASE-1", lambda act: set_value(act, "title", "Внедрение CRM"))
    hub.sync()

    assert hub.records("crm")[deal]["title"] == hub.records("trk")["1"]["title"] == "Внедрение CRM"
    assert codes(hub) == []


def test_a_wish_whose_process_died_is_fulfilled_by_the_next_pass(tmp_path):
    hub, _, run = edited(tmp_path)

    class Died(BaseException):
        """The process ends here."""

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run))
        hub.systems["trk"].hook = die
        await carry_out(wired, plan, by="ann")

    def die(request, moment):
        if request.verb == "get":
            raise Died

    with pytest.raises(Died):
        hub.wired(work)
    hub.systems["trk"].hook = lambda request, moment: None
    hub.sync()
    hub.sync()

    assert hub.records("trk")["1"]["title"] == "Внедрение CRM"
    assert codes(hub) == [("trk", "title", "undone")]


def test_one_case_is_undone_alone(tmp_path):
    hub = a_hub(tmp_path)
    deals = [hub.systems["crm"].create("record", a_deal(f"Сделка {number}")) for number in range(2)]
    hub.sync()
    hub.sync()
    for deal in deals:
        hub.systems["crm"].edit("record", deal, {"next_step": "КП"})
    run = hub.sync().run

    undo(hub, run, only=hub.case("CASE-2").entity.id)

    assert [hub.records("trk")[record].get("next_step") for record in ("1", "2")] == ["КП", None]


OTHER = Worker("other", "elsewhere", 1, "now")


def test_a_case_that_another_worker_is_deciding_is_named_as_left(tmp_path):
    hub, _, run = edited(tmp_path)

    async def work(wired):
        claims.claim(wired.store, OTHER, scopes=wired.scopes, limit=1, only=[hub.case().entity.id])
        return await plan_undo(wired, find_run(wired.store, run))

    plan = hub.wired(work)

    assert [(one.case, one.place.system, one.place.record) for one in plan.left] == [("CASE-1", "trk", "1")]
    assert "another worker" in plan.left[0].why
    assert not plan.anything


def test_one_that_another_worker_took_since_the_plan_is_not_told_as_moved(tmp_path):
    hub, _, run = edited(tmp_path)

    async def work(wired):
        plan = await plan_undo(wired, find_run(wired.store, run))
        claims.claim(wired.store, OTHER, scopes=wired.scopes, limit=1, only=[hub.case().entity.id])
        return await carry_out(wired, plan, by="ann")

    undone = hub.wired(work)

    assert hub.records("trk")["1"]["title"] == "Новое имя"
    assert [why.split(";")[0] for _, _, why in undone.not_done] == ["another worker is deciding this case"]


LOST = RetryLater("no answer within 30 s; it may have been carried out", system="trk", sent=True)


@pytest.mark.parametrize(("verb", "left"), [("create", ("", "")), ("update", ("1", "title"))])
def test_a_write_of_the_run_that_is_in_doubt_is_named_as_left(tmp_path, verb, left):
    hub = a_hub(tmp_path, clock=Clock())
    deal = hub.systems["crm"].create("record", a_deal())
    if verb == "update":
        hub.sync()
        hub.systems["crm"].edit("record", deal, {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook(verb, "after", failing(LOST))
    run = hub.sync().run

    unknown = planned(hub, run)
    after(hub, minutes=3)
    known = planned(hub, run)

    assert [(one.case, one.place.record, one.field) for one in unknown.left] == [("CASE-1", *left)]
    assert "on its way" in unknown.left[0].why
    assert known.left == []
