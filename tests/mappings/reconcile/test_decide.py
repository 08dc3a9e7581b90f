"""What is proposed, and what follows: collected first over all systems, decided once."""

from dataclasses import replace
from itertools import permutations

from mappings.lens import Clash
from mappings.policy import Furthest, Home, Park
from mappings.reconcile import reconcile
from mappings.reconcile.model import Origin, Parked
from tests.reconcile_builders import (
    NOW,
    a_case,
    a_choice,
    a_field,
    a_lens,
    a_side,
    after,
    claims,
    passes,
    rules,
    value,
    writes,
)

STAGES = ("lead", "qualify", "estimate", "proposal")


def three(crm: str | None = None, trk: str | None = None, wiki: str | None = None, *, field: str = "title"):
    shown = {"crm": crm, "trk": trk, "wiki": wiki}
    return [
        a_side(
            system, number, fields=[a_field(field)], values={field: "t"}, fresh=None if view is None else {field: view}
        )
        for number, (system, view) in enumerate(shown.items(), 1)
    ]


def test_who_moved_away_from_the_hubs_value_has_answered_it():  # H15
    by_crm = Origin("system", "crm", NOW)
    entry = a_field("stage")
    crm = a_side("crm", 1, fields=[entry], values={"stage": "proposal"}, fresh={"stage": "qualify"})
    trk = a_side("trk", 2, fields=[entry], values={"stage": "lead"}, fresh={"stage": "estimate"})

    outcome = reconcile(
        a_case({"stage": "proposal"}, origin=by_crm), [crm, trk], rules({"stage": Furthest()}, orders={"stage": STAGES})
    )

    assert value(outcome, "stage") == "estimate"
    assert writes(outcome, [crm, trk]) == {"crm": {"stage": "estimate"}}


def test_who_gives_in_ends_the_conflict():  # H15, H45
    sides = three(crm="А", wiki="Б")
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    outcome, settled = passes(parked.entity, after(sides, parked, fresh={"crm": {"title": "Б"}}), rules())
    again = reconcile(outcome.entity, settled, rules())

    assert (value(outcome), outcome.entity.conflicts) == ("Б", {})
    assert writes(outcome, sides) == {"trk": {"title": "Б"}}
    assert [e.what for e in outcome.events] == ["read", "set", "settled"]
    assert (writes(again, settled), again.events) == ({}, ())


def test_who_takes_the_edit_back_ends_the_conflict():  # H45
    sides = three(crm="А", trk="Б")
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    outcome = reconcile(parked.entity, after(sides, parked, fresh={"crm": {"title": "t"}}), rules())

    assert (value(outcome), outcome.entity.conflicts) == ("Б", {})


def test_a_conflict_ends_when_all_but_one_party_are_gone():  # H45
    sides = three(crm="А", trk="Б")
    parked = reconcile(a_case({"title": "t"}), sides, rules())
    crm, _deleted, wiki = after(sides, parked)

    outcome = reconcile(parked.entity, [crm, wiki], rules())

    assert (value(outcome), outcome.entity.conflicts) == ("А", {})
    assert writes(outcome, sides) == {"wiki": {"title": "А"}}


def test_a_conflict_of_which_nobody_is_left_is_over():  # H45
    sides = three(crm="А", trk="Б")
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    outcome = reconcile(parked.entity, after(sides, parked)[2:], rules())

    assert (value(outcome), outcome.entity.conflicts) == ("t", {})
    assert [(e.what, e.cause) for e in outcome.events] == [("settled", "withdrawn")]


def test_the_order_of_the_systems_does_not_matter():
    sides = three(crm="А", trk="Б", wiki="А")

    outcomes = [reconcile(a_case({"title": "t"}), order, rules()) for order in permutations(sides)]

    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_a_parked_conflict_is_entered_once_and_the_other_facts_go_on():  # H48
    entries = [a_field(), a_field("channel")]
    said = {"title": "t", "channel": "сайт"}
    sides = [
        a_side("crm", 1, fields=entries, values=said, fresh={"title": "А", "channel": "звонок"}),
        a_side("trk", 2, fields=entries, values=said, fresh={"title": "Б"}),
    ]
    parked, settled = passes(a_case(said), sides, rules())
    again = reconcile(parked.entity, settled, rules())

    assert [(e.what, e.field) for e in parked.events] == [
        ("read", "title"),
        ("read", "channel"),
        ("read", "title"),
        ("set", "channel"),
        ("conflict", "title"),
    ]
    assert writes(parked, sides) == {"trk": {"channel": "звонок"}}
    assert (again.events, writes(again, settled)) == ((), {})


