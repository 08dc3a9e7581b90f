"""The comparison sees each difference by itself, and no difference where only the markup is another."""

import pytest

from flows.hub.demo.compare import LINK, Comparison, Pair, Reader, words

DEAL_PAGE, ISSUE_PAGE = "http://127.0.0.1:1/deal/{}/", "http://127.0.0.1:2/issues/{}"
READER = Reader({3: "ООО «Ёж и К°»"}, {7: "Анна Ковалёва"}, DEAL_PAGE.format, ISSUE_PAGE.format)


def a_deal(**changes):
    deal = {
        "id": 5,
        "title": "Внедрение CRM",
        "stageId": "C3:EXECUTING",
        "opportunity": 150000.5,
        "currencyId": "RUB",
        "companyId": 3,
        "assignedById": 7,
        "closedate": "2026-12-01T03:00:00+03:00",
        "comments": "[B]Важно[/B]: до среды\n[list]\n[*]пилот\n[/list]",
        LINK: ISSUE_PAGE.format(9),
    }
    return {**deal, **changes}


def an_issue(custom=(), **changes):
    fields = {"Amount": "150000.50", "Client": "ООО «Ёж и К°»", "Deal": DEAL_PAGE.format(5), **dict(custom)}
    issue = {
        "id": 9,
        "subject": "Внедрение CRM",
        "status": {"id": 2, "name": "In Progress"},
        "assigned_to": {"id": 5, "name": "Анна Ковалёва"},
        "due_date": "2026-12-01",
        "description": "*Важно*: до среды\r\n\r\n* пилот",
        "custom_fields": [{"id": 1, "name": name, "value": value} for name, value in fields.items()],
    }
    return {**issue, **changes}


def differing(deal, issue):
    return [line.fact for line in READER.pair(deal, issue).lines if not line.agrees]


def test_the_same_case_in_two_systems_agrees():
    pair = READER.pair(a_deal(), an_issue())

    assert pair.agrees
    assert len(pair.lines) == 8


@pytest.mark.parametrize(
    ("fact", "changed"),
    [
        ("title", {"title": "Внедрение CRM, этап 1"}),
        ("amount", {"opportunity": 150000.51}),
        ("amount", {"currencyId": "EUR"}),
        ("client", {"companyId": 0}),
        ("stage", {"stageId": "C3:DEFENCE"}),
        ("stage", {"stageId": "C3:UNHEARD_OF"}),
        ("due date", {"closedate": "2026-12-02T03:00:00+03:00"}),
        ("due date", {"closedate": None}),
        ("owner", {"assignedById": 11}),
        ("description", {"comments": "Важно: до четверга, пилот"}),
        ("description", {"comments": None}),
        ("link", {LINK: ISSUE_PAGE.format(8)}),
    ],
)
def test_a_changed_deal_differs_in_that_fact_alone(fact, changed):
    assert differing(a_deal(**changed), an_issue()) == [fact]


@pytest.mark.parametrize(
    ("fact", "issue"),
    [
        ("title", an_issue(subject="внедрение CRM")),
        ("amount", an_issue({"Amount": ""})),
        ("amount", an_issue({"Amount": "много"})),
        ("client", an_issue({"Client": None})),
        ("stage", an_issue(status={"id": 1, "name": "New"})),
        ("due date", an_issue(due_date=None)),
        ("owner", an_issue(assigned_to=None)),
        ("description", an_issue(description=None)),
        ("link", an_issue({"Deal": DEAL_PAGE.format(50)})),
    ],
)
def test_a_changed_issue_differs_in_that_fact_alone(fact, issue):
    assert differing(a_deal(), issue) == [fact]


def test_what_is_shown_is_what_the_systems_sent():
    lines = {line.fact: line for line in READER.pair(a_deal(), an_issue()).lines}

    assert lines["stage"].deal == 'stageId: "C3:EXECUTING"'
    assert lines["description"].issue == r'description: "*Важно*: до среды\r\n\r\n* пилот"'


def test_words_are_those_between_the_marks():
    assert words("[B]Важно[/b]: _демо_") == words("h2. *Важно*: [I]демо[/I]") == ["Важно", "демо"]
    assert words("в [четверг]") == ["в", "четверг"]


def test_a_record_without_its_other_half_is_a_difference():
    fine = READER.pair(a_deal(), an_issue())
    wrong = Pair(6, 10, "", READER.pair(a_deal(id=6), an_issue(id=10)).lines)

    assert Comparison((fine,), ()).agrees
    assert not Comparison((fine,), ("deal 7 points at no issue: null",)).agrees
    [told] = Comparison((fine, wrong), ()).differing()
    assert told.startswith('deal 6 and issue #10 differ in link: ufCrm_1690000010: "http://127.0.0.1:2/issues/9" · ')
