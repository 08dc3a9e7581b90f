"""Writes of which nobody knows whether they arrived: one purpose, one record, and nobody's edit is lost."""

import pytest

from connectors.errors import Rejected, RetryLater
from connectors.memory.traits import KindTraits
from flows.hub import linking, parking
from flows.hub.casework import Act, set_value
from state import attention, cases, history, outbox
from tests.fault_builders import Clock, Hook, elsewhere, failing
from tests.hub_builders import HUB, a_deal, a_hub

LOST = RetryLater("POST /records was not answered within 30 s; it may have been carried out", system="trk", sent=True)
NOT_SENT = RetryLater("POST /records did not reach the server; try again later", system="trk")


def a_world(tmp_path, **settings):
    hub = a_hub(tmp_path, clock=Clock(), **settings)
    hub.systems["crm"].create("record", a_deal())
    return hub


def after(hub, **time):
    """The next pass, some time later."""
    hub.systems["trk"].clock.ahead(**time)
    return hub.sync()


def titles(hub, system="trk"):
    return sorted(views["title"] for views in hub.records(system).values())


def attention_of(hub):
    store = hub.installation.store
    return [(e.system, e.field, e.code) for e in (*attention.conflicts(store), *attention.parked_fields(store))]


def told(hub, what, key="CASE-1"):
    lines = history.history(hub.installation.store, entity=hub.case(key).entity.id)
    return [line.event for line in lines if line.event.what == what]


def at_peace(hub):
    """A pass has nothing to do, and nothing is open."""
    report = hub.sync()
    assert (sum(report.writing.values()), attention_of(hub)) == (0, [])
    assert outbox.open_writes(hub.installation.store) == ()
    return True


# --- creates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lag", [0.0, 90.0])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_create_without_an_answer_ends_in_one_record(tmp_path, moment, lag):
    hub = a_world(tmp_path, traits={"trk": KindTraits(index_lag=lag)})
    hub.systems["trk"].hook = Hook("create", moment, failing(LOST))

    unclear = hub.sync()
    hub.systems["trk"].clock.ahead(seconds=1)
    hub.systems["trk"].create("record", {"title": "Что-то новее"})  # a search that may lag has shown what came later
    hub.sync()
    for _ in range(4):
        after(hub, minutes=3)

    assert unclear.in_doubt == 1
    assert titles(hub) == ["Внедрение CRM", "Что-то новее"]
    assert [views["link"].startswith("memory://trk/record/") for views in hub.records("crm").values()] == [True]
    assert at_peace(hub)


def test_while_a_create_is_in_doubt_it_is_not_sent_again_and_the_rest_goes_on(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "before", failing(LOST))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    hub.systems["crm"].create("record", a_deal("Второй"))

    hub.sync()
    soon = titles(hub)
    after(hub, minutes=2)

    assert soon == ["Второй"]
    assert titles(hub) == ["Внедрение CRM", "Второй"]
    assert {views["amount"] for views in hub.records("trk").values()} == {"9", "150000"}
    assert at_peace(hub)


def test_what_was_edited_while_the_create_was_in_doubt_arrives_too(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    hub.systems["trk"].edit("record", "1", {"next_step": "позвонить"})

    after(hub, minutes=2)
    hub.sync()

    assert hub.records("trk")["1"]["amount"] == "9"
    assert hub.records("crm")["1"]["next_step"] == "позвонить"
    assert at_peace(hub)


def test_a_create_that_never_left_is_sent_with_the_next_pass(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "before", failing(NOT_SENT))

    first = hub.sync()
    hub.sync()

    assert first.created["trk"] == 0
    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)


def test_a_system_that_asks_for_patience_gets_it(tmp_path):
    hub = a_world(tmp_path)
    busy = RetryLater("GET /records answered 429; send it again later", system="trk", after=300.0)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    hub.systems["trk"].hook = Hook("get", "before", failing(busy))

    told_to_wait = hub.sync()
    early = hub.sync()
    amounts = hub.records("trk")["1"]["amount"]
    after(hub, minutes=6)

    assert list(told_to_wait.trouble) == ["trk"]
    assert (early.writing["trk"], amounts) == (0, "150000")
    assert hub.records("trk")["1"]["amount"] == "9"
    assert at_peace(hub)


def test_a_record_that_arrives_before_its_create_is_settled_is_no_first_meeting(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    hub.sync()

    report = hub.sync()  # too early to search: the page shows it

    assert report.read["trk"] == 1
    assert titles(hub) == ["Внедрение CRM"]
    after(hub, minutes=2)
    assert at_peace(hub)


def test_a_record_made_again_after_a_deletion_is_taken_over_from_a_page_too(tmp_path):
    hub = a_world(tmp_path, hub=HUB + "    gone: restore\n")
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))

    hub.sync(full=True)
    hub.sync()
    after(hub, minutes=2)

    assert titles(hub) == ["Внедрение CRM", "Второй"]
    [link] = [link for link in hub.case().links if link.system == "trk"]
    assert (link.tombstone, link.external_id) == (False, "3")


