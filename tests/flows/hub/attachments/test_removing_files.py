"""`gone: close`: a copy follows its source; what people have put somewhere is never deleted."""

import pytest

from connectors.errors import RetryLater
from tests.fault_builders import Hook, failing
from tests.flows.hub.attachments.files_world import sharing


def copied(folder, rule="close"):
    """A hub with one file on both sides, put there by a person in the CRM."""
    hub, deal = sharing(folder, rest=f"    gone: {rule}\n")
    hub.attach("crm", deal, "Итого: 100")
    hub.sync()
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "Итого: 100"}
    return hub, deal


@pytest.mark.parametrize(("rule", "stays"), [("close", False), ("detach", True)])
def test_a_copy_goes_with_its_source_where_the_sync_says_so(tmp_path, rule, stays):
    hub, _ = copied(tmp_path, rule)
    [source] = hub.records("crm", "file")
    hub.systems["crm"].delete("file", source)

    hub.sync(full=True)
    hub.sync(full=True)

    assert bool(hub.files("trk", hub.issue())) == stays
    assert hub.records("crm", "file") == {}


def test_what_a_person_has_attached_stays_when_the_copy_is_deleted(tmp_path):
    hub, deal = copied(tmp_path)
    [copy] = hub.records("trk", "file")
    hub.systems["trk"].delete("file", copy)

    hub.sync(full=True)
    hub.sync(full=True)

    assert hub.files("crm", deal) == {"смета.pdf": "Итого: 100"}
    assert hub.files("trk", hub.issue()) == {}


def test_a_copy_stays_where_the_whole_record_of_its_source_is_gone(tmp_path):
    hub, deal = copied(tmp_path)
    [source] = hub.records("crm", "file")
    hub.systems["crm"].delete("file", source)
    hub.systems["crm"].delete("record", deal)

    hub.sync(full=True)
    hub.sync(full=True)

    assert len(hub.files("trk", hub.issue())) == 1


def test_a_copy_that_somebody_has_renamed_stays(tmp_path):
    hub, _ = copied(tmp_path)
    [source], [copy] = hub.records("crm", "file"), hub.records("trk", "file")
    hub.systems["trk"].edit("file", copy, {"name": "наша.pdf"})
    hub.systems["crm"].delete("file", source)

    hub.sync(full=True)
    hub.sync(full=True)

    assert list(hub.files("trk", hub.issue())) == ["наша.pdf"]


@pytest.mark.parametrize("full", [False, True])
def test_a_copy_goes_with_the_next_pass_where_its_system_was_away_just_then(tmp_path, full):
    hub, deal = copied(tmp_path)
    [source] = hub.records("crm", "file")
    hub.systems["crm"].delete("file", source)
    away = RetryLater("DELETE is not answered", system="trk", after=60)
    hub.systems["trk"].hook = Hook("delete", "before", failing(away), kind="file")

    hub.sync(full=True)
    assert len(hub.files("trk", hub.issue())) == 1
    hub.sync(full=full)

    assert hub.files("trk", hub.issue()) == {}
    assert hub.files("crm", deal) == {}


def test_a_copy_stays_where_one_of_two_equal_files_was_deleted(tmp_path):
    hub, deal = copied(tmp_path)
    [source] = hub.records("crm", "file")
    hub.attach("crm", deal, "Итого: 100")
    hub.systems["crm"].delete("file", source)

    hub.sync(full=True)
    hub.sync(full=True)

    assert hub.files("crm", deal) == {"смета.pdf": "Итого: 100"}
    assert hub.files("trk", hub.issue()) == {"смета.pdf": "Итого: 100"}
