"""What a receipt means: every kind of answer, over every view that the record may then show."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from mappings.exchange import Refused, VendorRecord, View
from mappings.lens import Unseen
from mappings.policy import Home
from mappings.reconcile import reconcile
from mappings.reconcile.judge import seen_view
from mappings.reconcile.model import Base, FieldWrite
from tests.reconcile_builders import (
    NOW,
    a_case,
    a_choice,
    a_field,
    a_lens,
    a_side,
    claims,
    rules,
    settled,
    settlement,
    writes,
)

STAGES = {
    "new": "lead",
    "doing": "in_work",
    "review": "estimate",
    "done": "defence",
    "СДАНО": "defence",
}
STATUS = a_choice(values=STAGES)
WISH = FieldWrite("stage", {"stage": "defence"}, "done", "new", hops=("doing", "review"))


def a_status(**link):
    return a_side("trk", 2, fields=[STATUS], values={"stage": "lead"}, views={"stage": "new"}, **link)


@dataclass(frozen=True)
class Row:
    """A situation and what must come of it: BASE is the value and view that stand, SEEN a view that is no base's."""

    name: str
    shown: View
    base: tuple[str, View]
    parked: str = ""
    again: bool = False
    seen: View = None
    told: tuple[tuple[str, View], ...] = ()
    proved: bool = False
    refused: tuple[Refused, ...] = ()
    onward: bool = False
    state: str = "done"


NO_RIGHT = Refused("stage", "нет права закрывать")
NO_STEP = Refused("stage", "not from here", allowed=("doing",))
WHOLE = Refused(None, "locked")
PARKED_NEW = ("parked", "new")

