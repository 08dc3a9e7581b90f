"""What a system says: unmoved, restyled, unreadable or moved, fact by fact."""

from dataclasses import replace
from decimal import Decimal

from mappings.canonical.values import Money
from mappings.lens import UNSEEN
from mappings.policy import Home
from mappings.reconcile import reconcile
from mappings.reconcile.model import Base, OpenWrite
from tests.reconcile_builders import (
    a_case,
    a_cell,
    a_choice,
    a_field,
    a_lens,
    a_side,
    after,
    passes,
    rules,
    value,
    writes,
)

CRM = {
    "НОВАЯ": {"stage": "lead", "outcome": "open"},
    "КВАЛИФИКАЦИЯ": {"stage": "qualified", "outcome": "open"},
    "ВЫИГРАНА": {"outcome": "won"},
}
TRACKER = {
    "New": {"stage": ["lead", "qualified"], "outcome": "open"},
    "In Progress": {"stage": "estimate", "outcome": "open"},
    "Closed": {"outcome": "won"},
}


def test_another_view_of_the_same_value_is_restyled_and_proposes_nothing():  # H42
    trk = a_choice(values={"D1": "discovery", "D2": "discovery"})
    crm = a_choice(values={"P": "discovery", "E": "estimate"})
    sides = [
        a_side("crm", 1, fields=[crm], values={"stage": "discovery"}, views={"stage": "P"}, fresh={"stage": "E"}),
        a_side("trk", 2, fields=[trk], values={"stage": "discovery"}, views={"stage": "D1"}, fresh={"stage": "D2"}),
    ]

    outcome = reconcile(a_case({"stage": "discovery"}), sides, rules())

    assert outcome.entity.conflicts == {}
    assert value(outcome, "stage") == "estimate"
    assert outcome.links[1].bases["stage"].view == "D2"
    assert [(e.system, e.new, e.cause) for e in outcome.events if e.what == "read"] == [
        ("crm", "E", ""),
        ("trk", "D2", "restyled"),
    ]


def test_a_cell_moves_only_in_the_fact_that_it_no_longer_stands_for():  # H54
    crm, trk = a_cell(CRM), a_cell(TRACKER)
    said = {"stage": "lead", "outcome": "open"}
    sides = [
        a_side("crm", 1, fields=[crm], values=said, views={"position": "НОВАЯ"}, fresh={"position": "КВАЛИФИКАЦИЯ"}),
        a_side("trk", 2, fields=[trk], values=said, views={"position": "New"}, fresh={"position": "Closed"}),
    ]

    outcome, sides = passes(a_case(said), sides, rules())
    again = reconcile(outcome.entity, sides, rules())

    assert outcome.entity.conflicts == {}
    assert (value(outcome, "stage"), value(outcome, "outcome")) == ("qualified", "won")
    assert writes(outcome, sides) == {"crm": {"position": "ВЫИГРАНА"}}
    assert (writes(again, sides), again.events) == ({}, ())


def test_a_base_that_another_lens_made_is_no_base():  # H26
    crm, trk = a_side("crm", 1, values={"title": "t"}), a_side("trk", 2, values={"title": "t"})
    other = trk.link.bases["title"]._replace(lens="made when the title stood elsewhere")
    trk = replace(trk, link=replace(trk.link, bases={"title": other}), fresh={"title": "INT-0042"})

    outcome = reconcile(a_case({"title": "t"}), [crm, trk], rules())

    assert value(outcome) == "t"
    assert [(p.system, p.value) for p in outcome.entity.conflicts["title"].parties] == [
        ("hub", "t"),
        ("trk", "INT-0042"),
    ]
    assert writes(outcome, [crm, trk]) == {}


def test_a_field_that_comes_back_unchanged_keeps_its_base_and_what_was_seen():  # H26
    trk = a_side("trk", 2, values={"title": "t"}, seen={"title": "Б"})
    unmapped = replace(trk, fields={})
    gone, quiet = reconcile(a_case({"title": "t"}), [unmapped], rules()), reconcile(a_case(), [unmapped], rules())

    assert gone.links[0].bases == quiet.links[0].bases == trk.link.bases
    assert gone.links[0].seen == {"title": "Б"}


