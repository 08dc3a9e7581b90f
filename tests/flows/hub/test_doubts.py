"""Creates of which nobody knows whether they arrived: one purpose, one record."""

import pytest

from connectors.errors import Rejected, RetryLater
from connectors.memory.traits import KindTraits
from flows.hub import linking, parking
from flows.hub.casework import Act, Busy
from state import attention, cases, outbox
from tests.fault_builders import (
    Clock,
    Hook,
    after,
    at_peace,
    elsewhere,
    failing,
    titles,
)
from tests.hub_builders import HUB, a_deal, a_hub

LOST = RetryLater("POST /records was not answered within 30 s; it may have been carried out", system="trk", sent=True)


def a_world(tmp_path, **settings):
    hub = a_hub(tmp_path, clock=Clock(), **settings)
    hub.systems["crm"].create("record", a_deal())
    return hub


NOT_SENT = RetryLater("POST /records did not reach the server; try again later", system="trk")


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


def test_what_another_worker_is_finding_out_about_is_not_said_to_be_tried_again(tmp_path):
    hub = a_hopeless_doubt(tmp_path, "before")
    store = hub.installation.store
    [entry] = attention.parked_fields(store)
    store.clock.ahead(minutes=6)
    outbox.doubtful(store, store.worker(), systems=["trk"])

    with pytest.raises(Busy, match="finding out"):
        hub.wired(lambda wired: parking.retry(wired, entry, person="ann"))

    assert attention.parked_fields(store) == (entry,)


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


def test_two_workers_never_send_one_create_twice(tmp_path):
    hub = a_world(tmp_path)
    trk = hub.systems["trk"]
    trk.hook = Hook("create", "before", elsewhere(hub.sync))

    hub.sync()

    assert titles(hub) == ["Внедрение CRM"]
    assert at_peace(hub)
