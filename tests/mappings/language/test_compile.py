from dataclasses import replace

import pytest

from mappings.exchange import Transition
from mappings.language import Problems, compile_mapping, compile_sync
from mappings.lens import Refusal
from mappings.transforms import Vocabulary
from tests.mappings.language.hubs import (
    EXAMPLES,
    ISSUE,
    SMALL_HUB,
    changed,
    compiled,
    deal_words,
    issue_words,
    loaded,
    problems,
    small,
)


def renamed(words: Vocabulary, place: str, old: str, new: str) -> Vocabulary:
    listed = tuple(replace(one, label=new) if one.label == old else one for one in words.choices[place])
    return replace(words, choices={**words.choices, place: listed})


def test_the_examples_of_the_reference_compile():
    found = compiled()

    assert set(found["deal"].fields) == {
        *("title", "amount", "client", "contact", "owner", "closes_on", "description"),
        *("position", "key_client", "budget", "регион", "progress", "link"),
    }
    assert found["deal"].marker == "originId"
    assert found["issue"].marker == "cf[CRM deal id]"
    assert "stageId" in found["deal"].places


def test_labels_become_ids_wherever_they_stand():
    found = compiled()

    assert (found["deal"].fixed, found["issue"].fixed) == ({"categoryId": "3"}, {"tracker": "1", "priority": "2"})
    assert found["deal"].takes({"categoryId": "3"})
    assert not found["deal"].takes({"categoryId": "0"})
    assert found["deal"].leaves({"categoryId": "5"})
    assert not found["issue"].leaves({"tracker": "2"}), "without leave_when nothing leaves"
    assert found["issue"].transitions["status"][:2] == (Transition("1", "2"), Transition("1", "6"))


def test_one_cell_that_says_two_facts_is_one_lens_over_both():
    position = compiled()["deal"].fields["position"]

    assert position.facts == ("stage", "outcome")
    assert position.lens.read("C3:NEW", {}) == {"stage": "lead", "outcome": "open"}
    assert position.lens.read("C3:EXECUTING", {"stage": ("estimate",)}) == {"stage": "estimate", "outcome": "open"}
    assert position.lens.read("C3:WON", {}) == {"outcome": "won"}
    assert position.lens.write({"stage": "qualified", "outcome": "open"}, "C3:NEW") == "C3:PREPARATION"
    assert isinstance(position.lens.read("C3:NOBODY", {}), Refusal)


def test_a_field_knows_its_direction_and_where_it_is_written():
    fields = compiled()["deal"].fields

    assert (fields["budget"].direction, fields["progress"].direction) == ("in", "out")
    assert (fields["link"].of, fields["link"].line, fields["link"].file) == (
        "presales-tracker",
        27,
        "deal.sales-crm.yaml",
    )
    assert fields["title"].file == "catalog/bitrix24/deal.yaml"


def test_a_label_that_each_pipeline_has_is_looked_for_in_the_one_that_is_taken():
    assert compiled()["deal"].fields["position"].lens.read("NEW", {}) == Refusal(
        "unlisted", "'NEW' is not listed under values"
    )


def test_a_pipeline_may_be_known_by_its_name_where_it_is_taken_by_its_id():
    words = deal_words()
    groups = {"0": "Продажи", "3": "Пресейл"}
    stages = tuple(replace(one, group=groups[one.group or "0"]) for one in words.choices["stageId"])
    by_name = replace(words, choices={**words.choices, "stageId": stages})
    by_id = changed("deal.sales-crm.yaml", "take: {categoryId: Пресейл}", "take: {categoryId: 3}")

    assert compiled(by_id, deal=by_name)["deal"].fields["position"].lens.read("C3:NEW", {}) == {
        "stage": "lead",
        "outcome": "open",
    }


def test_only_a_clause_with_one_view_is_written_into_a_new_record():
    files = changed(
        "deal.sales-crm.yaml", "{categoryId: Пресейл}", "{categoryId: Пресейл, typeId: [A, B], title: {not: x}}"
    )

    deal = compiled(files)["deal"]

    assert deal.fixed == {"categoryId": "3"}
    assert deal.takes({"categoryId": "3", "typeId": "B", "title": "y"})
    assert not deal.takes({"categoryId": "3", "typeId": "C", "title": "y"})


