"""What stages, statuses and fields probably mean, by their names in English and Russian."""

import pytest

from flows.hub.files import read_catalog
from mappings.canonical.facts import CASE_FACTS, OUTCOMES, fact
from mappings.exchange import Choice, Place
from mappings.guess import FUNNEL, guess_facts, guess_marker, guess_values, likeness, read_synonyms

SYNONYMS = read_synonyms(read_catalog()["synonyms.yaml"])
FREE = frozenset(info.name for info in CASE_FACTS)


def values(*labels, closed=(), **more):
    choices = [Choice(str(n), label) for n, label in enumerate(labels)]
    choices += [Choice(f"c{n}", label, closes=True) for n, label in enumerate(closed)]
    found = guess_values(choices, SYNONYMS, **more)
    names = {choice.id: choice.label for choice in choices}
    return {names[key]: (list(one.stages), list(one.outcomes)) for key, one in found.items()}


def test_statuses_of_a_russian_tracker():
    assert values("Новая", "В работе", "Решена", "Отклик", closed=("Закрыта", "Отклонена")) == {
        "Новая": (["lead", "qualified"], ["open"]),
        "В работе": (["in_work", "estimate", "proposal"], ["open"]),
        "Решена": (["defence"], ["open"]),
        "Отклик": (["defence"], ["open"]),
        "Закрыта": ([], ["won"]),
        "Отклонена": ([], ["lost", "withdrawn", "no_decision"]),
    }


def test_stages_of_a_russian_pipeline():
    found = values(
        "Новая", "Квалификация", "Пресейл в работе", "Оценка", "Предложение", "Защита",
        closed=("Сделка успешна", "Сделка провалена", "Отозвана"),
    )  # fmt: skip

    assert [stages for stages, _ in found.values()][:6] == [[stage] for stage in FUNNEL]
    assert found["Сделка успешна"] == ([], ["won"])
    assert found["Отозвана"] == ([], ["withdrawn", "no_decision"])


@pytest.mark.parametrize(
    ("labels", "closed"),
    [
        (("New", "In Progress", "Resolved", "Feedback"), ("Closed", "Rejected")),
        (("To Do", "Doing"), ("Done",)),
        (("Лид", "Переговоры", "КП отправлено", "Согласование договора"), ("Успешно реализовано", "Провал")),
        (("Ждём", "Делаем", "Думаем"), ("Всё",)),
    ],
)  # fmt: skip
def test_every_stage_finds_a_view_whatever_the_names_are(labels, closed):
    found = values(*labels, closed=closed)

    assert {stage for stages, _ in found.values() for stage in stages} == set(FUNNEL)
    assert all(outcome in OUTCOMES for _, outcomes in found.values() for outcome in outcomes)


def test_a_closed_status_that_is_like_no_outcome_is_left_out_and_an_open_one_stays_with_the_one_before():
    found = values("Новая", "Оценка", "Ждём погоды", closed=("Архив",))

    assert "Архив" not in found
    assert found["Ждём погоды"] == (["estimate"], ["open"])


@pytest.mark.parametrize("name", ["Не выиграна", "Не реализовано", "Договор не подписан", "Not won", "Won't do"])
def test_what_did_not_come_about_is_not_taken_for_a_case_that_was_won(name):
    assert values("Новая", closed=("Выиграна", name)).get(name, ([], []))[1] != ["won"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("Закрыта (отказ)", "lost"),
        ("Закрыта неуспешно", "lost"),
        ("Завершена неудачно", "lost"),
        ("Сделка неуспешна", "lost"),
        ("Done, rejected", "lost"),
        ("Закрыта, отменена", "withdrawn"),
        ("Успех", "won"),
        ("Закрыта успешно", "won"),
    ],
)
def test_what_is_closed_and_says_how_else_was_not_won(name, outcome):
    assert values("Новая", closed=(name,))[name][1][0] == outcome


@pytest.mark.parametrize("name", ["Невыполнена", "Incomplete", "Undone"])
def test_a_word_that_is_turned_about_is_like_none(name):
    assert name not in values("Новая", closed=(name,))


def test_a_name_that_denies_is_like_one_that_denies_too_and_like_no_other():
    closed = ("Закрыто и реализовано", "Закрыто и не реализовано", "Без решения")
    found = values("Новая", closed=closed)

    assert [found[name][1][0] for name in closed] == ["won", "lost", "no_decision"]


def test_what_a_type_of_system_fixes_itself_is_no_guess():
    choices = [Choice("lead", "Лид"), Choice("converted", "Converted"), Choice("cancelled", "Отменено", closes=True)]
    found = guess_values(choices, SYNONYMS, type_name="tryton", place="state")

    assert [one.guess for one in found.values()] == [False, False, False]
    assert found["cancelled"].outcomes[0] == "withdrawn"


@pytest.mark.parametrize(
    ("name", "synonym"),
    [
        ("Сумма сделки", "сумма"),
        ("СЧЁТ НА ПРЕДОПЛАТУ", "счет на предоплату"),
        ("Закрытая", "закрыта"),
        ("Estimates", "estimate"),
    ],
)
def test_case_endings_and_the_letter_yo_do_not_matter(name, synonym):
    assert likeness(name, [synonym]) > 0.8


@pytest.mark.parametrize(("name", "synonym"), [("Портал", "предложение"), ("", "лид"), ("№ 7", "лид"), ("Open", "won")])
def test_names_that_are_not_alike_are_not_taken_for_each_other(name, synonym):
    assert likeness(name, [synonym]) == 0


def test_fields_are_taken_by_the_likest_name_and_each_fact_once():
    places = [
        Place("cf[1]", "ID сделки CRM", "text"),
        Place("cf[2]", "Сделка", "text"),
        Place("cf[3]", "Сумма", "number"),
        Place("cf[4]", "Сумма прописью", "text"),
        Place("cf[5]", "Заказчик", "text"),
        Place("cf[6]", "Срок ответа", "number"),
    ]

    found = {name: info.name for name, info in guess_facts(places, FREE, SYNONYMS).items()}

    assert found == {"cf[2]": "link", "cf[3]": "amount", "cf[5]": "client"}


def test_a_marker_is_a_text_that_can_be_searched():
    lists = Place("a", "CRM deal id", "text", searchable=False)

    assert guess_marker([lists, Place("b", "ИД сделки", "text"), Place("c", "Amount", "number")], SYNONYMS) == "b"
    assert guess_marker([lists], SYNONYMS) is None


def test_the_page_of_synonyms_speaks_of_words_that_there_are():
    assert set(SYNONYMS.stages) == set(FUNNEL)
    assert set(SYNONYMS.outcomes) <= set(OUTCOMES)
    assert all(fact("case", name) for name in SYNONYMS.facts)
    assert all(
        set(one.stages) <= set(FUNNEL) and set(one.outcomes) <= set(OUTCOMES)
        for views in SYNONYMS.known.values()
        for one in views.values()
    )
