import pytest

from mappings.language import MappingSpec, Problems
from tests.mappings.language.hubs import loaded, small

SHIPPED = {
    "policies.yaml": "case: {default: park}\n",
    "memory/record.yaml": """\
kind: record
entity: case
extends: base/record
take: {тип: кейс}
fields:
  amount: {at: [amount, currency], as: money, places: 0}
""",
    "base/record.yaml": """\
kind: thing
marker: marker
take: {area: x}
fields:
  title: {at: title, as: text, max_length: 10}
  deadline: {at: due, as: date}
  outcome: {at: state, as: choice, values: {"1": open, "2": won}, otherwise: keep}
""",
}


def mapping(own: str) -> MappingSpec:
    hub = loaded(small(record__crm=f"system: crm\nkind: record\n{own}"), shipped=SHIPPED)
    return hub.mappings_of("crm")[0]


def test_a_mapping_takes_over_what_a_chain_of_others_says():
    spec = mapping("extends: memory/record\n")

    assert set(spec.fields) == {"title", "deadline", "outcome", "amount"}
    assert (spec.kind, spec.entity, spec.marker) == ("record", "case", "marker")
    assert [clause.place for clause in spec.take] == ["тип"], "a key of its own replaces the inherited one"


def test_its_own_word_wins_per_key_of_a_field():
    spec = mapping("extends: memory/record\nfields: {title: {at: название}, amount: {places: 2, direction: in}}\n")

    assert (spec.fields["title"].at, spec.fields["title"].settings) == (("название",), {"max_length": 10})
    assert (spec.fields["amount"].at, spec.fields["amount"].settings) == (("amount", "currency"), {"places": 2})
    assert spec.fields["amount"].direction == "in"


def test_null_removes_an_inherited_field_and_an_own_one_is_not_missed():
    spec = mapping("extends: memory/record\nfields: {deadline: null, channel: null, title: }\n")

    assert set(spec.fields) == {"outcome", "amount"}


def test_another_transform_leaves_the_settings_of_the_old_one_behind():
    spec = mapping("extends: memory/record\nfields: {outcome: {as: text}, title: {as: text}}\n")

    assert (spec.fields["outcome"].transform, spec.fields["outcome"].settings) == ("text", {})
    assert spec.fields["outcome"].at == ("state",)
    assert spec.fields["title"].settings == {"max_length": 10}, "the same word as before changes nothing"


def test_other_facts_leave_the_values_of_the_old_ones_behind():
    own = "fields: {outcome: {sets: [stage, outcome], as: choice, values: {'1': {stage: lead, outcome: open}}}}\n"
    spec = mapping(f"extends: memory/record\n{own}")

    assert spec.fields["outcome"].settings == {"values": {"1": {"stage": ["lead"], "outcome": ["open"]}}}


def test_a_problem_in_what_is_extended_names_the_shipped_file():
    broken = {**SHIPPED, "base/record.yaml": SHIPPED["base/record.yaml"].replace("max_length: 10", "max_lenght: 10")}

    with pytest.raises(Problems) as caught:
        loaded(small(), shipped=broken)

    assert str(caught.value) == (
        "catalog/base/record.yaml: 1 problem\n   5  fields.title.max_lenght: unknown; did you mean 'max_length'?"
    )


def test_a_longer_circle_is_shown_whole():
    circle = {**SHIPPED, "base/record.yaml": "kind: thing\nextends: memory/record\n"}

    with pytest.raises(Problems) as caught:
        loaded(small(), shipped=circle)

    assert "extends: runs in a circle: memory/record → base/record → memory/record" in str(caught.value)
