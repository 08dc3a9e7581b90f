"""What happens to a case in its life, on a real Tryton and a real Redmine: workflow, races, loss, lowered rights."""

import asyncio
import json

import httpx
import pytest

from flows.hub.casework import set_value
from tests.live.live_hub import both


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        world = World(hub, tryton, redmine)
        for number in range(3):  # a system that lists nothing at all would stop the pass
            world.open(f"Прочее {number}")
        yield world


EDITING = ("edit_issues", "edit_own_issues")
"""The hub is the author of the issues that it made."""


class World:
    """Both servers and the hub; `open` makes a deal, lets it become an issue, and tells both numbers and the key."""

    def __init__(self, hub, tryton, redmine):
        self.hub, self.tryton, self.redmine = hub, tryton, redmine
        [self.party] = tryton.create_parties("ООО «Ромашка»")

    def open(self, name):
        [deal] = self.tryton.create({"description": name, "party": self.party})
        report = self.hub.sync()
        whole = self.hub.case_of("crm", "opportunity", deal)
        assert [link for link in whole.links if link.system == "tracker"], (report.as_json(), self.hub.attention())
        [issue] = [int(link.external_id) for link in whole.links if link.system == "tracker"]
        return deal, issue, whole.entity.key

    def status(self, issue):
        found = self.redmine.issue(issue)["status"]["id"]
        names = {value: name for name, value in self.redmine.env.items() if name.startswith("STATUS_")}
        return names[str(found)].removeprefix("STATUS_")

    def listed(self, key):
        return {entry.field: entry for entry in self.hub.attention(self.hub.case(key).entity.id)}

    def stage(self, key, stage):
        self.hub.act(key, lambda act: set_value(act, "stage", stage))
        return self.hub.sync()


def test_a_status_goes_through_the_workflow_in_two_hops(world):
    deal, issue, key = world.open("Два шага")

    world.stage(key, "defence")

    steps = [
        detail["new_value"]
        for journal in world.redmine.issue(issue)["journals"]
        for detail in journal["details"]
        if detail["name"] == "status_id"
    ]
    assert world.status(issue) == "RESOLVED"
    assert steps == [world.redmine.env["STATUS_IN_PROGRESS"], world.redmine.env["STATUS_RESOLVED"]]
    assert world.tryton.opportunity(deal, "state")["state"] == "opportunity"
    assert world.listed(key) == {}


def test_a_forbidden_step_is_parked_with_what_is_allowed(world):
    _, issue, key = world.open("Без пути")
    world.redmine.remove_step("MANAGER", "NEW", "IN_PROGRESS")
    world.hub.forget_workflow()
    try:
        world.stage(key, "in_work")
        parked = world.listed(key)["position"]
    finally:
        world.redmine.add_step("MANAGER", "NEW", "IN_PROGRESS")
        world.hub.forget_workflow()

    assert world.status(issue) == "NEW"
    assert (parked.code, parked.system) == ("no way", "tracker")
    assert parked.parked.allowed == (world.redmine.env["STATUS_REJECTED"],)


def test_feedback_and_back_does_not_lose_the_stage(world):
    _, issue, key = world.open("Отклик и обратно")
    world.stage(key, "estimate")
    assert world.status(issue) == "IN_PROGRESS"

    world.redmine.update(issue, status_id=world.redmine.env["STATUS_FEEDBACK"])
    world.hub.sync()
    world.redmine.update(issue, status_id=world.redmine.env["STATUS_IN_PROGRESS"])
    world.hub.sync()

    assert world.hub.case(key).entity.facts["stage"].value == "estimate"
    assert world.status(issue) == "IN_PROGRESS"


class PersonAfterWrite(httpx.AsyncBaseTransport):
    """A way to the tracker on which, once, a person edits right after our PUT has been carried out."""

    def __init__(self, edit):
        self.inner = httpx.AsyncHTTPTransport()
        self.edit = edit

    async def handle_async_request(self, request):
        answer = await self.inner.handle_async_request(request)
        if request.method == "PUT" and self.edit is not None:
            edit, self.edit = self.edit, None
            await asyncio.to_thread(edit)
        return answer

    async def aclose(self):
        await self.inner.aclose()


