"""Entries of the attention list: tried again, left, matched, named; each with what it would bring about."""

from dataclasses import replace

import pytest

from flows.hub.acting import Again, Desk, Leave, Match, NotAsShown, Part, Same, foresee, make
from flows.hub.looking import all_parked
from flows.hub.parking import NoSuchEntry
from mappings.exchange import SystemPerson
from state import attention
from tests.hub_builders import PEOPLE, a_deal, a_hub, at_once, opened


def a_desk(hub):
    return Desk(hub.installation, hub.make, run=at_once)


def refusing(tmp_path):
    """A hub whose tracker does not take amounts, and a deal whose amount was changed."""
    hub, _ = opened(tmp_path)
    tracker = hub.systems["trk"]
    tracker.kinds["record"] = replace(tracker.traits("record"), refused=frozenset({"amount"}))
    hub.systems["crm"].edit("record", "1", {"amount": "175000"})
    hub.sync()
    [entry] = attention.parked_fields(hub.installation.store)
    return hub, entry.id


def test_trying_again_shows_the_write_that_it_would_send(tmp_path):
    hub, number = refusing(tmp_path)
    seen = foresee(a_desk(hub), Again(number))
    tracker = hub.systems["trk"]
    tracker.kinds["record"] = replace(tracker.traits("record"), refused=frozenset())

    make(a_desk(hub), Again(number), mark=seen.mark, by="ann")
    hub.sync()

    assert [(one.system, one.facts) for one in seen.changes] == [("trk", ("amount",))]
    assert hub.records("trk")["1"]["amount"] == "175000"
    assert attention.parked_fields(hub.installation.store) == ()


def test_leaving_it_writes_nothing_and_takes_it_from_the_list(tmp_path):
    hub, number = refusing(tmp_path)
    seen = foresee(a_desk(hub), Leave(number))

    make(a_desk(hub), Leave(number), mark=seen.mark, by="ann")

    assert (seen.what, seen.changes, seen.key) == ("leave", (), "CASE-1")
    assert attention.parked_fields(hub.installation.store) == ()


def test_an_entry_that_is_over_is_no_entry(tmp_path):
    hub, number = refusing(tmp_path)

    with pytest.raises(NoSuchEntry):
        foresee(a_desk(hub), Again(number + 1))


def unplaced(tmp_path):
    """A hub with a case that has no issue, and an issue called otherwise."""
    hub = a_hub(tmp_path)
    hub.systems["crm"].create("record", a_deal(stage="NEW"))
    hub.systems["trk"].create("record", {"title": "CRM для Ромашки", "client": "Ромашка", "status": "New"})
    hub.sync()
    return hub


def test_a_record_that_nobody_could_place_becomes_the_cases(tmp_path):
    hub = unplaced(tmp_path)
    deed = Match("CASE-1", "trk", "1")
    seen = foresee(a_desk(hub), deed)

    make(a_desk(hub), deed, mark=seen.mark, by="ann")

    assert [link.external_id for link in hub.case().links if link.system == "trk"] == ["1"]
    assert {one.facts for one in seen.changes if one.system == "trk"} >= {("amount",)}
    assert "title" in seen.conflicts


def test_a_case_has_one_record_in_a_system(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["trk"].create("record", {"title": "Другая", "status": "New"})
    hub.sync()

    seen = foresee(a_desk(hub), Match("CASE-1", "trk", "2"))

    assert seen.refused is not None
    assert seen.refused[0] == "unlinkable"


def test_a_record_of_another_case_is_refused_before_anybody_says_do_it(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].create("record", a_deal("Портал", stage="NEW"))
    hub.sync()

    seen = foresee(a_desk(hub), Match("CASE-2", "trk", "1"))

    assert seen.refused is not None
    assert seen.refused[0] == "unlinkable"
    assert "#1 of trk is CASE-1's" in seen.refused[1]


def somebody(tmp_path):
    hub = a_hub(tmp_path)
    hub.systems["crm"].people = (*PEOPLE, SystemPerson("9", "Щукин Егор"))
    hub.systems["trk"].people = (*PEOPLE, SystemPerson("31", "Egor Shchukin", email="shchukin@example.com"))
    for number in range(3):
        hub.systems["crm"].create("record", a_deal(f"Сделка {number}", owner="9"))
    hub.sync()
    return hub


def test_one_answer_about_somebody_serves_all_cases_that_wait_for_it(tmp_path):
    hub = somebody(tmp_path)
    deed = Same("crm", "9", "shchukin@example.com")
    seen = foresee(a_desk(hub), deed)

    make(a_desk(hub), deed, mark=seen.mark, by="ann")
    hub.sync()

    assert (seen.title, seen.new, seen.cases) == ("Щукин Егор", "Egor Shchukin", 3)
    assert {one["owner"] for one in hub.records("trk").values()} == {"31"}
    assert all_parked(hub.installation.store) == ()


def test_an_answer_that_came_first_is_not_given_twice(tmp_path):
    hub = somebody(tmp_path)
    seen = foresee(a_desk(hub), Same("crm", "9", ""))
    make(a_desk(hub), Same("crm", "9", ""), mark=seen.mark, by="ann")

    with pytest.raises(NotAsShown) as told:
        make(a_desk(hub), Same("crm", "9", ""), mark=seen.mark, by="bob")

    assert told.value.foreseen.refused is not None
    assert told.value.foreseen.refused[0] == "nobody"


def test_a_record_is_parted_from_its_case_after_a_look(tmp_path):
    hub, _ = opened(tmp_path)
    seen = foresee(a_desk(hub), Part("CASE-1", "trk"))

    make(a_desk(hub), Part("CASE-1", "trk"), mark=seen.mark, by="ann")

    assert (seen.record, seen.later) == ("1", ("trk",))
    assert [link.system for link in hub.case().links] == ["crm"]
    assert foresee(a_desk(hub), Part("CASE-1", "trk")).refused is not None
    assert hub.records("trk")["1"]["title"] == "Внедрение CRM"


def test_a_parted_record_is_told_to_be_made_again_only_where_it_will_be(tmp_path):
    hub, deal = opened(tmp_path)
    hub.systems["crm"].edit("record", deal, {"stage": "WON"})  # the sync makes issues of open cases
    hub.sync()

    seen = foresee(a_desk(hub), Part("CASE-1", "trk"))
    make(a_desk(hub), Part("CASE-1", "trk"), mark=seen.mark, by="ann")
    hub.sync()

    assert seen.later == ()
    assert [link.system for link in hub.case().links] == ["crm"]


def test_a_field_of_a_record_that_is_gone_is_left_too(tmp_path):
    hub, number = refusing(tmp_path)
    hub.systems["crm"].create("record", a_deal("Второй"))
    hub.sync()
    hub.systems["trk"].delete("record", "1")
    hub.sync(full=True)
    seen = foresee(a_desk(hub), Leave(number))

    make(a_desk(hub), Leave(number), mark=seen.mark, by="ann")

    assert (seen.what, seen.system, seen.record) == ("leave", "trk", "1")
    assert number not in [entry.id for entry in attention.parked_fields(hub.installation.store, limit=9)]
