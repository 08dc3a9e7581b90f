"""What is Tryton's own in reading: sessions, pages, what cannot be shown, who is who."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import MemoryShelf
from connectors.errors import AuthFailed, Gone, Rejected
from connectors.tryton.records import read_row, token_of
from connectors.tryton.wire import Malformed, decimal_form, moment_form, moment_of, number_of, stamp_of, text_of
from tests.connectors.tryton_builders import connect, logins
from tests.contract.tryton_fake import FakeTryton
from tests.contract.world import pages

LAWS = settings(derandomize=True, deadline=None, max_examples=60)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def server() -> FakeTryton:
    return FakeTryton()


# --- sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_session_is_kept_on_the_shelf_for_the_next_process(server: FakeTryton) -> None:
    shelf = MemoryShelf()
    async with connect(server, shelf=shelf) as one:
        await one.identify()
    async with connect(server, shelf=shelf) as other:
        account = await other.identify()

    assert (account.id, account.name) == ("user/3", "Case Hub")
    assert logins(server) == 1


@pytest.mark.asyncio
async def test_a_session_of_another_account_is_never_taken(server: FakeTryton) -> None:
    shelf = MemoryShelf()
    async with connect(server, shelf=shelf) as one:
        await one.identify()
    async with connect(server, shelf=shelf, user="other") as other:
        await other.identify()

    assert logins(server) == 2


@pytest.mark.asyncio
async def test_a_dead_session_is_begun_again_once(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        await connector.identify()
        server.sessions.clear()
        (found,) = await connector.get("opportunity", [str(number)])

    assert found.state == "here"
    assert logins(server) == 2


@pytest.mark.asyncio
async def test_a_wrong_password_is_tried_once(server: FakeTryton) -> None:
    async with connect(server, password="falsch") as connector:
        with pytest.raises(AuthFailed):
            await connector.pull("opportunity", None)

    assert logins(server) == 1


@pytest.mark.asyncio
async def test_a_company_that_the_account_does_not_work_for_is_told(server: FakeTryton) -> None:
    async with connect(server, company=7) as connector:
        with pytest.raises(Rejected, match="no company 7"):
            await connector.identify()


@pytest.mark.asyncio
async def test_a_password_shows_in_no_error_and_in_no_setting(server: FakeTryton) -> None:
    connector = connect(server, password="geheim-123")
    async with connector:
        with pytest.raises(AuthFailed) as caught:
            await connector.identify()

    assert "geheim" not in str(caught.value) + repr(
        connector.settings_model.model_validate(
            {"url": "https://t.test", "database": "crm", "user": "hub", "password": "geheim-123"}
        )
    )


# --- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_page_is_one_request_with_the_names_of_other_records_in_it(server: FakeTryton) -> None:
    number = server.table.create(description="Внедрение", amount={"__class__": "Decimal", "decimal": "1500.50"})
    async with connect(server) as connector:
        await connector.identify()
        before = connector.requests
        page = await connector.pull("opportunity", None)

        assert (connector.requests - before).total == 1
    (record,) = page.records
    assert record.id == str(number)
    assert {place: record.views[place] for place in ("amount", "currency", "party", "employee", "state")} == {
        "amount": "1500.5",
        "currency": "EUR",
        "party": {"id": "1", "name": "ООО «Ромашка»"},
        "employee": "1",
        "state": "lead",
    }
    assert record.editor == "user/2"  # as people are listed: no employee belongs to that user
    assert record.views["conversion_probability"] == "0.5"
    assert record.views["start_date"] == "2026-11-01"


@pytest.mark.asyncio
async def test_a_change_that_shows_late_with_an_older_time_is_still_found(server: FakeTryton) -> None:
    slow = server.table.create(description="медленная")
    row = server.table.rows.pop(slow)  # its transaction has begun, and has not ended
    quick = server.table.create(description="быстрая")
    async with connect(server) as connector:
        _, cursor = await pages(connector, "opportunity")
        server.table.rows[slow] = row
        met, _ = await pages(connector, "opportunity", cursor)

    assert {record.id for page in met for record in page.records} == {str(slow), str(quick)}


@pytest.mark.asyncio
async def test_what_changed_long_before_the_cursor_is_not_read_again(server: FakeTryton) -> None:
    server.table.create(description="старая")
    server.table.now += timedelta(hours=1)
    new = server.table.create(description="новая")
    async with connect(server) as connector:
        _, cursor = await pages(connector, "opportunity")
        met, _ = await pages(connector, "opportunity", cursor)

    assert [record.id for page in met for record in page.records] == [str(new)]


@pytest.mark.asyncio
async def test_the_cursor_never_goes_back_when_the_newest_are_deleted(server: FakeTryton) -> None:
    server.table.create(description="первая")
    last = server.table.create(description="последняя")
    async with connect(server) as connector:
        _, cursor = await pages(connector, "opportunity")
        server.table.delete(last)
        _, after = await pages(connector, "opportunity", cursor)

    assert after.at == cursor.at


@pytest.mark.asyncio
async def test_a_deal_of_a_client_that_does_not_exist_hides_no_other(server: FakeTryton) -> None:
    ids = [server.table.create(description=f"№ {n}") for n in range(5)]
    server.table.edit(ids[2], party=99)
    async with connect(server) as connector:
        page = await connector.pull("opportunity", None)
        found = await connector.get("opportunity", [str(ids[2]), str(ids[0])])

    assert {int(record.id) for record in page.records} == {*ids} - {ids[2]}
    assert [fault.id for fault in page.faults] == [str(ids[2])]
    assert [each.state for each in found] == ["refused", "here"]


@pytest.mark.asyncio
async def test_what_a_rule_hides_is_refused_and_not_gone(server: FakeTryton) -> None:
    hidden, deleted = (server.table.create(description=name) for name in ("скрыта", "удалена"))
    server.table.hidden.add(hidden)
    server.table.delete(deleted)
    async with connect(server) as connector:
        found = await connector.get("opportunity", [str(hidden), str(deleted), "CASE-1"])

    assert [each.state for each in found] == ["refused", "gone", "gone"]


@pytest.mark.asyncio
async def test_a_kind_that_there_is_not_is_refused(server: FakeTryton) -> None:
    async with connect(server) as connector:
        with pytest.raises(Rejected, match="there are: opportunity, party, comment, file"):
            await connector.pull("deal", None)


# --- history, people, places ---------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_the_history_tells_what_changed_since_a_time(server: FakeTryton) -> None:
    number = server.table.create(description="раз")
    server.table.edit(number, description="два")
    server.table.now += timedelta(minutes=5)
    since = text_of(server.table.now)
    server.table.edit(number, description="три", comment="почему")
    async with connect(server) as connector:
        log = await connector.change_log("opportunity", str(number), since)

    assert [(entry.place, entry.old, entry.new, entry.ours) for entry in log] == [
        ("description", "два", "три", False),
        ("comment", None, "почему", False),
    ]
    assert all(entry.at >= since for entry in log)


@pytest.mark.asyncio
async def test_the_history_of_nothing_says_gone(server: FakeTryton) -> None:
    async with connect(server) as connector:
        with pytest.raises(Gone):
            await connector.change_log("opportunity", "77")


@pytest.mark.asyncio
async def test_owners_are_employees_with_the_address_of_their_party(server: FakeTryton) -> None:
    async with connect(server) as connector:
        (person,) = await connector.people()

    assert (person.id, person.name, person.email) == ("1", "Анна Ковалёва", "kovaleva@example.com")


@pytest.mark.asyncio
async def test_discovery_speaks_the_language_of_the_account(server: FakeTryton) -> None:
    async with connect(server) as connector:
        discovery = await connector.discover("opportunity")

    places = {place.name: place for place in discovery.places}
    assert places["amount"].label == "Amount (ru)"
    assert [choice.id for choice in places["state"].choices if choice.closes] == ["won", "lost", "cancelled"]
    assert ("2", "Acme Ltd") in {(choice.id, choice.label) for choice in places["party"].choices}
    assert [choice.id for choice in places["currency"].choices] == ["EUR", "RUB"]
    assert discovery.account is not None
    assert discovery.account.server == "Tryton 8.2"


@pytest.mark.asyncio
async def test_discovery_says_what_the_account_may_not(server: FakeTryton) -> None:
    server.rights["create"] = False
    async with connect(server) as connector:
        discovery = await connector.discover("opportunity")

    assert discovery.notes == ("the account may not create opportunities",)


@pytest.mark.asyncio
async def test_the_steps_from_a_lost_deal_lead_back_only(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот")
    server.table.edit(number, state="lost")
    async with connect(server) as connector:
        steps = await connector.transitions("opportunity", str(number))

    assert [(step.source, step.target) for step in steps] == [("lost", "lead")]


# --- the wire ------------------------------------------------------------------------------------------------------


@LAWS
@given(moments)
def test_a_time_comes_back_as_it_was(moment: datetime) -> None:
    assert moment_of(stamp_of(moment_form(moment))) == moment


@LAWS
@given(moments, moments)
def test_versions_sort_as_times_do_and_keep_tryton_s_own_token(one: datetime, other: datetime) -> None:
    rows = [read_row(_bare(moment)) for moment in sorted((one, other))]

    assert [row.version for row in rows] == sorted(row.version for row in rows)
    assert [token_of(row.version) for row in rows] == [row.token for row in rows]


def _bare(moment: datetime) -> dict[str, object]:
    return {"id": 1, "_timestamp": str(moment.timestamp()), "last_modified_at": moment_form(moment)}


@LAWS
@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_equal_numbers_have_one_text(number: object) -> None:
    text = str(number)

    assert number_of(decimal_form(text)) == number_of(decimal_form(f"{text}00"))


def test_a_long_number_keeps_its_digits() -> None:
    text = "1234567890123456789012345678901234.5"

    assert number_of(decimal_form(f"{text}0")) == text


@pytest.mark.parametrize("form", ["zwölf", "NaN", "1,5"])
def test_what_is_no_number_is_never_sent(form: str) -> None:
    with pytest.raises(Malformed):
        decimal_form(form)
