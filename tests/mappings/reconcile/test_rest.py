"""What is at rest is not judged, and whatever is not at rest is."""

from dataclasses import replace

import pytest

from mappings.reconcile import reconcile
from mappings.reconcile.model import Conflict, OpenWrite, Parked
from mappings.reconcile.rest import stirred
from tests.reconcile_builders import NOW, a_case, a_cell, a_choice, a_field, a_side, rules

SAID = {"title": "Смета", "channel": "сайт"}


def side(**given: object):
    return a_side("crm", 1, fields=[a_field(), a_field("channel")], values=SAID, **given)


def judged(*sides, case=None):
    entity = case or a_case(SAID)
    return stirred(entity, sides, {name: said.value for name, said in entity.facts.items()})


def test_a_record_that_shows_what_it_did_is_at_rest():
    assert (
        judged(side(fresh=SAID), side(), a_side("trk", 2, values={"channel": "сайт"}, fields=[a_field("channel")]))
        == set()
    )


@pytest.mark.parametrize(
    "stir",
    [
        {"fresh": {"title": "новое", "channel": "сайт"}},
        {"seen": {"title": "новое"}},
        {"parked": {"title": Parked("dropped", "?")}},
    ],
)
def test_a_view_that_moved_or_is_set_aside_stirs_its_fact_only(stir):
    assert judged(side(**stir)) == {"title"}


def test_a_value_that_moved_at_the_hub_stirs_its_fact():
    assert judged(side(), case=a_case({**SAID, "channel": "звонок"})) == {"channel"}


def test_a_conflict_is_always_judged():
    assert judged(side(), case=a_case(SAID, conflicts={"title": Conflict("title", "Смета", ())})) == {"title"}


def test_a_base_of_another_lens_and_a_field_without_a_base_are_not_at_rest():
    foreign = side()
    base = foreign.link.bases["title"]._replace(lens="another")
    foreign = replace(foreign, link=replace(foreign.link, bases={**foreign.link.bases, "title": base}))
    unseen = a_side("wiki", 3, fields=[a_field("channel")], touched=NOW)

    assert (judged(foreign), judged(unseen)) == ({"title"}, {"channel"})


def test_a_cell_whose_bases_stand_at_different_views_is_not_at_rest():
    cell = a_cell({"НОВАЯ": {"stage": "lead", "outcome": "open"}, "СТАРАЯ": {"stage": "lead", "outcome": "open"}})
    said = {"stage": "lead", "outcome": "open"}
    whole = a_side("crm", 1, fields=[cell], values=said, views={"position": "НОВАЯ"})
    bases = dict(whole.link.bases)
    split = {**bases, "position.outcome": bases["position.outcome"]._replace(view="СТАРАЯ")}
    half = {"position.stage": bases["position.stage"]}

    assert judged(whole, case=a_case(said)) == set()
    assert judged(replace(whole, link=replace(whole.link, bases=split)), case=a_case(said)) == {"stage", "outcome"}
    assert judged(replace(whole, link=replace(whole.link, bases=half)), case=a_case(said)) == {"stage", "outcome"}


def test_a_cell_of_which_the_hub_says_more_or_that_had_another_lens_is_not_at_rest():
    cell = a_cell({"НОВАЯ": {"stage": "lead", "outcome": "open"}})
    said = {"stage": "lead", "outcome": "open"}
    whole = a_side("crm", 1, fields=[cell], values=said, views={"position": "НОВАЯ"})
    foreign = {name: base._replace(lens="another") for name, base in whole.link.bases.items()}

    assert judged(whole, case=a_case({**said, "outcome": "lost"})) == {"stage", "outcome"}
    assert judged(replace(whole, link=replace(whole.link, bases=foreign)), case=a_case(said)) == {"stage", "outcome"}


def test_a_cell_without_bases_is_at_rest_where_nobody_says_anything_of_it():
    cell = a_cell({"НОВАЯ": {"stage": "lead", "outcome": "open"}})
    said = {"stage": "lead", "outcome": "open"}
    whole = a_side("crm", 1, fields=[cell], values=said, views={"position": "НОВАЯ"})
    bare = a_side("crm", 1, fields=[cell], touched=NOW)
    half = replace(bare, link=replace(bare.link, bases={"position.outcome": whole.link.bases["position.outcome"]}))
    seen = replace(bare, fresh={"position": "НОВАЯ"})

    assert judged(bare, case=a_case({})) == set()
    for one, facts in ((bare, {"outcome": "open"}), (half, {}), (seen, {})):
        assert judged(one, case=a_case(facts)) == {"stage", "outcome"}


def test_a_derived_fact_is_at_rest_at_the_value_worked_out_for_that_link():
    out = a_side("crm", 1, fields=[a_field("link", direction="out")], values={"link": "https://trk/1"})

    assert judged(replace(out, derived={"link": "https://trk/1"})) == set()
    assert judged(replace(out, derived={"link": "https://trk/2"})) == {"link"}


def test_a_frozen_link_and_a_record_that_nobody_has_read_yet_are_left_alone():
    frozen = side(seen={"title": "новое"}, write=OpenWrite("w", "sent", "update", ()))
    unread = a_side("trk", 2, fields=[a_field()])

    outcome = reconcile(a_case(SAID), [frozen, unread], rules())

    assert judged(frozen, unread) == set()
    assert (outcome.links[1].parked, outcome.links[1].write) == ({}, ())


def test_looking_for_drift_what_no_longer_stands_for_the_hubs_value_is_stirred():
    before = a_choice(values={"НОВАЯ": ["lead", "qualified"]})
    at_rest = a_side("crm", 1, fields=[before], values={"stage": "qualified"}, views={"stage": "НОВАЯ"})
    now = a_choice(values={"НОВАЯ": "lead"})
    drifted = replace(at_rest, fields={"stage": replace(before, lens=now.lens)})
    base = at_rest.link.bases["stage"]._replace(lens=drifted.fields["stage"].fingerprint)
    drifted = replace(drifted, link=replace(drifted.link, bases={"stage": base}))
    said = {"stage": "qualified"}

    assert stirred(a_case(said), [at_rest], said, drift=True) == set()
    assert (stirred(a_case(said), [drifted], said), stirred(a_case(said), [drifted], said, drift=True)) == (
        set(),
        {"stage"},
    )
