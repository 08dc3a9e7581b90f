"""`gone: close` for what belongs to a case: copies of a note go with it, an item is dropped; people's words stay."""

import pytest

from state import attention
from tests.kinds_builders import KINDS, a_case
from tests.notes_builders import NOTES, say, shown, talking

CLOSE = NOTES + "    gone: close\n"


def told_of_gone(hub):
    return [one.text for one in attention.parked_fields(hub.installation.store) if one.code == "gone"]


@pytest.mark.parametrize(("sync", "left"), [(CLOSE, []), (NOTES, ["sales"])])
def test_a_copy_of_a_note_goes_with_it_where_the_sync_says_so(tmp_path, sync, left):
    hub, deal, _ = talking(tmp_path, sync=sync)
    note = say(hub, "crm", deal, "Созвонились")
    say(hub, "crm", deal, "Ещё одно")
    hub.sync()
    assert len(shown(hub, "trk")) == 2
    hub.systems["crm"].delete("comment", note)

    hub.sync(full=True)
    hub.sync(full=True)

    assert len(shown(hub, "trk")) == 1 + len(left)
    assert shown(hub, "crm") == ["Ещё одно"]
    assert not [text for text in told_of_gone(hub) if not left and "the other records stay" in text]


def test_what_a_person_wrote_stays_when_its_copy_is_deleted(tmp_path):
    hub, deal, _ = talking(tmp_path, sync=CLOSE)
    say(hub, "crm", deal, "Созвонились")
    hub.sync()
    [copy] = hub.records("trk", "comment")
    hub.systems["trk"].delete("comment", copy)

    hub.sync(full=True)
    hub.sync(full=True)

    assert shown(hub, "crm") == ["Созвонились"]
    assert shown(hub, "trk") == []


def test_the_talk_stays_where_the_whole_deal_is_gone(tmp_path):
    hub, deal, _ = talking(tmp_path, sync=CLOSE)
    note = say(hub, "crm", deal, "Созвонились")
    hub.sync()
    hub.systems["crm"].delete("comment", note)
    hub.systems["crm"].delete("record", deal)

    hub.sync(full=True)
    hub.sync(full=True)

    assert len(shown(hub, "trk")) == 1


def test_a_copy_that_somebody_has_edited_meanwhile_stays_and_is_told(tmp_path):
    hub, deal, _ = talking(tmp_path, sync=CLOSE)
    note = say(hub, "crm", deal, "Созвонились")
    hub.sync()
    [copy] = hub.records("trk", "comment")
    say(hub, "crm", deal, "Ещё одно")
    hub.sync()
    hub.systems["crm"].delete("comment", note)

    def meanwhile(request, moment):
        if (request.verb, moment) == ("get", "before") and copy in request.ids:
            hub.systems["trk"].hook = lambda *_: None
            hub.systems["trk"].edit("comment", copy, {"text": "Анна (crm):\n\nДополнила"}, by="Bob")

    hub.systems["trk"].hook = meanwhile
    hub.sync(full=True)

    assert shown(hub, "trk")[0] == "Анна (crm):\n\nДополнила"


def test_an_item_is_dropped_where_its_task_is_deleted(tmp_path):
    hub, deal, _ = a_case(tmp_path, hub=KINDS + "    gone: close\n")
    task = hub.systems["crm"].create("task", {"title": "Смета", "done": "no", "parent": deal})
    hub.systems["crm"].create("task", {"title": "Расчёт", "done": "no", "parent": deal})
    hub.sync()
    hub.systems["crm"].delete("task", task)

    hub.sync(full=True)

    stands = {row["title"]: row["status"] for row in hub.records("trk").values() if row.get("tracker") == "Task"}
    assert stands == {"Смета": "Rejected", "Расчёт": "New"}
    assert hub.facts()["outcome"] == "open"
    assert ["the item is closed" in text for text in told_of_gone(hub)] == [True]
