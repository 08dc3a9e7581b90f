from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from mappings.canonical.facts import FACTS, FactInfo
from mappings.canonical.records import KINDS, Case, Item, Note, Person, dotted
from mappings.canonical.values import Money, Value

SAMPLES: Mapping[str, Value] = {
    "text": "текст",
    "markdown": "* один\n* два",
    "number": Decimal("2.50"),
    "money": Money(Decimal(150_000), "RUB"),
    "bool": False,
    "date": date(2026, 12, 1),
    "datetime": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "set": frozenset({"vip", "тендер"}),
    "person": "anna@example.org",
    "reference": "ООО «Ромашка»",
}


def sample(info: FactInfo) -> Value:
    return info.choices[0] if info.choices else SAMPLES.get(info.type, "lead")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_exactly_the_published_facts(kind):
    own = {"key", "custom", "ids"}

    assert set(KINDS[kind].model_fields) - own == {info.name for info in FACTS[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_holds_a_value_of_each_published_type(kind):
    facts = {info.name: sample(info) for info in FACTS[kind]}

    record = KINDS[kind].from_facts("X-1", facts)

    assert {name: getattr(record, name) for name in facts} == facts


@pytest.mark.parametrize("kind", KINDS)
def test_dotted_names_are_published_once_per_kind(kind):
    names = [info.dotted for info in FACTS[kind]]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_without_facts_is_an_empty_record(kind):
    assert KINDS[kind].from_facts("X-1", {}).key == "X-1"


def test_a_fact_said_to_be_empty_is_nothing_in_a_record():
    case = Case.from_facts("CASE-42", {"title": None, "labels": None, "blocked": False})

    assert (case.title, case.labels, case.blocked) == (None, frozenset(), False)


def test_facts_that_are_not_published_are_custom():
    case = Case.from_facts("CASE-42", {"title": "Внедрение CRM", "регион": "Урал", "need": None})

    assert case.title == "Внедрение CRM"
    assert case.custom == {"регион": "Урал", "need": None}


def test_a_value_of_another_type_is_refused():
    with pytest.raises(ValidationError, match="amount"):
        Case.from_facts("CASE-42", {"amount": "a lot"})
    with pytest.raises(ValidationError, match="outcome"):
        Case.from_facts("CASE-42", {"outcome": "victory"})
    with pytest.raises(ValidationError, match="due"):
        Item.from_facts("ITEM-1", {"due": datetime(2026, 12, 1, tzinfo=UTC)})


def test_a_record_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Case.from_facts("CASE-42", {}).title = "другое"  # type: ignore[misc]  # what is tried here must fail


def test_a_note_is_internal_until_somebody_says_otherwise():
    assert Note.from_facts("NOTE-1", {"body": "скидка до 20 %"}).internal is True


def test_a_person_has_an_id_per_system():
    assert Person(key="anna@example.org", ids={"sales-crm": "7"}).ids["sales-crm"] == "7"


def test_conditions_see_facts_under_their_published_names():
    facts = {"amount": Money(Decimal(1), "RUB"), "stage": "lead", "key_client": True, "регион": "Урал"}

    assert dotted(facts, "case") == {
        "deal.amount": Money(Decimal(1), "RUB"),
        "case.stage": "lead",
        "client.key": True,
        "case.регион": "Урал",
    }
