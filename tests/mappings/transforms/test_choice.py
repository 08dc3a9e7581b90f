"""Choices by a table, of one fact or of several in one cell."""

import pytest

from mappings.exchange import Choice as Listed
from mappings.lens import Refusal
from mappings.transforms.choice import Choice
from mappings.transforms.settings import BadSettings
from mappings.transforms.vocabulary import Spot, Vocabulary

TRACKER = {
    "New": {"stage": ["lead", "qualified"], "outcome": "open"},
    "In Progress": {"stage": ["in_work", "estimate", "proposal"], "outcome": "open"},
    "Resolved": {"stage": "defence", "outcome": "open"},
    "Feedback": {"stage": "defence", "outcome": "open"},
    "Closed": {"outcome": "won"},
    "Rejected": {"outcome": ["lost", "withdrawn", "no_decision"]},
}
BOTH = ("stage", "outcome")


def table(values=TRACKER, *, facts=BOTH, choices=(), **more):
    words = Vocabulary(choices={"status": choices})
    return Choice.make({"values": values, "sets": list(facts), **more}, Spot(facts, ("status",), words))


def at(stage, outcome="open"):
    return {"stage": stage, "outcome": outcome}


def code(refused):
    return refused.code if isinstance(refused, Refusal) else None


def test_one_cell_says_two_facts():
    assert table().read("Resolved", {}) == at("defence")


def test_a_fact_that_a_view_does_not_mention_is_not_said():
    assert table().read("Closed", {}) == {"outcome": "won"}
    assert table().fits("stage", "estimate", "Closed")
    assert table().candidates("stage", "Closed") is None


def test_a_view_that_stands_for_several_values_is_read_as_the_present_one():
    assert table().read("In Progress", {"stage": ("estimate", "in_work")}) == at("estimate")


def test_else_as_the_one_held_last():
    assert table().read("In Progress", {"stage": ("defence", "proposal", "estimate")}) == at("proposal")


def test_else_as_the_first_of_the_mapping():
    assert table().read("In Progress", {"stage": ("defence",)}) == at("in_work")
    assert table().candidates("stage", "In Progress") == ("in_work", "estimate", "proposal")


def test_a_view_that_lists_the_values_is_left_alone():
    assert table().write(at("estimate"), "In Progress") == "In Progress"
    assert table().write(at("defence"), "Feedback") == "Feedback"


def test_the_first_view_that_lists_them_is_written():
    assert table().write(at("defence"), "New") == "Resolved"
    assert table().write(at("qualified"), "In Progress") == "New"


def test_a_view_written_for_the_value_goes_before_one_that_only_lists_it():
    values = {"A": ["x", "y"], "B": "y"}

    assert table(values, facts=("stage",)).write({"stage": "y"}, None) == "B"


def test_a_silent_view_is_written_for_what_it_does_say():
    assert table().write(at("estimate", "won"), "In Progress") == "Closed"
    assert table().write(at("nowhere", "lost"), "In Progress") == "Rejected"


def test_a_view_that_is_silent_on_what_has_to_change_is_no_answer():
    holding = table({**TRACKER, "On Hold": {"outcome": "open"}})

    assert code(holding.write(at("nowhere"), "In Progress")) == "no view"


def test_a_view_that_claims_nothing_unknown_is_preferred():
    values = {"Won early": {"stage": "lead", "outcome": "won"}, "Won": {"outcome": "won"}}

    assert table(values).write({"outcome": "won"}, None) == "Won"
    assert table(values).write(at("lead", "won"), None) == "Won early"


def test_rather_a_second_choice_than_a_claim_that_nobody_made():
    values = {"Won early": {"stage": "lead", "outcome": "won"}, "Ended": {"outcome": ["lost", "won"]}}

    assert table(values).write({"outcome": "won"}, None) == "Ended"


def test_what_no_view_lists_is_refused():
    refused = table().write(at("nowhere"), "New")

    assert code(refused) == "no view"
    assert "stage 'nowhere'" in refused.text


def test_an_unlisted_view_is_parked_by_name():
    refused = table().read("Blocked", {})

    assert code(refused) == "unlisted"
    assert "'Blocked'" in refused.text
    assert not table().fits("stage", "lead", "Blocked")
    assert table().write(at("lead"), "Blocked") == "New"