def test_a_label_of_several_choices_is_not_guessed():
    text = problems(changed("deal.sales-crm.yaml", "take: {categoryId: Пресейл}", "take: {}"))

    assert text == (
        "deal.sales-crm.yaml: 1 problem\n"
        "  17  fields.position.values.Новая: several choices are called so; use the id: 'C3:NEW' (3), 'NEW' (0)"
    )


def test_a_renamed_status_is_told_with_its_line_and_its_new_name():
    assert problems(issue=renamed(issue_words(), "status", "In Progress", "In progress")) == (
        "issue.presales-tracker.yaml: 2 problems\n"
        "  15  fields.position.values.In Progress: not among the choices of the place; did you mean 'In progress'?\n"
        "  23  transitions.status: 'In Progress' is not among the choices of the place; did you mean 'In progress'?"
    )


def test_everything_that_a_system_does_not_have_is_told_at_once():
    files = changed("deal.sales-crm.yaml", "at: stageId", "at: stageID")
    files["issue.presales-tracker.yaml"] = files["issue.presales-tracker.yaml"].replace("tracker: Case", "traker: Case")
    files["hub.yaml"] = files["hub.yaml"].replace("priority: Обычный", "priority: Нормальный")
    files["deal.sales-crm.yaml"] = files["deal.sales-crm.yaml"].replace("- marker: originId", "- marker: originID")
    files["deal.sales-crm.yaml"] = files["deal.sales-crm.yaml"].replace("[Архив]", "[Архивы]")

    assert problems(files) == (
        "deal.sales-crm.yaml: 3 problems\n"
        "   7  leave_when.categoryId: 'Архивы' is not among the choices of the place; did you mean 'Архив'?\n"
        "   9  match[1].marker: deal of sales-crm has no 'originID'; did you mean 'originId'?\n"
        "  13  fields.position.at: deal of sales-crm has no 'stageID'; did you mean 'stageId'?\n"
        "hub.yaml: 1 problem\n"
        "  20  syncs.presales.makes.presales-tracker.with.priority: "
        "'Нормальный' is not among the choices of the place\n"
        "issue.presales-tracker.yaml: 1 problem\n"
        "   6  take.traker: issue of presales-tracker has no 'traker'; did you mean 'tracker'?"
    )


def test_a_kind_that_a_system_does_not_offer_is_told():
    hub = loaded(EXAMPLES)

    with pytest.raises(Problems, match=r"kind: sales-crm has no 'deal'; did you mean 'deals'\?"):
        compile_sync(hub, hub.syncs["presales"], {("sales-crm", "deals"): deal_words(), ISSUE: issue_words()})


def test_a_system_that_was_never_met_is_left_out():
    hub = loaded(EXAMPLES)

    found = compile_sync(hub, hub.syncs["presales"], {ISSUE: issue_words()})

    assert [one.system for one in found] == ["presales-tracker"]


def test_without_known_places_names_are_taken_as_they_are_written():
    spec = loaded(EXAMPLES).mappings_of("presales-tracker")[0]

    found = compile_mapping(spec, Vocabulary())

    assert found.fixed == {"tracker": "Case"}
    assert found.fields["position"].lens.read("Closed", {}) == {"outcome": "won"}


def test_a_create_fills_a_place_of_several_with_a_list():
    own = "system: трекер\nkind: record\nextends: memory/record\ntake: {метки: пресейл}\n"
    hub = loaded(small(SMALL_HUB.replace("{when:", "{with: {теги: [б, а]}, when:"), record__трекер=own))
    words = Vocabulary(types={"метки": "set", "теги": "set"})

    found = compile_mapping(hub.mappings_of("трекер")[0], replace(words, types={}), made=hub.syncs["presales"].makes[0])
    assert found.fixed == {"метки": "пресейл", "теги": ["а", "б"]}
    with pytest.raises(Problems):
        compile_mapping(hub.mappings_of("трекер")[0], words)


# --- fingerprint -------------------------------------------------------------------------------------------------


def test_the_same_mapping_has_the_same_fingerprint():
    assert compiled()["deal"].fingerprint == compiled()["deal"].fingerprint


