"""A pass over items, notes and clients that dies between any two steps: what hangs on a case is made once."""

import pytest

from flows.hub.items import add_item
from state import attention, outbox
from tests.fault_builders import Clock
from tests.flows.hub.test_kills import Death, Killed, World, carry_on, steps_of
from tests.hub_builders import a_deal
from tests.kinds_builders import KINDS, a_case, a_task, those

SEVERAL = 4
"""A step in so many is tried, all of them with ``--hypothesis-profile=thorough``."""


def in_the_middle_of_things(tmp_path):
    """A new deal with a task and a comment; under an old one a task, a comment, an item of the hub; a company."""
    hub, _, issue = a_case(tmp_path, clock=Clock(), hub=KINDS)
    crm, trk = hub.systems["crm"], hub.systems["trk"]
    trk.create("record", a_task(issue, "Старая"))
    hub.sync()
    crm.clock.ahead(minutes=10)
    new = crm.create("record", a_deal("Новое дело"))
    crm.create("task", {"title": "Смета", "done": "no", "parent": new})
    crm.create("comment", {"text": "С чего начнём?", "parent": new})
    trk.create("record", a_task(issue, "Созвон"))
    trk.create("comment", {"text": "Готово", "parent": issue})
    trk.edit("record", "2", {"status": "Closed"})
    crm.create("company", {"name": "ООО «Ромашка»"})
    hub.wired(lambda wired: add_item(wired, hub.case(), {"title": "От хаба"}, by="ann"))
    return World.of(hub)


def check(world):
    """Everything is there once, on both sides, under its own case, and nobody is asked anything."""
    hub = world.hub
    issues = {views["title"]: views for views in hub.records("trk").values()}
    assert sorted(views["title"] for views in hub.records("trk").values()) == sorted(
        ["Внедрение CRM", "Новое дело", "Старая", "Созвон", "Смета", "От хаба"]
    )
    assert sorted(views["title"] for views in hub.records("crm", "task").values()) == ["Смета", "Созвон", "Старая"]
    for system in ("crm", "trk"):
        comments = hub.records(system, "comment").values()
        assert sorted(views["text"] for views in comments) == ["Готово", "С чего начнём?"], system
        assert [views["name"] for views in hub.records(system, "company").values()] == ["ООО «Ромашка»"], system
    above = {name: views["title"] for name, views in hub.records("trk").items()}
    assert {title: above[views["parent"]] for title, views in issues.items() if "parent" in views} == {
        "Старая": "Внедрение CRM",
        "Созвон": "Внедрение CRM",
        "От хаба": "Внедрение CRM",
        "Смета": "Новое дело",
    }
    assert [views["done"] for views in hub.records("crm", "task").values() if views["title"] == "Старая"] == ["yes"]
    assert [len(those(hub, "note", key)) for key in ("CASE-1", "CASE-2")] == [1, 1]
    assert attention.parked_fields(hub.installation.store) == ()
    assert outbox.open_writes(hub.installation.store) == ()


def test_what_hangs_on_a_case_is_made_once_wherever_a_pass_died(tmp_path, request):
    world = in_the_middle_of_things(tmp_path)
    last = steps_of(world)
    every = 1 if request.config.getoption("--hypothesis-profile") == "thorough" else SEVERAL
    assert last > 40, "a pass with a lot to do"

    for at in range(1, last + 1, every):
        world.again()
        with pytest.raises((Killed, BaseExceptionGroup)):
            world.run(Death(at))
        carry_on(world)
        check(world)