PLANS = {"P": ["discovery", "estimate"], "N": "proposal"}
JOBS = {"I": "discovery", "J": ["estimate", "qualified"], "K": "proposal"}


def test_an_ambiguous_view_means_what_was_held_last_and_the_other_side_is_left_in_peace():  # H43
    crm, trk = a_choice(values=PLANS), a_choice(values=JOBS)
    said = {"stage": "estimate"}
    sides = [
        a_side("crm", 1, fields=[crm], values=said, views={"stage": "P"}, fresh={"stage": "N"}),
        a_side("trk", 2, fields=[trk], values=said, views={"stage": "J"}),
    ]
    away, sides = passes(a_case(said), sides, rules())

    back = [replace(sides[0], fresh={"stage": "P"}), sides[1]]
    outcome = reconcile(away.entity, back, rules())

    assert value(away, "stage") == "proposal"
    assert value(outcome, "stage") == "estimate"
    assert writes(outcome, back) == {"trk": {"stage": "J"}}


def test_an_ambiguous_view_never_held_means_what_needs_the_fewest_writes_elsewhere():  # H43
    crm, trk, wiki = a_choice(values=PLANS), a_choice(values=JOBS), a_choice(values={"э": "estimate", "п": "proposal"})
    sides = [
        a_side("crm", 1, fields=[crm], values={"stage": "proposal"}, views={"stage": "N"}, fresh={"stage": "P"}),
        a_side("trk", 2, fields=[trk], values={"stage": "proposal"}, views={"stage": "K"}),
        a_side("wiki", 3, fields=[wiki], values={"stage": "proposal"}, views={"stage": "э"}),
    ]

    outcome = reconcile(a_case({"stage": "proposal"}), sides, rules())

    assert value(outcome, "stage") == "estimate"


def test_of_values_that_need_as_many_writes_the_first_of_the_mapping_is_meant():
    crm = a_choice(values=PLANS)
    sides = [a_side("crm", 1, fields=[crm], values={"stage": "proposal"}, views={"stage": "N"}, fresh={"stage": "P"})]

    assert value(reconcile(a_case({"stage": "proposal"}), sides, rules()), "stage") == "discovery"


def test_a_field_of_two_places_is_seen_only_when_both_are():  # H51
    pair = ("opportunity", "currencyId")
    money = replace(a_field("amount", a_lens("money", "amount", places=pair)), places=pair)

    assert money.view({"opportunity": "200"}) is UNSEEN
    assert money.view({"opportunity": "200", "currencyId": "RUB"}) == {"opportunity": "200", "currencyId": "RUB"}


def test_a_snapshot_without_a_field_leaves_it_as_it_was():  # H51
    pair = ("opportunity", "currencyId")
    money = replace(a_field("amount", a_lens("money", "amount", places=pair)), places=pair)
    said = {"amount": Money(Decimal(100), "RUB"), "title": "т"}
    shown = {"amount": {"opportunity": "100", "currencyId": "RUB"}, "title": "т"}
    sides = [a_side("crm", 1, fields=[money, a_field()], values=said, views=shown, fresh={"title": "новое"})]

    outcome = reconcile(a_case(said), sides, rules())

    assert value(outcome, "amount") == Money(Decimal(100), "RUB")
    assert outcome.links[0].parked == {}


def test_a_first_meeting_fills_the_empty_agrees_on_the_equal_and_asks_about_the_different():
    names = ("title", "channel", "client")
    entries = [a_field(name) for name in names]
    fresh = {"title": None, "channel": "сайт", "client": "ООО «Ромашка»"}
    sides = [a_side("trk", 2, fields=entries, fresh=fresh)]

    outcome = reconcile(a_case({"title": "т", "channel": "сайт", "client": "ИП Иванов"}), sides, rules())

    assert writes(outcome, sides) == {"trk": {"title": "т"}}
    assert list(outcome.entity.conflicts) == ["client"]


