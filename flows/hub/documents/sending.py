"""A document is sent as it stands where it lives, which may be newer than what the hub has seen of it."""

from connectors.errors import ConnectorError
from mappings.reconcile.model import Link
from state.types import Whole

from ..wiring import Installation, Maker, make_connector
from .folders import stand_of
from .marking import link_of, mark_sent


async def send(installation: Installation, case: Whole, label: str, *, by: str, make: Maker = make_connector) -> str:
    """
    Take down that the document was sent as it stands now; where its system does not show it, as it was seen last.

    Returns why it could not be looked at, nothing where it was. Raises NoSuchDocument, NotThere.
    """
    link = link_of(installation.store, case, label)
    version, why = await _shown(installation, link, make)
    mark_sent(installation.store, case, label, by=by, version=version)
    return why


async def _shown(installation: Installation, link: Link, make: Maker) -> tuple[str | None, str]:
    """Return the version that its system shows, or why it shows none."""
    if link.system not in installation.hub.systems:
        return None, f"hub.yaml no longer names {link.system}"
    try:
        async with make(installation, link.system) as connector:
            [found] = await connector.get(link.kind, [link.external_id])
    except ConnectorError as error:
        return None, str(error)
    if found.record is None:
        return None, found.reason or f"{link.system} does not show it"
    return stand_of(found.record).version if link.kind == "folder" else found.record.version, ""