def test_an_unlisted_view_that_is_kept_says_nothing():
    keeping = table(otherwise="keep")

    assert keeping.read("Blocked", {"stage": ("estimate", "lead")}) == {"stage": "estimate"}
    assert keeping.read("Blocked", {}) == {}
    assert keeping.write(at("lead"), "Blocked") == "Blocked"
    assert keeping.candidates("stage", "Blocked") is None


def test_the_empty_view_means_empty():
    assert table().read(None, {}) == at(None, None)
    assert table().candidates("stage", "") == (None,)


def test_a_cell_is_emptied_only_where_the_mapping_allows_it():
    assert code(table().write(at(None, None), "New")) == "no view"
    assert table(empty="allowed").write(at(None, None), "New") is None


def test_the_empty_view_can_be_listed():
    listed = table({None: "lead", "P": "proposal"}, facts=("stage",))

    assert listed.read(None, {}) == {"stage": "lead"}
    assert listed.read("", {}) == {"stage": "lead"}
    assert listed.write({"stage": "lead"}, "P") is None


def test_a_view_that_is_no_text_is_not_listed():
    assert code(table().read(["New"], {})) == "unlisted"
    assert code(table().read(True, {})) == "unlisted"


def test_keys_are_resolved_by_label():
    choices = (Listed("1", "Новая"), Listed("2", "В работе"))
    lens = table({"Новая": "lead", "2": "in_work"}, facts=("stage",), choices=choices)

    assert lens.read("1", {}) == {"stage": "lead"}
    assert lens.write({"stage": "in_work"}, "1") == "2"


def test_an_edit_of_a_choice_takes_the_new_value():
    assert table().step("stage", "lead", "defence", "estimate") == "defence"
    assert table().step("stage", "lead", "lead", "estimate") == "estimate"


def test_all_that_is_wrong_with_a_table_is_told():
    choices = (Listed("1", "Новая"), Listed("2", "В работе"))

    with pytest.raises(BadSettings) as refused:
        table({"Нова": at("lead"), "1": {"stag": "lead"}, "В работе": {"stage": []}, "2": at("x")}, choices=choices)

    assert [str(problem) for problem in refused.value.problems] == [
        "values.Нова: not among the choices of the place; did you mean 'Новая'?",
        "values.2: the same one as 'В работе', which stands above",
        "values.1.stag: not among the facts of the cell; did you mean 'stage'?",
        "values.В работе.stage: must be a value or a list of values",
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"values": {}}, "values: lists no view"),
        ({"values": {"New": "lead"}, "sets": ["stage", "outcome"]}, "values.New: say which fact it is: stage, outcome"),
        ({"otherwise": "keep"}, "otherwise: says nothing without values"),
        ({"values": {"New": "lead"}, "otherwise": "kep"}, "did you mean 'keep'?"),
        ({"values": {"New": 1.5}}, "values.New.stage: must be a value or a list of values"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(given, problem):
    with pytest.raises(BadSettings) as refused:
        Choice.make(given, Spot(("stage",), ("status",)))

    assert problem in str(refused.value)


def test_without_a_table_the_label_is_the_value():
    words = Vocabulary(choices={"priority": (Listed("4", "Высокий"),)})

    lens = Choice.make({}, Spot(("priority",), ("priority",), words))

    assert lens.read("4", {}) == {"priority": "Высокий"}


def test_order_and_preference_are_part_of_the_settings():
    turned = dict(reversed(TRACKER.items()))

    assert table().settings() == table().settings()
    assert table().settings() != table(turned).settings()
    assert table().settings() != table(otherwise="keep").settings()


def test_true_and_false_of_a_place_that_shows_them_are_no_words():
    words = Vocabulary(types={"is_private": "bool"})
    lens = Choice.make({"values": {"true": "closed", "false": "open"}}, Spot(("channel",), ("is_private",), words))

    assert [lens.read(view, {}) for view in (True, False)] == [{"channel": "closed"}, {"channel": "open"}]
    assert lens.write({"channel": "closed"}, False) is True
    assert code(lens.read("true", {})) == code(lens.read(1, {})) == "unlisted"


def test_a_word_is_no_value_of_a_place_that_shows_true_or_false():
    words = Vocabulary(types={"vip": "bool"})

    with pytest.raises(BadSettings) as refused:
        Choice.make({"values": {"Да": "closed", "false": "open", None: "new"}}, Spot(("channel",), ("vip",), words))

    assert [str(problem) for problem in refused.value.problems] == [
        "values.Да: not a value of the place, which shows true or false"
    ]