def test_when_the_original_is_gone_its_copy_takes_its_place(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    copy = hub.systems["trk"].clone("record", "1")
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True)
    hub.systems["trk"].edit("record", copy, {"next_step": "позвонить"})

    hub.sync()

    assert hub.records("crm")["1"]["next_step"] == "позвонить"
    assert titles(hub) == ["Внедрение CRM", "Второй"]
    assert at_peace(hub)


def test_a_marker_that_cannot_be_searched_holds_up_its_own_case_only(tmp_path):
    hub = a_world(tmp_path)
    cannot = Rejected("markers cannot be searched; tick the field as a filter", system="trk", whole=True)
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    hub.sync()
    hub.systems["trk"].delete("record", "1")  # so that no page shows it
    hub.systems["trk"].hook = Hook("find", "before", failing(cannot), times=99)
    hub.systems["crm"].create("record", a_deal("Второй"))

    report = after(hub, minutes=2)
    after(hub, minutes=20)

    assert report.trouble == {}
    assert titles(hub) == ["Второй"]
    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.key, entry.system, entry.code) == ("CASE-1", "trk", "in doubt")
    assert "tick the field as a filter" in entry.text


def test_when_the_search_works_again_the_doubt_is_over(tmp_path):
    hub = a_world(tmp_path)
    cannot = Rejected("markers cannot be searched; tick the field as a filter", system="trk", whole=True)
    hub.systems["trk"].hook = Hook("create", "before", failing(LOST))
    hub.sync()
    hub.systems["trk"].hook = Hook("find", "before", failing(cannot))
    after(hub, minutes=2)

    for _ in range(3):
        after(hub, minutes=20)

    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)


def a_hopeless_doubt(tmp_path, moment):
    """A create without an answer, in a system whose search may lag and where nothing new happens."""
    hub = a_world(tmp_path, traits={"trk": KindTraits(index_lag=90.0)})
    hub.systems["trk"].hook = Hook("create", moment, failing(LOST))
    hub.sync()
    for _ in range(3):
        after(hub, minutes=6)
    return hub


def test_a_doubt_that_nobody_can_end_is_told_and_a_person_may_send_it_again(tmp_path):
    hub = a_hopeless_doubt(tmp_path, "before")
    [entry] = attention.parked_fields(hub.installation.store)

    hub.wired(lambda wired: parking.retry(wired, entry, person="ann"))
    after(hub, minutes=6)
    after(hub, minutes=6)

    assert (entry.code, "casehub parked retry CASE-1" in entry.text) == ("in doubt", True)
    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)


def test_a_person_who_finds_the_record_links_it_and_the_doubt_is_over(tmp_path):
    cannot = Rejected("markers cannot be searched; tick the field as a filter", system="trk", whole=True)
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    hub.sync()
    hub.systems["trk"].move_away("record", "1")  # no list shows it
    hub.systems["trk"].hook = Hook("find", "before", failing(cannot), times=99)
    after(hub, minutes=6)
    [entry] = attention.parked_fields(hub.installation.store)

    hub.wired(_link_to_1)
    after(hub, minutes=6)

    assert "casehub case link CASE-1 trk ID" in entry.text
    assert titles(hub) == ["Внедрение CRM"]
    assert hub.records("crm")["1"]["link"] == "memory://trk/record/1"
    assert at_peace(hub)


async def _link_to_1(wired):
    [whole] = cases.cases(wired.store).entities
    await linking.link(Act(wired, whole.entity.id, "ann"), "trk", "1")


def test_a_record_restored_after_it_was_made_again_is_listed_and_not_linked(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    for _ in range(3):
        after(hub, minutes=2)
    hub.systems["trk"].restore("record", "1")

    hub.sync()

    assert titles(hub) == ["Внедрение CRM", "Внедрение CRM", "Второй"]
    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.record, "CASE-1" in entry.text) == ("1", True)


# --- updates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_update_without_an_answer_is_read_back(tmp_path, moment):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", moment, failing(LOST))

    unclear = hub.sync()
    after(hub, minutes=2)

    assert unclear.in_doubt == 1
    assert titles(hub) == ["Новое имя"]
    assert at_peace(hub)


def test_an_own_write_in_doubt_is_not_taken_for_an_edit(tmp_path):
    hub = a_world(tmp_path, hub=HUB.replace("title: park", "title: {home: trk}"))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Икс"})
    hub.systems["trk"].hook = Hook("update", "after", failing(LOST))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Игрек"})

    hub.sync()
    after(hub, minutes=2)
    hub.sync()

    assert titles(hub, "crm") == titles(hub, "trk") == ["Игрек"]
    assert at_peace(hub)


def test_an_edit_over_an_update_in_doubt_is_asked_about(tmp_path):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "after", failing(LOST))
    hub.sync()
    hub.systems["trk"].edit("record", "1", {"title": "От человека"})

    after(hub, minutes=2)
    hub.sync()

    assert (titles(hub, "crm"), titles(hub)) == (["Новое имя"], ["От человека"])
    [entry] = attention.conflicts(hub.installation.store)
    assert {party.system: party.value for party in entry.conflict.parties} == {"hub": "Новое имя", "trk": "От человека"}