def test_a_view_that_returns_to_its_base_is_written_down_too():  # H48
    sides = three(crm="А", trk="Б")
    parked = reconcile(a_case({"title": "t"}), sides, rules())

    outcome = reconcile(parked.entity, after(sides, parked, fresh={"trk": {"title": "t"}}), rules())

    assert [(e.old, e.new) for e in outcome.events if e.what == "read"] == [("Б", "t")]


# --- an edit is a step ---------------------------------------------------------------------------------------------


def test_an_edit_where_fewer_labels_are_known_removes_none_that_are_not_seen_there():  # H10
    whole = a_field("labels", a_lens("set", "labels"))
    part = a_field("labels", a_lens("set", "labels", vocabulary=["срочно", "тендер"]))
    said = {"labels": frozenset({"срочно", "vip"})}
    sides = [
        a_side("crm", 1, fields=[whole], values=said, views={"labels": ["vip", "срочно"]}),
        a_side(
            "trk", 2, fields=[part], values=said, views={"labels": ["срочно"]}, fresh={"labels": ["срочно", "тендер"]}
        ),
    ]

    outcome, settled = passes(a_case(said), sides, rules())

    assert value(outcome, "labels") == frozenset({"срочно", "vip", "тендер"})
    assert writes(outcome, sides) == {"crm": {"labels": ["vip", "срочно", "тендер"]}}
    assert writes(reconcile(outcome.entity, settled, rules()), settled) == {}


def cut(*views: str, title: str = "Длинное название сделки"):
    """crm shows the whole title; trk, and the others, cut it to seven characters and now show *views*."""
    short = a_field("title", a_lens("text", "title", max_length=7))
    others = [
        a_side(
            system, number, fields=[short], values={"title": title}, views={"title": title[:7]}, fresh={"title": view}
        )
        for number, (system, view) in enumerate(zip(("trk", "wiki"), views, strict=False), 2)
    ]
    return a_case({"title": title}), [
        a_side("crm", 1, fields=[a_field("title", a_lens("text", "title"))], values={"title": title}),
        *others,
    ]


def test_an_edit_of_a_text_that_is_cut_there_is_not_adopted_with_its_cut():  # H10
    entity, sides = cut("ДЛИННОЕ")

    outcome = reconcile(entity, sides, rules({"title": Home("trk")}))

    assert value(outcome) == "Длинное название сделки"
    assert claims(outcome) == [("trk", "ДЛИННОЕ")]
    assert writes(outcome, sides) == {}


def test_two_cut_texts_that_say_the_same_do_not_agree_to_lose_the_rest():  # H10
    entity, sides = cut("ДЛИННОЕ", "ДЛИННОЕ")

    outcome = reconcile(entity, sides, rules())

    assert value(outcome) == "Длинное название сделки"
    assert claims(outcome) == [("trk", "ДЛИННОЕ"), ("wiki", "ДЛИННОЕ")]


def test_a_step_that_cannot_be_applied_says_why_in_the_conflict():  # H10
    entity, sides = cut("ДЛИННОЕ")

    conflict = reconcile(entity, sides, rules()).entity.conflicts["title"]

    assert "cut" in conflict.why
    assert isinstance(
        sides[1].fields["title"].lens.step("title", "Длинное", "ДЛИННОЕ", "Длинное название сделки"), Clash
    )


# --- agreement -----------------------------------------------------------------------------------------------------


