"""Notes between systems as the shipped mappings share them: signed, mentioned, in order, and never twice."""

from dataclasses import replace

import pytest

from connectors.errors import RetryLater
from mappings.exchange import SystemPerson
from state import attention, history, inbox
from tests.fault_builders import Clock, Hook, after, at_peace, failing
from tests.hub_builders import a_deal
from tests.kinds_builders import those
from tests.notes_builders import NOTES, TRAITS, say, shown, talking

LOST = RetryLater("POST /comments was not answered within 30 s; it may have been carried out", system="trk", sent=True)


def test_a_note_is_signed_where_our_account_writes_it(tmp_path):
    hub, deal, issue = talking(tmp_path)
    say(hub, "crm", deal, "С чего начнём?")
    say(hub, "trk", issue, "Со **сметы**", by="8")
    say(hub, "trk", issue, "Я посторонний", by="77")

    hub.sync()

    assert shown(hub, "trk")[-1] == "Анна Ли (crm):\n\nС чего начнём?"
    assert shown(hub, "crm")[1:] == ["Bob (trk):\n\nСо **сметы**", "77 (trk):\n\nЯ посторонний"]
    said = [one.entity.facts for one in those(hub, "note")]
    assert {(facts["author"].value, facts["written_in"].value) for facts in said} == {
        ("ann@example.com", "crm"),
        ("bob@example.com", "trk"),
        ("77", "trk"),
    }
    assert at_peace(hub)


def test_an_edit_crosses_both_ways_and_an_edit_of_the_signature_is_none(tmp_path):
    hub, deal, _ = talking(tmp_path)
    own = say(hub, "crm", deal, "Срок: пятница")
    hub.sync()
    [copy] = hub.records("trk", "comment")

    hub.systems["trk"].edit("comment", copy, {"text": "Аня (crm):\nСрок: пятница"})
    hub.sync()
    assert shown(hub, "crm") == ["Срок: пятница"]

    hub.systems["trk"].edit("comment", copy, {"text": "Аня (crm):\nСрок: среда"})
    hub.sync()
    assert shown(hub, "crm") == ["Срок: среда"]

    hub.systems["crm"].edit("comment", own, {"text": "Срок: вторник"})
    hub.sync()
    assert shown(hub, "trk") == ["Аня (crm):\nСрок: вторник"]
    assert at_peace(hub)


def test_mentions_are_rewritten_to_the_person_of_the_other_system(tmp_path):
    hub, deal, _ = talking(tmp_path, clock=Clock())
    trk = hub.systems["trk"]
    trk.people = (SystemPerson("41", "Ann Lee", email="ann@example.com"),)
    hub.systems["crm"].people = (*hub.systems["crm"].people, SystemPerson("9", "Ева", email="eve@example.com"))
    after(hub, minutes=61)  # by then it is asked again who is there

    say(hub, "crm", deal, "@[7], спросите у @[9] или @[99]")
    hub.sync()

    assert shown(hub, "trk") == ["Анна Ли (crm):\n\n@[41], спросите у @Ева или @[99]"]
    [note] = those(hub, "note")
    assert note.entity.facts["body"].value == "@Анна Ли, спросите у @Ева или @[99]"


def test_a_deleted_note_takes_no_other_along(tmp_path):
    hub, deal, _ = talking(tmp_path)
    own = say(hub, "crm", deal, "Лишнее")
    hub.sync()

    hub.systems["crm"].delete("comment", own)
    hub.sync(full=True, approved=True)

    assert shown(hub, "trk") == ["Анна Ли (crm):\n\nЛишнее"]
    assert shown(hub, "crm") == []


def test_a_comment_of_ours_that_the_hub_has_forgotten_is_not_told_again(tmp_path):
    hub, _, issue = talking(tmp_path)
    hub.systems["trk"].create(
        "comment",
        {"text": "Анна Ли (crm):\n\nС чего начнём?", "parent": issue, "private": False, "author": "hub"},
        by="hub",
    )

    hub.sync()

    assert shown(hub, "crm") == []
    assert those(hub, "note") == []


