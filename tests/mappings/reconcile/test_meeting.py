"""First meeting: which record is which case, looked at from both ends."""

from datetime import timedelta
from itertools import permutations

import pytest

from mappings.reconcile.meeting import Ambiguous, Candidate, SameFacts, meet
from tests.reconcile_builders import NOW

SAME = [SameFacts(("client", "title"))]


def one(
    name: str, title: str | None = "Сайт", client: str | None = "ООО «Ромашка»", days: int | None = None
) -> Candidate:
    made = None if days is None else NOW + timedelta(days=days)
    return Candidate(name, {"title": title, "client": client}, made)


def test_the_only_ones_that_are_equal_meet():
    meeting = meet([one("D1"), one("D2", "Склад")], [one("T1", "  сайт "), one("T9", "Другое")], SAME)

    assert (meeting.pairs, meeting.rule_of, meeting.ambiguous) == ({"D1": "T1"}, {"D1": 0}, ())


def test_addresses_meet_however_their_letters_are_written():
    here = Candidate("CONTACT-1", {"emails": frozenset({"Anna@romashka.example", "li@romashka.example"})})
    there = Candidate("41", {"emails": frozenset({"anna@romashka.example", "Li@romashka.example"})})

    assert meet([here], [there], [SameFacts(("emails",))]).pairs == {"CONTACT-1": "41"}


@pytest.mark.parametrize("deals", list(permutations(["D1", "D2"])))
def test_two_cases_of_one_record_are_for_a_person_in_whatever_order(deals):  # H38
    meeting = meet([one(deal) for deal in deals], [one("T1")], SAME)

    assert meeting.pairs == {}
    assert meeting.ambiguous == (Ambiguous(("D1", "D2"), ("T1",), "several have the same client, title"),)


def test_two_records_of_one_case_are_for_a_person():  # H38
    meeting = meet([one("D1")], [one("T2"), one("T1")], SAME)

    assert [(group.entities, group.records) for group in meeting.ambiguous] == [(("D1",), ("T1", "T2"))]


@pytest.mark.parametrize("records", list(permutations(["T1", "T2", "T3"])))
def test_the_order_of_either_list_does_not_matter(records):  # H38
    cases = [one("D1"), one("D2", "Склад"), one("D3", "Склад"), one("D4", "Лес", None)]
    there = {"T1": one("T1"), "T2": one("T2", "Склад"), "T3": one("T3", "Лес")}

    meetings = [meet(order, [there[name] for name in records], SAME) for order in (cases, cases[::-1])]

    assert meetings[0] == meetings[1] == meet(cases, list(there.values()), SAME)
    assert meetings[0].pairs == {"D1": "T1"}


def test_a_missing_field_is_undecided_and_neither_linked_nor_made_twice():  # H38
    meeting = meet([one("D1", client=None)], [one("T1")], SAME)

    assert meeting.pairs == {}
    assert [(group.entities, group.records) for group in meeting.ambiguous] == [(("D1",), ("T1",))]
    assert "empty" in meeting.ambiguous[0].why


def test_a_field_that_differs_decides_that_they_are_two():  # H38
    meeting = meet([one("D1", client="ИП Иванов")], [one("T1", client="ИП Петров"), one("T2", "Лес", None)], SAME)

    assert (meeting.pairs, meeting.ambiguous) == ({}, ())


def test_who_has_met_by_an_earlier_rule_is_not_looked_at_again():
    rules = [SameFacts(("key",)), SameFacts(("title",))]
    cases = [Candidate("D1", {"key": "7", "title": "Сайт"}), Candidate("D2", {"title": "Сайт"})]
    records = [Candidate("T1", {"key": "7", "title": "Иное"}), Candidate("T2", {"title": "сайт"})]

    meeting = meet(cases, records, rules)

    assert (meeting.pairs, meeting.rule_of) == ({"D1": "T1", "D2": "T2"}, {"D1": 0, "D2": 1})


def test_only_what_was_made_near_in_time_meets_and_an_unknown_time_rules_nothing_out():
    near = [SameFacts(("title",), within=timedelta(days=90))]

    assert meet([one("D1", days=0)], [one("T1", days=91)], near).pairs == {}
    assert meet([one("D1", days=0)], [one("T1", days=90)], near).pairs == {"D1": "T1"}
    assert meet([one("D1", days=0)], [one("T1")], near).pairs == {"D1": "T1"}
