from datetime import time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.values import Money
from mappings.language import Hub, Problems, load_hub, types_named
from mappings.policy import Furthest, Home, Max, Park, When
from mappings.reconcile.guards import Limits
from tests.mappings.language.hubs import ENV, SCHEMAS, SMALL_HUB, catalog, examples, loaded, small

EXAMPLES = examples()


def problems(files: dict[str, str]) -> str:
    with pytest.raises(Problems) as caught:
        loaded(files)
    return str(caught.value)


def test_the_examples_of_the_reference_load():
    hub = loaded(EXAMPLES)

    assert list(hub.systems) == ["sales-crm", "presales-tracker", "wiki"]
    assert [(spec.system, spec.kind, spec.entity) for spec in hub.mappings] == [
        ("sales-crm", "deal", "case"),
        ("presales-tracker", "issue", "case"),
    ]
    assert hub.timezone == "Europe/Moscow"
    assert hub.notify.digest == time(9)


def test_a_default_of_several_people_is_in_the_letters_that_systems_are_read_in():
    hub = loaded(small(f"{SMALL_HUB}    defaults: {{participants: [Ann@Example.org, Boss], labels: [Дом@Офис]}}\n"))

    assert hub.syncs["presales"].defaults == {
        "participants": frozenset({"ann@example.org", "Boss"}),
        "labels": frozenset({"Дом@Офис"}),
    }


def test_a_sync_says_who_takes_part_what_holds_and_who_is_right():
    sync = loaded(EXAMPLES).syncs["presales"]

    assert sync.systems == ("sales-crm", "presales-tracker")
    assert sync.orders == {"stage": ("lead", "qualified", "in_work", "estimate", "proposal", "defence")}
    assert sync.schedule.every == timedelta(minutes=2)
    assert sync.guards == Limits(max_creates=500, max_deletes=0.1)
    assert sync.defaults == {"outcome": "open", "регион": "Москва"}
    assert [fact.dotted for fact in sync.facts] == ["case.потребность", "case.регион"]


def test_a_make_has_its_kind_its_condition_and_what_it_is_made_with():
    (make,) = loaded(EXAMPLES).syncs["presales"].makes

    assert (make.system, make.kind, make.fixed) == ("presales-tracker", "issue", {"priority": "Обычный"})
    assert make.when is not None
    assert make.when({"case.stage": "in_work", "case.outcome": "open"})
    assert not make.when({"case.stage": "lead", "case.outcome": "open"})


def test_the_word_of_the_sync_goes_before_the_shipped_one():
    policies = loaded(EXAMPLES).syncs["presales"].policies

    assert policies["case_manager"] == Home("presales-tracker")
    assert policies["stage"] == Furthest()
    assert policies["client"] == Home("sales-crm"), "shipped: what the client agreed to is at home in the CRM"
    assert policies["потребность"] == Park(), "nobody said who is right"
    assert "progress" not in policies, "the hub works it out"


def test_a_conditional_policy_asks_in_order():
    policy = loaded(EXAMPLES).syncs["presales"].policies["amount"]

    assert isinstance(policy, When)
    assert [answer for _, answer in policy.cases] == [Home("sales-crm"), Park()]
    assert policy.otherwise == Max()
    assert policy.cases[1][0]({"deal.amount": Money(Decimal(3_000_000), "RUB")})


def test_secrets_come_from_the_environment_and_never_print():
    hub = loaded(EXAMPLES)

    shown = f"{hub!r} {hub}"
    webhook = hub.systems["sales-crm"].settings["webhook"]
    assert webhook.get_secret_value() == ENV["BITRIX_WEBHOOK"]  # type: ignore[union-attr]  # a secret by its schema
    assert hub.database.get_secret_value() == "postgresql+psycopg://casehub:dbpa55@127.0.0.1/casehub"
    assert not [name for name, value in ENV.items() if value and value in shown]


