"""A fact is given another value at the hub: seen before, made as it was seen or not at all."""

from decimal import Decimal

import pytest

from flows.hub.acting import Desk, Give, NotAsShown, foresee, make
from mappings.canonical import Money
from state import attention
from state.history import history
from tests.hub_builders import opened


def a_desk(hub):
    return Desk(hub.installation, hub.make)


def quiet(hub):
    """What an act could leave behind by accident: claims and workers."""
    with hub.installation.store.read() as conn:
        claimed = conn.exec_driver_sql("SELECT count(*) FROM entity WHERE claimed_by IS NOT NULL").scalar_one()
        return claimed + conn.exec_driver_sql("SELECT count(*) FROM worker").scalar_one() == 0


def in_conflict(tmp_path):
    """A hub whose deadline both systems have moved."""
    hub, _ = opened(tmp_path)
    hub.systems["crm"].edit("record", "1", {"deadline": "2026-12-01"})
    hub.systems["trk"].edit("record", "1", {"deadline": "2026-12-05"})
    hub.sync()
    return hub


def test_what_would_be_written_where_is_seen_before_and_nothing_is_written(tmp_path):
    hub, _ = opened(tmp_path)
    before = (hub.case().entity, hub.writes("crm"), hub.writes("trk"))

    seen = foresee(a_desk(hub), Give("CASE-1", "amount", "175 000 RUB"), by="ann@example.com")

    assert (seen.old, seen.new) == (Money(Decimal(150000), "RUB"), Money(Decimal(175000), "RUB"))
    assert {(one.system, one.record, one.old, one.new) for one in seen.changes} == {
        ("crm", "1", (Money(Decimal(150000), "RUB"),), (Money(Decimal(175000), "RUB"),)),
        ("trk", "1", (Money(Decimal(150000), "RUB"),), (Money(Decimal(175000), "RUB"),)),
    }
    assert (hub.case().entity, hub.writes("crm"), hub.writes("trk")) == before
    assert quiet(hub)


def test_what_was_shown_is_made_and_the_history_knows_who(tmp_path):
    hub, _ = opened(tmp_path)
    deed = Give("CASE-1", "stage", "in_work")
    seen = foresee(a_desk(hub), deed)
    shown = {(one.system, one.facts, one.old, one.new) for one in seen.changes}

    make(a_desk(hub), deed, mark=seen.mark, by="анна@example.com")
    hub.sync()

    assert shown == {
        ("crm", ("stage", "outcome"), ("Квалификация",), ("Пресейл в работе",)),
        ("trk", ("stage", "outcome"), ("New",), ("In Progress",)),
    }
    assert (hub.records("crm")["1"]["stage"], hub.records("trk")["1"]["status"]) == ("EXEC", "In Progress")
    assert [one.event.by for one in history(hub.installation.store, entity=hub.case().entity.id)].count(
        "анна@example.com"
    ) == 1
    assert quiet(hub)


def test_a_record_that_the_next_pass_makes_is_seen_too(tmp_path):
    hub, _ = opened(tmp_path)
    hub.systems["crm"].create("record", {"title": "Портал", "client": "АО «Лютик»", "stage": "NEW"})
    hub.sync()

    seen = foresee(a_desk(hub), Give("CASE-2", "stage", "qualified"))

    made = [one for one in seen.changes if one.made]
    assert {one.system for one in made} == {"trk"}
    assert ("title",) in {one.facts for one in made}
    assert [(one.system, one.old, one.new) for one in seen.changes if not one.made] == [
        ("crm", ("Новая",), ("Квалификация",))
    ]


def test_what_has_moved_since_is_shown_anew_and_not_made(tmp_path):
    hub, _ = opened(tmp_path)
    deed = Give("CASE-1", "title", "Внедрение CRM и портала")
    seen = foresee(a_desk(hub), deed)
    hub.systems["crm"].edit("record", "1", {"title": "Внедрение"})
    hub.sync()

    with pytest.raises(NotAsShown) as told:
        make(a_desk(hub), deed, mark=seen.mark, by="ann")

    assert (told.value.foreseen.old, hub.facts()["title"]) == ("Внедрение", "Внедрение")
    assert quiet(hub)


def test_a_conflict_is_settled_by_what_a_party_says(tmp_path):
    hub = in_conflict(tmp_path)
    deed = Give("CASE-1", "deadline", take="trk")
    seen = foresee(a_desk(hub), deed)

    make(a_desk(hub), deed, mark=seen.mark, by="ann")
    hub.sync()

    assert (seen.what, [(one.system, one.facts) for one in seen.changes]) == ("settle", [("crm", ("deadline",))])
    assert {hub.records(one)["1"]["deadline"] for one in ("crm", "trk")} == {"2026-12-05"}
    assert attention.conflicts(hub.installation.store) == ()


def test_a_third_value_settles_it_as_well(tmp_path):
    hub = in_conflict(tmp_path)
    deed = Give("CASE-1", "deadline", "2026-12-09")
    seen = foresee(a_desk(hub), deed)

    make(a_desk(hub), deed, mark=seen.mark, by="ann")
    hub.sync()

    assert {one.system for one in seen.changes} == {"crm", "trk"}
    assert {hub.records(one)["1"]["deadline"] for one in ("crm", "trk")} == {"2026-12-09"}


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (Give("CASE-1", "amount", "150000 RUB"), "same"),
        (Give("CASE-1", "amount", "много"), "unreadable"),
        (Give("CASE-1", "stage", "nowhere"), "unresolvable"),
        (Give("CASE-1", "colour", "red"), "no fact"),
        (Give("CASE-1", "deadline", take="crm"), "unresolvable"),
    ],
)
def test_what_cannot_be_done_says_why_and_leaves_nothing_behind(tmp_path, deed, code):
    hub, _ = opened(tmp_path)

    seen = foresee(a_desk(hub), deed)

    assert seen.refused is not None
    assert seen.refused[0] == code
    with pytest.raises(NotAsShown):
        make(a_desk(hub), deed, mark=seen.mark, by="ann")
    assert quiet(hub)
