"""What is taken away in Tryton, and what stays because others need it."""

import pytest

from mappings.exchange import Change, Create, Delete
from tests.connectors.tryton_builders import change, connect, new, record_of
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


@pytest.mark.parametrize(
    ("edited", "then", "why"),
    [
        ({"comment": "ждут договор"}, 60, "it has more than 50 versions, and who wrote them all is not asked"),
        ({"x_source": "выставка"}, 1, "somebody else has changed it"),  # a field of another module
    ],
)
@pytest.mark.asyncio
async def test_an_opportunity_that_somebody_worked_on_long_ago_is_not_deleted(
    edited: dict[str, str], then: int, why: str
) -> None:
    server = FakeTryton()
    async with connect(server) as crm:
        made = await crm.push([new(description="Пилот", party={"id": "1", "name": ""})])
        number = int(made[0].id or 0)
        server.table.edit(number, **edited)
        for each in range(then):
            await crm.push([change(await record_of(crm, number), amount=str(each + 1))])
        (receipt,) = await crm.push([Delete("d", "crm", "opportunity", str(number), {})])

    assert (receipt.state, receipt.reason) == ("moved", why)
