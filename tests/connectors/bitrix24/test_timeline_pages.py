"""Lists of deals that no portal should give, where comments are looked for."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from connectors.base import Surroundings
from connectors.bitrix24.client import Bitrix24Client, Command, Reply, Row
from connectors.bitrix24.settings import Bitrix24Settings
from connectors.bitrix24.timeline import TimelineReader
from connectors.errors import RetryLater

STAMP = "2026-11-21T10:00:00+03:00"


class OddClient(Bitrix24Client):
    """Of a portal that answers each list of deals with the same odd rows."""

    rows: Sequence[Row] = ()

    async def batch(self, commands: Sequence[Command], *, overhead: bool = False) -> list[Reply]:
        return [Reply({"items": self.rows}, began=datetime.now(UTC)) for _ in commands]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "rows",
    [[{"id": 5, "updatedTime": STAMP}, {"id": 3, "updatedTime": STAMP}], [{"title": "без номера"}], [{"id": None}]],
)
async def test_deals_out_of_order_or_without_a_number_are_an_error_of_the_portal(rows: list[Row]):
    settings = Bitrix24Settings.model_validate({"webhook": "https://p.bitrix24.ru/rest/1/abcdefghij/"})
    client = OddClient("портал", settings, Surroundings())
    client.rows = rows
    reader = TimelineReader("comment", settings, client=client, around=Surroundings(), page_size=50)

    with pytest.raises(RetryLater, match="cannot be read in pages"):
        await reader.page(None, full=True)