def test_two_people_who_say_the_same_are_two(tmp_path):
    hub, deal, issue = talking(tmp_path)
    say(hub, "crm", deal, "+1")
    say(hub, "crm", deal, "+1", by="8")
    say(hub, "trk", issue, "+1")

    hub.sync()

    assert sorted(shown(hub, "trk")) == ["+1", "Bob (crm):\n\n+1", "Анна Ли (crm):\n\n+1"]
    assert sorted(shown(hub, "crm")) == ["+1", "+1", "Анна Ли (trk):\n\n+1"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_signed_note_without_an_answer_is_posted_once(tmp_path, moment):
    hub, deal, _ = talking(tmp_path, clock=Clock())
    say(hub, "crm", deal, "С чего начнём?")
    hub.systems["trk"].hook = Hook("create", moment, failing(LOST), kind="comment")

    hub.sync()
    for _ in range(4):
        after(hub, minutes=3)

    assert len(shown(hub, "trk")) == len(shown(hub, "crm")) == 1
    assert len(those(hub, "note")) == 1
    assert at_peace(hub)


# --- history ----------------------------------------------------------------------------------------------------------


def an_old_deal(hub):
    """A deal that was talked about for days before the hub came to know it."""
    crm = hub.systems["crm"]
    deal = crm.create("record", a_deal("Старая сделка"))
    for day in ("18", "19"):
        say(hub, "crm", deal, f"Было {day}-го", created_on=f"2026-11-{day}T09:00:00Z")
    say(hub, "crm", deal, "Только что")
    return deal


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", ["Анна Ли (crm):\n\nТолько что"]),
        (
            "    history: 2026-11-19\n",
            ["Анна Ли (crm, 2026-11-19 12:00):\n\nБыло 19-го", "Анна Ли (crm):\n\nТолько что"],
        ),
        (
            "    history: import\n",
            [
                "Анна Ли (crm, 2026-11-18 12:00):\n\nБыло 18-го",
                "Анна Ли (crm, 2026-11-19 12:00):\n\nБыло 19-го",
                "Анна Ли (crm):\n\nТолько что",
            ],
        ),
    ],
)
def test_what_was_said_before_travels_only_if_asked(tmp_path, asked, told):
    hub, _, _ = talking(tmp_path, sync=NOTES + asked)
    an_old_deal(hub)

    hub.sync()
    hub.sync()

    assert shown(hub, "trk") == told


def test_notes_are_told_in_the_order_in_which_they_were_written(tmp_path):
    hub, _, _ = talking(tmp_path, sync=NOTES + "    history: import\n")
    deal = hub.systems["crm"].create("record", a_deal("Новая", stage="NEW"))  # of which no issue is made yet
    for hour in (12, 10, 11, 15, 14, 13):
        say(hub, "crm", deal, f"В {hour}", created_on=f"2026-11-20T{hour}:00:00Z")
    hub.sync()
    assert shown(hub, "trk") == []

    hub.systems["crm"].edit("record", deal, {"stage": "PREP"})
    hub.sync()

    assert [text[-4:] for text in shown(hub, "trk")] == [f"В {hour}" for hour in (10, 11, 12, 13, 14, 15)]


# --- what cannot go ---------------------------------------------------------------------------------------------------


def test_an_empty_note_is_skipped_with_a_word_in_the_history_and_goes_on_once_it_says_something(tmp_path):
    hub, deal, _ = talking(tmp_path)
    empty = say(hub, "crm", deal, None)
    hub.sync()

    [note] = those(hub, "note")
    lines = history.history(hub.installation.store, entity=note.entity.id)
    assert [line.event.cause for line in lines if line.event.what == "skipped"] == [f"#{empty} says nothing"]
    assert shown(hub, "trk") == []

    hub.systems["crm"].edit("comment", empty, {"text": "Теперь да"})
    hub.sync()
    assert shown(hub, "trk") == ["Анна Ли (crm):\n\nТеперь да"]


