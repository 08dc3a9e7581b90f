"""After another mapping, policy or condition the next pass is a plan over all cases; approval carries out just that."""

import pytest

from connectors.errors import RetryLater
from flows.hub.applying import Applying, apply_plan
from flows.hub.casework import set_value
from flows.hub.plan_file import read_plan, write_plan
from flows.hub.planning import Planning, make_plan, planned
from flows.hub.telling import Words
from flows.hub.wiring import install
from state import attention, history
from tests.hub_builders import a_deal, a_hub


def changed(hub, /, **files):
    """Write other files into the hub's folder and open it again; the database stays."""
    folder = hub.installation.folder
    for name, (old, new) in files.items():
        path = folder / {"trk": "record.trk.yaml", "crm": "record.crm.yaml", "hub": "hub.yaml"}[name]
        text = path.read_text(encoding="utf-8")
        assert old in text, (old, text)
        path.write_text(text.replace(old, new), encoding="utf-8")
    clock = hub.installation.store.clock
    hub.installation.store.close()
    hub.installation = install(folder, {}, clock=clock)


def plan(hub, **given):
    async def work(wired):
        found = await make_plan(wired, **given)
        write_plan(hub.installation.folder / "plan.yaml", found, Words(wired.shape, "UTC", wired.clock()))
        return found

    return hub.wired(work)


def apply(hub):
    async def work(wired):
        return await apply_plan(wired, read_plan(hub.installation.folder / "plan.yaml"), Applying("ann"))

    return hub.wired(work)


@pytest.fixture
def world(tmp_path):
    """Three cases at rest."""
    hub = a_hub(tmp_path)
    for title in ("Первый", "Второй", "Третий"):
        hub.systems["crm"].create("record", a_deal(title, channel="сайт"))
    hub.sync()
    hub.sync()
    return hub


def lines(found):
    return {(write.name, write.system, one.field): one.view for write in found.writes for one in write.fields}


MOVED = ("fields:\n", "fields:\n  next_step: null\n  channel: {at: next_step, as: text}\n")


def test_a_field_in_another_place_is_planned_for_all_cases_and_written_once_approved(world):  # H26
    changed(world, trk=MOVED)

    stopped = world.sync()
    found = plan(world)
    before = [views.get("next_step") for views in world.records("trk").values()]
    apply(world)

    assert [stop.guard for stop in stopped.stops] == ["mapping"]
    wanted = {(f"CASE-{n}", "trk", "channel"): "сайт" for n in (1, 2, 3)}
    assert {key: view for key, view in lines(found).items() if key[2] == "channel"} == wanted
    assert {reason for write in found.writes for reason in write.reasons.values()} == {"its mapping has changed"}
    assert before == [None] * 3
    assert [views["next_step"] for views in world.records("trk").values()] == ["сайт"] * 3
    writes = world.writes("trk")
    assert (world.sync().state, world.writes("trk")) == ("done", writes)


def test_what_stood_in_the_new_place_is_met_and_not_taken_for_an_edit(world):  # H26
    for number in "123":
        world.systems["trk"].edit("record", number, {"contact": f"INT-{number}"})
    changed(world, trk=("fields:\n", "fields:\n  contact: null\n"))
    plan(world)
    apply(world)
    changed(world, trk=("  contact: null\n", "  contact: null\n  title: {at: contact, as: text}\n"))

    found = plan(world)

    assert {views["title"] for views in world.records("crm").values()} == {"Первый", "Второй", "Третий"}
    assert [write.system for write in found.writes if any(one.field == "title" for one in write.fields)] == []
    assert found.conflicts == 3


def test_nor_where_somebody_works_on_the_case_before_the_approval(world):
    for number in "123":
        world.systems["trk"].edit("record", number, {"contact": f"INT-{number}"})
    changed(world, trk=("fields:\n", "fields:\n  contact: null\n"))
    plan(world)
    apply(world)
    world.sync()
    changed(world, trk=("  contact: null\n", "  contact: null\n  title: {at: contact, as: text}\n"))

    world.act("CASE-1", lambda act: set_value(act, "channel", "почта"))
    plan(world)
    apply(world)
    world.sync(full=True)

    assert [views["title"] for views in world.records("crm").values()] == ["Первый", "Второй", "Третий"]
    assert [views["contact"] for views in world.records("trk").values()] == ["INT-1", "INT-2", "INT-3"]


def test_an_edit_after_the_approval_meets_bases_of_the_new_mapping(world):
    changed(world, trk=("Feedback: {stage: defence", "Feedback: {stage: proposal"))
    found = plan(world)
    apply(world)

    world.systems["crm"].edit("record", "1", {"stage": "EXEC"})
    world.sync()

    assert found.writes == ()
    assert world.records("trk")["1"]["status"] == "In Progress"
    assert attention.conflicts(world.installation.store) == ()


