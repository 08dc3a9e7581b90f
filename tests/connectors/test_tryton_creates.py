"""New opportunities in Tryton: all of a batch in one request, and nobody made twice."""

import pytest

from tests.connectors.tryton_builders import connect, new, written
from tests.contract.tryton_fake import FakeTryton, Fault

CREATE = "model.sale.opportunity.create"


@pytest.fixture
def server() -> FakeTryton:
    return FakeTryton()


@pytest.mark.asyncio
async def test_many_creates_are_one_request_and_one_look(server: FakeTryton) -> None:
    async with connect(server) as connector:
        await connector.identify()
        before = connector.requests
        receipts = await connector.push([new(f"k{n}", description=f"№ {n}") for n in range(30)])
        cost = connector.requests - before

    assert (cost.total, cost.writing) == (2, 1)
    assert [receipt.record.marker for receipt in receipts if receipt.record] == [f"m-k{n}" for n in range(30)]
    assert all(receipt.proved for receipt in receipts)


@pytest.mark.asyncio
async def test_one_bad_create_spoils_no_other_and_keeps_what_can_be_kept(server: FakeTryton) -> None:
    bad = new("bad", description="плохая", amount="1.234", comment="остаётся")
    async with connect(server) as connector:
        receipts = await connector.push([new("a", description="а"), bad, new("b", description="б")])

    assert [receipt.state for receipt in receipts] == ["done", "done", "done"]
    assert [refused.place for refused in receipts[1].refused] == ["amount"]
    assert [row["description"] for row in server.table.rows.values()] == ["а", "плохая", "б"]
    assert receipts[1].record is not None
    assert receipts[1].record.views["comment"] == "остаётся"


@pytest.mark.asyncio
async def test_a_deal_of_an_unknown_client_is_not_made(server: FakeTryton) -> None:
    async with connect(server) as connector:
        receipts = await connector.push(
            [
                new("a", description="а", party={"name": "Никто"}),
                new("b", description="б", party={"name": "ООО «Ромашка»"}),
            ]
        )

    assert [receipt.state for receipt in receipts] == ["refused", "done"]
    assert receipts[0].refused[0].place == "party"
    assert "no client is known there called 'Никто'" in receipts[0].refused[0].reason
    assert [row["party"] for row in server.table.rows.values()] == [1]


@pytest.mark.asyncio
async def test_a_deal_in_a_later_state_is_made_and_then_moved_there(server: FakeTryton) -> None:
    async with connect(server) as connector:
        (receipt,) = await connector.push([new("a", description="а", state="opportunity", employee="1")])

    assert written(server) == ["create", "opportunity"]
    assert receipt.record is not None
    assert (receipt.state, receipt.record.views["state"]) == ("done", "opportunity")


@pytest.mark.asyncio
async def test_a_new_deal_belongs_to_nobody_unless_somebody_is_named(server: FakeTryton) -> None:
    async with connect(server) as connector:
        receipts = await connector.push([new("a", description="а"), new("b", description="б", employee="1")])

    assert [receipt.record.views["employee"] for receipt in receipts if receipt.record] == [None, "1"]


@pytest.mark.asyncio
async def test_a_deal_that_a_rule_hides_from_its_maker_is_made_and_not_gone(server: FakeTryton) -> None:
    """What is gone is made again, with every pass."""
    server.hook = lambda _: server.table.hidden.update(server.table.rows)
    async with connect(server) as connector:
        (receipt,) = await connector.push([new("a", description="а")])

    assert (receipt.state, receipt.id, receipt.record) == ("done", "1", None)


@pytest.mark.asyncio
async def test_an_unclear_answer_to_many_creates_is_unclear_for_each_and_none_is_sent_again(server: FakeTryton) -> None:
    server.fault = Fault("lost after", "write")
    async with connect(server) as connector:
        receipts = await connector.push([new(f"k{n}", description=f"№ {n}") for n in range(3)])
        server.fault = None
        searches = [await connector.find("opportunity", f"m-k{n}") for n in range(3)]

    assert [receipt.state for receipt in receipts] == ["unclear"] * 3
    assert server.calls.count(CREATE) == 1
    assert [len(search.ids) for search in searches] == [1, 1, 1]