def test_the_other_systems_of_a_case_with_a_doubt_go_on(tmp_path):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    hub.systems["trk"].hook = Hook("update", "before", failing(LOST))
    hub.sync()
    hub.act("CASE-1", lambda act: set_value(act, "next_step", "позвонить"))

    hub.sync()

    assert hub.records("crm")["1"]["next_step"] == "позвонить"
    assert hub.records("trk")["1"].get("next_step") is None
    after(hub, minutes=2)
    assert hub.records("trk")["1"]["next_step"] == "позвонить"
    assert at_peace(hub)


def test_an_edit_between_our_write_and_its_read_back_touches_its_own_field_only(tmp_path):
    hub = a_world(tmp_path)
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя"})
    trk = hub.systems["trk"]
    trk.hook = Hook("update", "after", lambda: trk.edit("record", "1", {"amount": "99"}))

    hub.sync()
    hub.sync()

    assert hub.records("crm")["1"]["amount"] == "99"
    assert titles(hub) == ["Новое имя"]
    assert at_peace(hub)


LOGGED = KindTraits(workflow={"status": {"New": ("In Progress",)}})
"""The log is looked at where a status moved."""


def test_an_edit_that_our_write_overwrote_is_in_the_history_and_on_the_list(tmp_path):
    hub = a_world(tmp_path, traits={"trk": LOGGED})
    hub.sync()
    trk = hub.systems["trk"]
    trk.clock.ahead(minutes=1)
    trk.edit("record", "1", {"next_step": "давно учтено"})
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя", "next_step": "второе", "stage": "EXEC"})
    trk.hook = Hook("update", "before", lambda: trk.edit("record", "1", {"title": "От человека"}, by="Иванов"))

    hub.sync()
    hub.sync()

    assert (titles(hub), hub.records("trk")["1"]["next_step"]) == (["Новое имя"], "второе")
    assert [(one.old, one.new, one.by) for one in told(hub, "overwritten")] == [("От человека", "Новое имя", "Иванов")]
    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.key, entry.system, entry.field, entry.code) == ("CASE-1", "trk", "title", "overwritten")
    assert "casehub case set CASE-1 title" in entry.text
    assert "Иванов" in entry.text


def test_what_was_overwritten_is_off_the_list_when_somebody_has_answered(tmp_path):
    hub = a_world(tmp_path, traits={"trk": LOGGED})
    hub.sync()
    trk = hub.systems["trk"]
    hub.systems["crm"].edit("record", "1", {"title": "Новое имя", "stage": "EXEC"})
    trk.hook = Hook("update", "before", lambda: trk.edit("record", "1", {"title": "От человека"}, by="Иванов"))
    hub.sync()

    hub.act("CASE-1", lambda act: set_value(act, "title", "От человека"))
    hub.sync()

    assert titles(hub) == titles(hub, "crm") == ["От человека"]
    assert at_peace(hub)


# --- gone in between -------------------------------------------------------------------------------------------------


def test_a_write_that_met_a_deleted_record_is_made_when_it_is_restored(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    trk = hub.systems["trk"]
    trk.hook = Hook("get", "before", lambda: trk.delete("record", "1"))
    hub.sync()
    [gone] = attention.parked_fields(hub.installation.store)
    trk.restore("record", "1")

    hub.sync()

    assert gone.code == "gone"
    assert hub.records("trk")["1"]["amount"] == "9"
    assert at_peace(hub)


def test_a_merged_record_is_told_with_the_one_that_it_went_into(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["crm"].merge("record", "1", into="2")

    hub.sync(full=True)
    hub.systems["crm"].edit("record", "2", {"amount": "9"})
    hub.sync()

    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.key, entry.code, "merged into #2" in entry.text) == ("CASE-1", "gone", True)
    assert {views["title"]: views["amount"] for views in hub.records("trk").values()} == {
        "Внедрение CRM": "150000",
        "Второй": "9",
    }


def test_a_record_that_moved_to_another_number_keeps_its_case(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    trk = hub.systems["trk"]
    moved = trk.clone("record", "1")
    trk.move_away("record", moved)  # the hub has not met it
    trk.merge("record", "1", into=moved)
    trk.move_away("record", moved, away=False)

    hub.sync(full=True)
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    hub.sync()

    assert [link.external_id for link in hub.case().links if link.system == "trk"] == [moved]
    assert hub.records("trk")[moved]["amount"] == "9"


def test_out_of_scope_and_back_nothing_is_lost(tmp_path):
    hub = a_world(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].move_away("record", "1")
    hub.sync(full=True)
    hub.systems["crm"].edit("record", "1", {"amount": "9"})
    hub.sync()

    hub.systems["trk"].move_away("record", "1", away=False)
    hub.sync(full=True)

    assert hub.records("trk")["1"]["amount"] == "9"
    assert titles(hub) == ["Внедрение CRM", "Второй"]
    assert at_peace(hub)


def test_two_workers_never_send_one_create_twice(tmp_path):
    hub = a_world(tmp_path)
    trk = hub.systems["trk"]
    trk.hook = Hook("create", "before", elsewhere(hub.sync))

    hub.sync()

    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)