TABLE = [
    Row("fits", "done", ("defence", "done"), told=(("write", "done"),)),
    Row("fits, in other words", "СДАНО", ("defence", "СДАНО"), told=(("write", "СДАНО"),)),
    Row("dropped", "new", ("lead", "new"), "dropped", told=(PARKED_NEW,)),
    Row("dropped, and proved", "new", ("lead", "new"), "dropped", told=(PARKED_NEW,), proved=True),
    Row("on the way", "review", ("estimate", "review"), again=True, told=(("read", "review"),)),
    Row("on the way, and proved", "doing", ("in_work", "doing"), again=True, told=(("read", "doing"),), proved=True),
    Row("unclear and unreadable", "?", ("lead", "new"), "unclear", again=True, seen="?",
        told=(("parked", "?"), ("read", "?")), proved=True),
    Row("refused", "new", ("lead", "new"), "rejected", told=(PARKED_NEW,), refused=(NO_RIGHT,), state="refused"),
    Row("left out of what was done", "new", ("lead", "new"), "rejected", told=(PARKED_NEW,), refused=(NO_RIGHT,)),
    Row("refused without a place", "new", ("lead", "new"), "rejected", told=(PARKED_NEW,), refused=(WHOLE,),
        state="refused"),
    Row("refused without a word", "new", ("lead", "new"), "rejected", told=(PARKED_NEW,), state="refused"),
    Row("refused with no way on", "new", ("lead", "new"), "no way", told=(PARKED_NEW,), refused=(NO_STEP,),
        state="refused"),
    Row("refused with a way on", "new", ("lead", "new"), again=True, refused=(NO_STEP,), state="refused", onward=True),
    Row("refused on the way", "doing", ("in_work", "doing"), "no way", told=(("read", "doing"), ("parked", "doing")),
        refused=(NO_STEP,), state="refused"),
    Row("refused, and somebody was there", "СДАНО", ("lead", "new"), "rejected", again=True, seen="СДАНО",
        told=(("read", "СДАНО"), ("parked", "СДАНО")), refused=(NO_RIGHT,), state="refused"),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_answer_leaves_base_view_and_attention_as_they_must_be(row):  # H7, H9, H12, H31, H39
    result = settlement(
        a_status(), [WISH], {"stage": row.shown}, state=row.state, proved=row.proved, refused=row.refused,
        onward=lambda place, here, target, allowed: row.onward,
    )  # fmt: skip

    value, view = row.base
    change = result.change
    way = {"doing": ("done", "new"), "review": ("done", "new", "doing")}.get(
        view, ()
    )  # the target, and what was passed
    assert change.bases == {"stage": Base({"stage": value}, view, STATUS.fingerprint, way=way)}
    assert change.seen == ({} if row.seen is None else {"stage": row.seen})
    assert (change.parked["stage"].code if change.parked else "") == row.parked
    assert (result.again, result.absorbed) == (row.again, True)
    assert tuple((event.what, event.new) for event in result.events) == row.told


@pytest.mark.parametrize(
    ("proved", "base", "code", "seen"),
    [
        (True, ("theirs", "theirs"), "altered", {}),
        (False, ("t", "t"), "unclear", {"title": "theirs"}),
    ],
)
def test_what_is_neither_old_nor_ours_is_the_systems_doing_only_with_proof(proved, base, code, seen):  # H12
    side = a_side("trk", 2, values={"title": "t"})

    result = settlement(side, [FieldWrite("title", {"title": "ours"}, "ours", "t")], {"title": "theirs"}, proved=proved)

    assert result.change.bases["title"] == Base({"title": base[0]}, base[1], side.fields["title"].fingerprint)
    assert (result.change.parked["title"].code, result.change.seen, result.again) == (code, seen, not proved)
    assert [(e.what, e.old, e.new) for e in result.events][-1] == ("read", "t", "theirs")


def test_an_altered_value_is_left_alone():  # H12
    side = a_side("trk", 2, values={"title": "t"})
    after = settled(side, [FieldWrite("title", {"title": "ours"}, "ours", "t")], {"title": "theirs"}, proved=True)

    idle = reconcile(a_case({"title": "ours"}), [after], rules())

    assert (writes(idle, [after]), idle.events, idle.entity.conflicts) == ({}, (), {})


def test_what_is_unclear_becomes_a_question():  # H12
    crm = a_side("crm", 1, values={"title": "ours"})
    trk = settled(
        a_side("trk", 2, values={"title": "t"}),
        [FieldWrite("title", {"title": "ours"}, "ours", "t")],
        {"title": "theirs"},
    )

    asked = reconcile(a_case({"title": "ours"}), [crm, trk], rules({"title": Home("trk")}))

    assert claims(asked) == [("hub", "ours"), ("trk", "theirs")]
    assert writes(asked, [crm, trk]) == {}


def test_a_base_stands_for_what_was_written_and_not_for_another_reading_of_its_view():  # H9
    plan = a_choice(values={"P": ["discovery", "estimate"], "N": "lead"})
    side = a_side("crm", 1, fields=[plan], values={"stage": "lead"}, views={"stage": "N"})

    result = settlement(side, [FieldWrite("stage", {"stage": "estimate"}, "P", "N")])

    assert result.change.bases["stage"].value == {"stage": "estimate"}


def test_only_the_fields_of_the_write_are_settled():  # H3
    entries = [a_field(), a_field("amount")]
    side = a_side("trk", 2, fields=entries, values={"title": "t", "amount": "10"})

    result = settlement(side, [FieldWrite("title", {"title": "новое"}, "новое", "t")], {"amount": "99"})

    assert result.change.bases["title"].view == "новое"
    assert result.change.bases["amount"] == side.link.bases["amount"]
    assert not result.absorbed


def test_a_record_that_shows_only_what_is_known_need_not_be_looked_at_again():
    side = a_side("trk", 2, fields=[a_field(), a_field("amount")], values={"title": "t", "amount": "10"})

    assert settlement(side, [FieldWrite("title", {"title": "новое"}, "новое", "t")]).absorbed


BARE = VendorRecord("trk", "record", "trk-2", {})


def test_a_field_that_the_record_does_not_show_after_the_write_is_parked():  # H32
    side = a_side("trk", 2, touched=NOW)
    wish = FieldWrite("title", {"title": "новое"}, "новое", None)

    result = settlement(side, [wish], record=BARE)
    idle = reconcile(a_case({"title": "новое"}), [settled(side, [wish], record=BARE)], rules())

    assert result.change.parked["title"].code == "unseen"
    assert (writes(idle, [side]), idle.events) == ({}, ())


def test_a_write_that_nobody_has_read_back_settles_nothing():
    side = a_side("trk", 2, values={"title": "t"})

    result = settlement(side, [FieldWrite("title", {"title": "новое"}, "новое", "t")], record=None)

    assert (result.change.bases, result.change.parked, result.absorbed) == (side.link.bases, {}, False)


def test_one_refused_field_does_not_hold_up_the_others():  # H31
    entries = [a_field(), a_field("amount"), a_field("channel")]
    side = a_side("trk", 2, fields=entries, values={"title": "t", "amount": "1", "channel": "c"})
    wanted = [FieldWrite(name, {name: "новое"}, "новое", side.link.bases[name].view) for name in side.fields]
    untouched = {"title": "t", "amount": "1", "channel": "c"}

    sent = settlement(side, wanted, {"amount": "1"}, refused=(Refused("amount", "required"),))
    stopped = settlement(side, wanted, untouched, state="refused", refused=(Refused("amount", "required"),))
    planned = reconcile(
        a_case({"title": "новое", "amount": "новое", "channel": "новое"}),
        [settled(side, wanted, untouched, state="refused", refused=(Refused("amount", "required"),))],
        rules(),
    )

    assert list(sent.change.parked) == list(stopped.change.parked) == ["amount"]
    assert sent.change.bases["title"].view == sent.change.bases["channel"].view == "новое"
    assert (sent.again, stopped.again) == (False, True)
    assert writes(planned, [side]) == {"trk": {"title": "новое", "channel": "новое"}}


def test_a_refusal_that_names_a_place_beside_the_write_holds_all_of_it():
    side = a_side("trk", 2, values={"title": "t"})

    result = settlement(
        side,
        [FieldWrite("title", {"title": "н"}, "н", "t")],
        {"title": "t"},
        state="refused",
        refused=(Refused("resolution", "required on closing"),),
    )

    assert (result.change.parked["title"].text, result.again) == ("required on closing", False)


def test_a_refusal_tells_the_systems_words_and_that_there_are_none_where_it_gives_none():
    side, wanted = a_side("trk", 2, values={"title": "t"}), [FieldWrite("title", {"title": "н"}, "н", "t")]

    said = [settlement(side, wanted, {"title": "t"}, state="refused", reason=why) for why in ("закрыто", None)]

    assert [one.change.parked["title"].text for one in said] == ["закрыто", "refused without a reason"]


def test_a_write_whose_field_is_no_longer_mapped_settles_nothing():
    side = a_side("trk", 2, values={"title": "t"})

    result = settlement(side, [FieldWrite("gone", {"gone": "x"}, "x", None)], record=BARE)

    assert (result.change.bases, result.change.parked, result.again) == (side.link.bases, {}, False)


# --- the way through a workflow --------------------------------------------------------------------------------------


def test_a_status_that_is_on_its_way_is_written_on_from_where_it_stands():  # H39
    side = settled(a_status(), [WISH], {"stage": "review"})

    outcome = reconcile(a_case({"stage": "defence"}), [side], rules())

    assert outcome.entity.conflicts == {}
    assert [(w.view, w.expected) for w in outcome.links[0].write] == [("done", "review")]


def test_after_a_refused_step_nothing_is_planned_until_somebody_moves():
    side = settled(a_status(), [WISH], {"stage": "new"}, state="refused", refused=(NO_STEP,))

    outcome = reconcile(a_case({"stage": "defence"}), [side], rules())

    assert (writes(outcome, [side]), outcome.links[0].parked["stage"].allowed) == ({}, ("doing",))


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_write_that_arrived_is_remembered_with_its_time_and_the_row_of_answers_goes_on():  # H35
    earlier, answer = NOW - timedelta(minutes=9), NOW - timedelta(minutes=1)
    side = a_side("trk", 2, values={"title": "t"}, answers={"title": (earlier, answer)})
    wish = [FieldWrite("title", {"title": "новое"}, "новое", "t")]

    done = settlement(side, wish)
    refused = settlement(side, wish, {"title": "t"}, state="refused", refused=(Refused("title", "no"),))

    assert done.change.answers == {"title": (NOW, answer)}
    assert refused.change.answers == {"title": (earlier, answer)}


def test_a_set_in_which_a_person_was_quick_is_not_swallowed():  # H12
    labels = a_field("labels", a_lens("set", "labels"))
    side = a_side("trk", 2, fields=[labels], values={"labels": frozenset("а")}, views={"labels": ["а"]})
    wish = FieldWrite("labels", {"labels": frozenset("аб")}, ["а", "б"], ["а"])

    after = settled(side, [wish], {"labels": ["а", "б", "в"]})

    assert after.link.bases["labels"].view == ["а"]
    assert after.link.parked["labels"].code == "unclear"
    assert not isinstance(seen_view(after, labels), Unseen)