def test_a_note_that_is_too_long_is_parked_with_its_reason(tmp_path):
    hub, deal, _ = talking(tmp_path)
    say(hub, "crm", deal, "д" * 64_990)
    say(hub, "crm", deal, "д" * 65_001)
    say(hub, "crm", deal, {"not": "a text"})

    hub.sync()

    assert shown(hub, "trk") == []
    told = sorted(entry.text for entry in attention.parked_fields(hub.installation.store))
    assert [one[:40] for one in told if "характ" in one or "characters" in one or "text" in one]
    assert len(those(hub, "note")) == 3


def test_an_edit_that_a_system_refuses_is_parked_with_its_reason(tmp_path):
    hub, deal, _ = talking(tmp_path, traits=TRAITS)
    own = say(hub, "crm", deal, "Срок: пятница")
    hub.sync()
    hub.systems["trk"].kinds["comment"] = replace(TRAITS, refused=frozenset({"text"}))

    hub.systems["crm"].edit("comment", own, {"text": "Срок: среда"})
    hub.sync()

    assert shown(hub, "trk") == ["Анна Ли (crm):\n\nСрок: пятница"]
    [entry] = attention.parked_fields(hub.installation.store)
    assert (entry.field, entry.code, entry.text) == ("said", "rejected", "text is invalid")


# --- how they come, and what they cost --------------------------------------------------------------------------------


def test_a_note_of_a_record_that_is_no_cases_yet_waits_for_it(tmp_path):
    hub, _, _ = talking(tmp_path, sync=NOTES + "    history: import\n")
    issue = hub.systems["trk"].create("record", {"title": "Позже", "client": "АО «Поздно»", "status": "New"})
    say(hub, "trk", issue, "Когда же?")
    hub.sync()
    assert those(hub, "note") == []

    hub.systems["crm"].create("record", a_deal("Позже", client="АО «Поздно»"))
    hub.sync()
    hub.sync()

    assert shown(hub, "crm") == ["Анна Ли (trk):\n\nКогда же?"]


def test_a_note_that_is_delivered_again_and_late_is_one(tmp_path):
    hub, deal, _ = talking(tmp_path)
    first, second = say(hub, "crm", deal, "Первая"), say(hub, "crm", deal, "Вторая")
    hub.sync()

    for _ in range(2):
        inbox.hint(hub.installation.store, "crm", kind="comment", ids=[second, first, second], reason="a webhook")
        inbox.hint(
            hub.installation.store, "trk", kind="comment", ids=list(hub.records("trk", "comment")), reason="echo"
        )
        hub.sync()

    assert shown(hub, "trk") == ["Анна Ли (crm):\n\nПервая", "Анна Ли (crm):\n\nВторая"]
    assert shown(hub, "crm") == ["Первая", "Вторая"]


def test_many_notes_on_one_case_cost_a_request_each_and_an_edit_of_one_costs_one(tmp_path):
    hub, deal, _ = talking(tmp_path)
    many = [say(hub, "crm", deal, f"Заметка {n}") for n in range(300)]

    told = hub.sync()
    hub.sync()
    idle = hub.sync()
    hub.systems["crm"].edit("comment", many[150], {"text": "Правка"})
    edited = hub.sync()

    assert [text.partition("\n\n")[2] for text in shown(hub, "trk")][:150] == [f"Заметка {n}" for n in range(150)]
    assert told.writing == {"crm": 0, "trk": 300}
    assert told.requests["crm"] <= 2 + 300 // 100 + 1
    assert told.statements <= 30 * (300 // 100) + 2 * 300 + 60
    assert (idle.writing, idle.requests["crm"]) == ({"crm": 0, "trk": 0}, 2)
    assert edited.writing == {"crm": 0, "trk": 1}
