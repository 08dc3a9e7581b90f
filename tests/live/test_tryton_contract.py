"""The promises of a connector, kept with a real Tryton."""

from collections.abc import Iterator, Sequence

import pytest
from pydantic import SecretStr

from connectors.base import SystemConnector
from connectors.tryton import TrytonConnector, TrytonSettings
from mappings.exchange import View
from tests.contract.reading import ReadingPromises
from tests.contract.world import World
from tests.contract.writing import WritingPromises
from tests.live.plain import live
from tests.live.plain_tryton import PlainTryton

FIELDS = {"title": "description", "note": "comment", "choice": "state"}


def connector(plain: PlainTryton, *, page_size: int = 100, password: str | None = None) -> TrytonConnector:
    """Return a connector for the hub's own account."""
    settings = TrytonSettings(
        url=plain.env["URL"],
        database=plain.env["DB"],
        user=plain.env["HUB_LOGIN"],
        password=SecretStr(password or plain.env["HUB_PASSWORD"]),
    )
    return TrytonConnector("crm", settings, page_size=page_size)


class LiveTrytonWorld(World):
    kind = "opportunity"
    title = "description"
    note = "comment"
    choice = "state"
    step = ("lead", "opportunity")
    refused = ("state", "won")

    def __init__(self, plain: PlainTryton) -> None:
        self.plain = plain
        self.party = int(plain.env["PARTY_ID"])
        plain.wipe()

    def connector(self, *, page_size: int = 100, wrong_key: bool = False) -> SystemConnector:
        return connector(self.plain, page_size=page_size, password="wrong" if wrong_key else None)

    def create(self, title: str, **views: View) -> str:
        (number,) = self.plain.create({"party": self.party, "description": title, **_fields(views)})
        return str(number)

    def edit(self, record_id: str, **views: View) -> None:
        self.plain.write(int(record_id), **_fields(views))

    def delete(self, record_id: str) -> None:
        self.plain.delete(int(record_id))

    def titled(self, names: Sequence[str]) -> list[str]:
        return [str(n) for n in self.plain.create(*[{"party": self.party, "description": name} for name in names])]


def _fields(views: dict[str, View]) -> dict[str, View]:
    return {FIELDS[name]: view for name, view in views.items()}


@pytest.fixture(scope="module")
def plain() -> Iterator[PlainTryton]:
    tryton = PlainTryton(live("TRYTON"))
    yield tryton
    tryton.close()


class TestLiveTryton(ReadingPromises, WritingPromises):
    """What goes wrong on the line is asked of the fake in tests/contract; here everything goes well."""

    @pytest.fixture
    def world(self, plain: PlainTryton) -> World:
        return LiveTrytonWorld(plain)

    # Tryton refuses, it never drops; and an opportunity keeps its company
    test_what_was_dropped_in_silence_is_seen_in_the_receipt = None
    test_a_record_that_was_moved_away_says_so = None