def a_default(view: object, entry=None):
    side = a_side("trk", 2, fields=[entry or a_field("priority")])
    bases = {"priority": Base({"priority": None}, view, side.fields["priority"].fingerprint, default=True)}
    return replace(side, link=replace(side.link, bases=bases))


def test_a_default_proposes_nothing_until_somebody_moves():  # H33
    left = reconcile(a_case(), [replace(a_default("Normal"), fresh={"priority": "Normal"})], rules())
    moved = reconcile(a_case(), [replace(a_default("Normal"), fresh={"priority": "High"})], rules())

    assert (left.entity.facts, left.events, left.links[0].parked) == ({}, (), {})
    assert value(moved, "priority") == "High"


def test_a_default_that_is_only_shown_another_way_is_still_a_default():  # H33
    side = a_default("1.00", a_field("priority", a_lens("number", "priority")))

    outcome = reconcile(a_case(), [replace(side, fresh={"priority": "1.0"})], rules())

    assert outcome.entity.facts == {}
    assert outcome.links[0].bases["priority"] == side.link.bases["priority"]._replace(view="1.0")


def test_an_edit_of_a_default_keeps_what_the_server_filled_in():
    side = a_default(["шаблон"], a_field("priority", a_lens("set", "priority")))

    outcome, sides = passes(a_case(), [replace(side, fresh={"priority": ["шаблон", "срочно"]})], rules())

    assert value(outcome, "priority") == frozenset({"шаблон", "срочно"})
    assert writes(outcome, sides) == {}


def frozen(side):
    return replace(side, link=replace(side.link, write=OpenWrite("w1", "sent", "update", ())))


def test_a_link_with_a_write_on_its_way_is_neither_read_nor_written():  # H5
    crm = a_side("crm", 1, values={"title": "x"}, fresh={"title": "y"})
    trk = frozen(a_side("trk", 2, values={"title": "t"}, seen={"title": "x"}))

    outcome = reconcile(a_case({"title": "x"}), [crm, trk], rules({"title": Home("trk")}))

    assert (value(outcome), outcome.entity.conflicts) == ("y", {})
    assert outcome.links[1].bases == trk.link.bases
    assert outcome.links[1].seen == {"title": "x"}


def test_the_other_links_go_on_while_one_is_frozen():  # H30
    sides = [
        a_side("crm", 1, values={"title": "t"}, fresh={"title": "новое"}),
        a_side("trk", 2, values={"title": "t"}),
        frozen(a_side("wiki", 3, values={"title": "t"})),
    ]

    outcome = reconcile(a_case({"title": "t"}), sides, rules())
    later = reconcile(outcome.entity, after(sides, outcome), rules())

    assert writes(outcome, sides) == {"trk": {"title": "новое"}}
    assert writes(later, sides) == {"trk": {"title": "новое"}, "wiki": {"title": "новое"}}


def test_a_conflict_waits_for_a_party_that_is_frozen():
    sides = [
        a_side("crm", 1, values={"title": "t"}, fresh={"title": "А"}),
        a_side("trk", 2, values={"title": "t"}, fresh={"title": "Б"}),
    ]
    parked = reconcile(a_case({"title": "t"}), sides, rules())
    crm, trk = after(sides, parked, fresh={"crm": {"title": "А"}})

    outcome = reconcile(parked.entity, [crm, frozen(trk)], rules())

    assert outcome.entity.conflicts == parked.entity.conflicts
    assert (value(outcome), outcome.events) == ("t", ())


def test_a_conflict_does_not_wait_for_a_link_that_is_no_party():
    sides = [
        a_side("crm", 1, values={"title": "t"}, fresh={"title": "А"}),
        a_side("trk", 2, values={"title": "t"}, fresh={"title": "Б"}),
        a_side("wiki", 3, values={"title": "t"}),
    ]
    parked = reconcile(a_case({"title": "t"}), sides, rules())
    crm, trk, wiki = after(sides, parked, fresh={"crm": {"title": "Б"}})

    for rest in ([wiki], [frozen(wiki)]):
        outcome = reconcile(parked.entity, [crm, trk, *rest], rules())
        assert (value(outcome), outcome.entity.conflicts) == ("Б", {})
