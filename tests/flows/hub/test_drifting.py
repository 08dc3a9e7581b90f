"""Drift: nobody moved, and yet they differ. The full read tells it; only an applied plan repairs it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from flows.hub.applying import Applying, apply_plan
from flows.hub.drifting import look_for_drift
from flows.hub.plan_file import read_plan, write_plan
from flows.hub.planning import make_plan
from flows.hub.rewording import not_at_rest
from flows.hub.standing import status
from flows.hub.telling import Words
from mappings.exchange import SystemPerson
from state import attention
from tests.hub_builders import PEOPLE, a_clock, a_deal, a_hub


@pytest.fixture
def world(tmp_path):
    """Two cases whose owner, person 7 of the tracker, is another person since: 7 is Bob now, and Ann is 9."""
    late, ticking = [timedelta(0)], a_clock()
    hub = a_hub(tmp_path, clock=lambda: ticking() + late[0])
    for title in ("Первый", "Второй"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    hub.sync()
    ann, bob = PEOPLE
    hub.systems["trk"].people = (replace(ann, id="9"), SystemPerson("7", "Bob", email=bob.email))
    late[0] = timedelta(hours=2)  # for an hour a system is not asked again what it offers
    return hub


def listed(hub):
    return [(one.key, one.system, one.field, one.code) for one in attention.parked_fields(hub.installation.store)]


DRIFTED = [(f"CASE-{number}", "trk", "owner", "drift") for number in (1, 2)]


def test_a_pass_overlooks_it_and_a_full_read_tells_it_once_and_repairs_nothing(world):
    world.sync()
    overlooked = listed(world)
    writes = world.writes("trk")

    world.sync(full=True)
    since = [one.since for one in attention.parked_fields(world.installation.store)]
    world.sync(full=True)

    assert overlooked == []
    assert sorted(listed(world)) == DRIFTED
    assert [one.since for one in attention.parked_fields(world.installation.store)] == since
    assert world.writes("trk") == writes


def test_a_plan_shows_the_repair_with_its_reason_and_an_applied_one_carries_it_out(world, tmp_path):
    world.sync(full=True)

    async def plan(wired):
        found = await make_plan(wired)
        write_plan(tmp_path / "plan.yaml", found, Words(wired.shape, "UTC", wired.clock()))
        return found

    async def apply(wired):
        return await apply_plan(wired, read_plan(tmp_path / "plan.yaml"), Applying())

    found = world.wired(plan)
    text = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    world.wired(apply)

    assert [(w.name, one.field, one.expected, one.view) for w in found.writes for one in w.fields] == [
        ("CASE-1", "owner", "7", "9"),
        ("CASE-2", "owner", "7", "9"),
    ]
    assert text.count("drift: nobody moved") == 2
    assert [issue["owner"] for issue in world.records("trk").values()] == ["9", "9"]
    assert listed(world) == []
    assert world.sync(full=True).updated["trk"] == 0


def test_a_full_read_in_which_all_is_well_writes_nothing(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.sync()
    revision = hub.installation.store

    with revision.read() as conn:
        before = conn.exec_driver_sql("select revision, claimed_until from entity").all()
    hub.sync(full=True)
    with revision.read() as conn:
        assert conn.exec_driver_sql("select revision, claimed_until from entity").all() == before


def others(hub):
    """The cases that the next full read would judge; None: all."""
    return hub.wired(not_at_rest)


def test_while_the_words_stay_only_what_could_not_be_judged_is_looked_at_again(world):
    unmet = others(world)  # the words are others already, and no pass has worked in them yet
    world.sync()
    reworded = others(world)
    world.sync(full=True)
    drifted = len(others(world))

    assert (unmet, reworded, drifted) == (None, None, 2)


def test_a_full_read_of_cases_that_are_at_rest_asks_for_none_of_them(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    hub.sync()

    def look(wired):
        with wired.store.recorded() as texts:
            look_for_drift(wired)
        return texts

    assert others(hub) == []
    assert not any("entity" in text for text in hub.wired(look))


def test_a_record_that_comes_back_is_looked_at_once_more(tmp_path):
    hub = a_hub(tmp_path)
    for number in range(12):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True, approved=True)
    away = others(hub)
    hub.systems["trk"].restore("record", "1")
    hub.systems["trk"].edit("record", "1", {"next_step": "КП"})
    hub.sync()
    back = others(hub)

    assert away == []
    assert len(back) == 1
    assert hub.wired(lambda wired: (look_for_drift(wired), not_at_rest(wired))) == (0, [])


def test_status_tells_how_much_has_drifted_since_when_and_where(world):
    world.sync(full=True)

    found = asyncio.run(status(world.installation, ask=False)).drift

    assert (found.fields, found.cases) == (2, 2)
    assert found.places == (("trk", "owner", 2),)
    assert found.oldest == min(one.since for one in attention.parked_fields(world.installation.store))
