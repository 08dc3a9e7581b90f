"""What was made in Tryton without a marker, and without an answer."""

from datetime import timedelta

import pytest

from mappings.exchange import Change, Create
from tests.connectors.tryton_builders import connect
from tests.contract.tryton_fake import FakeTryton
from tests.contract.tryton_rows import HUB


@pytest.mark.asyncio
async def test_a_note_in_doubt_is_found_although_our_clock_is_minutes_ahead() -> None:
    server = FakeTryton()
    deal = server.table.create(description="Пилот")
    values = {"resource": f"sale.opportunity,{deal}", "message": "Готово"}
    mine = str(server.others.create("ir.note", user=HUB, **values))
    sent = Create("c1", "crm", "comment", "m", (Change("text", "Готово"),), parent=("opportunity", str(deal)))
    async with connect(server) as crm:
        found = await crm.find_sent(sent, server.table.now + timedelta(minutes=3))

    assert found.ids == (mine,)
