"""What is Tryton's own in writing: exact conditions, buttons, closed states."""

from typing import Any

import pytest

from tests.connectors.tryton_builders import change, connect, record_of, written
from tests.contract.tryton_fake import FakeTryton


@pytest.fixture
def server() -> FakeTryton:
    return FakeTryton()


# --- conditions ----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_an_edit_between_our_look_and_our_write_is_kept(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", comment="наше")

    def person(method: str) -> None:
        if method.endswith(".write"):
            server.hook = lambda method: None
            server.table.edit(number, comment="правка человека")

    async with connect(server) as connector:
        before = await record_of(connector, number)
        server.hook = person
        (receipt,) = await connector.push([change(before, description="правка хаба")])

    assert receipt.state == "moved"
    assert receipt.record is not None
    assert receipt.record.views["comment"] == "правка человека"
    assert server.table.rows[number]["description"] == "Пилот"


@pytest.mark.asyncio
@pytest.mark.parametrize("edited", [False, True])
async def test_a_receipt_is_proved_only_if_nobody_wrote_after_us(server: FakeTryton, edited: bool) -> None:
    number = server.table.create(description="Пилот")

    def person(method: str) -> None:
        if edited and "write" in written(server) and method.endswith("search_read"):
            server.hook = lambda method: None
            server.table.edit(number, description="правка человека")

    async with connect(server) as connector:
        before = await record_of(connector, number)
        server.hook = person
        (receipt,) = await connector.push([change(before, description="правка хаба")])

    assert (receipt.state, receipt.proved) == ("done", not edited)
    assert receipt.window is None


@pytest.mark.asyncio
async def test_many_updates_cost_one_list_before_and_one_after(server: FakeTryton) -> None:
    ids = [server.table.create(description=f"№ {n}") for n in range(20)]
    async with connect(server) as connector:
        records = [await record_of(connector, number) for number in ids]
        before = connector.requests
        receipts = await connector.push([change(record, description="готово") for record in records])
        cost = connector.requests - before

    assert {receipt.state for receipt in receipts} == {"done"}
    assert (cost.total, cost.writing) == (22, 20)


# --- buttons -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_path_of_several_states_is_walked_button_by_button(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", state="lost")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, state="opportunity", hops=("lead",))])

    assert written(server) == ["lead", "opportunity"]
    assert receipt.record is not None
    assert (receipt.state, receipt.record.views["state"]) == ("done", "opportunity")


@pytest.mark.asyncio
async def test_fields_are_written_before_a_deal_is_closed(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, state="lost", amount="10.5", lost_reason="цена")])

    assert written(server) == ["write", "lost"]
    assert receipt.record is not None
    assert [receipt.record.views[place] for place in ("state", "amount", "lost_reason")] == ["lost", "10.5", "цена"]


@pytest.mark.asyncio
async def test_a_closed_deal_is_opened_before_its_fields_are_written(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", state="cancelled")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, description="снова", state="opportunity", hops=("lead",))])

    assert written(server) == ["lead", "write", "opportunity"]
    assert (receipt.state, receipt.refused) == ("done", ())


@pytest.mark.asyncio
async def test_what_a_closed_deal_keeps_is_refused_by_name_and_the_rest_written(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", state="lost")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, amount="5", lost_reason="цена")])

    assert receipt.state == "done"
    assert [refused.place for refused in receipt.refused] == ["amount"]
    assert receipt.refused[0].reason.startswith('You are not allowed to modify the field "Amount"')
    assert server.table.rows[number]["lost_reason"] == "цена"


@pytest.mark.asyncio
@pytest.mark.parametrize(("state", "target", "words"), [("lead", "won", "its sale"), ("won", "lead", "no button")])
async def test_a_state_without_a_button_is_refused_with_what_is_allowed(
    server: FakeTryton, state: str, target: str, words: str
) -> None:
    number = server.table.create(description="Пилот", state=state)
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, state=target)])

    assert (receipt.state, written(server)) == ("refused", [])
    (refused,) = receipt.refused
    assert (refused.place, words in refused.reason) == ("state", True)
    assert refused.allowed == (("opportunity", "lost", "cancelled") if state == "lead" else ())


@pytest.mark.asyncio
async def test_a_sale_is_made_only_where_the_mapping_confirms_it(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", state="opportunity")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (kept,) = await connector.push([change(before, state="converted")])
        (taken,) = await connector.push([change(before, state="converted", confirm=("convert",))])

    assert (kept.state, kept.refused[0].place) == ("refused", "state")
    assert "confirm: [convert]" in kept.refused[0].reason
    assert taken.record is not None
    assert taken.record.views["state"] == "converted"


@pytest.mark.asyncio
async def test_a_button_that_tryton_refuses_keeps_its_words_and_the_fields_before_it(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот", employee=None)
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, state="opportunity", description="правка")])

    assert receipt.state == "done"
    (refused,) = receipt.refused
    assert (refused.place, 'field "Employee"' in refused.reason) == ("state", True)
    assert server.table.rows[number]["description"] == "правка"


@pytest.mark.asyncio
async def test_a_question_that_only_a_person_may_answer_is_not_answered(server: FakeTryton) -> None:
    server.table.warning = "The opportunity has open quotations."
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, state="lost")])

    assert receipt.state == "refused"
    assert receipt.refused[0].reason == "Tryton asks for confirmation: The opportunity has open quotations."


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_refusal_that_names_no_field_is_halved_down_to_the_culprit(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        alien = {"id": "13", "name": "чужой адрес"}
        views: dict[str, Any] = {"description": "а", "comment": "б", "address": alien, "reference": "в"}
        (receipt,) = await connector.push([change(before, **views)])

    assert [refused.place for refused in receipt.refused] == ["address"]
    assert len(receipt.refused[0].reason) <= 500
    assert [server.table.rows[number][place] for place in ("description", "comment", "reference")] == ["а", "б", "в"]


@pytest.mark.asyncio
@pytest.mark.parametrize("view", [{"id": "99", "name": "Никто"}, {"id": "", "name": "Acme Ltd"}, {"name": "Никто"}])
async def test_an_unknown_or_ambiguous_client_is_never_written(server: FakeTryton, view: dict[str, str]) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, party=view)])

    assert (receipt.state, receipt.refused[0].place, written(server)) == ("refused", "party", [])
    assert server.table.rows[number]["party"] == 1


@pytest.mark.asyncio
async def test_a_currency_is_written_by_its_code_and_an_unknown_one_refused(server: FakeTryton) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (known,) = await connector.push([change(before, currency="RUB")])
        (unknown,) = await connector.push([change(await record_of(connector, number), currency="XXX")])

    assert known.record is not None
    assert known.record.views["currency"] == "RUB"
    assert (unknown.state, unknown.refused[0].reason) == ("refused", "Tryton lists no currency XXX")


@pytest.mark.asyncio
@pytest.mark.parametrize("place", ["number", "company", "colour"])
async def test_a_field_that_cannot_be_written_is_refused_before_anything_is_sent(
    server: FakeTryton, place: str
) -> None:
    number = server.table.create(description="Пилот")
    async with connect(server) as connector:
        before = await record_of(connector, number)
        (receipt,) = await connector.push([change(before, **{place: "7"})])

    assert (receipt.state, receipt.refused[0].place, written(server)) == ("refused", place, [])