def test_a_renamed_label_does_not_change_the_fingerprint():
    before = compiled()["issue"].fingerprint
    files = changed("issue.presales-tracker.yaml", "Resolved", "Решено")

    after = compiled(files, issue=renamed(issue_words(), "status", "Resolved", "Решено"))["issue"].fingerprint

    assert after == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stage: qualified", "stage: lead"),
        ("take: {categoryId: Пресейл}", "take: {categoryId: Пресейл, typeId: SALE}"),
        ("leave_when: {categoryId: [Архив]}", ""),
        ("within: 90d", "within: 91d"),
        ("direction: in", "direction: both"),
        ("otherwise: park", "otherwise: keep"),
        ("channel: null", "channel: null\n  title: {lossy: true}"),
        ("channel: null", "channel: null\n  title: {defaults: adopt}"),
        ("channel: null", "channel: null\n  title: {required: true}"),
        ("channel: null", "channel: null\n  amount: null"),
        ("channel: null", "channel: null\n  title: {at: comments}\n  description: null"),
    ],
)
def test_whatever_decides_what_is_read_or_written_changes_the_fingerprint(old, new):
    before = compiled()["deal"].fingerprint

    after = compiled(changed("deal.sales-crm.yaml", old, new))["deal"].fingerprint

    assert after != before


def test_what_a_create_carries_belongs_to_the_fingerprint():
    before = compiled()["issue"].fingerprint

    assert compiled(changed("hub.yaml", "with: {priority: Обычный}", "with: {}"))["issue"].fingerprint != before


@pytest.mark.parametrize("nothing", ["null", "~", '""'])
def test_null_among_the_values_of_a_choice_is_the_empty_view_and_not_that_word(nothing):
    values = f"values: {{{nothing}: lead, done: оценка}}"
    own = f"system: crm\nkind: record\nextends: memory/record\nfields: {{stage: {{at: stage, {values}}}}}\n"
    hub = loaded(small(record__crm=own))

    stage = compile_mapping(hub.mappings_of("crm")[0], Vocabulary()).fields["stage"].lens

    assert stage.read(None, {}) == {"stage": "lead"}
    assert stage.write({"stage": "lead"}, "done") is None


def test_the_word_null_in_quotes_is_a_value_like_any_other():
    own = "system: crm\nkind: record\nextends: memory/record\nfields: {stage: {at: stage, values: {'null': lead}}}\n"
    hub = loaded(small(record__crm=own))

    stage = compile_mapping(hub.mappings_of("crm")[0], Vocabulary()).fields["stage"].lens

    assert stage.read("null", {}) == {"stage": "lead"}


FLAGGED = {
    "hub.yaml": SMALL_HUB.replace("outcome == 'open'\"", "outcome == 'open'\", with: {закрытая: no}"),
    "record.crm.yaml": "system: crm\nkind: record\nentity: case\nextends: memory/record\n"
    "take: {vip: yes, test: {not: 'true'}}\nleave_when: {vip: false}\n",
    "record.трекер.yaml": "system: трекер\nkind: record\nentity: case\nextends: memory/record\n",
}


def test_a_yes_or_no_place_shows_true_or_false_and_never_a_word():
    hub = loaded(FLAGGED)
    places = {place for spec in hub.mappings for one in spec.fields.values() for place in one.at}
    flags = dict.fromkeys(("vip", "test", "закрытая"), "bool")
    words = Vocabulary(types={**dict.fromkeys((*places, "marker"), "text"), **flags})

    with pytest.raises(Problems) as caught:
        compile_sync(hub, hub.syncs["presales"], {("crm", "record"): words, ("трекер", "record"): words})

    made = "hub.yaml:7: syncs.presales.makes.трекер.with.закрытая"
    assert [str(one) for one in caught.value.problems] == [
        f"{made}: 'no' is a text; закрытая shows true or false, without quotes",
        "record.crm.yaml:5: take.test: 'true' is a text; test shows true or false, without quotes",
        "record.crm.yaml:5: take.vip: 'yes' is a text; vip shows true or false, without quotes",
    ]


@pytest.mark.parametrize(("between", "shown"), [(" ", "тендер vip"), (r"\n", "тендер\nvip")])
def test_words_may_stand_with_a_space_between_them_or_each_in_its_own_line(between, shown):
    labels = f'labels: {{at: tags, as: set, separator: "{between}"}}'
    own = f"system: crm\nkind: record\nextends: memory/record\nfields: {{{labels}}}\n"
    hub = loaded(small(record__crm=own))

    lens = compile_mapping(hub.mappings_of("crm")[0], Vocabulary()).fields["labels"].lens

    assert lens.read(shown, {}) == {"labels": frozenset({"тендер", "vip"})}
    assert lens.write({"labels": frozenset({"тендер", "vip", "срочно"})}, shown) == f"{shown}{shown[6]}срочно"
