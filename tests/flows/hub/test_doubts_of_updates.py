"""Updates without an answer, edits in the same moment, records that are gone in between: nobody's edit is lost."""

import pytest

from connectors.errors import RetryLater
from connectors.memory.traits import KindTraits
from flows.hub.casework import set_value
from state import attention
from tests.fault_builders import (
    Clock,
    Hook,
    after,
    at_peace,
    failing,
    titles,
    told,
)
from tests.hub_builders import HUB, a_deal, a_hub

LOST = RetryLater("POST /records was not answered within 30 s; it may have been carried out", system="trk", sent=True)


def a_world(tmp_path, **settings):
    hub = a_hub(tmp_path, clock=Clock(), **settings)
    hub.systems["crm"].create("record", a_deal())
    return hub


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
    lost = [(one.old, one.new, one.by) for one in told(hub) if one.what == "overwritten"]
    assert lost == [("От человека", "Новое имя", "Иванов")]
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
