import pytest

from mappings.language import Problems
from tests.mappings.language.hubs import SMALL_HUB, loaded, small

OWN = "system: {system}\nkind: record\nextends: memory/record\nmarker: {marker}\n"


def problems(files: dict[str, str]) -> str:
    with pytest.raises(Problems) as caught:
        loaded(files)
    return str(caught.value)


def markers(files: dict[str, str]) -> dict[str, str | None]:
    return {spec.system: spec.marker for spec in loaded(files).mappings}


def test_a_file_for_a_system_goes_before_one_for_its_type_before_the_shipped_one():
    by_type = OWN.format(system="memory", marker="of_type")
    by_name = OWN.format(system="трекер", marker="of_system")

    assert markers(small()) == {"crm": "marker", "трекер": "marker"}
    assert markers(small(record__memory=by_type)) == {"crm": "of_type", "трекер": "of_type"}
    assert markers(small(record__memory=by_type, record__трекер=by_name)) == {"crm": "of_type", "трекер": "of_system"}


def test_a_file_by_type_is_wrong_once_however_many_systems_it_speaks_for():
    text = OWN.format(system="memory", marker="m") + "fields: {titel: {at: x}}\n"

    assert problems(small(record__memory=text)) == (
        "record.memory.yaml: 1 problem\n   5  fields.titel: unknown fact 'titel'; did you mean 'title'?"
    )


def test_a_file_that_no_system_needs_is_checked_all_the_same():
    hub = SMALL_HUB.replace("трекер: {type: memory}", "трекер: {type: memory}\n  t2: {type: tryton}", 1)
    text = "system: tryton\nkind: opportunity\nentity: case\nfields: {titel: {at: x}}\n"

    assert "unknown fact 'titel'" in problems(small(hub, opportunity__tryton=text))


@pytest.mark.parametrize("name", ["deal.yaml", "deal.crm.item.more.yaml", "deal..yaml", "deal.crm.txt", ".crm.yaml"])
def test_a_file_that_is_no_mapping_by_its_name_is_told(name):
    assert problems({**small(), name: "kind: deal"}) == (
        f"{name}: 1 problem\n      not a mapping by its name; a mapping is called <kind>.<system>.yaml"
    )


def test_a_mapping_for_a_system_that_is_not_there_names_the_nearest():
    text = OWN.format(system="трекeр", marker="m")

    assert problems(small(record__трекeр=text)) == (
        "record.трекeр.yaml: 1 problem\n"
        "   1  system: no system and no type of a system in hub.yaml is called 'трекeр'; did you mean 'трекер'?"
    )


def test_where_a_systems_own_file_cannot_be_read_nothing_else_is_said_about_it():
    hub = SMALL_HUB.replace("makes:", "makes_:")

    assert problems({**small(hub), "record.crm.yaml": "fields: {"}).count("\n") == 3


def test_a_kind_may_have_a_second_mapping_with_a_word_of_its_own():
    case = "system: crm\nkind: record\nextends: memory/record\ntake: {тип: кейс}\n"
    item = "system: crm\nkind: record\nentity: item\ntake: {тип: [задача, ошибка]}\nfields: {title: {at: title}}\n"

    hub = loaded(small(record__crm=case, record__crm__item=item))

    assert [(spec.entity, spec.mark.file) for spec in hub.mappings_of("crm")] == [
        ("case", "record.crm.yaml"),
        ("item", "record.crm.item.yaml"),
    ]


def test_a_fact_of_two_syncs_has_one_type():
    other = "  second:\n    opens: crm\n    stages: [lead]\n    facts: {region: number}\n"
    hub = SMALL_HUB + "    facts: {region: text}\n" + other

    assert problems(small(hub)) == (
        "hub.yaml: 1 problem\n"
        "  13  syncs.second.facts.region: is a text in another sync of the same systems, and cannot be a number here"
    )