def test_a_condition_that_holds_by_the_changed_files_makes_records_once_approved(tmp_path):
    hub = a_hub(tmp_path)
    for title in ("Первый", "Второй"):
        hub.systems["crm"].create("record", a_deal(title, stage="NEW"))
    hub.sync()
    assert hub.records("trk") == {}
    changed(hub, hub=("['qualified', 'in_work']", "['lead', 'qualified', 'in_work']"))

    stopped, found = hub.sync(), plan(hub)
    made = len(hub.records("trk"))
    apply(hub)

    assert ([stop.guard for stop in stopped.stops], found.creates, made) == (["mapping"], 2, 0)
    assert sorted(one["title"] for one in hub.records("trk").values()) == ["Второй", "Первый"]


def test_another_policy_asks(world):
    changed(world, hub=("title: park", "title: {home: trk}"))

    assert [stop.guard for stop in world.sync().stops] == ["mapping"]
    assert plan(world).writes == ()
    apply(world)
    assert world.sync().state == "done"


def test_a_schedule_or_a_guard_does_not(world):
    changed(world, hub=("conflicts:", "guards: {max_creates: 7}\n    conflicts:"))

    assert world.sync().state == "done"


def test_writes_that_wait_in_the_words_of_the_old_mapping_are_decided_anew(world):  # H27
    world.systems["trk"].hook = _refuse
    world.systems["crm"].edit("record", "1", {"channel": "выставка"})
    world.sync()
    world.systems["trk"].hook = lambda request, when: None
    changed(world, trk=MOVED)

    found = plan(world)
    apply(world)

    assert lines(found)["CASE-1", "trk", "channel"] == "выставка"
    issue = world.records("trk")["1"]
    assert (issue["next_step"], issue["channel"]) == ("выставка", "сайт")


def _refuse(request, when):
    if when == "before" and request.verb in ("update", "get"):
        raise RetryLater("не отвечает", system="trk")


def test_a_value_that_the_mapping_no_longer_lists_is_told_with_its_reason(world):  # H49
    changed(world, trk=("New: {stage: [lead, qualified], outcome: open}", "New: {stage: lead, outcome: open}"))

    found = plan(world)
    apply(world)

    parked = [
        entry for ruling in found.rulings for change in ruling.decided.outcome.links for entry in change.parked.values()
    ]
    assert {entry.code for entry in parked} == {"refused"}
    assert found.writes == ()
    listed = attention.parked_fields(world.installation.store)
    assert [(entry.code, entry.field) for entry in listed] == [("refused", "position")] * 3
    assert "list a view for it in the mapping" in listed[0].text


def test_a_plan_over_everything_keeps_only_what_it_shows(world):
    seen = []

    async def work(wired):
        async with planned(wired, Planning, everything=True) as planning:
            seen.append((planning.report.decided, len(planning.made)))

    world.wired(work)

    assert seen == [(3, 0)]


def test_a_mapping_that_is_taken_back_asks_nothing(world):
    changed(world, trk=MOVED)
    plan(world)
    changed(world, trk=(MOVED[1], MOVED[0]))

    assert world.sync().state == "done"
    assert plan(world).writes == ()


def test_the_history_tells_of_no_change_where_only_the_mapping_has_changed(world):
    before = len(history.history(world.installation.store, entity=world.case().entity.id))
    changed(world, trk=MOVED)
    plan(world)
    apply(world)

    told = history.history(world.installation.store, entity=world.case().entity.id)[before:]
    assert [(line.event.what, line.event.new) for line in told if line.event.field == "channel"] == [("write", "сайт")]


def test_what_a_wider_take_lets_in_is_planned_and_enters_without_an_edit(tmp_path):
    hub = a_hub(tmp_path)
    changed(hub, crm=("fields:\n", "take: {channel: сайт}\nfields:\n"))
    for title, channel in (("Наша", "сайт"), ("Их", "партнёр"), ("Чужая", "тендер")):
        hub.systems["crm"].create("record", a_deal(title, channel=channel))
    hub.sync()
    changed(hub, crm=("take: {channel: сайт}", "take: {channel: [сайт, партнёр]}"))

    stops, found = hub.sync().stops, plan(hub)
    apply(hub)

    assert [stop.guard for stop in stops] == ["mapping"]
    assert {(write.title, write.verb) for write in found.writes} == {("Их · ООО «Ромашка»", "create")}
    assert sorted(issue["title"] for issue in hub.records("trk").values()) == ["Их", "Наша"]
