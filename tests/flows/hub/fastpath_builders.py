"""The fast path of a hub between systems in memory, and the hints that webhooks leave."""

from typing import Any

from flows.hub.fastpath import FastPath
from state import inbox
from tests.hub_builders import AHub


def fast_path(hub: AHub, **more: Any) -> FastPath:
    """The fast path of *hub*, with MORE of its settings."""
    return FastPath(hub.installation, hub.make, **more)


def hint(hub: AHub, record: str = "1", *, system: str = "crm") -> None:
    """A webhook of *system* has pointed at *record*."""
    inbox.hint(hub.installation.store, system, kind="record", ids=[record], reason="webhook")
