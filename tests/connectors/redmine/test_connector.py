"""What is Redmine's own among the promises of reading: formats, dictionaries, counts."""

from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import MemoryShelf
from connectors.errors import ConnectorError, Rejected, RetryLater
from mappings.exchange import Cursor, Update
from tests.connectors.fake_redmine import FakeRedmine
from tests.connectors.redmine.desks import a_connector, a_create


@pytest.mark.asyncio
async def test_an_administrator_reads_formats() -> None:
    redmine = FakeRedmine()
    redmine.create("Пилот", custom_fields=[{"id": 3, "value": "15005.0"}, {"id": 6, "value": "1"}])
    async with a_connector(redmine) as connector:
        (record,) = (await connector.pull("issue", None)).records

    assert (record.views["cf[Сумма]"], record.views["cf[Ключевой]"], record.views["cf[Метки]"]) == ("15005", True, None)


@pytest.mark.asyncio
async def test_a_member_reads_texts() -> None:
    redmine = FakeRedmine()
    redmine.create("Пилот", custom_fields=[{"id": 3, "value": "15005.0"}, {"id": 6, "value": "1"}])
    async with a_connector(redmine, key=SecretStr("hub-key")) as connector:
        (record,) = (await connector.pull("issue", None)).records

    assert (record.views["cf[Сумма]"], record.views["cf[Ключевой]"]) == ("15005.0", "1")


@pytest.mark.asyncio
async def test_a_marker_field_that_is_no_filter_is_found_out() -> None:
    redmine = FakeRedmine()
    redmine.unfiltered = {1}
    redmine.create("Пилот")
    async with a_connector(redmine) as connector:
        with pytest.raises(Rejected, match="not used as a filter"):
            await connector.find("issue", "case-42/1")


@pytest.mark.asyncio
async def test_dictionaries_are_asked_for_once_and_kept_for_the_next_process() -> None:
    redmine, shelf = FakeRedmine(), MemoryShelf()
    redmine.create("Пилот")
    async with a_connector(redmine, shelf=shelf) as first:
        await first.pull("issue", None)
        await first.pull("issue", None)
    async with a_connector(redmine, shelf=shelf) as second:
        await second.pull("issue", None)

        assert (first.requests.total, first.requests.overhead) == (4, 2)
        assert (second.requests.total, second.requests.overhead) == (1, 0)


@pytest.mark.asyncio
async def test_what_is_kept_of_one_project_is_not_taken_for_another() -> None:
    redmine, shelf = FakeRedmine(), MemoryShelf()
    redmine.create("Старый", project_id="archive")
    async with a_connector(redmine, shelf=shelf) as before:
        await before.pull("issue", None)
    async with a_connector(redmine, shelf=shelf, project="archive") as after:
        (record,) = (await after.pull("issue", None)).records

    assert record.in_scope


@pytest.mark.asyncio
async def test_a_thousand_issues_are_eleven_requests() -> None:
    redmine = FakeRedmine()
    for number in range(1000):
        redmine.create(f"№ {number}")
    async with a_connector(redmine) as connector:
        page = await connector.pull("issue", None)
        ids = {record.id for record in page.records}
        while page.more:
            page = await connector.pull("issue", page.cursor)
            ids |= {record.id for record in page.records}

        assert len(ids) == 1000
        assert connector.requests.total - connector.requests.overhead == 11


@pytest.mark.asyncio
async def test_a_saved_query_is_read_until_what_is_known() -> None:
    redmine = FakeRedmine()
    redmine.queries[7] = lambda issue: issue["priority"]["id"] == 3
    redmine.tick = timedelta(seconds=3)
    for number in range(30):
        redmine.create(f"№ {number}", priority_id=3 if number % 2 else 2)
    async with a_connector(redmine, query_id=7, page_size=5) as connector:
        page = await connector.pull("issue", None)
        met = [record.id for record in page.records]
        while page.more:
            page = await connector.pull("issue", page.cursor)
            met += [record.id for record in page.records]
        before = connector.requests
        redmine.edit(4, subject="Правка")
        again = await connector.pull("issue", page.cursor)

        assert len(set(met)) == 15
        assert again.records[0].views["subject"] == "Правка"
        assert (connector.requests - before).total == 1
        assert not again.more


@pytest.mark.asyncio
async def test_an_issue_that_cannot_be_read_is_a_fault_of_its_own() -> None:
    redmine = FakeRedmine()
    good, bad = redmine.create("Пилот"), redmine.create("Внедрение")
    redmine.issues[bad]["project"] = None
    async with a_connector(redmine, project=None, query_id=1) as connector:
        redmine.queries[1] = lambda issue: True
        page = await connector.pull("issue", None)

    assert [record.id for record in page.records] == [str(good)]
    assert [fault.id for fault in page.faults] == [str(bad)]


