"""What a person does at the hub."""

from dataclasses import replace

import pytest

from mappings.policy import Home
from mappings.reconcile import Unresolvable, chosen, reconcile, retry, set_fact
from mappings.reconcile.model import Parked
from tests.reconcile_builders import HUB, a_case, a_field, a_lens, a_side, after, claims, passes, rules, value, writes


def two(crm: str, trk: str, **field: object):
    entries = [a_field(**field)]
    return [
        a_side("crm", 1, fields=entries, values={"title": "t"}, fresh={"title": crm}),
        a_side("trk", 2, fields=entries, values={"title": "t"}, fresh={"title": trk}),
    ]


def disputed(**field: object):
    """A conflict over the title, and its links as it left them."""
    sides = two("А", "Б", **field)
    outcome = reconcile(a_case({"title": "t"}), sides, rules())
    return outcome, after(sides, outcome)


@pytest.mark.parametrize(
    ("take", "wins", "written"),
    [
        ("crm", "А", {"trk": {"title": "А"}}),
        ("trk", "Б", {"crm": {"title": "Б"}}),
        ("hub", "t", {"crm": {"title": "t"}, "trk": {"title": "t"}}),
    ],
)
def test_whoever_is_taken_the_conflict_is_over_and_does_not_come_back(take, wins, written):  # H1
    parked, sides = disputed()
    answer = chosen(parked.entity.conflicts["title"], take).value

    entity, sides, events = set_fact(parked.entity, sides, "title", value=answer, origin=HUB)
    outcome, settled = passes(entity, sides, rules())
    again = reconcile(outcome.entity, settled, rules())

    assert [(e.what, e.old, e.new, e.by) for e in events] == [("resolved", "t", wins, "ann")]
    assert (value(outcome), outcome.entity.facts["title"].origin, outcome.entity.conflicts) == (wins, HUB, {})
    assert writes(outcome, sides) == written
    assert (writes(again, settled), again.events) == ({}, ())


def test_an_edit_at_the_hub_of_a_fact_in_conflict_resolves_it():  # H44
    parked, sides = disputed()

    entity, sides, events = set_fact(parked.entity, sides, "title", value="третье", origin=HUB)
    outcome = reconcile(entity, sides, rules())

    assert ([e.what for e in events], outcome.entity.conflicts) == (["resolved"], {})
    assert writes(outcome, sides) == {"crm": {"title": "третье"}, "trk": {"title": "третье"}}


def test_what_moved_after_the_entry_that_the_person_saw_is_asked_again():  # H44
    parked, sides = disputed()
    shown = parked.entity.conflicts["title"]
    moved = reconcile(parked.entity, [sides[0], replace(sides[1], fresh={"title": "Б2"})], rules())

    entity, sides, _ = set_fact(moved.entity, after(sides, moved), "title", value="А", origin=HUB, saw=shown)

    assert claims(reconcile(entity, sides, rules())) == [("hub", "А"), ("trk", "Б2")]


def test_a_party_that_had_gone_back_when_the_person_answered_is_a_new_edit():  # H44
    parked, sides = disputed()
    shown = parked.entity.conflicts["title"]
    back = reconcile(parked.entity, [sides[0], replace(sides[1], fresh={"title": "t"})], rules({"title": Home("crm")}))

    entity, sides, _ = set_fact(back.entity, after(sides, back), "title", value="Б", origin=HUB, saw=shown)
    outcome = reconcile(entity, sides, rules())

    assert (value(outcome), writes(outcome, sides)) == ("t", {"crm": {"title": "t"}})
    assert [(e.old, e.new, e.by) for e in outcome.events] == [("Б", "t", "trk")]


def test_only_the_parties_are_answered():
    sides = [*two("А", "Б"), a_side("wiki", 3, values={"title": "t"})]
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    _, answered, _ = set_fact(parked.entity, after(sides, parked), "title", value="А", origin=HUB)

    assert [side.link.bases["title"].view for side in answered] == ["А", "Б", "t"]


def test_a_link_with_two_fields_of_one_fact_is_answered_field_by_field():
    short = a_field("subject", a_lens("text", "title"))
    crm = a_side(
        "crm",
        1,
        fields=[a_field(), short],
        values={"title": "t"},
        views={"title": "t", "subject": "t"},
        fresh={"title": "А", "subject": "Б"},
    )
    parked = reconcile(a_case({"title": "t"}), [crm], rules())

    _, [answered], _ = set_fact(parked.entity, after([crm], parked), "title", value="А", origin=HUB)

    assert [answered.link.bases[name].view for name in ("title", "subject")] == ["А", "Б"]


def test_what_nobody_said_cannot_be_taken():
    parked, _ = disputed()

    with pytest.raises(Unresolvable, match="'wiki' is no party to the conflict over title; take one of: hub, crm, trk"):
        chosen(parked.entity.conflicts["title"], "wiki")


def test_a_fact_that_is_only_read_is_edited_where_it_lives():  # H37
    side = a_side("crm", 1, fields=[a_field(direction="in")], values={"title": "t"})

    with pytest.raises(Unresolvable, match="title is only read from crm"):
        set_fact(a_case({"title": "t"}), [side], "title", value="новое", origin=HUB)


def test_two_systems_that_are_only_read_and_differ_can_be_answered():  # H37
    parked, sides = disputed(direction="in")

    entity, sides, _ = set_fact(parked.entity, sides, "title", value="А", origin=HUB)
    outcome = reconcile(entity, sides, rules())

    assert (value(outcome), outcome.entity.conflicts, writes(outcome, sides)) == ("А", {}, {})
    assert [change.parked["title"].code for change in outcome.links if change.parked] == ["in"]


def test_an_edit_without_a_conflict_is_written_everywhere_and_remembers_what_it_replaced():
    sides = [a_side("crm", 1, values={"title": "t"}), a_side("trk", 2, values={"title": "t"})]

    entity, sides, events = set_fact(a_case({"title": "t"}), sides, "title", value="новое", origin=HUB)

    assert [(e.what, e.old, e.new) for e in events] == [("set", "t", "новое")]
    assert entity.held == {"title": ("t",)}
    assert writes(reconcile(entity, sides, rules()), sides) == {"crm": {"title": "новое"}, "trk": {"title": "новое"}}


def test_a_doubt_is_over_with_the_answer():  # H12
    doubt = Parked("unclear", "?", {"title": "ours"}, "theirs")
    side = a_side("trk", 2, values={"title": "t"}, seen={"title": "theirs"}, parked={"title": doubt})
    asked = reconcile(a_case({"title": "ours"}), [side], rules())

    entity, sides, _ = set_fact(asked.entity, after([side], asked), "title", value="ours", origin=HUB)
    outcome = reconcile(entity, sides, rules())

    assert (outcome.entity.conflicts, outcome.links[0].parked) == ({}, {})
    assert writes(outcome, sides) == {"trk": {"title": "ours"}}


def test_a_retry_forgets_one_field_only():
    parked = {"title": Parked("dropped", "?"), "amount": Parked("rejected", "?")}

    assert list(retry(a_side("trk", 2, parked=parked).link, "title").parked) == ["amount"]
