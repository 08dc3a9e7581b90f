"""Who is right: policies applied to the proposals of a conflict."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from mappings.canonical.values import Money, Value
from mappings.policy import Furthest, Home, Max, Merge, Min, Park, Policy, Union, When
from mappings.reconcile import reconcile
from mappings.reconcile.model import Origin
from tests.reconcile_builders import HUB, NOW, a_case, a_field, a_lens, a_side, after, claims, rules, value

SYSTEMS = ("crm", "trk", "wiki")


def said(*moves: Value, fact: str = "amount", old: Value = None, lens: str = "", **settings: object):
    """Systems that all stood at *old*, each with a move of its own (None: it did not move)."""
    entry = a_field(fact, a_lens(lens, fact, **settings) if lens else None)
    stood = entry.lens.write({fact: old}, None)
    return [
        a_side(
            system,
            number,
            fields=[entry],
            values={fact: old},
            views={fact: stood},
            fresh=None if move is None else {fact: entry.lens.write({fact: move}, stood)},
        )
        for number, (system, move) in enumerate(zip(SYSTEMS, moves, strict=False), 1)
    ]


def decided(sides, policy: Policy, *, fact: str = "amount", hub: Value = None, origin: Origin = HUB, **more: object):
    return reconcile(a_case({fact: hub}, origin=origin), sides, rules({fact: policy}, **more))


def rub(amount: int) -> Money:
    return Money(Decimal(amount), "RUB")


def test_home_decides_by_its_own_move():
    outcome = decided(said("А", "Б", old="t", fact="title"), Home("trk"), fact="title", hub="t")

    assert (value(outcome), outcome.entity.facts["title"].origin.name) == ("Б", "trk")


def test_home_decides_as_the_origin_of_the_hubs_value():  # H16
    sides = said("x", "А", old="t", fact="title")
    first = decided(sides[:1], Home("crm"), fact="title", hub="t")

    outcome = reconcile(first.entity, [*after(sides[:1], first), sides[1]], rules({"title": Home("crm")}))

    assert (value(outcome), outcome.entity.conflicts) == ("x", {})


def test_home_that_is_no_party_leaves_it_to_a_person():  # H16
    sides = said(None, "Б", old="t", fact="title")

    outcome = decided(sides, Home("crm"), fact="title", hub="правка Анны")

    assert value(outcome) == "правка Анны"
    assert claims(outcome) == [("hub", "правка Анны"), ("trk", "Б")]


@pytest.mark.parametrize(
    ("policy", "hub", "moves", "wins"),
    [
        (Max(), None, (rub(150), rub(200)), rub(200)),
        (Min(), None, (rub(150), rub(200)), rub(150)),
        (Max(), rub(300), (rub(150), rub(200)), rub(300)),
        (Min(), rub(300), (rub(150), rub(200)), rub(150)),
        (Max(), None, (rub(150), rub(200), rub(175)), rub(200)),
        (Max(), None, (rub(150), Money(Decimal(200), "USD")), None),
    ],
)
def test_the_greatest_and_the_least_amount_in_one_currency(policy, hub, moves, wins):
    stood = rub(100)
    sides = said(*moves, old=stood, lens="money", form="pipe")

    outcome = decided(sides, policy, hub=stood if hub is None else hub)

    assert value(outcome, "amount") == (wins or stood)
    assert bool(outcome.entity.conflicts) == (wins is None)


def test_empty_is_the_lowest():
    sides = said(date(2026, 12, 1), None, old=date(2026, 11, 1), fact="deadline", lens="date")
    sides[1] = a_side(
        "trk",
        2,
        fields=list(sides[0].fields.values()),
        values={"deadline": date(2026, 11, 1)},
        views={"deadline": "2026-11-01"},
        fresh={"deadline": None},
    )

    least = decided(sides, Min(), fact="deadline", hub=date(2026, 11, 1))
    greatest = decided(sides, Max(), fact="deadline", hub=date(2026, 11, 1))

    assert value(least, "deadline") is None
    assert value(greatest, "deadline") == date(2026, 12, 1)


STAGES = ("lead", "qualified", "in_work", "estimate")


@pytest.mark.parametrize(
    ("moves", "wins"),
    [
        (("qualified", "estimate"), "estimate"),
        (("qualified", "estimate", "in_work"), "estimate"),
        (("qualified", "unknown"), None),
    ],
)
def test_the_furthest_stage_of_the_order_wins_and_one_that_it_does_not_list_is_asked_about(moves, wins):
    outcome = decided(
        said(*moves, old="lead", fact="stage"), Furthest(), fact="stage", hub="lead", orders={"stage": STAGES}
    )

    assert value(outcome, "stage") == (wins or "lead")
    assert bool(outcome.entity.conflicts) == (wins is None)


@pytest.mark.parametrize("policy", [Furthest(), Max(), Min()])
def test_words_without_an_order_are_not_ordered_by_the_alphabet(policy):
    outcome = decided(said("qualified", "estimate", old="lead", fact="stage"), policy, fact="stage", hub="lead")

    assert list(outcome.entity.conflicts) == ["stage"]


def test_furthest_needs_an_order_even_where_values_have_one():
    outcome = decided(said(rub(150), rub(200), old=rub(100), lens="money", form="pipe"), Furthest(), hub=rub(100))

    assert list(outcome.entity.conflicts) == ["amount"]


def words(text: str) -> frozenset[str] | None:
    return frozenset(text.split()) or None


def labels(old: str, *moves: str):
    return said(*map(words, moves), old=words(old), fact="labels", lens="set")


def test_union_takes_all_steps_removals_first():
    outcome = decided(labels("а б", "б в", "а б г"), Union(), fact="labels", hub=words("а б"))

    assert value(outcome, "labels") == words("б в г")


def test_union_keeps_what_the_hub_has_and_they_have_not():
    outcome = decided(labels("а", "а б", "а в"), Union(), fact="labels", hub=words("а vip"))

    assert value(outcome, "labels") == words("а б в vip")


def test_union_keeps_what_one_adds_and_another_removes():
    crm = labels("а б", "б")[0]
    trk = labels("б", "б", "б а")[1]

    assert value(decided([crm, trk], Union(), fact="labels", hub=words("а б")), "labels") == words("а б")


def test_union_of_nothing_is_empty():
    sides = labels("а б", "а", "б")

    outcome = decided(sides, Union(), fact="labels", hub=words("а б"))

    assert value(outcome, "labels") is None


def test_union_of_what_is_no_set_is_for_a_person():
    sides = [
        a_side(system, n, fresh={"title": view}) for n, (system, view) in enumerate({"crm": "А", "trk": "Б"}.items())
    ]

    outcome = reconcile(a_case(), sides, rules({"title": Union()}))

    assert claims(outcome) == [("crm", "А"), ("trk", "Б")]


LINES = "цель\n\nсрок\n\nцена"


def test_merge_takes_all_edits_of_different_lines():
    sides = said("ЦЕЛЬ\n\nсрок\n\nцена", "цель\n\nсрок\n\nЦЕНА", old=LINES, fact="description", lens="text")

    outcome = decided(sides, Merge(), fact="description", hub=LINES)

    assert value(outcome, "description") == "ЦЕЛЬ\n\nсрок\n\nЦЕНА"
    assert outcome.entity.facts["description"].origin == Origin("rule", "merge", NOW)


def test_merge_leaves_edits_of_one_line_to_a_person():
    sides = said("ЦЕЛЬ\n\nсрок\n\nцена", "Цель!\n\nсрок\n\nцена", old=LINES, fact="description", lens="text")

    assert list(decided(sides, Merge(), fact="description", hub=LINES).entity.conflicts) == ["description"]


@pytest.mark.parametrize(("later", "decides"), [("в", False), (None, False), ("б", True)])
def test_merge_does_not_let_one_line_take_the_place_of_what_the_hub_has_heard_since(later, decides):
    sides = said(later, old="а", fact="description", lens="text")
    if later is None:
        [field] = sides[0].fields.values()
        sides = [replace(sides[0], fresh={field.name: None})]

    outcome = decided(sides, Merge(), fact="description", hub="б")

    assert value(outcome, "description") == "б"
    assert ("description" not in outcome.entity.conflicts) == decides


# A text of which the orders of three edits give two different merges.
ORDERED = ("а\nа", "а\nб\nа", "б\nа\nа", "а\nа\nа")


def test_merge_that_depends_on_the_order_of_the_systems_is_for_a_person():  # H34
    old, *moves = ORDERED
    for order in permutations(moves):
        outcome = decided(said(*order, old=old, fact="description", lens="text"), Merge(), fact="description", hub=old)
        assert list(outcome.entity.conflicts) == ["description"]


def test_a_condition_sees_the_hub_as_it_was_before():  # H40
    won = When(((lambda dotted: dotted["case.stage"] == "won", Home("crm")),), Home("trk"))
    stage = a_field("stage")
    sides = [
        a_side(
            "crm",
            1,
            fields=[a_field(), stage],
            values={"title": "t", "stage": "lead"},
            fresh={"title": "А", "stage": "won"},
        ),
        a_side(
            "trk",
            2,
            fields=[a_field(), stage],
            values={"title": "t", "stage": "lead"},
            fresh={"title": "Б", "stage": "work"},
        ),
    ]
    told = rules({"title": won, "stage": Home("crm")}, dotted={"case.stage": "lead"})

    outcome = reconcile(a_case({"title": "t", "stage": "lead"}), sides, told)

    assert (value(outcome, "stage"), value(outcome)) == ("won", "Б")


def test_the_first_condition_that_holds_decides_and_without_one_a_person():
    policy = When(((lambda dotted: dotted["n"] == 1, Home("crm")), (lambda dotted: True, Home("trk"))))
    none = When(((lambda dotted: False, Home("crm")),))
    sides = said("А", "Б", old="t", fact="title")

    assert value(decided(sides, policy, fact="title", hub="t", dotted={"n": 1})) == "А"
    assert value(decided(sides, policy, fact="title", hub="t", dotted={"n": 2})) == "Б"
    assert claims(decided(sides, none, fact="title", hub="t")) == [("crm", "А"), ("trk", "Б")]


def test_nobody_but_a_person_decides_where_nothing_is_said():
    assert claims(decided(said("А", "Б", old="t", fact="title"), Park(), fact="title", hub="t")) == [
        ("crm", "А"),
        ("trk", "Б"),
    ]


def test_union_of_what_two_put_where_nothing_was():
    assert value(decided(labels("", "а", "б"), Union(), fact="labels"), "labels") == words("а б")


def test_four_who_touch_different_lines_are_merged():
    old = "а\n\nб\n\nв\n\nг"
    entry = a_field("description", a_lens("text", "description"))
    sides = [
        a_side(
            f"s{number}",
            number,
            fields=[entry],
            values={"description": old},
            fresh={"description": old.replace(line, line.upper())},
        )
        for number, line in enumerate("абвг", 1)
    ]

    outcome = decided(sides, Merge(), fact="description", hub=old)

    assert value(outcome, "description") == "А\n\nБ\n\nВ\n\nГ"
