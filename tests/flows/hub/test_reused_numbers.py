"""A system that gives the number of a deleted record to a new one: the new one is nobody's old record."""

from dataclasses import replace

from flows.hub.planning import make_plan
from state import attention, history
from tests.fault_builders import Clock
from tests.hub_builders import a_deal, a_hub

LATER = "2026-11-21T12:00:00Z"
EARLIER = "2026-11-21T08:00:00Z"


def a_world(tmp_path):
    """Two cases; the issue of the first is deleted, and the hub knows it. What is made next gets number 1 again."""
    hub = a_hub(tmp_path, clock=Clock())
    for title in ("Внедрение CRM", "Второй"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True)
    return hub


def a_stranger(hub, title="Чужая задача", system="trk", **views):
    """A person makes a record, and the system gives it the lowest free number."""
    hub.systems[system].next_id = 1
    hub.systems[system].clock.ahead(hours=5)
    return hub.systems[system].create("record", {"title": title, "status": "New", **views})


def link_of(hub, key="CASE-1", system="trk"):
    [link] = [link for link in hub.case(key).links if link.system == system]
    return link


def test_a_new_record_under_the_number_of_a_dead_one_is_a_stranger(tmp_path):
    hub = a_world(tmp_path)
    a_stranger(hub, amount="777", currency="RUB", created_on=LATER)

    hub.sync()
    quiet = hub.sync()

    assert link_of(hub).tombstone
    assert (hub.records("crm")["1"]["title"], hub.records("crm")["1"]["amount"]) == ("Внедрение CRM", "150000")
    assert hub.records("trk")["1"] == {**hub.records("trk")["1"], "title": "Чужая задача", "amount": "777"}
    assert sum(quiet.writing.values()) == 0
    assert "its number was given to another record" in [
        line.event.cause for line in history.history(hub.installation.store, entity=hub.case().entity.id)
    ]


def test_the_record_that_comes_back_under_its_number_is_the_old_one(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].restore("record", "1")
    hub.systems["trk"].edit("record", "1", {"created_on": EARLIER, "next_step": "позвонить"})

    hub.sync()

    assert not link_of(hub).tombstone
    assert hub.records("crm")["1"]["next_step"] == "позвонить"


def test_without_a_stamp_of_its_making_it_is_taken_for_the_old_one(tmp_path):
    hub = a_world(tmp_path)
    a_stranger(hub, title="Внедрение CRM", client="ООО «Ромашка»", next_step="позвонить")

    hub.sync()

    assert not link_of(hub).tombstone


def test_another_cases_marker_says_that_it_is_a_copy_of_that(tmp_path):
    hub = a_world(tmp_path)
    copied = hub.records("trk")["2"]
    hub.systems["trk"].next_id = 1
    hub.systems["trk"].create("record", {**copied})

    hub.sync()

    listed = {entry.record: entry.text for entry in attention.parked_fields(hub.installation.store) if not entry.entity}
    assert link_of(hub).tombstone
    assert list(listed) == ["1"]
    assert "CASE-2" in listed["1"]
    assert hub.facts()["title"] == "Внедрение CRM"


def test_it_is_found_out_even_before_the_hub_knew_that_the_old_one_was_gone(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    for title in ("Внедрение CRM", "Второй"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    a_stranger(hub, created_on=LATER)

    hub.sync()
    hub.sync()

    assert link_of(hub).tombstone
    assert hub.facts()["title"] == hub.records("crm")["1"]["title"] == "Внедрение CRM"
    assert hub.records("trk")["1"]["title"] == "Чужая задача"
    assert [entry.code for entry in attention.parked_fields(hub.installation.store)] == ["gone"]


def test_a_deal_under_a_used_number_opens_a_case_of_its_own(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    for title in ("Внедрение CRM", "Второй"):
        hub.systems["crm"].create("record", a_deal(title))
    hub.sync()
    hub.systems["crm"].delete("record", "1")
    hub.sync(full=True)
    a_stranger(hub, **{**a_deal("Новая сделка"), "title": "Новая сделка"}, system="crm", created_on=LATER)

    hub.sync()

    assert hub.facts("CASE-3")["title"] == "Новая сделка"
    assert sorted(issue["title"] for issue in hub.records("trk").values()) == [
        "Внедрение CRM",
        "Второй",
        "Новая сделка",
    ]


def test_a_revision_is_no_stamp_to_compare_with(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    trk = hub.systems["trk"]
    trk.kinds["record"] = replace(trk.kinds["record"], conditional_writes=True)
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    trk.edit("record", "1", {"created_on": LATER, "next_step": "позвонить"})

    hub.sync()

    assert not link_of(hub).tombstone
    assert hub.records("crm")["1"]["next_step"] == "позвонить"


def test_a_plan_sees_the_stranger_too_and_stores_nothing(tmp_path):
    hub = a_world(tmp_path)
    a_stranger(hub, amount="777", currency="RUB", created_on=LATER)

    plan = hub.wired(make_plan)

    assert plan.writes == ()
    assert link_of(hub).external_id == "1"
