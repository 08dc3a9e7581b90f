"""Fields that are only read, only written, or written once."""

from dataclasses import replace

from mappings.exchange import View
from mappings.reconcile import reconcile
from mappings.reconcile.model import Base, Parked
from tests.reconcile_builders import NOW, a_case, a_cell, a_field, a_lens, a_side, after, passes, rules, value, writes


def parked(outcome, link: int = 0, field: str = "title") -> str:
    return outcome.links[link].parked[field].code if field in outcome.links[link].parked else ""


def test_a_field_that_is_only_read_is_never_written_and_another_value_is_parked():  # H37
    only_read = a_field("budget", direction="in")
    sides = [
        a_side("crm", 1, fields=[only_read], values={"budget": "100"}),
        a_side("trk", 2, fields=[a_field("budget")], values={"budget": "100"}, fresh={"budget": "200"}),
    ]

    outcome = reconcile(a_case({"budget": "100"}), sides, rules())
    agreed = reconcile(outcome.entity, after(sides, outcome, fresh={"crm": {"budget": "200"}}), rules())

    assert (writes(outcome, sides), parked(outcome, 0, "budget")) == ({}, "in")
    assert (agreed.links[0].parked, value(agreed, "budget")) == ({}, "200")


def test_a_field_that_is_only_read_proposes_like_any_other():  # H37
    sides = [
        a_side("crm", 1, fields=[a_field("budget", direction="in")], values={"budget": "100"}, fresh={"budget": "150"}),
        a_side("trk", 2, fields=[a_field("budget")], values={"budget": "100"}),
    ]

    assert writes(reconcile(a_case({"budget": "100"}), sides, rules()), sides) == {"trk": {"budget": "150"}}


def progress(said: str | None, *, shown: View = None, base: str | None = None, **link: object):
    side = a_side("crm", 1, fields=[a_field("progress", direction="out")], fresh={"progress": shown}, **link)
    bases = {} if base is None else {"progress": Base({"progress": base}, base, side.fields["progress"].fingerprint)}
    return replace(side, link=replace(side.link, bases=bases), derived={"progress": said})


def test_a_persons_change_where_the_hub_only_writes_is_replaced_with_the_next_change_and_not_before():  # H37
    side = progress("New · Анна", base="New · Анна", shown="мои заметки")

    kept = reconcile(a_case(), [side], rules())
    again = reconcile(a_case(), after([side], kept), rules())
    changed = reconcile(a_case(), [replace(progress("Done", shown="мои заметки", base="New · Анна"))], rules())

    assert (writes(kept, [side]), parked(kept, field="progress")) == ({}, "out")
    assert [(e.what, e.new) for e in kept.events] == [("read", "мои заметки"), ("parked", "мои заметки")]
    assert (again.events, writes(again, [side])) == ((), {})
    assert writes(changed, [side]) == {"crm": {"progress": "Done"}}


def test_what_is_only_written_is_never_adopted():  # H37
    outcome = reconcile(a_case(), [progress(None, shown="чужое")], rules())

    assert (outcome.entity.facts, writes(outcome, []), outcome.links[0].parked) == ({}, {}, {})


def test_a_derived_fact_that_is_shown_already_is_not_written_again():
    outcome, settled = passes(a_case(), [progress("New", shown=None)], rules())
    again = reconcile(a_case(), settled, rules())
    shown = reconcile(a_case(), [progress("New", shown="New")], rules())

    assert writes(outcome, settled) == {"crm": {"progress": "New"}}
    assert (writes(again, settled), writes(shown, settled)) == ({}, {})


def test_what_leaves_nothing_to_write_is_not_written():
    few = a_field("labels", a_lens("set", "labels", vocabulary=["тендер"]), direction="out")
    side = a_side("wiki", 3, fields=[few], touched=NOW)

    outcome = reconcile(a_case({"labels": frozenset({"vip"})}), [side], rules())

    assert (writes(outcome, [side]), outcome.links[0].parked) == ({}, {})


def test_a_cell_of_two_facts_that_is_only_written_comes_to_rest():
    cell = a_cell({"NEW": {"stage": "lead", "outcome": "open"}, "W": {"outcome": "won"}}, direction="out")
    said = {"stage": "lead", "outcome": "open"}

    outcome, settled = passes(a_case(said), [a_side("wiki", 3, fields=[cell], fresh={"position": None})], rules())
    again = reconcile(a_case(said), settled, rules())

    assert writes(outcome, settled) == {"wiki": {"position": "NEW"}}
    assert (writes(again, settled), again.events) == ({}, ())


def test_a_persons_change_of_a_cell_that_is_only_written_waits_for_the_next_change_of_either_fact():  # H37
    cell = a_cell({"NEW": {"stage": "lead", "outcome": "open"}, "W": {"outcome": "won"}}, direction="out")
    said = {"stage": "lead", "outcome": "open"}
    side = a_side("wiki", 3, fields=[cell], values=said, views={"position": "NEW"}, fresh={"position": "моё"})

    kept = reconcile(a_case(said), [side], rules())
    changed = reconcile(a_case({"stage": "lead", "outcome": "won"}), [side], rules())

    assert (writes(kept, [side]), parked(kept, field="position")) == ({}, "out")
    assert writes(changed, [side]) == {"wiki": {"position": "W"}}


def test_what_is_written_once_is_neither_read_nor_written_and_stays_parked_if_it_was_refused():  # H37
    aside = Parked("refused", "too long", {"title": "t"})
    once = a_side("trk", 2, fields=[a_field(direction="once")], parked={"title": aside})

    outcome = reconcile(a_case({"title": "t"}), [replace(once, fresh={"title": "правка"})], rules())

    assert (value(outcome), writes(outcome, [once]), outcome.events) == ("t", {}, ())
    assert (outcome.links[0].bases, outcome.links[0].seen, outcome.links[0].parked) == ({}, {}, {"title": aside})


def test_of_a_cell_that_is_only_written_one_fact_that_fits_is_not_enough():
    cell = a_cell(
        {"A": {"stage": "lead", "outcome": "open"}, "B": {"stage": "lead", "outcome": "won"}}, direction="out"
    )
    side = a_side("wiki", 3, fields=[cell], values={"stage": "lead", "outcome": "open"}, views={"position": "A"})

    outcome = reconcile(a_case({"stage": "lead", "outcome": "won"}), [side], rules())

    assert writes(outcome, [side]) == {"wiki": {"position": "B"}}


def test_only_a_two_way_field_with_a_value_is_told_when_it_is_never_shown():
    ways = {"both": "unseen", "in": "", "out": ""}
    for direction, told in ways.items():
        side = a_side("trk", 2, fields=[a_field(direction=direction), a_field("note")], fresh={"note": "x"})
        case = a_case({"title": "t"} if direction != "out" else {})

        assert parked(reconcile(case, [side], rules())) == told
    empty = a_side("trk", 2, fields=[a_field(), a_field("note")], seen={"title": None}, fresh={"note": "x"})
    assert parked(reconcile(a_case(), [empty], rules())) == ""
