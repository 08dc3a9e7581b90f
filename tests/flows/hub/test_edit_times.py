"""The policy `newest` in a hub: who was last wins, by readings or by change logs; what cannot be told is parked."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.memory.traits import KindTraits
from flows.hub.planning import make_plan
from tests.hub_builders import HUB, a_deal, a_hub

NEWEST = HUB.replace("default: {home: crm}", "default: newest")
UNLOGGED = KindTraits(change_log=False)


class Clock:
    """A clock that the test turns."""

    def __init__(self):
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(milliseconds=10)
        return self.now

    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)


def a_pair(tmp_path, traits=UNLOGGED, hub=NEWEST):
    clock = Clock()
    made = a_hub(tmp_path, hub=hub, clock=clock, traits={"crm": traits, "trk": traits})
    made.systems["crm"].create("record", a_deal(next_step="старое"))
    made.sync()
    made.sync()
    clock.wait(10)
    made.sync()
    return made, clock


def edit(hub, system, view):
    hub.systems[system].edit("record", "1", {"next_step": view})


def steps(hub):
    return {hub.records(system)["1"]["next_step"] for system in ("crm", "trk")}


def logs(hub, system):
    """Count the change logs that the hub asks for."""
    asked = []
    hub.systems[system].hook = lambda request, moment: asked.append(request) if request.verb == "log" else None
    return asked


def test_two_edits_of_one_pass_without_logs_are_a_persons_to_decide(tmp_path):
    hub, clock = a_pair(tmp_path)
    edit(hub, "crm", "раньше")
    clock.wait(30)
    edit(hub, "trk", "позже")

    hub.sync()

    assert list(hub.case().entity.conflicts) == ["next_step"]


@pytest.mark.parametrize(("first", "last"), [("crm", "trk"), ("trk", "crm")])
def test_an_edit_that_came_after_the_last_reading_of_the_other_wins(tmp_path, first, last):
    hub, clock = a_pair(tmp_path)
    edit(hub, first, "раньше")
    clock.wait(30)
    hub.systems[first].locked_out = True  # its edit is read late, and stamped early
    hub.sync()
    clock.wait(10)
    edit(hub, last, "позже")
    hub.systems[first].locked_out = False

    hub.sync()
    hub.sync()

    assert steps(hub) == {"позже"}


@pytest.mark.parametrize(("first", "last"), [("crm", "trk"), ("trk", "crm")])
def test_a_change_log_tells_two_edits_apart(tmp_path, first, last):
    hub, clock = a_pair(tmp_path, KindTraits())
    edit(hub, first, "раньше")
    clock.wait(5)
    edit(hub, last, "позже")
    clock.wait(5)
    hub.systems[first].edit("record", "1", {"channel": "другое поле"})  # its stamp is the newer one now: H22

    hub.sync()

    assert steps(hub) == {"позже"}
    assert hub.case().entity.conflicts == {}


def test_a_log_is_asked_only_in_a_conflict_and_once(tmp_path):
    hub, clock = a_pair(tmp_path, KindTraits())
    asked = logs(hub, "crm")
    edit(hub, "trk", "одна правка")
    hub.sync()
    assert asked == []

    edit(hub, "crm", "почти")
    edit(hub, "trk", "сразу")
    counted = hub.sync().requests["crm"]
    hub.sync()
    hub.sync()

    assert len(asked) == 2  # before and after the request
    assert counted >= 2
    assert list(hub.case().entity.conflicts) == ["next_step"]
    clock.wait(1)


def test_our_own_writes_are_nobodys_edits(tmp_path):
    hub, clock = a_pair(tmp_path, KindTraits())
    edit(hub, "trk", "раньше")
    clock.wait(5)
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.sync(only="crm")
    clock.wait(5)
    edit(hub, "crm", "позже")

    hub.sync()
    hub.sync()

    assert steps(hub) == {"позже"}


def test_a_hub_without_newest_asks_no_log(tmp_path):
    hub, _ = a_pair(tmp_path, KindTraits(), HUB)
    asked = logs(hub, "crm") + logs(hub, "trk")
    edit(hub, "crm", "а")
    edit(hub, "trk", "б")

    hub.sync()

    assert asked == []


def test_a_plan_asks_the_logs_too_and_shows_what_the_pass_then_writes(tmp_path):
    hub, clock = a_pair(tmp_path, traits=KindTraits())
    edit(hub, "crm", "раньше")
    clock.wait(30)
    edit(hub, "trk", "позже")

    async def planned(wired):
        return await make_plan(wired)

    made = hub.wired(planned)
    hub.sync()

    assert made.conflicts == 0
    assert [(one.system, [write.view for write in one.fields]) for one in made.writes] == [("crm", ["позже"])]
    assert steps(hub) == {"позже"}
