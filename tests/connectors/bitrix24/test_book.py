"""What a connector has to know of a portal before it can read it."""

import asyncio
from types import SimpleNamespace

import pytest

from connectors.base import MemoryShelf
from connectors.bitrix24.book import Book
from connectors.bitrix24.kinds import DEAL
from connectors.errors import Rejected


class Client:
    """A portal that answers every question alike."""

    system = "crm"

    def __init__(self, result):
        self.result = result
        self.asked = 0

    async def call(self, method, params, *, overhead):
        assert (method, overhead) == ("crm.item.fields", True)
        self.asked += 1
        return SimpleNamespace(result=self.result)


@pytest.mark.parametrize("result", [{"fields": {}}, {"fields": []}, {}, [], None, {"fields": None}])
def test_a_portal_that_shows_no_fields_is_told_with_what_helps_and_asked_again(result):
    client = Client(result)
    book = Book(client, MemoryShelf(), DEAL)

    for _ in range(2):
        with pytest.raises(Rejected, match="shows no fields of a deal; give the webhook's user the right"):
            asyncio.run(book.fields())

    assert client.asked == 2
