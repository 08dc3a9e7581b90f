"""Linking by hand, where others have a word in it."""

import pytest

from flows.hub.casework import Act, Busy, set_value
from flows.hub.linking import Unlinkable, link, unlink
from state import claims, outbox
from tests.hub_builders import a_deal, a_hub


@pytest.fixture
def hub(tmp_path):
    made = a_hub(tmp_path)
    made.systems["crm"].create("record", a_deal())
    made.sync()
    return made


def test_a_case_that_another_worker_decides_is_not_unlinked(hub):
    store = hub.installation.store

    def work(wired):
        act = Act(wired, hub.case().entity.id, "ann")
        other = store.worker()
        batch = claims.claim(store, other, scopes=wired.scopes, limit=1, only=[act.entity])
        with pytest.raises(Busy):
            unlink(act, "trk")
        claims.release(store, other, entities=[one.entity.id for one in batch.cases])
        unlink(act, "trk")

    hub.wired(work)
    assert [one.system for one in hub.case().links] == ["crm"]


def test_a_case_with_an_open_write_there_waits_for_its_end(hub):
    store = hub.installation.store

    def plan_and_send(wired):
        act = Act(wired, hub.case().entity.id, "ann")
        set_value(act, "next_step", "позвонить")
        outbox.take(store, wired.worker, system="trk", limit=1)
        with pytest.raises(Unlinkable, match="a write to it is on its way"):
            unlink(act, "trk")

    hub.wired(plan_and_send)
    assert len(hub.case().links) == 2


def test_a_record_of_another_case_is_not_linked(hub):
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.act("CASE-2", lambda act: unlink(act, "trk"))

    async def work(wired):
        await link(Act(wired, hub.case("CASE-2").entity.id, "ann"), "trk", "1")

    with pytest.raises(Unlinkable, match=r"#1 of trk is CASE-1's; `casehub case unlink CASE-1 trk` first"):
        hub.wired(work)


def test_a_linked_record_is_compared_and_nothing_is_lost(hub):
    hub.act("CASE-1", lambda act: unlink(act, "trk"))
    other = hub.systems["trk"].create("record", {"title": "Задача", "status": "Resolved", "next_step": "КП"})

    async def work(wired):
        return await link(Act(wired, hub.case().entity.id, "ann"), "trk", other)

    done = hub.wired(work)
    hub.sync()

    assert (done.case, done.record) == ("CASE-1", other)
    assert hub.records("crm")["1"]["next_step"] == "КП"
    assert hub.facts()["stage"] == "defence"
    assert "title" in hub.case().entity.conflicts
