import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.canonical.facts import FactInfo
from mappings.language.conditions import ConditionError, Names, names_of, parse

STAGES = ("lead", "qualified", "in_work", "оценка")
CUSTOM = (
    FactInfo("need", "case.need", "text", ""),
    FactInfo("регион", "case.регион", "choice", "", choices=("Москва", "Урал")),
    FactInfo("called_at", "case.called_at", "datetime", ""),
)
NEVER = "no fact is ever '': what is empty is null; write empty({0}) or set({0})"


def names() -> Names:
    known = names_of("case", CUSTOM, orders={"stage": STAGES})
    return Names(known.facts, known.orders, counts=("items.audit.completed",))


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConditionError) as caught:
        parse(text, names())
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("deal.amuont > 1", "unknown fact 'deal.amuont'; did you mean 'deal.amount'?"),
        ("stage == 'lead'", "unknown fact 'stage'; did you mean 'case.stage'?"),
        ("case.stage == 'qualifed'", "'qualifed' is no case.stage; did you mean 'qualified'?"),
        ("case.stage in ['lead', 'оценкa']", "'оценкa' is no case.stage; did you mean 'оценка'?"),
        (
            "case.outcome == 'victory'",
            "'victory' is no case.outcome; there is 'lost', 'no_decision', 'open', 'withdrawn', 'won'",
        ),
        ("case.регион == 'Масква'", "'Масква' is no case.регион; did you mean 'Москва'?"),
        ("deal.amount > '5 MLN'", "deal.amount is a number, or a text like '1000 EUR', not '5 MLN'"),
        ("deal.amount > 'много'", "deal.amount is a number, or a text like '1000 EUR', not 'много'"),
        ("case.title == 5", "case.title is a text in quotes, not '5'"),
        ("client.key == 'yes'", "client.key is true or false, not 'yes'"),
        ("case.deadline < '1.12.2026'", "case.deadline is a day like '2026-12-01', not '1.12.2026'"),
        (
            "case.called_at < '2026-12-01T09:00'",
            "case.called_at is a time like '2026-12-01T09:00+03:00', not '2026-12-01T09:00'",
        ),
        (
            "case.called_at > '0001-01-01T00:00+03:00'",
            "case.called_at is a time like '2026-12-01T09:00+03:00', not '0001-01-01T00:00+03:00'",
        ),
        ("case.title < 'a'", "case.title has no order; it can be compared with == and != only"),
        ("case.labels == 'vip'", "case.labels is a set; write 'x' in case.labels"),
        ("case.title", "case.title alone says neither yes nor no; compare it, or write set(case.title)"),
        ("'lead'", "'lead' alone says neither yes nor no"),
        ("count(items.audit.completed)", "count(items.audit.completed) alone says neither yes nor no; compare it"),
        (
            "count(items.audti.completed) > 1",
            "nothing to count called 'items.audti.completed'; did you mean 'items.audit.completed'?",
        ),
        ("1 == 1", "a fact is compared with a value or another fact, a count with a number (==)"),
        ("case.title == deal.amount", "case.title is text and deal.amount is money: they cannot be compared"),
        ("case.title == null", "a comparison with null is always false; write empty(x) or set(x)"),
        ("deal.channel != ''", NEVER.format("deal.channel")),
        ("case.stage in ['lead', '']", NEVER.format("case.stage")),
        ("'' in case.labels", NEVER.format("case.labels")),
        ("case.title = 'a'", "'=' is not known; did you mean '=='?"),
        ("client.key && client.key", "'&&' is not known; did you mean 'and'?"),
        ("case.stage not in ['lead']", "'not in' is not known; write: not x in […]"),
        ("case.stage in []", "an empty list holds nothing"),
        ("case.stage in [lead]", "a list holds values only; put texts in quotes"),
        ("'a' in case.title", "right of 'in' stands a list in […], or a fact that is a set after a text in quotes"),
        ("1 < deal.amount < 3", "one comparison at a time; join two by 'and'"),
        ("case.title == 'Ромашка", 'a text without its closing quote: "\'Ромашка"'),
        ("(client.key", "ends where ')' is expected"),
        ("client.key client.key", "expected 'and', 'or' or the end, not 'client.key'"),
        ("client.key and", "ends where a fact or a value is expected"),
        ("", "ends where a fact or a value is expected"),
        ("set('a')", "set(…) asks about a fact"),
        ("deal.amount > and", "'and' stands where a fact or a value should"),
        ("client.key; client.key", "';' is not known"),
        ("__import__('os')", "expected 'and', 'or' or the end, not '('"),
        ("__class__ == 'x'", "unknown fact '__class__'"),
    ],
)
def test_a_wrong_condition_says_what_is_wrong_and_the_nearest_right_word(text, problem):
    assert problems(text)[0] == problem


def test_all_wrong_names_and_values_are_told_at_once():
    assert problems("deal.amuont > 1 and case.stage == 'led' or clinet.key") == (
        "unknown fact 'deal.amuont'; did you mean 'deal.amount'?",
        "'led' is no case.stage; did you mean 'lead'?",
        "unknown fact 'clinet.key'; did you mean 'client.key'?",
    )


def test_a_condition_is_bounded_in_length_and_depth():
    assert problems("client.key and " * 200 + "client.key") == ("too long: 3010 characters; at most 2000",)
    assert problems("(" * 30 + "client.key" + ")" * 30) == ("nested deeper than 20 levels",)
    assert problems("not " * 30 + "client.key") == ("nested deeper than 20 levels",)


def test_a_condition_knows_its_facts_and_its_text():
    condition = parse("deal.amount >= 3_000_000\n  and (client.key or set(case.need))", names())

    assert condition.facts == {"deal.amount", "client.key", "case.need"}
    assert str(condition) == "deal.amount >= 3_000_000 and (client.key or set(case.need))"


def test_a_person_is_meant_however_the_letters_of_the_e_mail_are_written():
    condition = parse("deal.owner in ['Ann@Example.org', 'Boss']", names_of("case"))

    assert condition({"deal.owner": "ann@example.org"})
    assert condition({"deal.owner": "Boss"})


@pytest.mark.parametrize("asked", ["'Ann@Example.org' in {}", "{} in ['Boss', 'Ann@Example.org']"])
def test_so_is_one_of_several_people_and_no_other_set(asked):
    people, labels = (parse(asked.format(f"case.{fact}"), names_of("case")) for fact in ("participants", "labels"))

    assert people({"case.participants": frozenset({"ann@example.org", "ivan@example.org"})})
    assert labels({"case.labels": frozenset({"Ann@Example.org"})})


def test_equal_conditions_are_equal_values():
    assert parse("client.key", names()) == parse(" client.key ", names())
    assert hash(parse("client.key", names())) == hash(parse("client.key", names()))


words = st.sampled_from(
    [
        "client.key",
        "deal.amount",
        "case.stage",
        "'lead'",
        "3",
        "and",
        "or",
        "not",
        "in",
        "[",
        "]",
        "(",
        ")",
        ",",
        "==",
        "<",
        "set",
        "count",
        "true",
        "x.y",
        "'",
    ]
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(words, max_size=12))
def test_any_row_of_words_is_a_condition_or_an_error_with_a_reason(row):
    try:
        condition = parse(" ".join(row), names())
    except ConditionError as error:
        result = all(error.problems)
    else:
        result = isinstance(condition({}), bool)
    assert result
