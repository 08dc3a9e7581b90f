import pytest

from mappings.language import Problems
from mappings.policy import Home, Park, Union
from tests.mappings.language.hubs import SMALL_HUB, loaded, small

CASE = "system: crm\nkind: record\nextends: memory/record\n"
ITEM = "system: crm\nkind: record\nentity: item\nfields: {title: {at: title}}\n"


def problems(files: dict[str, str]) -> str:
    with pytest.raises(Problems) as caught:
        loaded(files)
    return str(caught.value)


@pytest.mark.parametrize(
    ("case", "item"),
    [
        ("", ""),
        ("take: {тип: кейс}\n", ""),
        ("take: {тип: кейс}\n", "take: {тип: [кейс, задача]}\n"),
        ("take: {тип: кейс}\n", "take: {область: x}\n"),
        ("take: {тип: {not: задача}}\n", "take: {тип: {not: кейс}}\n"),
        ("take: {тип: {not: задача}}\n", "take: {тип: [задача, ошибка]}\n"),
    ],
)
def test_mappings_of_one_kind_that_take_the_same_records_are_refused(case, item):
    text = problems(small(record__crm=CASE + case, record__crm__item=ITEM + item))

    assert text.endswith("a record of crm could be a case by record.crm.yaml as well; take: must keep them apart")


@pytest.mark.parametrize(
    ("case", "item"),
    [
        ("take: {тип: кейс}\n", "take: {тип: задача}\n"),
        ("take: {тип: кейс, область: x}\n", "take: {тип: [задача, ошибка], область: x}\n"),
        ("take: {тип: кейс}\n", "take: {тип: {not: кейс}}\n"),
        ("take: {тип: [а, б]}\n", "take: {тип: {not: [а, б, в]}}\n"),
    ],
)
def test_mappings_of_one_kind_that_take_different_records_stand_side_by_side(case, item):
    hub = loaded(small(record__crm=CASE + case, record__crm__item=ITEM + item))

    assert len(hub.mappings_of("crm")) == 2


def test_two_mappings_to_one_entity_are_refused_whatever_they_take():
    files = small(record__crm=CASE + "take: {тип: a}\n", record__crm__b=CASE + "take: {тип: b}\n")

    assert problems(files).endswith("entity: record of crm is mapped to a case by record.crm.yaml already")


def test_a_mistake_in_what_a_mapping_inherits_is_told_of_the_mapping():
    text = problems(small(record__crm=CASE, record__crm__b=CASE))

    assert text == (
        "record.crm.b.yaml: 1 problem\n   1  entity: record of crm is mapped to a case by record.crm.yaml already"
    )


def test_two_mappings_of_the_kind_that_is_made_are_one_mistake():
    there = CASE.replace("crm", "трекер")
    text = problems(small(record__трекер=there, record__трекер__b=there))

    assert "must say which kind is made" not in text
    assert text.endswith("entity: record of трекер is mapped to a case by record.трекер.yaml already")


def test_where_a_system_makes_cases_of_two_kinds_the_sync_must_choose():
    other = CASE.replace("record\nextends", "lead\nextends").replace("crm", "трекер")
    files = small(record__трекер=CASE.replace("crm", "трекер"), lead__трекер=other)

    assert problems(files).endswith("syncs.presales.makes.трекер: must say which kind is made: lead, record")
    chosen = SMALL_HUB.replace("{when: \"case.outcome == 'open'\"}", "{kind: lead}")
    assert loaded({**files, "hub.yaml": chosen}).syncs["presales"].makes[0].kind == "lead"
    unknown = SMALL_HUB.replace("{when: \"case.outcome == 'open'\"}", "{kind: deal}")
    assert problems({**files, "hub.yaml": unknown}).endswith(
        "no mapping makes a 'deal' of a case there; there is lead, record"
    )


def test_a_stage_that_is_mapped_needs_its_order():
    text = CASE + "fields: {stage: {at: stage, as: text}}\n"

    assert problems(small(SMALL_HUB.replace("    stages: [lead, оценка]\n", ""), record__crm=text)) == (
        "hub.yaml: 1 problem\n"
        "   5  syncs.presales: stages: missing; record.crm.yaml maps the stage, and its order is said here"
    )


def test_nothing_is_made_with_another_marker():
    hub = SMALL_HUB.replace("{when:", "{with: {marker: x}, when:")

    assert problems(small(hub)).endswith("makes.трекер.with.marker: our marker lives there; nothing else is written")


def test_mappings_of_one_kind_share_the_place_of_the_marker():
    item = ITEM + "take: {тип: задача}\nmarker: метка\n"

    text = problems(small(record__crm=CASE + "take: {тип: кейс}\n", record__crm__item=item))

    assert text.endswith("our marker lives in 'marker' of a record of crm by record.crm.yaml; it has one place")


def test_a_sync_says_where_other_kinds_are_made_and_who_is_right_about_them():
    hub = SMALL_HUB + "    items: {трекер: {when: \"case.stage == 'lead' and not item.blocked\"}, crm: {}}\n"
    hub += "    conflicts: {item.due: {home: crm}, item.default: park, default: {home: трекер}}\n"
    task = ITEM.replace("record", "task") + "marker: метка\n"
    sync = loaded(
        small(hub, record__crm=CASE, task__crm=task, record__трекер=CASE.replace("crm", "трекер"),
              task__трекер=task.replace("crm", "трекер"))
    ).syncs["presales"]  # fmt: skip

    assert [(make.system, make.kind) for make in sync.makes_of("item")] == [("трекер", "task"), ("crm", "task")]
    assert sync.beside["item"].policies["due"] == Home("crm")
    assert sync.beside["item"].policies["title"] == Park()
    assert sync.beside["client"].policies["name"] == Home("crm")
    assert sync.policies["title"] == Home("трекер")
    assert sync.makes_of("note") == ()


def test_who_says_nothing_of_other_kinds_has_work_at_home_where_cases_are_made():
    task = ITEM.replace("record", "task").replace("crm", "трекер")
    files = small(record__трекер=CASE.replace("crm", "трекер"), task__трекер=task)

    policies = loaded(files).syncs["presales"].beside["item"].policies

    assert (policies["title"], policies["labels"], policies["due"]) == (Home("трекер"), Union(), Park())
