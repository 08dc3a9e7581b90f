"""What becomes of a case whose record is deleted: detach, restore, close; an edit beats the deletion."""

import pytest

from connectors.errors import RetryLater
from flows.hub.looking import view_case
from state import attention
from tests.fault_builders import Clock, Hook, after, failing
from tests.flows.hub.guard_builders import a_crowd
from tests.hub_builders import HUB


def a_loss(tmp_path, rule, *, system="trk", before=lambda hub: None):
    """A hub whose first case has lost its record in *system*; returns the case's key too."""
    hub = a_crowd(tmp_path, 2, hub=HUB + f"    gone: {rule}\n", clock=Clock())
    [key] = [name for name in ("CASE-1", "CASE-2") if record_of(hub, name, system) == "1"]
    before(hub)
    hub.systems[system].delete("record", "1")
    hub.sync(full=True)
    hub.sync()
    return hub, key


def record_of(hub, key, system):
    return next(link.external_id for link in hub.case(key).links if link.system == system)


def other(hub, key):
    """The id of the case's deal."""
    return record_of(hub, key, "crm")


def gone_entries(hub):
    return [one.text for one in attention.parked_fields(hub.installation.store) if one.code == "gone"]


def test_detach_leaves_the_others_and_says_so(tmp_path):
    hub, key = a_loss(tmp_path, "detach")

    assert hub.facts(key)["outcome"] == "open"
    assert len(hub.records("trk")) == 1
    assert hub.records("crm")[other(hub, key)]["stage"] == "PREP"
    [text] = gone_entries(hub)
    assert f"casehub case unlink {key} trk" in text


def test_restore_makes_the_record_again_under_the_next_generation(tmp_path):
    hub, key = a_loss(tmp_path, "restore")

    [made] = [row for name, row in hub.records("trk").items() if name not in ("1", "2")]
    assert made["title"] == hub.facts(key)["title"]
    assert made["marker"].endswith("2")
    assert hub.case(key).entity.generation == 2
    assert gone_entries(hub) == []


def test_a_record_that_cannot_be_made_again_yet_is_made_as_the_case_stands_by_then(tmp_path):
    def away(request, moment):
        if request.verb in ("create", "update") and moment == "before":
            raise RetryLater("no connection", system="trk")

    def fail(hub):
        hub.systems["trk"].hook = away

    hub, key = a_loss(tmp_path, "restore", before=fail)
    hub.systems["crm"].edit("record", other(hub, key), {"title": "Иначе"})
    hub.sync()
    hub.systems["trk"].hook = lambda request, moment: None
    hub.sync()

    [made] = [row for name, row in hub.records("trk").items() if name not in ("1", "2")]
    assert (made["title"], gone_entries(hub)) == ("Иначе", [])


def test_a_record_that_comes_back_before_it_could_be_made_again_is_not_made_again(tmp_path):
    def away(request, moment):
        if request.verb in ("create", "update") and moment == "before":
            raise RetryLater("no connection", system="trk")

    def fail(hub):
        hub.systems["trk"].hook = away

    hub, key = a_loss(tmp_path, "restore", before=fail)
    hub.systems["trk"].restore("record", "1")
    hub.systems["crm"].edit("record", other(hub, key), {"title": "Иначе"})
    hub.systems["trk"].hook = lambda request, moment: None
    hub.sync()
    hub.sync(full=True)

    assert sorted(hub.records("trk")) == ["1", "2"]
    assert (hub.records("trk")["1"]["title"], gone_entries(hub)) == ("Иначе", [])


def test_close_withdraws_the_case_and_the_other_system_follows(tmp_path):
    hub, key = a_loss(tmp_path, "close", system="crm")

    assert hub.facts(key)["outcome"] == "withdrawn"
    assert hub.records("trk")[record_of(hub, key, "trk")]["status"] == "Rejected"
    assert ["the case is closed" in text for text in gone_entries(hub)] == [True]


@pytest.mark.parametrize("synced", [False, True])
def test_an_edit_newer_than_the_last_agreed_state_beats_the_deletion(tmp_path, synced):  # H50
    def edit(hub):
        for record in hub.records("trk"):
            hub.systems["trk"].edit("record", record, {"next_step": "Ещё работаем"})
        if synced:
            hub.systems["crm"].hook = refuse
            hub.sync()
            hub.systems["crm"].hook = lambda request, moment: None

    def refuse(request, moment):
        if request.verb == "update" and moment == "before":
            raise RetryLater("not now", system="crm")

    hub, key = a_loss(tmp_path, "close", system="crm", before=edit)

    assert hub.facts(key)["outcome"] == "open"
    assert hub.facts(key)["next_step"] == "Ещё работаем"
    assert ["the case is not closed, because it was edited since" in text for text in gone_entries(hub)] == [True]


def test_what_the_sync_does_not_make_is_not_said_to_be_made_again(tmp_path):
    hub, key = a_loss(tmp_path, "restore", system="crm")

    [text] = gone_entries(hub)
    assert f"Restore it there, or `casehub case unlink {key} crm` frees the case" in text
    assert list(hub.records("crm")) == ["2"]


def test_a_tombstone_keeps_and_shows_what_its_record_showed_last(tmp_path):
    def edit(hub):
        hub.systems["trk"].edit("record", "1", {"channel": "последнее слово"})

    hub, key = a_loss(tmp_path, "detach", before=lambda hub: (edit(hub), hub.sync()))

    standings = view_case(hub.installation, key).standings["channel"]
    assert {one.system: one.label for one in standings}["trk"] == "последнее слово"
    assert [link.tombstone for link in hub.case(key).links if link.system == "trk"] == [True]


def test_a_record_that_comes_back_is_the_cases_again_and_compared_as_ever(tmp_path):
    hub, key = a_loss(tmp_path, "detach")
    hub.systems["crm"].edit("record", other(hub, key), {"next_step": "КП"})
    hub.sync()

    hub.systems["trk"].restore("record", "1")
    hub.sync(full=True)

    assert hub.records("trk")["1"]["next_step"] == "КП"
    assert gone_entries(hub) == []


def test_a_record_whose_write_was_in_doubt_while_it_was_gone_is_not_made_again_beside_itself(tmp_path):
    lost = RetryLater("PUT /records/1 was not answered; it may have been carried out", system="trk", sent=True)

    def doubt(hub):
        [key] = [name for name in ("CASE-1", "CASE-2") if record_of(hub, name, "trk") == "1"]
        hub.systems["crm"].edit("record", other(hub, key), {"title": "Иначе"})
        hub.systems["trk"].hook = Hook("update", "after", failing(lost))
        hub.sync()

    hub, _ = a_loss(tmp_path, "restore", before=doubt)
    hub.systems["trk"].restore("record", "1")
    hub.sync()  # the page shows it, while nobody knows yet what became of the write
    hub.systems["trk"].clock.ahead(seconds=5)
    hub.systems["trk"].edit("record", "2", {"next_step": "позвонить"})
    hub.sync()  # and the next pages no more
    for _ in range(4):
        after(hub, minutes=6)

    assert sorted(hub.records("trk")) == ["1", "2"]
    assert (hub.records("trk")["1"]["title"], gone_entries(hub)) == ("Иначе", [])
