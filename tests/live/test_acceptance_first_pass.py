"""
220 opportunities of a real Tryton become issues of a real Redmine: three pages, 12 records with one and the same stamp
across a page border, 20 edited while the pass reads. Then a pass with nothing to do.
"""

import threading
import time

import pytest

from tests.live.live_hub import both

COUNT = 220
SAME = range(94, 106)
"""Numbers of the deals that share a stamp: they lie across the border of the first page."""
EDITED = range(0, 220, 11)
TEXT = "## Цель\n\n- **облако**\n- *свой контур*\n\n[Сайт](https://example.org)"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The first pass, with people editing meanwhile, then the pass that catches up, then an idle one."""
    with both(tmp_path_factory.mktemp("hub")) as (hub, tryton, redmine):
        parties = tryton.create_parties(*(f"ООО «Клиент {n}»" for n in range(20)))
        deals = tryton.create(*(a_deal(n, parties[n % 20]) for n in range(COUNT)))
        for deal in deals[::3]:
            tryton.write(deal, comment=TEXT)
        tryton.press("opportunity", *deals[::2])
        tryton.same_stamp("2026-03-01 10:00:00.123456", *(deals[n] for n in SAME))
        reports = [during(lambda: edit(tryton, deals), hub.sync)]
        reports.append(hub.sync())
        yield hub, tryton, redmine, deals, reports


def a_deal(number, party):
    return {
        "description": f"Внедрение {number}",
        "party": party,
        "amount": {"__class__": "Decimal", "decimal": f"{1000 + number}.25"},
        "end_date": {"__class__": "date", "year": 2027, "month": 1 + number % 12, "day": 15},
        "comment": TEXT,
    }


def edit(tryton, deals):
    for number in EDITED:
        tryton.write(deals[number], description=f"Внедрение {number}, правка")
        time.sleep(0.02)  # spread over the time in which the pass reads and writes


def during(people, work):
    """Run *work* while *people* edit, both to their end."""
    thread = threading.Thread(target=people)
    thread.start()
    try:
        return work()
    finally:
        thread.join()


def issues_by_deal(redmine):
    """The issues that the hub made, by the number of the deal that their subject tells."""
    found = {}
    for issue in redmine.issues():
        if issue["subject"].startswith("Внедрение "):
            number = int(issue["subject"].removeprefix("Внедрение ").removesuffix(", правка"))
            assert number not in found, f"two issues for deal {number}"
            found[number] = issue
    return found


def test_every_deal_has_one_issue_with_its_facts(first):
    _, _tryton, redmine, deals, _ = first
    env = redmine.env

    issues = issues_by_deal(redmine)

    assert sorted(issues) == list(range(COUNT))
    for number, issue in issues.items():
        custom = {field["id"]: field["value"] for field in issue["custom_fields"]}
        assert issue["subject"] == f"Внедрение {number}" + (", правка" if number in EDITED else "")
        assert float(custom[int(env["CF_AMOUNT"])]) == 1000.25 + number
        assert custom[int(env["CF_CLIENT"])] == f"ООО «Клиент {number % 20}»"
        assert issue["due_date"] == f"2027-{1 + number % 12:02}-15"
        assert issue["description"].replace("\r\n", "\n") == TEXT
        assert issue["assigned_to"]["id"] == int(env["USER_SALES_ID"])
        assert issue["status"]["id"] == int(env["STATUS_NEW"])
        assert custom[int(env["CF_DEAL"])].endswith(str(deals[number]))
        assert custom[int(env["CF_DEAL_ID"])].startswith("ch-")


def test_a_stranger_in_the_project_is_left_alone(first):
    _, _, redmine, _, _ = first

    [stranger] = [issue for issue in redmine.issues() if issue["subject"] == "Заведено руками"]

    assert stranger["created_on"] == stranger["updated_on"]
    assert len(redmine.issues()) == COUNT + 1


def test_nothing_is_on_the_attention_list(first):
    hub, *_ = first

    assert hub.attention() == []


def test_a_full_read_of_several_pages_ends_and_misses_nobody(first):
    hub, _, redmine, _, _ = first
    mark = redmine.log().mark()

    report = hub.sync(full=True)

    assert (report.stops, report.writing) == ([], {"crm": 0, "tracker": 0})
    lists = [request for request in redmine.log().since(mark) if request.path == "/issues.json"]
    assert 3 <= len(lists) <= 6
    assert hub.attention() == []


def test_a_pass_with_nothing_to_do_asks_once_and_touches_nothing(first):
    hub, tryton, redmine, deals, _ = first
    time.sleep(11)  # Tryton's overlap: what was written so shortly before the newest change is read again
    # A newest change with nothing near it in each system; the windows hold less than a page then, however fast the
    # last hundred issues were written.
    tryton.write(deals[0], comment=TEXT)
    assert redmine.update(issues_by_deal(redmine)[0]["id"], notes="Посмотрел") == 204
    hub.sync()
    before = stamps(tryton, redmine, deals)
    logs = redmine.log(), tryton.calls_mark()
    mark = logs[0].mark()

    report = hub.sync()

    seen = [request for request in logs[0].since(mark) if request.path == "/issues.json"]
    calls = [call for call in tryton.calls_since(logs[1]) if call.startswith("sale.opportunity.")]
    assert len(seen) == 1
    assert [call for call in calls if "fields_get" not in call and "default_get" not in call] == [
        "sale.opportunity.search_read"
    ]
    assert {request.method for request in logs[0].since(mark)} == {"GET"}
    assert report.writing == {"crm": 0, "tracker": 0}
    assert report.requests == {"crm": 1, "tracker": 1}
    assert stamps(tryton, redmine, deals) == before


def stamps(tryton, redmine, deals):
    """When each record was last changed, as both servers tell."""
    rows = tryton.rpc("sale.opportunity.read", list(deals), ["write_date", "_timestamp"])
    return [(issue["id"], issue["updated_on"]) for issue in redmine.issues()], sorted(rows, key=lambda row: row["id"])
