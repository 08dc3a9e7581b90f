"""Both sandboxes, started and filled as the demo does it, and changed at their pages."""

import socket
from collections.abc import Iterator
from datetime import date

import pytest

from flows.hub.demo.browser import Browser
from flows.hub.demo.compare import compare
from flows.hub.demo.deals import CHANGED_IN_CRM
from flows.hub.demo.edits import SALES
from flows.hub.demo.seeding import NotSeeded, seed
from flows.hub.demo.systems import NotStarted, Systems, started

pytestmark = pytest.mark.loopback
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def systems() -> Iterator[Systems]:
    with started() as running:
        assert seed(running, TODAY) == 40
        yield running


def test_the_crm_holds_forty_deals_with_all_that_hangs_on_them(systems):
    deals = systems.deals()

    assert [row["id"] for row in deals] == list(range(1, 41))
    assert all(row["companyId"] and row["contactId"] and row["opportunity"] for row in deals)
    assert {row["categoryId"] for row in deals} == {3}


def test_the_people_of_the_crm_have_e_mails(systems):
    assert {"anna@example.com", "petr@example.com", "igor@example.com"} <= {row["EMAIL"] for row in systems.users()}


def test_the_tracker_holds_the_one_issue_that_was_begun_by_hand(systems):
    [issue] = systems.issues()

    assert (issue["subject"], issue["author"]["name"]) == ("Пилот телефонии", "Анна Ковалёва")


def test_without_a_hub_no_deal_has_its_issue(systems):
    found = compare(systems)

    assert (found.pairs, found.agrees, len(found.lone)) == ((), False, 41)


def test_a_change_at_the_page_is_shown_by_a_plain_get(systems):
    Browser(systems.client).change(
        systems.deal_page(CHANGED_IN_CRM), person=SALES, values={"title": "Ёлка", "stageId": "Оценка"}
    )

    deal = systems.deal(CHANGED_IN_CRM)

    assert (deal["title"], deal["stageId"], deal["updatedBy"]) == ("Ёлка", "C3:PREPAYMENT_INVOICE", 7)


def test_the_curl_lines_name_the_addresses_that_show_the_records(systems):
    assert f"{systems.webhook}crm.item.get?entityTypeId=2&id=5" in systems.deal_curl(5)
    assert systems.issue_curl(1).endswith(f" {systems.tracker.address}/issues/1.json")


def test_a_port_that_is_taken_is_told_before_anything_is_started():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        says = f"port {port} of this machine cannot be had: Address already in use"
        with pytest.raises(NotStarted, match=says), started(port):
            pass


class WithoutRights:
    """The CRM, where the webhook that fills it may see people and nothing else."""

    def __init__(self, systems: Systems) -> None:
        hooks = systems.crm.about["webhooks"]
        self.about = {**systems.crm.about, "webhooks": {**hooks, "manager": hooks["engineer"]}}


def test_what_a_system_does_not_take_is_told(systems):
    lacking = Systems(WithoutRights(systems), systems.tracker, systems.client)

    with pytest.raises(NotSeeded, match=r"the CRM did not take the demo's records: .*insufficient_scope"):
        seed(lacking, TODAY)
