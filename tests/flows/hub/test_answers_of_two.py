"""A first meeting with two trackers: what is answered about a case counts for the tracker in which it was answered."""

import pytest
import yaml

from flows.hub.answering import apply_first
from flows.hub.applying import Applying
from flows.hub.first import FirstMeeting, meetings_text
from flows.hub.plan_file import read_plan, write_plan
from flows.hub.planning import planned
from flows.hub.telling import Words
from tests.hub_builders import CRM, HUB, TRK, a_deal, a_hub

WHEN = """{when: "case.stage in ['qualified', 'in_work'] and case.outcome == 'open'"}"""
TWO = HUB.replace("  trk: {type: memory}\n", "  trk: {type: memory}\n  ops: {type: memory}\n").replace(
    f"      trk: {WHEN}\n", f"      trk: {WHEN}\n      ops: {WHEN}\n"
)
MAPPINGS = {"record.crm.yaml": CRM, "record.trk.yaml": TRK, "record.ops.yaml": TRK.replace("trk", "ops")}
SYSTEMS = ("trk", "ops")


@pytest.fixture
def world(tmp_path):
    """Deal 1, which may be either of two issues in each tracker; deal 2, which is in neither."""
    hub = a_hub(tmp_path, hub=TWO, mappings=MAPPINGS)
    for title in ("Обучение", "Внедрение"):
        hub.systems["crm"].create("record", a_deal(title))
    for system in (*SYSTEMS, *SYSTEMS):
        hub.systems[system].create("record", {"title": "Обучение", "client": "ООО «Ромашка»", "status": "New"})
    hub.path = tmp_path / "first.yaml"
    return hub


def answered(hub, deal, edit=lambda form: None, **answers):
    """Plan a first meeting, answer about *deal* by system, carry it out; returns the titles made in each tracker."""

    async def plan(wired):
        async with planned(wired, FirstMeeting, everything=True) as planning:
            found, met = planning.plan(), planning.meetings()
        write_plan(hub.path, found, Words(wired.shape, "UTC", wired.clock()), more=meetings_text(met))

    hub.wired(plan)
    form = yaml.safe_load(hub.path.read_text(encoding="utf-8"))
    for met in form["meetings"]:
        for row in (*met["matched"], *met["unclear"], *met["only_here"]):
            if row["case"] != f"new case for #{deal}":
                row["do"] = "ask"
            elif met["system"] in answers:
                row["do"] = answers[met["system"]]
    edit(form)
    hub.path.write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")

    async def carry(wired):
        return await apply_first(wired, read_plan(hub.path), Applying("ann"))

    hub.wired(carry)
    return made(hub)


def made(hub):
    found = {name: [views["title"] for views in hub.records(name).values() if views.get("marker")] for name in SYSTEMS}
    return {name: titles for name, titles in found.items() if titles}


@pytest.mark.parametrize("other", ["leave", "not the same", "link 2"])
@pytest.mark.parametrize(("here", "there"), [("trk", "ops"), ("ops", "trk")])
def test_a_record_is_made_where_that_was_answered_and_nowhere_else(world, here, there, other):
    assert answered(world, 1, **{here: "create", there: other}) == {here: ["Обучение"]}


@pytest.mark.parametrize(("here", "there"), [("trk", "ops"), ("ops", "trk")])
def test_what_was_proposed_for_one_tracker_is_carried_out_beside_another_answer(world, here, there):
    assert answered(world, 2, **{there: "leave"}) == {here: ["Внедрение"]}
    world.sync()
    assert made(world)[here][0] == "Внедрение"
    assert "Внедрение" not in made(world).get(there, [])


@pytest.mark.parametrize("open_question", ["ask", None])
def test_where_a_question_stays_open_nothing_is_made_with_another_answer(world, open_question):
    def leave_open(form):
        for met in form["meetings"]:
            rows = [row for row in met["only_here"] if row["case"] == "new case for #2" and met["system"] == "trk"]
            for row in rows:
                row["do"] = open_question
            met["only_here"] = [row for row in met["only_here"] if row["do"] is not None]

    assert answered(world, 2, leave_open, ops="leave") == {}


def test_what_was_proposed_and_struck_out_is_not_made_with_another_answer(world):
    def strike(form):
        for case in form["cases"]:
            case["writes"] = [write for write in case["writes"] if write["system"] != "trk"]

    assert answered(world, 2, strike, ops="leave") == {}