def test_no_message_shows_what_the_environment_holds():
    broken = (
        EXAMPLES["hub.yaml"]
        .replace("https://redmine.example.org", "${REDMINE_KEY}")
        .replace("09:00", "${WIKI_PASSWORD}")
    )

    text = problems({**EXAMPLES, "hub.yaml": broken})

    assert "not a URL: '${REDMINE_KEY}'" in text
    assert not [name for name, value in ENV.items() if value and value in text]


def test_people_are_exceptions_to_the_rule_that_an_e_mail_is_a_person():
    (person,) = loaded(EXAMPLES).people

    assert (person.key, person.name, person.emails) == ("anna@example.org", "Анна Ли", ("a.li@example.org",))
    assert person.ids == {"sales-crm": "7", "presales-tracker": "anna"}


def test_a_system_of_a_sync_without_a_file_has_the_shipped_mapping():
    hub = loaded(small())

    assert {(spec.system, spec.kind) for spec in hub.mappings} == {("crm", "record"), ("трекер", "record")}
    assert hub.mappings[0].mark.file == "catalog/memory/record.yaml"


def test_a_system_outside_every_sync_has_none():
    hub = loaded(small(SMALL_HUB.replace("syncs:", "  lonely: {type: memory}\nsyncs:")))

    assert hub.mappings_of("lonely") == ()


def test_the_problems_of_all_files_are_told_at_once():
    files = {
        "hub.yaml": EXAMPLES["hub.yaml"].replace("opens: sales-crm", "opens: sales-cmr"),
        "deal.sales-crm.yaml": EXAMPLES["deal.sales-crm.yaml"].replace("stage: lead", "stage: led"),
        "issue.presales-tracker.yaml": EXAMPLES["issue.presales-tracker.yaml"].replace("as: money", "as: monye"),
    }

    assert problems(files) == (
        "deal.sales-crm.yaml: 1 problem\n"
        "  17  fields.position.values.Новая.stage: 'led' is no case.stage; did you mean 'lead'?\n"
        "hub.yaml: 1 problem\n"
        "  16  syncs.presales.opens: unknown 'sales-cmr'; did you mean 'sales-crm'?\n"
        "issue.presales-tracker.yaml: 1 problem\n"
        "  20  fields.amount.as: unknown 'monye'; did you mean 'money'?"
    )


@pytest.mark.parametrize("hub", ["systems: {crm: [\n", "", "systems: [crm, трекер]\nsyncs: {presales: {opens: crm}}\n"])
def test_a_hub_that_cannot_be_read_makes_no_mapping_wrong(hub):
    linked = "system: crm\nkind: record\nentity: case\nfields: {link: {at: ссылка, direction: out, of: трекер}}\n"

    assert "record.crm.yaml" not in problems({"hub.yaml": hub, "record.crm.yaml": linked})


def test_without_a_hub_nothing_can_be_loaded():
    assert (
        problems({}) == "hub.yaml: 1 problem\n      missing; it names the systems and what is kept in step between them"
    )


def test_types_are_found_before_their_settings_can_be_checked():
    assert types_named(EXAMPLES["hub.yaml"]) == ("bitrix24", "redmine", "mediawiki")
    assert types_named("systems: [1]") == ()
    assert types_named("systems: {a: {type: [x]}, b: 1, c: {}}") == ()
    assert types_named("{") == ()


def test_loading_is_a_function_of_its_texts():
    assert loaded(EXAMPLES) == loaded(dict(reversed(EXAMPLES.items())))


lines = st.sampled_from(sorted(EXAMPLES)).flatmap(
    lambda name: st.tuples(st.just(name), st.integers(0, EXAMPLES[name].count("\n") - 1))
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    cut=lines,
    words=st.sampled_from(["", "  x: 1", "- да", "    at: [a, b]", "null", "}", "  title: {at: [], as: 5}", "\t"]),
)
def test_whatever_line_is_spoiled_the_hub_loads_or_says_why(cut, words):
    name, number = cut
    text = EXAMPLES[name].split("\n")
    text[number] = words

    try:
        result: Hub | Problems = load_hub({**EXAMPLES, name: "\n".join(text)}, ENV, schemas=SCHEMAS, catalog=catalog())
    except Problems as problems:
        result = problems
    assert isinstance(result, Hub) or result.problems
