"""Comments under records of a case, without a marker: each is there once on both sides, whatever is in doubt."""

import pytest

from connectors.errors import RetryLater
from tests.fault_builders import Clock, Hook, after, at_peace, failing
from tests.kinds_builders import a_case, those

LOST = RetryLater("POST /comments was not answered within 30 s; it may have been carried out", system="trk", sent=True)


def texts(hub, system):
    return sorted(views["text"] for views in hub.records(system, "comment").values())


def test_a_comment_goes_to_the_other_record_of_its_case(tmp_path):
    hub, deal, issue = a_case(tmp_path)
    hub.systems["crm"].create("comment", {"text": "С чего начнём?", "parent": deal})
    hub.systems["trk"].create("comment", {"text": "Со сметы", "parent": issue})

    hub.sync()

    assert texts(hub, "crm") == texts(hub, "trk") == ["С чего начнём?", "Со сметы"]
    assert {views["parent"] for views in hub.records("trk", "comment").values()} == {issue}
    assert [note.entity.key for note in those(hub, "note")] == ["NOTE-1", "NOTE-2"]
    assert at_peace(hub)


def test_an_edited_comment_is_edited_on_the_other_side(tmp_path):
    hub, deal, _ = a_case(tmp_path)
    comment = hub.systems["crm"].create("comment", {"text": "Срок — пятница", "parent": deal})
    hub.sync()

    hub.systems["crm"].edit("comment", comment, {"text": "Срок — среда"})
    hub.sync()

    assert texts(hub, "trk") == ["Срок — среда"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_comment_without_an_answer_is_posted_once(tmp_path, moment):
    hub, deal, _ = a_case(tmp_path, clock=Clock())
    hub.systems["crm"].create("comment", {"text": "С чего начнём?", "parent": deal})
    hub.systems["trk"].hook = Hook("create", moment, failing(LOST), kind="comment")

    unclear = hub.sync()
    soon = hub.sync()  # it is listed, and may be a stranger's: nobody takes it for one
    for _ in range(3):
        after(hub, minutes=3)

    assert (unclear.in_doubt, soon.created["crm"]) == (1, 0)
    assert texts(hub, "crm") == texts(hub, "trk") == ["С чего начнём?"]
    assert len(those(hub, "note")) == 1
    assert at_peace(hub)


def test_two_alike_in_doubt_are_two(tmp_path):
    hub, deal, _ = a_case(tmp_path, clock=Clock())
    for _ in range(2):
        hub.systems["crm"].create("comment", {"text": "+1", "parent": deal})
    hub.systems["trk"].hook = Hook("create", "after", failing(LOST), kind="comment", times=2)

    hub.sync()
    for _ in range(3):
        after(hub, minutes=3)

    assert texts(hub, "crm") == texts(hub, "trk") == ["+1", "+1"]
    assert len({link.external_id for note in those(hub, "note") for link in note.links if link.system == "trk"}) == 2


def test_a_person_who_writes_while_a_comment_is_in_doubt_is_heard(tmp_path):
    hub, deal, issue = a_case(tmp_path, clock=Clock())
    hub.systems["crm"].create("comment", {"text": "С чего начнём?", "parent": deal})
    hub.systems["trk"].hook = Hook("create", "before", failing(LOST), kind="comment")
    hub.sync()
    hub.systems["trk"].create("comment", {"text": "Со сметы", "parent": issue})

    for _ in range(3):
        after(hub, minutes=3)

    assert texts(hub, "crm") == texts(hub, "trk") == ["С чего начнём?", "Со сметы"]
    assert at_peace(hub)
