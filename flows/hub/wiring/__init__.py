"""
The one place that puts things together: files, environment, database and connectors become one sync that can run.
"""

from .contacts import Contact, Maker, everybody_in, make_connector, meet_system, renamed, urgent_connector, vocabularies
from .current import Current
from .installation import (
    Installation,
    NoSuchSync,
    address_in,
    database_url,
    install,
    install_systems,
    load_files,
    load_installation,
)
from .remembered import at_rest
from .syncs import labels_of, open_sync, sync_shape

__all__ = [
    "Contact",
    "Current",
    "Installation",
    "Maker",
    "NoSuchSync",
    "address_in",
    "at_rest",
    "database_url",
    "everybody_in",
    "install",
    "install_systems",
    "labels_of",
    "load_files",
    "load_installation",
    "make_connector",
    "meet_system",
    "open_sync",
    "renamed",
    "sync_shape",
    "urgent_connector",
    "vocabularies",
]