@pytest.mark.asyncio
async def test_an_issue_that_is_hidden_is_refused_and_not_gone() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот")

    def hide(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == f"/issues/{number}.json":
            return httpx.Response(403)
        listed = "issue_id" in request.url.params
        return httpx.Response(200, json={"issues": [], "total_count": 0}) if listed else None

    redmine.fault = hide
    async with a_connector(redmine) as connector:
        (found,) = await connector.get("issue", [str(number)])

    assert (found.state, found.record) == ("refused", None)


@pytest.mark.asyncio
async def test_an_id_that_is_no_number_is_asked_of_nobody() -> None:
    async with a_connector(FakeRedmine()) as connector:
        found = await connector.get("issue", ["1/../../users", "²"])

        assert [each.state for each in found] == ["gone", "gone"]
        assert connector.requests.total == 0


@pytest.mark.asyncio
async def test_a_wrong_project_is_told() -> None:
    async with a_connector(FakeRedmine(), project="nowhere") as connector:
        with pytest.raises(Rejected, match="no project 'nowhere'"):
            await connector.pull("issue", None)


@pytest.mark.asyncio
async def test_an_unknown_kind_is_told_and_spoils_no_other_write() -> None:
    redmine = FakeRedmine()
    async with a_connector(redmine) as connector:
        with pytest.raises(Rejected, match="'deal'"):
            await connector.pull("deal", None)
        receipts = await connector.push([Update("a", "трекер", "deal", "1", ()), a_create()])

    assert [receipt.state for receipt in receipts] == ["refused", "done"]


@pytest.mark.asyncio
async def test_a_foreign_cursor_asks_for_a_full_read() -> None:
    async with a_connector(FakeRedmine()) as connector:
        with pytest.raises(Rejected, match="begin a full read"):
            await connector.pull("issue", Cursor(resume="{}"))


@pytest.mark.asyncio
async def test_discovery_tells_choices_people_and_what_to_know() -> None:
    redmine = FakeRedmine()
    redmine.create("Пилот", custom_fields=[{"id": 2, "value": "Пилот"}])
    async with a_connector(redmine) as connector:
        discovery = await connector.discover("issue")

    places = {place.name: place for place in discovery.places}
    assert [choice.label for choice in places["status"].choices if choice.closes] == ["Закрыта"]
    assert [choice.id for choice in places["cf[Тип]"].choices] == ["Пилот", "Тендер"]
    assert (places["cf[Метки]"].type, places["cf[Сумма]"].type, places["author"].writable) == ("set", "number", False)
    assert (places["cf[Ключевой]"].type, places["cf[Ключевой]"].choices) == ("bool", ())  # it shows true and false
    assert places["cf[Тип]"].example == "Пилот"
    assert [choice.label for choice in places["project"].choices] == ["presales", "archive", "sales"]
    assert [person.email for person in discovery.people] == ["u1@example.ru", "u5@example.ru", "u6@example.ru"]
    assert discovery.account is not None
    assert discovery.account.rights == ("admin",)


@pytest.mark.asyncio
async def test_a_member_is_told_what_the_account_cannot_see() -> None:
    redmine = FakeRedmine()
    redmine.create("Пилот")
    async with a_connector(redmine, key=SecretStr("hub-key"), marker="cf[Неведомое]") as connector:
        discovery = await connector.discover("issue")

    assert [person.name for person in discovery.people] == ["Хаб Кейсов", "Анна Ли"]
    assert any("no administrator" in note for note in discovery.notes)
    assert any("cf[Неведомое]" in note for note in discovery.notes)


@pytest.mark.asyncio
async def test_a_discovery_shows_what_was_made_a_moment_ago() -> None:
    redmine, shelf = FakeRedmine(), MemoryShelf()
    only = {"issue_statuses": [{"id": 1, "name": "Новая", "is_closed": False}]}
    redmine.fault = lambda request: httpx.Response(200, json=only) if "statuses" in request.url.path else None
    async with a_connector(redmine, shelf=shelf, key=SecretStr("hub-key")) as connector:
        before = await connector.discover("issue")
    redmine.fault = lambda request: None
    async with a_connector(redmine, shelf=shelf) as connector:
        after = await connector.discover("issue")

    statuses = [{one.name: one for one in each.places}["status"].choices for each in (before, after)]
    assert [len(each) for each in statuses] == [1, 4]
    assert [any("no administrator" in note for note in each.notes) for each in (before, after)] == [True, False]


@pytest.mark.asyncio
async def test_steps_of_the_workflow_are_told() -> None:
    redmine = FakeRedmine()
    number = redmine.create("Пилот", status_id=2)
    async with a_connector(redmine) as connector:
        (step,) = await connector.transitions("issue", str(number))

    assert (step.source, step.target, step.type) == ("2", "3", "4")


@pytest.mark.asyncio
async def test_no_error_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    redmine = FakeRedmine()
    for status in (400, 401, 403, 404, 422, 500):
        redmine.fault = lambda request, status=status: httpx.Response(status, json={"errors": ["admin-key"]})  # type: ignore[misc]  # bound per loop
        async with a_connector(redmine) as connector:
            with pytest.raises(ConnectorError) as caught:
                await connector.pull("issue", None)
        assert "admin-key" not in str(caught.value)
    assert "admin-key" not in caplog.text


@pytest.mark.asyncio
async def test_a_server_that_does_not_filter_by_number_is_not_read_in_a_circle() -> None:
    redmine = FakeRedmine()
    for number in range(9):
        redmine.create(f"№ {number}")
    async with a_connector(redmine, page_size=3) as connector:
        page = await connector.pull("issue", None)
        page = await connector.pull("issue", page.cursor)
        rows = {"issues": [redmine.issues[1]], "total_count": 9}
        redmine.fault = lambda request: httpx.Response(200, json=rows)
        with pytest.raises(RetryLater, match="filter and sort issues by their number"):
            await connector.pull("issue", page.cursor)


def test_addresses_of_issues() -> None:
    connector = a_connector(FakeRedmine())

    assert connector.url_of("issue", "7") == "https://redmine.test/pm/issues/7"
    assert connector.url_of("deal", "7") is None
