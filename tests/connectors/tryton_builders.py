"""A connector at work on a fake Tryton."""

from connectors.base import MemoryShelf, Surroundings
from connectors.tryton import TrytonConnector, TrytonSettings
from mappings.exchange import Change, Create, Update, VendorRecord, View
from tests.contract.tryton_fake import PASSWORD, FakeTryton


def connect(
    server: FakeTryton, *, page_size: int = 100, shelf: MemoryShelf | None = None, **told: object
) -> TrytonConnector:
    """Return a connector for *server*; TOLD are more of its settings."""

    async def no_wait(seconds: float) -> None:
        """Waits are not what is tested."""

    filled = {"url": "https://tryton.test", "database": "crm", "user": "hub", "password": PASSWORD, **told}
    around = Surroundings(transport=server.transport(), sleep=no_wait, shelf=shelf or MemoryShelf())
    return TrytonConnector("crm", TrytonSettings.model_validate(filled), around, page_size=page_size)


def logins(server: FakeTryton) -> int:
    """Return how often somebody logged in."""
    return server.calls.count("common.db.login")


def written(server: FakeTryton) -> list[str]:
    """Return the changing methods that were called, without the model's name."""
    reading = ("search_read", "search", "read", "fields_get", "history_revisions")
    calls = [call.removeprefix("model.sale.opportunity.") for call in server.calls if "sale.opportunity" in call]
    return [call for call in calls if call not in reading]


async def record_of(connector: TrytonConnector, number: int) -> VendorRecord:
    """Return an opportunity as the connector shows it."""
    (found,) = await connector.get("opportunity", [str(number)])
    assert found.record is not None
    return found.record


def change(record: VendorRecord, *, confirm: tuple[str, ...] = (), hops: tuple[str, ...] = (), **views: View) -> Update:
    """Return an update planned on *record*; HOPS are those of its state."""
    changes = tuple(
        Change(place, view, record.views.get(place), hops if place == "state" else ()) for place, view in views.items()
    )
    return Update(f"u{record.id}", "crm", "opportunity", record.id, changes, record.version, confirm)


def new(key: str = "c1", **views: View) -> Create:
    """Return a create with the marker ``m-KEY``."""
    return Create(key, "crm", "opportunity", f"m-{key}", tuple(Change(place, view) for place, view in views.items()))
