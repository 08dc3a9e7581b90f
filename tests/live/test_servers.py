"""The set-up of the live servers gives what it promises; the plain helpers do what they say."""

from collections.abc import Iterator

import pytest

from tests.live.plain import PlainRedmine, live
from tests.live.plain_tryton import PlainTryton, RpcError


@pytest.fixture(params=["REDMINE", "REDMINE_RU"])
def redmine(request: pytest.FixtureRequest) -> Iterator[PlainRedmine]:
    plain = PlainRedmine(live(request.param))
    plain.wipe()
    yield plain
    plain.close()


@pytest.fixture
def tryton() -> Iterator[PlainTryton]:
    plain = PlainTryton(live("TRYTON"))
    plain.wipe()
    yield plain
    plain.close()


def test_a_redmine_begins_without_issues_and_keeps_what_is_made(redmine: PlainRedmine) -> None:
    number = redmine.create("Внедрение CRM", custom_fields=redmine.field("AMOUNT", "12.5"))

    (issue,) = redmine.issues()

    assert (issue["id"], issue["subject"]) == (number, "Внедрение CRM")


def test_its_workflow_is_narrow_for_everybody(redmine: PlainRedmine) -> None:
    number = redmine.create("Pilot")
    engineer = redmine.as_user("ENGINEER")

    engineer.update(number, status_id=redmine.env["STATUS_CLOSED"])
    refused = redmine.issue(number)
    engineer.update(number, status_id=redmine.env["STATUS_IN_PROGRESS"])
    moved = redmine.issue(number)

    assert refused is not None
    assert moved is not None
    assert refused["status"]["id"] == int(redmine.env["STATUS_NEW"])
    assert moved["status"]["id"] == int(redmine.env["STATUS_IN_PROGRESS"])


def test_its_access_log_shows_each_request_once(redmine: PlainRedmine) -> None:
    log = redmine.log()
    mark = log.mark()

    redmine.issues(limit=1)
    redmine.create("Counted")
    seen = [(request.method, request.path, request.status) for request in log.since(mark)]

    assert seen == [("GET", "/issues.json", 200), ("POST", "/issues.json", 201)]


def test_a_permission_that_is_taken_away_is_missed_at_once(redmine: PlainRedmine) -> None:
    number = redmine.create("Locked")
    sales = redmine.as_user("SALES")
    redmine.permit("SALES", "view_issues", allowed=False)

    hidden = sales.issue(number)
    redmine.permit("SALES", "view_issues", allowed=True)

    assert hidden is None
    assert sales.issue(number) is not None


def test_a_renamed_status_and_a_moved_issue_are_seen(redmine: PlainRedmine) -> None:
    number = redmine.create("Moved")
    (name,) = redmine.sql("select name from issue_statuses where id = ?", redmine.env["STATUS_NEW"])[0]
    redmine.rename_status("NEW", "Fresh")

    redmine.move(number)
    issue = redmine.issue(number)
    redmine.rename_status("NEW", name)

    assert issue is not None
    assert (issue["status"]["name"], issue["project"]["id"]) == ("Fresh", int(redmine.env["OTHER_PROJECT_ID"]))
    assert redmine.as_user("HUB").issue(number) is None


def test_a_tryton_begins_without_opportunities_and_takes_many_at_once(tryton: PlainTryton) -> None:
    parties = tryton.create_parties("ООО «Лотос»", "Acme Ltd")

    numbers = tryton.create(*[{"party": parties[n % 2], "description": f"Deal {n}"} for n in range(220)])

    assert tryton.rpc("sale.opportunity.search_count", [], 0, None) == len(set(numbers)) == 220


def test_its_calls_and_requests_are_logged(tryton: PlainTryton) -> None:
    log, calls = tryton.log(), tryton.calls_mark()
    mark = log.mark()

    (number,) = tryton.create({"description": "Counted"})
    tryton.write(number, description="Counted again")

    assert [request.method for request in log.since(mark)] == ["POST", "POST"]
    assert tryton.calls_since(calls) == ["sale.opportunity.create", "sale.opportunity.write"]


def test_a_sale_that_is_confirmed_wins_its_opportunity(tryton: PlainTryton) -> None:
    lines = [["create", [{"product": int(tryton.env["PRODUCT_ID"]), "quantity": 2, "unit": 1}]]]
    (number,) = tryton.create({"party": int(tryton.env["PARTY_ID"]), "description": "Won", "lines": lines})
    tryton.press("opportunity", number)
    tryton.press("convert", number)

    tryton.win(number)

    found = tryton.opportunity(number, "state", "amount")
    assert found is not None
    assert found["state"] == "won"


def test_a_step_that_the_workflow_does_not_have_is_refused(tryton: PlainTryton) -> None:
    (number,) = tryton.create({"description": "Lead"})

    with pytest.raises(RpcError):
        tryton.press("convert", number)