def test_views_agree_on_the_value_that_they_have_in_common():
    crm = a_choice(values={"N": "lead", "P": ["discovery", "estimate"]})
    trk = a_choice(values={"N": "lead", "J": ["estimate", "proposal"]})
    said = {"stage": "lead"}
    sides = [
        a_side("crm", 1, fields=[crm], values=said, views={"stage": "N"}, fresh={"stage": "P"}),
        a_side("trk", 2, fields=[trk], values=said, views={"stage": "N"}, fresh={"stage": "J"}),
    ]

    outcome = reconcile(a_case(said, held={"stage": ("discovery", "proposal")}), sides, rules())

    assert (value(outcome, "stage"), outcome.entity.conflicts) == ("estimate", {})
    assert writes(outcome, sides) == {}


def test_the_richest_edit_that_all_views_show_is_taken():
    whole = a_field("labels", a_lens("set", "labels"))
    part = a_field("labels", a_lens("set", "labels", vocabulary=["а", "б"]))
    said = {"labels": frozenset({"а", "vip"})}
    sides = [
        a_side("crm", 1, fields=[part], values=said, views={"labels": ["а"]}, fresh={"labels": ["а", "б"]}),
        a_side("trk", 2, fields=[whole], values=said, views={"labels": ["vip", "а"]}, fresh={"labels": ["а", "б"]}),
    ]

    outcome = reconcile(a_case(said), sides, rules({"labels": Park()}))

    assert value(outcome, "labels") == frozenset({"а", "б"})


# --- in doubt ------------------------------------------------------------------------------------------------------


def doubtful(system: str, number: int, view: str):
    parked = Parked("unclear", "?", {"title": "ours"}, view)
    return a_side(system, number, values={"title": "t"}, seen={"title": view}, parked={"title": parked})


def test_what_is_unclear_is_decided_by_no_policy():  # H12
    sides = [a_side("crm", 1, values={"title": "ours"}), doubtful("trk", 2, "theirs")]

    outcome = reconcile(a_case({"title": "ours"}), sides, rules({"title": Home("trk")}))

    assert claims(outcome) == [("hub", "ours"), ("trk", "theirs")]
    assert writes(outcome, sides) == {}


def test_what_is_unclear_is_over_when_everybody_says_the_same():  # H12
    sides = [a_side("crm", 1, values={"title": "ours"}, fresh={"title": "theirs"}), doubtful("trk", 2, "theirs")]

    outcome = reconcile(a_case({"title": "ours"}), sides, rules())

    assert (value(outcome), outcome.entity.conflicts, outcome.links[1].parked) == ("theirs", {}, {})


def test_two_systems_in_doubt_do_not_make_each_other_certain():  # H12
    sides = [doubtful("crm", 1, "theirs"), doubtful("trk", 2, "theirs")]

    outcome = reconcile(a_case({"title": "t"}), sides, rules())

    assert (value(outcome), list(outcome.entity.conflicts)) == ("t", ["title"])


def test_another_view_than_the_doubtful_one_is_an_edit_again():  # H12
    side = replace(doubtful("trk", 2, "theirs"), fresh={"title": "правка"})

    outcome = reconcile(a_case({"title": "t"}), [side], rules())

    assert value(outcome) == "правка"


# --- who said it ---------------------------------------------------------------------------------------------------


def test_a_value_carries_the_record_that_it_came_from():
    outcome = reconcile(a_case({"title": "t"}), three(trk="Б"), rules())

    assert outcome.entity.facts["title"].origin == Origin("system", "trk", NOW, "#trk-2")


def test_a_value_that_stays_keeps_its_origin():
    person = Origin("person", "Анна", NOW)
    sides = [a_side("crm", 1, fields=[a_field("title")], values={"title": "t"}, fresh={"title": "новое"})]

    outcome = reconcile(a_case({"title": "новое"}, origin=person), sides, rules())

    assert outcome.entity.facts["title"].origin == person
    assert outcome.links[0].bases["title"].value == {"title": "новое"}


def test_what_several_say_alike_was_said_by_the_first_of_them_by_name():
    sides = [a_side(name, n, values={"title": "t"}, fresh={"title": "А"}) for n, name in enumerate(("trk", "crm"), 1)]

    assert reconcile(a_case({"title": "t"}), sides, rules()).entity.facts["title"].origin.name == "crm"
