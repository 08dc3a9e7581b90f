"""What a run wrote is taken back from the page: seen first, and only as it was seen."""

import pytest

from flows.hub.acting import Desk
from flows.hub.acting.undo import UndoMoved, foresee_undo, undo
from tests.hub_builders import at_once
from tests.undo_builders import edited


def a_desk(hub):
    return Desk(hub.installation, hub.make, run=at_once)


def test_what_is_taken_back_is_seen_before_in_the_words_of_its_system(tmp_path):
    hub, _, run = edited(tmp_path, stage="EXEC")
    seen = foresee_undo(a_desk(hub), run)
    before = hub.records("trk")["1"]["status"]

    undo(a_desk(hub), run, mark=seen.mark, by="ann")

    shown = [(one.key, one.verb, one.change.old, one.change.new) for one in seen.taking]
    assert shown == [("CASE-1", "restore", ("In Progress",), ("New",))]
    assert (before, hub.records("trk")["1"]["status"]) == ("In Progress", "New")


def test_what_was_edited_since_is_left_and_told(tmp_path):
    hub, _, run = edited(tmp_path, title="Новое имя")
    hub.systems["trk"].edit("record", "1", {"title": "Совсем другое"})

    seen = foresee_undo(a_desk(hub), run)

    assert seen.taking == ()
    assert [(one.left.why, one.shows, one.wrote) for one in seen.left] == [
        ("edited since", ("Совсем другое",), ("Новое имя",))
    ]


def test_what_has_moved_since_it_was_shown_is_not_taken_back(tmp_path):
    hub, _, run = edited(tmp_path, title="Новое имя")
    seen = foresee_undo(a_desk(hub), run)
    hub.systems["trk"].edit("record", "1", {"title": "Совсем другое"})

    with pytest.raises(UndoMoved) as told:
        undo(a_desk(hub), run, mark=seen.mark, by="ann")

    assert (told.value.seen.taking, hub.records("trk")["1"]["title"]) == ((), "Совсем другое")
