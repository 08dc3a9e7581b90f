from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.facts import FactInfo
from mappings.canonical.values import Money
from mappings.language.conditions import Condition, Names, evaluate, names_of, parse

STAGES = ("lead", "qualified", "in_work", "estimate")
CUSTOM = (FactInfo("called_at", "case.called_at", "datetime", ""), FactInfo("size", "case.size", "number", ""))


def condition(text: str) -> Condition:
    known = names_of("case", CUSTOM, orders={"stage": STAGES})
    return parse(text, Names(known.facts, known.orders, counts=("items.audit.completed",)))


FACTS = {
    "deal.amount": Money(Decimal(3_000_000), "RUB"),
    "deal.budget": Money(Decimal(3_000_000), "EUR"),
    "client.key": True,
    "client.name": "ООО «Ромашка»",
    "case.blocked": False,
    "case.stage": "in_work",
    "case.outcome": "open",
    "case.labels": frozenset({"vip", "тендер"}),
    "case.deadline": date(2026, 12, 1),
    "case.called_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "case.size": Decimal("2.50"),
    "items.audit.completed": Decimal(2),
}


@pytest.mark.parametrize(
    "text",
    [
        "deal.amount >= 3000000 and client.key",
        "deal.amount == '3_000_000 RUB'",
        "deal.amount != deal.budget",
        "3000000 <= deal.amount",
        "client.name == 'ООО «Ромашка»'",
        "case.stage in ['qualified', 'in_work'] and case.outcome == 'open'",
        "case.stage >= 'qualified'",
        "case.stage < 'estimate'",
        "'тендер' in case.labels",
        "case.labels in ['vip', 'other']",
        "not case.blocked",
        "case.blocked == false",
        "case.deadline <= '2026-12-01'",
        "case.called_at < '2026-11-20T12:31+03:00'",
        "case.size == 2.5",
        "case.size in [1, 2.5]",
        "count(items.audit.completed) >= 2",
        "2 == count(items.audit.completed)",
        "set(client.name) and not empty(client.name)",
        "true and not false",
        "false or client.key and not (case.blocked or case.stage == 'lead')",
    ],
)
def test_what_holds_holds(text):
    assert evaluate(condition(text), FACTS)


@pytest.mark.parametrize(
    "text",
    [
        "deal.amount > 3000000",
        "deal.amount == deal.budget",
        "deal.amount < deal.budget",
        "deal.amount >= deal.budget",
        "client.name == 'ооо «ромашка»'",
        "case.stage > 'in_work'",
        "case.stage in ['lead']",
        "'новый' in case.labels",
        "case.labels in ['other']",
        "case.deadline < '2026-12-01'",
        "count(items.audit.completed) != 2",
        "empty(client.name)",
    ],
)
def test_what_does_not_hold_does_not(text):
    assert not evaluate(condition(text), FACTS)


@pytest.mark.parametrize(
    "facts",
    [{}, {"case.need": None, "deal.amount": None, "client.key": None, "case.title": "", "case.labels": frozenset()}],
)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deal.amount == 1", False),
        ("deal.amount != 1", False),
        ("not deal.amount == 1", True),
        ("deal.amount == deal.budget", False),
        ("deal.amount in [1]", False),
        ("'vip' in case.labels", False),
        ("set(case.title)", False),
        ("empty(case.title)", True),
        ("set(case.labels)", False),
        ("client.key", False),
        ("not client.key", True),
        ("client.key == false", False),
        ("case.stage >= 'lead'", False),
        ("count(items.audit.completed) == 0", True),
    ],
)
def test_a_missing_or_empty_fact_is_null(facts, text, expected):
    assert condition(text)(facts) is expected


def test_zero_and_no_are_values_not_nothing():
    facts = {"deal.amount": Money(Decimal(0), "RUB"), "client.key": False}

    assert condition("set(deal.amount) and deal.amount == 0")(facts)
    assert condition("set(client.key) and client.key == false")(facts)


def test_a_value_of_another_type_or_outside_the_order_compares_as_false():
    assert not condition("deal.amount != 1")({"deal.amount": "a lot"})
    assert not condition("case.stage < 'estimate'")({"case.stage": "unheard of"})
    assert not condition("case.deadline < '2026-12-01'")({"case.deadline": datetime(2026, 1, 1, tzinfo=UTC)})


facts = st.fixed_dictionaries(
    {},
    optional={
        "client.key": st.sampled_from([True, False, None]),
        "case.size": st.sampled_from([Decimal(0), Decimal(1), Decimal(2), None]),
        "case.stage": st.sampled_from([*STAGES, None]),
    },
)
simple = st.sampled_from(
    [
        "client.key",
        "case.size == 1",
        "case.size != 1",
        "case.size <= 1",
        "set(case.size)",
        "case.stage >= 'in_work'",
        "case.stage in ['lead']",
        "true",
    ]
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(one=simple, two=simple, three=simple, known=facts)
def test_and_or_and_not_bind_as_in_every_other_language(one, two, three, known):
    a, b, c = (condition(text)(known) for text in (one, two, three))

    assert condition(f"{one} or {two} and not {three}")(known) == (a or (b and not c))
    assert condition(f"not ({one} or {two})")(known) == condition(f"not {one} and not {two}")(known)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(sign=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), number=st.integers(0, 2), known=facts)
def test_a_comparison_may_be_written_from_either_end(sign, number, known):
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)

    assert condition(f"case.size {sign} {number}")(known) == condition(f"{number} {mirrored} case.size")(known)
