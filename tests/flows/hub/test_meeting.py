"""Who is who: records that meet, come, go and come back."""

from flows.hub.casework import Act
from flows.hub.linking import link
from state import attention
from tests.fault_builders import Clock, after
from tests.hub_builders import CRM, TRK, a_deal, a_hub, opened


def test_a_deleted_issue_detaches_and_is_told(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")

    hub.sync(full=True)

    [link] = [link for link in hub.case().links if link.system == "trk"]
    assert link.tombstone
    assert hub.records("crm")[deal]["title"] == "Внедрение CRM"
    assert [e.code for e in attention.parked_fields(hub.installation.store)] == ["gone"]
    assert [issue["title"] for issue in hub.records("trk").values()] == ["Второй"]


def test_a_record_that_comes_back_is_compared_as_ever(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True)
    hub.systems["crm"].edit("record", deal, {"amount": "9"})
    hub.systems["trk"].restore("record", "1")

    hub.sync()

    assert hub.records("trk")["1"]["amount"] == "9"
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_system_that_suddenly_lists_nothing_loses_nothing(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].delete("record", "1")

    report = hub.sync(full=True)

    assert [stop.guard for stop in report.stops] == ["empty"]
    assert not any(link.tombstone for link in hub.case().links)


def test_an_issue_that_is_there_already_is_met_and_not_doubled(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["trk"].create("record", {"title": "внедрение crm", "client": "ООО «Ромашка»", "status": "In Progress"})
    deal = hub.systems["crm"].create("record", a_deal())

    hub.sync()

    assert len(hub.records("trk")) == 1
    assert hub.facts()["stage"] == "in_work"
    assert hub.records("crm")[deal]["stage"] == "EXEC"


NEAR = TRK.replace("[{same: [title, client]}]", "[{same: [title, client], within: 90d}]")
SAME = {"title": "внедрение crm", "client": "ООО «Ромашка»", "status": "In Progress"}


def test_a_case_is_as_old_as_its_deal_where_a_rule_asks_how_far_apart_two_were_made(tmp_path):
    hub = a_hub(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": NEAR})
    hub.systems["trk"].create("record", {**SAME, "created_on": "2025-02-01T09:00:00Z"})
    hub.systems["crm"].create("record", a_deal(created_on="2025-01-10T09:00:00Z"))

    hub.sync()

    assert len(hub.records("trk")) == 1
    assert [link.external_id for link in hub.case().links if link.system == "trk"] == ["1"]


def test_a_deal_of_today_is_not_last_years_issue_of_the_same_name(tmp_path):
    hub = a_hub(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": NEAR})
    hub.systems["trk"].create("record", {**SAME, "created_on": "2025-02-01T09:00:00Z"})
    hub.systems["crm"].create("record", a_deal(created_on="2026-11-21T09:00:00Z"))

    hub.sync()

    assert len(hub.records("trk")) == 2


def test_two_that_might_be_the_same_are_for_a_person(tmp_path):
    hub = a_hub(tmp_path)
    for _ in range(2):
        hub.systems["trk"].create("record", {"title": "Внедрение CRM", "client": "ООО «Ромашка»", "status": "New"})
    hub.systems["crm"].create("record", a_deal())

    hub.sync()
    hub.sync()

    assert len(hub.records("trk")) == 2
    assert {e.record for e in attention.parked_fields(hub.installation.store)} == {"1", "2"}


def test_what_another_record_turned_out_to_be_is_asked_of_nobody_any_more(tmp_path):
    hub = a_hub(tmp_path)
    for _ in range(2):
        hub.systems["trk"].create("record", {"title": "Внедрение CRM", "client": "ООО «Ромашка»", "status": "New"})
    hub.systems["crm"].create("record", a_deal())
    hub.sync()
    owner = hub.case().entity.id

    async def link_by_hand(wired):
        return await link(Act(wired, owner, "ann"), "trk", "2")

    hub.wired(link_by_hand)
    hub.sync()

    assert attention.parked_fields(hub.installation.store) == ()
    hub.systems["crm"].create("record", a_deal())  # whose may be the one that is left
    hub.sync()
    assert [one.external_id for one in hub.case("CASE-2").links] == ["2", "1"]


def test_what_a_mapping_requires_is_asked_for_before_a_record_is_made(tmp_path):
    trk = TRK.replace("fields:\n", "fields:\n  deadline: {at: deadline, as: date, required: true}\n")
    hub = a_hub(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": trk})
    deal = hub.systems["crm"].create("record", a_deal())
    hub.sync()
    [entry] = attention.parked_fields(hub.installation.store)
    assert (hub.records("trk"), "requires deadline" in entry.text) == ({}, True)

    hub.systems["crm"].edit("record", deal, {"deadline": "2026-12-01"})
    hub.sync()

    assert [issue["deadline"] for issue in hub.records("trk").values()] == ["2026-12-01"]
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_record_that_leaves_by_its_rule_is_left_alone_until_it_returns(tmp_path):
    trk = TRK + "leave_when: {next_step: архив}\n"
    hub, deal = opened(tmp_path, mappings={"record.crm.yaml": CRM, "record.trk.yaml": trk})
    hub.systems["trk"].edit("record", "1", {"next_step": "архив"})
    hub.sync()
    hub.systems["crm"].edit("record", deal, {"amount": "5"})
    hub.sync()
    away = hub.records("trk")["1"]["amount"]

    hub.systems["trk"].edit("record", "1", {"next_step": "снова"})
    hub.sync()

    assert (away, hub.records("trk")["1"]["amount"]) == ("150000", "5")
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_clone_with_our_marker_is_listed_and_never_linked(tmp_path):
    hub, _ = opened(tmp_path)
    copy = hub.systems["trk"].clone("record", "1")

    hub.sync()

    assert [(e.system, e.record) for e in attention.parked_fields(hub.installation.store)] == [("trk", copy)]
    assert len(hub.case().links) == 2


def test_a_hub_that_has_lost_its_memory_finds_its_records_again(tmp_path):
    hub, _ = opened(tmp_path)
    (tmp_path / "again").mkdir()
    other = a_hub(tmp_path / "again")
    other.systems.update(hub.systems)

    other.sync()

    assert len(hub.records("trk")) == 1
    assert {link.system for link in other.case().links} == {"crm", "trk"}


def test_a_record_that_the_hub_made_before_its_memory_was_restored_is_listed_where_nobody_matches_it(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["trk"].create("record", {"title": "Портал", "client": "АО «Лютик»", "marker": "ch-0123456789ab-1"})
    hub.systems["trk"].create("record", {"title": "Чужое", "client": "ИП Кот"})
    hub.systems["crm"].create("record", a_deal("Склад"))

    hub.sync()
    hub.sync()

    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.system, entry.record) == ("trk", "1")
    assert "a case that this hub does not know" in entry.text
    assert len(hub.records("trk")) == 3


def test_one_that_a_case_matches_is_found_again_and_not_listed(tmp_path):
    hub = a_hub(tmp_path)
    deal = a_deal("Склад")
    marked = {"title": deal["title"], "client": deal["client"], "marker": "ch-0123456789ab-1"}
    hub.systems["trk"].create("record", marked)
    hub.systems["crm"].create("record", deal)

    hub.sync()

    assert attention.parked_fields(hub.installation.store) == ()
    assert len(hub.records("trk")) == 1


def test_an_issue_that_was_deleted_before_its_case_was_there_is_not_met(tmp_path):
    hub = a_hub(tmp_path, clock=Clock())
    hub.systems["trk"].create("record", {"title": "Внедрение CRM", "client": "ООО «Ромашка»", "status": "New"})
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    after(hub, minutes=5)
    hub.sync(full=True)
    hub.systems["crm"].create("record", a_deal())

    after(hub, minutes=5)

    assert [issue["title"] for issue in hub.records("trk").values()] == ["Внедрение CRM"]
    assert attention.parked_fields(hub.installation.store) == ()


def test_a_copy_that_was_deleted_leaves_the_list(tmp_path):
    hub, _ = opened(tmp_path, clock=Clock())
    copy = hub.systems["trk"].create("record", hub.records("trk")["1"])
    after(hub, minutes=5)
    assert [entry.record for entry in attention.parked_fields(hub.installation.store)] == [copy]
    hub.systems["trk"].delete("record", copy)
    after(hub, minutes=5)

    hub.sync(full=True)

    assert attention.parked_fields(hub.installation.store) == ()
