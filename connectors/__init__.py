"""
Talk to systems, nothing else: one file per system.

A system's `type` in hub.yaml names its connector. Ours stand in a table and are imported when they are needed; others
come through the entry point group ``casehub.connectors``, loaded only if hub.yaml names them.
"""

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .base import SystemConnector

CONNECTORS: dict[str, str] = {
    "bitrix24": "connectors.bitrix24:Bitrix24Connector",
    "mediawiki": "connectors.mediawiki:MediaWikiConnector",
    "memory": "connectors.memory:MemoryConnector",
    "redmine": "connectors.redmine:RedmineConnector",
    "tryton": "connectors.tryton:TrytonConnector",
    "webdav": "connectors.webdav:WebDavConnector",
}

GROUP = "casehub.connectors"


def connector_class(type_name: str) -> "type[SystemConnector]":
    """
    Return the connector class for systems of *type_name*. Raises LookupError where nobody brings one.

    Every class is made as ``Class(name, settings, around)``: its `settings_model`, and `Surroundings`.
    """
    place = CONNECTORS.get(type_name)
    if place is not None:
        module, _, name = place.partition(":")
        return cast("type[SystemConnector]", getattr(import_module(module), name))
    for entry in entry_points(group=GROUP, name=type_name):
        return cast("type[SystemConnector]", entry.load())
    raise LookupError(f"no connector for systems of type {type_name!r}")