def test_an_edit_between_our_write_and_its_read_back_is_not_lost(world):
    deal, issue, key = world.open("Гонка")
    world.tryton.write(deal, description="Имя от хаба")

    person = PersonAfterWrite(lambda: world.redmine.update(issue, subject="Имя от человека", due_date="2027-05-05"))
    world.hub.sync(tracker=person)
    world.hub.sync()

    whole = world.hub.case(key)
    assert world.redmine.issue(issue)["subject"] == "Имя от человека"
    assert world.tryton.opportunity(deal, "description")["description"] == "Имя от хаба"
    assert {party.system: party.value for party in whole.entity.conflicts["title"].parties} == {
        "hub": "Имя от хаба",
        "tracker": "Имя от человека",
    }
    assert str(whole.entity.facts["closes_on"].value) == "2027-05-05"  # the rest of that edit went its way


def test_a_deleted_issue_leaves_the_deal_and_is_told(world):
    deal, issue, key = world.open("Удалённая")
    world.redmine.delete(issue)

    world.hub.sync(full=True)
    world.hub.sync()

    assert world.listed(key)[""].code == "gone"
    assert world.tryton.opportunity(deal, "description")["description"] == "Удалённая"
    assert [link.tombstone for link in world.hub.case(key).links if link.system == "tracker"] == [True]
    assert [i for i in world.redmine.issues() if i["subject"] == "Удалённая"] == []


def test_an_issue_moved_out_of_the_project_is_neither_gone_nor_made_again(world):
    _, issue, key = world.open("Переехавшая")
    world.redmine.move(issue)

    world.hub.sync(full=True)
    world.hub.sync()

    [link] = [link for link in world.hub.case(key).links if link.system == "tracker"]
    assert not link.tombstone
    assert len([i for i in world.redmine.issues() if i["subject"] == "Переехавшая"]) == 1
    assert [entry.code for entry in world.listed(key).values()] == ["refused"]


def test_a_renamed_status_keeps_working_and_is_told(world):
    _deal, issue, key = world.open("Переименование")
    world.redmine.rename_status("IN_PROGRESS", "Doing")
    world.hub.forget_discovery()
    try:
        report = world.stage(key, "in_work")
    finally:
        world.redmine.rename_status("IN_PROGRESS", "In Progress")
        world.hub.forget_discovery()

    assert world.status(issue) == "IN_PROGRESS"
    assert ["'In Progress' is called 'Doing'" in notice for notice in report.notices] == [True]


def test_a_wrong_key_stops_the_tracker_alone_and_loses_nothing(world):
    deal, issue, _key = world.open("Чужой ключ")
    world.tryton.write(deal, description="Новое имя")
    wrong = world.hub.with_env(REDMINE_KEY_HUB="0" * 40)

    report = wrong.sync()
    untouched = world.redmine.issue(issue)["subject"]
    world.hub.sync()

    assert (report.refused_us, untouched) == ({"tracker"}, "Чужой ключ")
    assert "0000" not in json.dumps(report.as_json())
    assert world.redmine.issue(issue)["subject"] == "Новое имя"


def test_lowered_rights_park_the_write_and_a_retry_carries_it_out(world):
    deal, issue, key = world.open("Без прав")
    for right in EDITING:
        world.redmine.permit("MANAGER", right, allowed=False)
    try:
        world.tryton.write(deal, description="Нельзя записать")
        world.hub.sync()
        parked = world.listed(key)
        quiet = world.hub.sync()
    finally:
        for right in EDITING:
            world.redmine.permit("MANAGER", right, allowed=True)

    world.hub.retry(key, "tracker", "title")
    world.hub.sync()

    assert parked["title"].system == "tracker"
    assert quiet.writing["tracker"] == 0
    assert world.redmine.issue(issue)["subject"] == "Нельзя записать"
    assert world.listed(key) == {}
