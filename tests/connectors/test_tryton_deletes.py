"""What is taken away in Tryton, and what stays because others need it."""

import pytest

from mappings.exchange import Change, Create, Delete
from tests.connectors.tryton_builders import connect
from tests.contract.tryton_fake import FakeTryton


@pytest.mark.asyncio
async def test_a_party_that_opportunities_name_is_not_deleted() -> None:
    """Tryton would empty their client without a word."""
    server = FakeTryton()
    named, free = (Create(key, "crm", "party", "m", (Change("name", f"АО «{key}»"),)) for key in ("Ёж", "Заря"))
    async with connect(server) as crm:
        made = await crm.push([named, free])
        server.table.create(description="Пилот", party=int(made[0].id or 0))
        kept, gone = await crm.push([Delete(f"d{one.id}", "crm", "party", one.id or "", {}) for one in made])

    assert (kept.state, kept.reason) == ("moved", "opportunities name it")
    assert gone.state == "gone"
