"""Exactly the plan in a file is carried out: nothing else, and nothing at all where it has moved."""

import pytest
import yaml

from flows.hub.applying import Applying, Stale, apply_plan
from flows.hub.casework import set_value
from flows.hub.plan_file import BadPlanFile, read_plan, write_plan
from flows.hub.planning import make_plan
from flows.hub.telling import Words
from state import attention, runs
from tests.hub_builders import a_deal, a_hub


def kept(hub, path, **given):
    """Make a plan and keep it."""

    async def work(wired):
        plan = await make_plan(wired, **given)
        write_plan(path, plan, Words(wired.shape, "Europe/Moscow", wired.clock()))
        return plan

    return hub.wired(work)


def apply(hub, path, **how):
    async def work(wired):
        return await apply_plan(wired, read_plan(path), Applying("ann", **how))

    return hub.wired(work)


def edited(path, change):
    """Change the plan file as a person does."""
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(form)
    path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")


def line(form, case, field):
    """The write and the line of a field."""
    [found] = [each for each in form["cases"] if each["case"] == case]
    return next((w, one) for w in found["writes"] for one in w["fields"] if one["field"] == field)


@pytest.fixture
def world(tmp_path):
    """Three cases, each with an edit that goes to the tracker; the second one has two."""
    hub = a_hub(tmp_path)
    for title in ("Первый", "Второй", "Третий"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    for number in "123":
        hub.systems["crm"].edit("record", number, {"amount": f"{number}000"})
    hub.systems["crm"].edit("record", "2", {"next_step": "позвонить"})
    kept(hub, tmp_path / "plan.yaml")
    hub.path = tmp_path / "plan.yaml"
    return hub


def amounts(hub):
    return [hub.records("trk")[number]["amount"] for number in "123"]


def test_what_is_in_the_file_is_done_and_recorded_as_a_run_of_its_own(world):
    report = apply(world, world.path)

    assert amounts(world) == ["1000", "2000", "3000"]
    assert report.updated["trk"] == 3
    [last] = runs.runs(world.installation.store, limit=1)
    assert (last.what, last.by, last.state) == ("apply", "ann", "done")


def test_a_case_that_is_taken_out_stays_undone_until_the_next_pass(world):
    edited(world.path, lambda form: form["cases"].pop(1))

    apply(world, world.path)
    after = amounts(world)
    world.sync()

    assert after == ["1000", "150000", "3000"]
    assert amounts(world) == ["1000", "2000", "3000"]


def test_a_line_that_is_taken_out_stays_undone_until_the_next_pass(world):
    def change(form):
        write, one = line(form, "CASE-2", "amount")
        write["fields"].remove(one)

    edited(world.path, change)

    apply(world, world.path)
    after = (amounts(world), world.records("trk")["2"]["next_step"])
    world.sync()

    assert after == (["1000", "150000", "3000"], "позвонить")
    assert amounts(world) == ["1000", "2000", "3000"]


def test_what_is_answered_with_no_is_left_as_it_is_there_until_it_changes(world):
    edited(world.path, lambda form: line(form, "CASE-2", "amount")[1].update(do=False))

    apply(world, world.path)
    world.sync()
    world.sync()
    left = amounts(world)
    world.systems["crm"].edit("record", "2", {"amount": "2500"})
    world.sync()

    assert left == ["1000", "150000", "3000"]
    assert attention.parked_fields(world.installation.store) == ()
    assert amounts(world) == ["1000", "2500", "3000"]


def test_a_whole_case_can_be_answered_with_no(world):
    edited(world.path, lambda form: form["cases"][1].update(do=False))

    apply(world, world.path)
    world.sync()

    assert amounts(world) == ["1000", "150000", "3000"]
    assert world.records("trk")["2"].get("next_step") is None


def test_a_stale_line_stops_everything_and_is_named_with_what_it_was_and_is(world):
    world.systems["crm"].edit("record", "3", {"amount": "3500"})

    with pytest.raises(Stale) as stale:
        apply(world, world.path)

    [told] = stale.value.moved.changed
    assert " ".join(told.split()) == (
        "CASE-3: trk #3 amount: the plan says 150 000 ₽ → 3 000 ₽, by now it is 150 000 ₽ → 3 500 ₽"
    )
    assert amounts(world) == ["150000"] * 3


def test_what_is_still_valid_is_done_on_request_and_the_rest_told(world):
    world.systems["crm"].edit("record", "3", {"amount": "3500"})

    report = apply(world, world.path, still_valid=True)

    assert amounts(world) == ["1000", "2000", "150000"]
    assert [note.partition(":")[0] for note in report.notices] == ["not carried out, different"]
    world.sync()
    assert amounts(world) == ["1000", "2000", "3500"]


def test_news_of_cases_that_the_file_does_not_name_neither_stop_it_nor_are_done(world):
    world.systems["crm"].create("record", a_deal("Четвёртый"))

    apply(world, world.path)

    assert amounts(world) == ["1000", "2000", "3000"]
    assert len(world.records("trk")) == 3
    world.sync()
    assert len(world.records("trk")) == 4


def test_a_struck_out_line_that_moves_does_not_stop_the_rest(world):
    edited(world.path, lambda form: line(form, "CASE-3", "amount")[1].update(do=False))
    world.systems["crm"].edit("record", "3", {"amount": "3500"})

    apply(world, world.path)

    assert amounts(world)[:2] == ["1000", "2000"]


def test_a_no_is_not_taken_for_an_answer_to_what_has_moved_since(world):
    edited(world.path, lambda form: line(form, "CASE-3", "amount")[1].update(do=False))
    world.systems["crm"].edit("record", "3", {"amount": "3500"})

    apply(world, world.path)
    world.sync()

    assert amounts(world) == ["1000", "2000", "3500"]


def test_nor_is_that_to_a_whole_case_or_write_for_what_came_up_since(world):
    edited(world.path, lambda form: form["cases"][0].update(do=False))
    edited(world.path, lambda form: form["cases"][1]["writes"][0].update(do=False))
    for number in "12":
        world.systems["crm"].edit("record", number, {"title": f"Новое имя {number}"})

    apply(world, world.path, still_valid=True)
    world.sync()

    assert [world.records("trk")[number]["title"] for number in "12"] == ["Новое имя 1", "Новое имя 2"]
    assert amounts(world)[0] == "150000"


def test_a_line_that_was_rewritten_is_refused(world):
    edited(world.path, lambda form: line(form, "CASE-1", "amount")[1].update(to="7 ₽"))

    with pytest.raises(BadPlanFile, match=r"CASE-1: trk #1 amount was planned as .*, and the file says .*7 ₽"):
        apply(world, world.path)
    assert amounts(world) == ["150000"] * 3


def test_another_mapping_than_the_plan_was_made_with_is_never_still_valid(world):
    edited(world.path, lambda form: form.update(mapping="other"))

    with pytest.raises(Stale) as stale:
        apply(world, world.path, still_valid=True)
    assert stale.value.moved.mapping


def test_a_new_record_is_made_without_the_lines_that_were_answered_with_no(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal(next_step="позвонить"))
    hub.systems["crm"].create("record", a_deal("Не сейчас"))
    kept(hub, tmp_path / "plan.yaml")

    def change(form):
        line(form, "new case for #1", "next_step")[1].update(do=False)
        form["cases"].pop(1)

    edited(tmp_path / "plan.yaml", change)
    apply(hub, tmp_path / "plan.yaml")

    [issue] = hub.records("trk").values()
    assert (issue["title"], issue.get("next_step")) == ("Внедрение CRM", None)
    hub.sync()
    assert sorted(one["title"] for one in hub.records("trk").values()) == ["Внедрение CRM", "Не сейчас"]
    assert hub.records("trk")["1"].get("next_step") is None


def test_a_new_record_that_is_answered_with_no_waits_for_the_next_pass_and_the_file_says_so(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    kept(hub, tmp_path / "plan.yaml")
    said = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    edited(tmp_path / "plan.yaml", lambda form: form["cases"][0]["writes"][0].update(do=False))

    apply(hub, tmp_path / "plan.yaml")
    first = hub.records("trk")
    hub.sync()

    assert (first, len(hub.records("trk"))) == ({}, 1)
    assert "a new record only waits for the next plan or pass" in said


def test_what_waits_from_a_pass_that_a_guard_stopped_is_not_sent_beside_the_file(tmp_path):
    from tests.hub_builders import HUB

    hub = a_hub(tmp_path, hub=HUB + "    guards: {max_creates: 1}\n")
    for title in ("Первый", "Второй", "Третий"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    kept(hub, tmp_path / "plan.yaml")
    edited(tmp_path / "plan.yaml", lambda form: form.update(cases=form["cases"][1:2]))

    report = apply(hub, tmp_path / "plan.yaml")

    assert [one["title"] for one in hub.records("trk").values()] == ["Второй"]
    assert any("so the sync still asks" in note for note in report.notices)
    assert hub.sync().state == "stopped"
    assert len(hub.records("trk")) == 1


def test_a_file_without_lines_is_a_plan_of_nothing(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    kept(hub, tmp_path / "plan.yaml")
    edited(tmp_path / "plan.yaml", lambda form: form.update(cases=None))

    apply(hub, tmp_path / "plan.yaml")

    assert hub.records("trk") == {}


def test_a_link_that_the_file_does_not_name_is_not_made(tmp_path):
    hub, path = a_hub(tmp_path), tmp_path / "plan.yaml"
    hub.systems["crm"].create("record", a_deal("Рано", stage="NEW"))
    hub.sync()
    hub.act("CASE-1", lambda act: set_value(act, "next_step", "КП"))
    hub.systems["trk"].create("record", {"title": "Рано", "client": "ООО «Ромашка»", "status": "New"})
    kept(hub, path)

    def strike_out(form):
        [case] = form["cases"]
        assert case.pop("links") == ["trk #1"]
        case["writes"] = [write for write in case["writes"] if write["system"] == "crm"]
        case["writes"][0]["fields"] = [one for one in case["writes"][0]["fields"] if one["field"] == "next_step"]

    edited(path, strike_out)

    with pytest.raises(Stale) as stale:
        apply(hub, path)

    assert stale.value.moved.lines == ["new: CASE-1: it would be linked with trk #1"]
    assert [link.system for link in hub.case().links] == ["crm"]
