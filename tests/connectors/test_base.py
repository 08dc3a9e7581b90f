"""What all connectors share."""

import pytest

from connectors import CONNECTORS, connector_class, errors
from connectors.base import Connector, MemoryShelf, RequestCount, SystemConnector
from connectors.errors import AuthFailed, Gone, Rejected, RetryLater, Stale
from connectors.memory import MemoryConnector


def test_every_error_is_in_the_drawn_tree() -> None:
    drawn = errors.__doc__ or ""

    assert [
        n for n, v in vars(errors).items() if isinstance(v, type) and v.__module__ == errors.__name__ and n not in drawn
    ] == []


@pytest.mark.parametrize("error", [RetryLater, AuthFailed, Rejected, Stale, Gone])
def test_an_error_begins_with_its_system(error: type[errors.ConnectorError]) -> None:
    made = error("GET /deals answered 400; park it", system="crm")

    assert (str(made), made.system) == ("crm: GET /deals answered 400; park it", "crm")


def test_the_words_of_a_system_are_not_in_the_message() -> None:
    error = Rejected("PUT /deals/1 answered 422; park it", system="crm", reason="Тема Анны Ли не может быть пустой")

    assert "Анны" not in str(error)


def test_a_shelf_forgets_after_its_time() -> None:
    now = [0.0]
    shelf = MemoryShelf(lambda: now[0])
    shelf.put("statuses", {"1": "Новая"}, seconds=60)
    now[0] = 59.0
    fresh = shelf.get("statuses")
    now[0] = 60.0

    assert (fresh, shelf.get("statuses"), shelf.get("other")) == ({"1": "Новая"}, None, None)


def test_counts_can_be_compared() -> None:
    assert RequestCount(5, 2, 1) - RequestCount(3, 1, 1) == RequestCount(2, 1, 0)
    assert RequestCount(1, 1, 0) + RequestCount(1, 0, 1) == RequestCount(2, 1, 1)


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_every_connector_of_the_table_can_be_loaded(name: str) -> None:
    found = connector_class(name)

    assert issubclass(found, SystemConnector)
    assert found.type_name == name


def test_an_unknown_type_is_told() -> None:
    with pytest.raises(LookupError, match="'hubspot'"):
        connector_class("hubspot")


def test_a_connector_keeps_the_protocol() -> None:
    connector: Connector = MemoryConnector("crm")

    assert isinstance(connector, Connector)


@pytest.mark.asyncio
async def test_what_a_system_has_not_is_empty() -> None:
    plain = SystemConnector("plain")

    async with plain:
        assert await plain.transitions("deal", "1") == ()
        assert await plain.change_log("deal", "1") == ()
    assert (plain.url_of("deal", "1"), plain.hints({}, b""), plain.requests) == (None, (), RequestCount())
